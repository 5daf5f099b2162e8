"""One pace for all workers: the next free slot of a provider instance, by one atomic statement."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection


def reserve(key: str, *, interval_s: float, now: datetime) -> datetime:
    """Take the next slot of ``key`` and return its instant, ``now`` or later. Slots lie ``interval_s`` seconds apart.

    A slot taken is spent, whether used or not. The row stays locked until the caller's transaction ends: call it in
    autocommit or last. An interval of 0 means no limit and asks nobody.
    """
    if interval_s <= 0:
        return now
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO lib_ratebucket AS b (key, next_at)"
            " VALUES (%(key)s, %(now)s + %(gap)s * interval '1 second')"
            " ON CONFLICT (key) DO UPDATE SET next_at = greatest(b.next_at, %(now)s) + %(gap)s * interval '1 second'"
            " RETURNING next_at - %(gap)s * interval '1 second'",
            {"key": key, "now": now, "gap": interval_s},
        )
        slot: datetime = cursor.fetchone()[0]
    return slot


@dataclass(frozen=True, slots=True)
class Slot:
    """``wait_s`` seconds from now the slot comes; not ``taken`` when that is longer than the asker wants to wait."""

    taken: bool
    wait_s: float


def take(key: str, *, interval_s: float, within_s: float) -> Slot:
    """The next slot of ``key`` if it comes within ``within_s`` seconds; else it stays free for others.

    By the database's own clock, so that neither a moved clock nor a host's wrong one changes the pace against a server
    that counts in real time. Call it in autocommit: the row stays locked until a transaction ends.
    """
    if interval_s <= 0:
        return Slot(taken=True, wait_s=0.0)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO lib_ratebucket AS b (key, next_at)"
            " VALUES (%(key)s, clock_timestamp() + %(gap)s * interval '1 second')"
            " ON CONFLICT (key) DO UPDATE SET"
            " next_at = greatest(b.next_at, clock_timestamp()) + %(gap)s * interval '1 second'"
            " WHERE b.next_at <= clock_timestamp() + %(within)s * interval '1 second'"
            " RETURNING extract(epoch FROM next_at - %(gap)s * interval '1 second' - clock_timestamp())",
            {"key": key, "gap": interval_s, "within": within_s},
        )
        row = cursor.fetchone()
        if row is not None:
            return Slot(taken=True, wait_s=max(0.0, float(row[0])))
        cursor.execute(
            "SELECT extract(epoch FROM next_at - clock_timestamp()) FROM lib_ratebucket WHERE key = %s", [key]
        )
        row = cursor.fetchone()
    return Slot(taken=False, wait_s=max(0.0, float(row[0])) if row else 0.0)


def hold(key: str, *, wait_s: float) -> None:
    """No further slot of ``key`` for ``wait_s`` seconds: the server said so."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO lib_ratebucket AS b (key, next_at)"
            " VALUES (%(key)s, clock_timestamp() + %(wait)s * interval '1 second')"
            " ON CONFLICT (key) DO UPDATE SET"
            " next_at = greatest(b.next_at, clock_timestamp() + %(wait)s * interval '1 second')",
            {"key": key, "wait": wait_s},
        )
