"""How fast and how frugal: turns a second, our overhead, acknowledgements, CPU, memory, prompt size."""

import asyncio
import statistics
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from bench import leads
from bench.leads import Target, phone
from bench.load import timing
from bench.system import SETTLE_S, System
from bench.world import MODEL_S, Turns, World

LEADS = (1, 20, 50, 100)
# Turns of each lead in one repeat, by the number of leads.
TURNS_QUICK = {1: 6, 20: 5, 50: 4, 100: 4}
TURNS_FULL = {1: 30, 20: 12, 50: 8, 100: 8}
QUICK_MOST_S = 60.0
CONNECTIONS = 16
_NUMBERS = 10_000_000


def conversations(system: System, *, quick: bool, only: Sequence[int] = LEADS) -> dict[str, Any]:
    """The closed loop at each number of leads, repeated; medians over the repeats."""
    turns, repeats = (TURNS_QUICK, 3) if quick else (TURNS_FULL, 5)
    for count in (8, 50):  # caches, connections, threads
        leads.converse(system.world, system.target, leads=count, turns=2, start=_NUMBERS + count * 100)
    found: dict[int, list[dict[str, Any]]] = {count: [] for count in only}
    began = time.monotonic()
    for repeat in range(repeats):
        if quick and repeat and time.monotonic() - began > QUICK_MOST_S:
            break  # the machine is busy; so many repeats as there are have to do
        for count in only:
            start = 2 * _NUMBERS + repeat * 10_000 + count * 10
            before = system.cpu_s()
            run = leads.converse(system.world, system.target, leads=count, turns=turns[count], start=start)
            after = system.cpu_s()
            made = count * turns[count]
            cpu = {part: (after[part] - before[part]) * 1000 / made for part in after}
            found[count].append({**_summed(run, made), "cpu_ms_per_turn": {**cpu, "all": sum(cpu.values())}})
    return {f"leads_{count}": _median(runs) for count, runs in found.items()}


def _summed(run: Turns, made: int) -> dict[str, Any]:
    return {
        "turns_per_s": run.per_s,
        "overhead_ms": asdict(timing(run.overheads)),
        "ack_ms": asdict(timing(run.acks)),
        "model_calls_per_turn": run.model_calls / made,
    }


def _median(runs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Each figure's median over the runs; the rates of all runs stand beside it."""
    merged: dict[str, Any] = {}
    for name, value in runs[0].items():
        if isinstance(value, dict):
            merged[name] = _median([run[name] for run in runs])
            continue
        merged[name] = round(statistics.median(run[name] for run in runs), 2)
        if name == "turns_per_s":
            merged["turns_per_s_of_each_run"] = [round(run[name], 1) for run in runs]
    return merged


def memory(system: System, *, quick: bool, waiting: int = 100) -> dict[str, Any]:
    """PSS of everything while ``waiting`` turns wait for the model."""
    idle = system.memory_mb()
    world, model_s = system.world, system.world.outside.model_s
    world.outside.model_s = 6.0
    try:
        calls = world.model_calls

        async def ask() -> float | None:
            numbers = range(3 * _NUMBERS, 3 * _NUMBERS + waiting)
            told = [leads.tell(world, system.target, phone(number), "Oi, bom dia", f"W{number}") for number in numbers]
            await asyncio.gather(*told)
            async with asyncio.timeout(10):
                while world.model_calls - calls < waiting:
                    await asyncio.sleep(0.05)
            used = await asyncio.to_thread(system.memory_mb)
            await asyncio.gather(*(world.arrived(phone(number), 1, 30) for number in numbers))
            return used

        return {"idle_mb": idle, "waiting": waiting, "mb": world.run(ask())}
    finally:
        world.outside.model_s = model_s


def prompts(system: System, *, quick: bool) -> dict[str, Any]:
    """Prompt tokens (characters ÷ 3) in the first three and the last three turns of thirty."""
    world, count = system.world, 4 if quick else 20
    world.outside.model_s, before = 0.05, len(world.prompt_tokens)
    try:
        leads.converse(world, system.target, leads=count, turns=30, start=4 * _NUMBERS)
    finally:
        world.outside.model_s = MODEL_S
    tokens = world.prompt_tokens[before:]
    first, last = tokens[: 3 * count], tokens[-3 * count :]
    return {
        "turns": 30,
        "first_p95": round(statistics.quantiles(first, n=20)[18]),
        "last_p95": round(statistics.quantiles(last, n=20)[18]),
    }


def acknowledgements(system: System, floors: dict[str, Target], *, quick: bool) -> dict[str, Any]:
    """The acknowledgement alone, side by side with the floors in the same minutes; ends the product's worker.

    ``floors`` are addresses that answer the same bodies by name.
    """
    worker = system.installation.processes["worker"]
    worker.terminate()
    worker.wait()
    time.sleep(SETTLE_S)
    targets = {"product": system.target, **floors}
    rates: dict[str, list[float]] = {name: [] for name in targets}
    requests, repeats = (800, 4) if quick else (4000, 7)
    for repeat in range(repeats + 1):
        for name, target in targets.items():
            start = 5 * _NUMBERS + repeat * requests
            rate, _ = leads.acknowledge(system.world, target, requests=requests, connections=CONNECTIONS, start=start)
            if repeat:  # the first one opens connections
                rates[name].append(rate)
    paced = {name: _steady(system.world, target, quick=quick) for name, target in targets.items()}
    of_floor = [ours / floor for ours, floor in zip(rates["product"], rates["django_insert"], strict=True)]
    return {
        "per_s": {name: round(statistics.median(values)) for name, values in rates.items()},
        "throughput_ratio": round(statistics.median(of_floor), 3),
        "throughput_ratios": [round(value, 3) for value in of_floor],
        "steady_50_per_s_ms": paced,
    }


def _steady(world: World, target: Target, *, quick: bool) -> dict[str, Any]:
    took = leads.steady(world, target, per_s=50, seconds=5 if quick else 20, start=6 * _NUMBERS)
    return asdict(timing(took))
