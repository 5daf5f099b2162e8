"""One pace for all workers: the next free slot of a provider instance, by one atomic statement."""

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
