"""What a turn costs beside ten million messages: tables filled in SQL, then the same leads as before, and the plans.

    python -m bench --scale 10000000

The turn's cost in the empty database comes first, in the same run. The plans of every statement a turn executes are
looked through for reading whole large tables.
"""

import json
import os
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from bench import growth, leads, report, rows, system

_LARGE_ROWS = 10_000
_NUMBERS = 80_000_000


def run(messages: int) -> int:
    """Write ``bench/results/scale.json``; exit code 1 when a turn costs more than 1.2 times as much."""
    with system.started() as running:
        leads.converse(running.world, running.target, leads=10, turns=3, start=_NUMBERS)
        empty = growth.cost(running, start=_NUMBERS)
        filled_s = _fill(messages)
        rows.analyse()
        leads.converse(running.world, running.target, leads=10, turns=2, start=_NUMBERS + 1000)
        full = growth.cost(running, start=_NUMBERS + 1000)
        plans = _whole_tables(running)
        found = {
            "taken_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "messages": messages,
            "filled_s": round(filled_s),
            "database_gb": round(_size() / 1e9, 1),
            "empty": empty,
            "full": full,
            "cpu_ratio": round(full["cpu_ms_per_turn"] / empty["cpu_ms_per_turn"], 2),
            "overhead_ratio": round(full["overhead_p50_ms"] / empty["overhead_p50_ms"], 2),
            "statements_reading_whole_tables": plans,
            "load_at_end": round(os.getloadavg()[0], 1),
        }
    report.RESULTS.mkdir(exist_ok=True)
    (report.RESULTS / "scale.json").write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(json.dumps(found, indent=2, ensure_ascii=False))
    return 1 if full["cpu_ms_per_turn"] > 1.2 * empty["cpu_ms_per_turn"] else 0


def _fill(messages: int) -> float:
    began = time.monotonic()
    for made in rows.fill(first=0, leads=messages // rows.MESSAGES_PER_LEAD):
        elapsed = time.monotonic() - began
        print(f"  {made * rows.MESSAGES_PER_LEAD} messages, {elapsed:.0f} s", file=sys.stderr, flush=True)
    return time.monotonic() - began


def _size() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        size: int = cursor.fetchone()[0]
    return size


def _whole_tables(running: system.System) -> list[dict[str, Any]]:
    """Run the stages of a turn in this process and explain every statement; those that scan a large table whole."""
    from conversations.models import Event
    from seleto.lib import jobs

    seen: dict[str, Any] = {}

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().upper().startswith(("SELECT", "UPDATE", "INSERT", "WITH", "DELETE")):
            seen.setdefault(sql, params)
        return execute(sql, params, many, context)

    worker = running.installation.processes["worker"]
    worker.terminate()
    worker.wait()
    number = leads.phone(_NUMBERS + 1000)
    running.world.run(leads.tell(running.world, running.target, number, "Oi, bom dia", "SCALE"))
    with connection.execute_wrapper(note):
        while Event.objects.filter(status=Event.Status.NEW).exists():
            jobs.run_due("ingest")
        for stage in jobs.clusters():
            for one in jobs.stages(stage):
                one.next_due()
                one.claim(0)
    return _scans(seen)


def _scans(seen: dict[str, Any]) -> list[dict[str, Any]]:
    found = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND reltuples > %s", [_LARGE_ROWS])
        large = {name for (name,) in cursor.fetchall()}
        for sql, params in seen.items():
            cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
            scanned = [name for name in _scanned(cursor.fetchone()[0]) if name in large]
            if scanned:
                found.append({"tables": scanned, "statement": " ".join(sql.split())[:300]})
    return found


def _scanned(plan: Any) -> Sequence[str]:
    """Tables that a plan reads from end to end."""
    if isinstance(plan, list):
        return [name for part in plan for name in _scanned(part)]
    if not isinstance(plan, dict):
        return []
    own = [plan["Relation Name"]] if plan.get("Node Type") == "Seq Scan" else []
    return [*own, *(name for part in plan.values() for name in _scanned(part))]
