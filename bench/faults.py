"""Whether it holds: redeliveries, bursts, order, a killed worker, a model and a provider that fail.

Each says how many leads there were and how many got exactly what they should have.
"""

import asyncio
import os
import signal
import time
from pathlib import Path
from typing import Any

from bench.leads import phone, tell
from bench.load import until
from bench.system import System
from conversations.models import Event, Message, Outbox

_NUMBERS = 50_000_000
# Longer than a worker takes to come back and answer once more, if it would.
_AFTERMATH_S = 3.0


def duplicates(system: System, *, quick: bool) -> dict[str, Any]:
    """Twenty messages, each delivered three times at once: one event, one message, one reply each."""
    count = 20 if quick else 1000
    world, target = system.world, system.target
    numbers = range(_NUMBERS, _NUMBERS + count)

    async def deliver() -> None:
        calls = [tell(world, target, phone(number), "Oi, bom dia", f"D{number}") for number in numbers for _ in "123"]
        await asyncio.gather(*calls)
        await asyncio.gather(*(world.arrived(phone(number), 1, 30) for number in numbers))

    world.run(deliver())
    time.sleep(_AFTERMATH_S)
    keys = [f"D{number}" for number in numbers]
    return {
        "messages": count,
        "deliveries": 3 * count,
        "stored": Message.objects.filter(provider_id__in=keys).count(),
        "answered_once": sum(len(world.sends.get(phone(number), ())) == 1 for number in numbers),
    }


def order(system: System, *, quick: bool) -> dict[str, Any]:
    """Five messages of each lead, 150 ms apart: kept, and read by the model, in the order they were sent."""
    count = 20 if quick else 100
    world, target = system.world, system.target
    numbers = range(_NUMBERS + 10_000, _NUMBERS + 10_000 + count)

    async def write(number: int) -> None:
        for position in range(5):
            await tell(world, target, phone(number), f"parte {position} da {number}", f"O{number}-{position}")
            await asyncio.sleep(0.15)
        await world.arrived(phone(number), 1, 30)

    async def all_leads() -> None:
        await asyncio.gather(*(write(number) for number in numbers))

    world.run(all_leads())
    _settled()
    rows = Message.objects.filter(author=Message.Author.LEAD, conversation__address__in=[phone(n) for n in numbers])
    kept: dict[str, list[str]] = {}
    for address, text in rows.order_by("sent_at", "revision").values_list("conversation__address", "text"):
        kept.setdefault(address, []).append(text)
    wanted = {phone(n): [f"parte {position} da {n}" for position in range(5)] for n in numbers}
    replies = [len(world.sends.get(phone(number), ())) for number in numbers]
    return {
        "leads": count,
        "in_order": sum(kept.get(to) == texts for to, texts in wanted.items()),
        "replies_max": max(replies),
        "replies": sum(replies),
    }


def bursts(system: System, *, quick: bool) -> dict[str, Any]:
    """Three messages within two seconds (in the long form ten within eight) get one reply. Needs the quiet periods as
    shipped."""
    count, pieces, apart_s = (20, 3, 0.9) if quick else (100, 10, 0.85)
    world, target = system.world, system.target
    numbers = range(_NUMBERS + 20_000, _NUMBERS + 20_000 + count)

    async def write(number: int) -> None:
        for position in range(pieces):
            await tell(world, target, phone(number), f"parte {position} do pedido", f"B{number}-{position}")
            await asyncio.sleep(apart_s)
        await world.arrived(phone(number), 1, 60)

    async def all_leads() -> None:
        await asyncio.gather(*(write(number) for number in numbers))

    world.run(all_leads())
    time.sleep(2 * _AFTERMATH_S)
    once = sum(len(world.sends[phone(number)]) == 1 for number in numbers)
    return {"leads": count, "messages_each": pieces, "answered_once": once}


def kills(system: System, *, quick: bool) -> dict[str, Any]:
    """``kill -9`` of every cluster in the middle of a load: each lead is answered, and once. Who waited for longer than
    HOLDING_AFTER_S was told so before; that is no answer."""
    rounds, count = (1, 20) if quick else (5, 20)
    world, target = system.world, system.target
    once, held, seconds = 0, 0, 0.0
    for number in range(rounds):
        numbers = range(_NUMBERS + 30_000 + number * count, _NUMBERS + 30_000 + (number + 1) * count)

        async def write(numbers: range = numbers) -> None:
            calls = world.model_calls
            for lead in numbers:
                await tell(world, target, phone(lead), "Oi, bom dia", f"K{lead}")
            async with asyncio.timeout(20):
                while world.model_calls - calls < count // 2:
                    await asyncio.sleep(0.01)

        world.run(write())
        killed_at = time.time()
        kill_clusters(system.worker)

        async def answered(numbers: range = numbers) -> list[float]:
            return list(await asyncio.gather(*(world.answered(phone(lead), 60) for lead in numbers)))

        seconds = max(seconds, *(at - killed_at for at in world.run(answered())))
        time.sleep(_AFTERMATH_S)
        once += sum(world.answers[phone(lead)] == 1 for lead in numbers)
        held += sum(len(world.sends[phone(lead)]) > world.answers[phone(lead)] for lead in numbers)
    return {
        "leads": rounds * count,
        "answered_once": once,
        "told_to_wait": held,
        "seconds_max": round(seconds, 1),
    }


def model_faults(system: System, *, quick: bool) -> dict[str, Any]:
    """The model refuses (429), breaks (500) or answers in another shape, once each; every lead is answered all the
    same, by the model or by the holding phrase."""
    found = {}
    faults: tuple[int | str, ...] = (429, 500, "malformed")
    for position, fault in enumerate(faults):
        system.world.outside.model_faults = [fault]
        found[str(fault)] = _answered_in_spite(system, _NUMBERS + 40_000 + position * 100)
        system.world.outside.model_faults = []
    return found


def provider_fault(system: System, *, quick: bool) -> dict[str, Any]:
    """The provider breaks (500) once: nobody can know whether the bubble left, so it is not sent again."""
    system.world.outside.provider_faults = [500]
    number = _NUMBERS + 45_000
    world = system.world
    world.run(tell(world, system.target, phone(number), "Oi, bom dia", f"P{number}"))
    done = (Outbox.Status.SENT, Outbox.Status.UNKNOWN, Outbox.Status.PARKED)
    settled = until(lambda: Outbox.objects.filter(to=phone(number), status__in=done).exists(), patience_s=40)
    states = list(Outbox.objects.filter(to=phone(number)).values_list("status", flat=True))
    return {"settled": settled, "outbox": states, "arrived": len(world.sends.get(phone(number), ()))}


def _answered_in_spite(system: System, number: int) -> dict[str, Any]:
    world = system.world
    began = time.time()
    world.run(tell(world, system.target, phone(number), "Oi, bom dia", f"F{number}"))
    try:
        arrived = world.run(world.arrived(phone(number), 1, 40))
    except TimeoutError:
        return {"answered": False, "seconds": None}
    return {"answered": True, "seconds": round(arrived - began, 1)}


def kill_clusters(supervisor: int) -> None:
    """SIGKILL the process group of every cluster; the supervisor forks them again."""
    for child in Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text().split():
        os.killpg(int(child), signal.SIGKILL)


def _settled() -> None:
    """Wait until nothing is left to take in and whoever would answer again has had the time to."""
    until(lambda: not Event.objects.filter(status=Event.Status.NEW).exists(), patience_s=30)
    time.sleep(_AFTERMATH_S)
