"""Any other HTTP system on the same work: what a small file says of it, and the parts that need no database of ours.

    python -m bench --target bench/targets/EXAMPLE.toml

The file (TOML) holds ``name``; ``webhook``, the address leads' messages go to; ``style``, how the provider's webhook
looks (``zapi``, ``cloud``); and if wanted ``start`` (a command, split at blanks), ``env`` (its variables), ``ready``
(an address that answers 2xx when it is up), ``secret`` (signs a ``cloud`` body) and ``headers``. In all of them
``{outside}`` is the address of the bench's model (``{outside}/v1/chat/completions``) and provider (any path that ends
with ``/send-text`` or ``/messages``), and ``{port}`` a free port, ``{python}`` this interpreter.
"""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import httpx

from bench import leads, processes
from bench.floors import free_port
from bench.leads import Target, phone, tell
from bench.load import timing, until
from bench.speed import CONNECTIONS, TURNS_FULL, TURNS_QUICK
from bench.world import World, world

_PATIENCE_S = 120.0


def measure(file: Path, *, quick: bool) -> tuple[str, dict[str, Any]]:
    """(its name, what was found). A part that fails says why instead of a figure."""
    described = tomllib.loads(file.read_text(encoding="utf-8"))
    with world() as around:
        filled = _filled(described, outside=around.address, port=str(free_port()), python=sys.executable)
        target = Target(
            filled["webhook"], filled.get("style", "zapi"), filled.get("secret", ""), filled.get("headers", {})
        )
        with _started(filled) as process:
            found = {}
            for name, part in (("conversations", _conversations), ("duplicates", _duplicates), ("acks", _acks)):
                try:
                    found[name] = part(around, target, process, quick)
                except (TimeoutError, RuntimeError, OSError) as error:
                    found[name] = {"not_taken": f"{type(error).__name__}: {error}"}
            return str(filled["name"]), found


def _conversations(around: World, target: Target, process: int | None, quick: bool) -> dict[str, Any]:
    turns = TURNS_QUICK if quick else TURNS_FULL
    leads.converse(around, target, leads=4, turns=2, start=90_000_000)
    found: dict[str, Any] = {}
    for count, each in turns.items():
        before = processes.cpu_s([process]) if process else 0.0
        run = leads.converse(around, target, leads=count, turns=each, start=91_000_000 + count * 1000)
        used = processes.cpu_s([process]) - before if process else None
        found[f"leads_{count}"] = {
            "turns_per_s": round(run.per_s, 1),
            "overhead_ms": asdict(timing(run.overheads)),
            "ack_ms": asdict(timing(run.acks)),
            "cpu_ms_per_turn": None if used is None else round(used * 1000 / count / each, 1),
            "memory_mb": processes.pss_mb([process]) if process else None,
        }
    return found


def _duplicates(around: World, target: Target, process: int | None, quick: bool) -> dict[str, Any]:
    numbers = range(95_000_000, 95_000_020)

    async def deliver() -> None:
        calls = [tell(around, target, phone(number), "Oi, bom dia", f"D{number}") for number in numbers for _ in "123"]
        await asyncio.gather(*calls)

    around.run(deliver())
    until(lambda: all(phone(number) in around.sends for number in numbers), patience_s=30)
    time.sleep(3)
    return {"messages": 20, "answered_once": sum(len(around.sends.get(phone(number), ())) == 1 for number in numbers)}


def _acks(around: World, target: Target, process: int | None, quick: bool) -> dict[str, Any]:
    rate, took = leads.acknowledge(
        around, target, requests=800 if quick else 4000, connections=CONNECTIONS, start=96_000_000
    )
    return {"per_s": round(rate), "ms": asdict(timing(took))}


@contextlib.contextmanager
def _started(described: dict[str, Any]) -> Iterator[int | None]:
    """Its process, or None for one that runs already."""
    if "start" not in described:
        yield None
        return
    process = subprocess.Popen(
        described["start"].split(),
        env={**os.environ, **described.get("env", {})},
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        ready = described.get("ready", "")
        if ready and not until(lambda: _answers(ready), patience_s=_PATIENCE_S):
            raise TimeoutError(f"{described['name']} does not become ready.")
        yield process.pid
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _answers(address: str) -> bool:
    try:
        return httpx.get(address, trust_env=False, timeout=2).is_success
    except httpx.HTTPError:
        return False


def _filled(value: Any, **names: str) -> Any:
    """Every text of the file with its names replaced."""
    match value:
        case str():
            for name, meant in names.items():
                value = value.replace(f"{{{name}}}", meant)
            return value
        case dict():
            return {key: _filled(item, **names) for key, item in value.items()}
    return value
