"""The one clock. In production the system's; with SANDBOX on, moved by one database row shared by every process.

Lease expiry never comes from here: leases are compared with the database server's own time, so a jump expires none.
"""

import threading
import time
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import connection

CHANNEL = "seleto_clock"

_lock = threading.Lock()
_offset = timedelta()
_read_at = float("-inf")


def now() -> datetime:
    """The current instant, aware, UTC."""
    instant = datetime.now(UTC)
    return instant + _current_offset() if settings.SANDBOX else instant


def move_to(instant: datetime) -> timedelta:
    """Set the shared clock to ``instant`` and tell every process; returns the offset. SANDBOX only."""
    if not settings.SANDBOX:
        raise RuntimeError("The clock moves only with SANDBOX=on.")
    offset = instant - datetime.now(UTC)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO lib_clockoffset (id, seconds) VALUES (1, %s)"
            " ON CONFLICT (id) DO UPDATE SET seconds = excluded.seconds",
            [offset.total_seconds()],
        )
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])
    forget()
    return offset


def forget() -> None:
    """Read the offset again at the next question."""
    global _read_at
    with _lock:
        _read_at = float("-inf")


def _current_offset() -> timedelta:
    """The offset as read at most ``CLOCK_CACHE_S`` ago. No lock is held while asking the database: a thread waiting
    for a connection would then hold up those that have one."""
    global _offset, _read_at
    if time.monotonic() - _read_at <= settings.CLOCK_CACHE_S:
        return _offset
    with connection.cursor() as cursor:
        cursor.execute("SELECT seconds FROM lib_clockoffset WHERE id = 1")
        row = cursor.fetchone()
    offset = timedelta(seconds=row[0]) if row else timedelta()
    with _lock:
        _offset, _read_at = offset, time.monotonic()
    return offset
