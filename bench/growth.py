"""What a turn costs as a conversation grows long and the tables grow large: at once, ten times and a hundred times.

The cost is CPU of all parts and PostgreSQL per turn, which a busy machine disturbs least, and the overhead's median.
Every size is measured twice, sizes taken in turn for histories, one after the other for rows, which only grow.
"""

import statistics
from typing import Any

from django.db import connection, transaction

from bench import leads, rows
from bench.leads import phone
from bench.load import timing
from bench.system import System
from conversations.models import Message

_NUMBERS = 70_000_000
_HISTORY = 20
_ROWS_LEADS = 250  # 5,000 messages
_LEADS, _TURNS, _RUNS = 10, 4, 3


def history(system: System, *, quick: bool) -> dict[str, Any]:
    """Conversations of 20, 200 (and 2,000) messages, summarised as the product would have them."""
    sizes = (1, 10) if quick else (1, 10, 100)
    for size in sizes:
        start = _NUMBERS + size * 1000
        leads.converse(system.world, system.target, leads=_LEADS, turns=1, start=start)
        _lengthen([phone(start + number) for number in range(_LEADS)], messages=_HISTORY * size)
    rows.analyse()
    found: dict[int, list[dict[str, float]]] = {size: [] for size in sizes}
    for _ in range(_RUNS):
        for size in sizes:
            found[size].append(_turns(system, start=_NUMBERS + size * 1000))
    return _compared(found)


def many_rows(system: System, *, quick: bool) -> dict[str, Any]:
    """Tables of 5,000, 50,000 (and 500,000) messages with as many leads, events, turns and bubbles as go with them."""
    found: dict[int, list[dict[str, float]]] = {}
    made = 0
    leads.converse(system.world, system.target, leads=1, turns=1, start=_NUMBERS + 400_000)  # the one to be copied
    for size in (1, 10) if quick else (1, 10, 100):
        for _ in rows.fill(first=made, leads=_ROWS_LEADS * size - made):
            pass
        made = _ROWS_LEADS * size
        rows.analyse()
        start = _NUMBERS + 500_000 + size * 1000
        leads.converse(system.world, system.target, leads=_LEADS, turns=2, start=start)
        found[size] = [_turns(system, start=start) for _ in range(_RUNS)]
    return _compared(found)


def _turns(system: System, *, start: int) -> dict[str, float]:
    before = system.cpu_s()
    run = leads.converse(system.world, system.target, leads=_LEADS, turns=_TURNS, start=start)
    cpu = sum(system.cpu_s().values()) - sum(before.values())
    return {"cpu_ms_per_turn": cpu * 1000 / _LEADS / _TURNS, "overhead_p50_ms": timing(run.overheads).p50}


def cost(system: System, *, start: int) -> dict[str, float]:
    """Medians of several runs of leads numbered from ``start``."""
    return _medians([_turns(system, start=start) for _ in range(_RUNS)])


def _medians(runs: list[dict[str, float]]) -> dict[str, float]:
    return {name: round(statistics.median(run[name] for run in runs), 1) for name in runs[0]}


def _compared(found: dict[int, list[dict[str, float]]]) -> dict[str, Any]:
    medians = {size: _medians(runs) for size, runs in found.items()}
    base = medians[1]["cpu_ms_per_turn"]
    return {
        **{f"{size}x": values for size, values in medians.items()},
        **{f"ratio_{size}x": round(medians[size]["cpu_ms_per_turn"] / base, 2) for size in medians if size > 1},
    }


def _lengthen(addresses: list[str], *, messages: int) -> None:
    """Put messages before those of each conversation, all but the last twenty of them told by a summary."""
    names = [field.column or field.name for field in Message._meta.local_fields]
    at = "m.sent_at - make_interval(secs => k * 60)"
    given = {
        "id": "gen_random_uuid()",
        "provider_id": "'past-' || m.id || '-' || k",
        "sent_at": at,
        "created_at": at,
        "event_id": "NULL",
        "revision": "0",
    }
    values = ", ".join(given.get(name, f'm."{name}"') for name in names)
    listed = ", ".join(f'"{name}"' for name in names)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO conversations_message ({listed}) SELECT {values} FROM conversations_message m"  # noqa: S608
            " JOIN conversations_conversation c ON c.id = m.conversation_id, generate_series(1, %s) k"
            " WHERE c.address = ANY(%s)",
            [messages // 2, addresses],
        )
        cursor.execute(
            "UPDATE conversations_conversation c SET summary = 'O lead perguntou da formadora.', summary_until ="
            " (SELECT min(sent_at) FROM (SELECT sent_at FROM conversations_message m WHERE m.conversation_id = c.id"
            " ORDER BY sent_at DESC LIMIT 20) latest) WHERE c.address = ANY(%s)",
            [addresses],
        )
