"""A stage over a small table of its own, so that the queue is tested without any app.

Rows name what working them does. ``worked`` counts the times a row was finished.
"""

import os
import signal
import threading
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from seleto.lib import clock, jobs
from seleto.lib.leases import last_attempt_alone

CLUSTER = "probe"
STAGE = "probe"
CONCURRENCY = 4
# Attempts before a row is parked.
MOST = 3

_READY = "worked = 0 AND NOT parked AND due_at <= %(now)s AND (leased_until IS NULL OR leased_until < now())"
Item = tuple[int, str, int]

_gate = threading.Event()
_held: set[int] = set()


def open_gate() -> None:
    """Let the rows that wait at the gate go on. ``make_table`` closes it."""
    _gate.set()


def held() -> set[int]:
    """The rows that are being worked in this process."""
    return set(_held)


def make_table() -> None:
    _gate.clear()
    execute(
        "CREATE TABLE IF NOT EXISTS probe (id bigserial PRIMARY KEY, act text NOT NULL DEFAULT 'note',"
        " due_at timestamptz NOT NULL, worked int NOT NULL DEFAULT 0, attempts int NOT NULL DEFAULT 0,"
        " leased_until timestamptz, started_at timestamptz, pid int, parked bool NOT NULL DEFAULT false)"
    )
    execute("TRUNCATE probe")


def drop_table() -> None:
    """The stage goes with its table: whoever asks every stage later in this process must not meet it."""
    jobs._stages.pop(STAGE, None)
    execute("DROP TABLE probe")


def add(act: str = "note", *, due_at: datetime | None = None, attempts: int = 0) -> int:
    statement = "INSERT INTO probe (act, due_at, attempts) VALUES (%s, %s, %s) RETURNING id"
    return int(execute(statement, [act, due_at or clock.now(), attempts])[0][0])


def worked(row: int) -> int:
    return int(execute("SELECT worked FROM probe WHERE id = %s", [row])[0][0])


def execute(statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values))
        return cursor.fetchall() if cursor.description else []


def claim(limit: int) -> Sequence[Item]:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE probe SET attempts = attempts + 1, leased_until = now() + make_interval(secs => %(lease)s),"
            " pid = %(pid)s, started_at = clock_timestamp() WHERE id = ANY(ARRAY(SELECT id FROM probe"
            f" WHERE {_READY} AND {last_attempt_alone('probe', _READY)} ORDER BY due_at LIMIT %(limit)s"
            " FOR UPDATE SKIP LOCKED)) RETURNING id, act, attempts",
            {"lease": settings.LEASE_S, "pid": os.getpid(), "now": clock.now(), "limit": limit, "most": MOST},
        )
        return cursor.fetchall()


def run(item: Item) -> None:
    row, act, attempts = item
    if attempts > MOST:
        execute("UPDATE probe SET parked = true, leased_until = NULL WHERE id = %s", [row])
        return
    _held.add(row)
    try:
        _act(act)
        execute("UPDATE probe SET worked = worked + 1, leased_until = NULL WHERE id = %s", [row])
    finally:
        connection.close()
        _held.discard(row)


def alone(item: Item) -> bool:
    return item[2] >= MOST


def _act(act: str) -> None:
    match act.split():
        case ["raise"]:
            raise ValueError("the words of a lead")
        case ["sleep", seconds]:
            time.sleep(float(seconds))
        case ["die"]:
            time.sleep(0.3)  # so that whatever was claimed with it is in hand
            os.kill(os.getpid(), signal.SIGKILL)
        case ["gate"]:
            _gate.wait(30)
        case ["next", *acts]:
            with transaction.atomic():
                add(" ".join(acts) or "note")
                jobs.wake(STAGE)
        case ["later", seconds]:
            with transaction.atomic():
                due_at = clock.now() + timedelta(seconds=float(seconds))
                add(due_at=due_at)
                jobs.wake(STAGE, at=due_at)
        case ["gate-next"]:
            _gate.wait(30)
            with transaction.atomic():
                add()
                jobs.wake(STAGE)


def renew(items: Sequence[Item]) -> None:
    jobs.extend_leases("probe", [item[0] for item in items])


def next_due() -> datetime | None:
    due: datetime | None = execute(
        "SELECT min(due_at) FROM probe WHERE worked = 0 AND NOT parked"
        " AND (leased_until IS NULL OR leased_until < now())"
    )[0][0]
    return due


def register() -> None:
    if CLUSTER not in jobs.clusters():
        jobs.register(
            jobs.Stage(
                name=STAGE,
                cluster=CLUSTER,
                claim=claim,
                run=run,
                renew=renew,
                next_due=next_due,
                concurrency=CONCURRENCY,
                alone=alone,
            )
        )
