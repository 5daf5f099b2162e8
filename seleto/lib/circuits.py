"""A circuit breaker per outside system and instance, shared by all workers through one row.

Closed while things go well. ``CIRCUIT_FAILURES`` failures in a row open it: nobody calls for ``CIRCUIT_OPEN_S``. Then
exactly one caller gets leave for a trial call; its success closes the circuit, its failure opens it again, and should
it die, another trial is due after the same time. Count as failures only what speaks of the system as a whole (cannot
connect, 5xx, timeout), never the refusal of one message. Call with no transaction open.
"""

import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Q

from seleto.lib import alerts, clock, metrics
from seleto.lib.models import Alert, Circuit

# How long a process relies on what it read last, in real seconds. Keeps the hot path free of statements.
CACHE_S = 1.0

# What people call the systems; the rest of a key is an instance's name, or an id that says nothing to them.
NAMES = {
    "chatwoot": "o Chatwoot",
    "embeddings": "o servidor de embeddings",
    "llm": "o modelo",
    "llm-reserva": "o modelo reserva",
    "piperun": "o PipeRun",
    "transcription": "a transcrição de áudios",
    "whatsapp": "a Cloud API do WhatsApp",
    "zapi": "a Z-API",
}

OPENED = metrics.counter("circuits_opened", "Times an outside system was set aside.")


@dataclass(frozen=True, slots=True)
class _Seen:
    spotless: bool  # closed, without a failure counted
    retry_at: datetime | None  # None while closed
    until: float  # time.monotonic()


_lock = threading.Lock()
_seen: dict[str, _Seen] = {}


def allow(key: str, now: datetime) -> bool:
    """Whether to call the system named ``key`` (``zapi:<channel slug>``, ``llm``) now.

    After True the caller reports back with ``succeeded`` or ``failed``.
    """
    seen = _look(key)
    if seen.retry_at is None:
        return True
    if now < seen.retry_at:
        return False
    # Compare-and-set: of all who find the rest over, the database lets one through.
    won = (
        Circuit.objects.filter(key=key, retry_at__lte=now)
        .exclude(state=Circuit.State.CLOSED)
        .update(state=Circuit.State.HALF_OPEN, retry_at=now + _rest())
    )
    forget(key)
    return won == 1 or _look(key).retry_at is None


def failed(key: str, reason: str, now: datetime) -> None:
    """Count a failure. ``reason`` is a ``ProviderError.reason``: a constant word."""
    with connection.cursor() as cursor:
        # One statement, so that failures reported at once are all counted and one of them opens. A failed trial opens
        # again at once, a closed circuit when the failures are enough; an open one keeps its time.
        cursor.execute(
            "INSERT INTO lib_circuit AS c (key, state, failures, reason) VALUES (%(key)s, 'closed', 1, %(reason)s)"
            " ON CONFLICT (key) DO UPDATE SET (failures, reason, state, opened_at, retry_at) = ("
            "SELECT CASE WHEN opens AND c.state = 'closed' THEN %(most)s ELSE c.failures + 1 END, excluded.reason,"
            " CASE WHEN opens THEN 'open' ELSE c.state END,"
            " CASE WHEN opens THEN coalesce(c.opened_at, %(now)s) ELSE c.opened_at END,"
            " CASE WHEN opens THEN %(retry)s ELSE c.retry_at END"
            " FROM (SELECT c.state = 'half_open' OR c.state = 'closed' AND c.failures + 1 >= %(most)s AS opens) AS o)"
            " RETURNING state = 'open' AND failures = %(most)s",
            {
                "key": key,
                "reason": reason[:80],
                "most": settings.CIRCUIT_FAILURES,
                "now": now,
                "retry": now + _rest(),
            },
        )
        opened = bool(cursor.fetchone()[0])
    forget(key)
    if opened:
        OPENED.inc()
        alerts.open_(
            _alert(key),
            title=f"Sem resposta: {_name(key)}. Novas tentativas seguem",
            level=Alert.Level.CRITICAL,
            now=now,
        )


def trip(key: str, reason: str, now: datetime, *, title: str) -> None:
    """Open at once: nothing comes of asking again before somebody mends what ``title`` (Portuguese) names."""
    with connection.cursor() as cursor:
        # One statement as above; a circuit that is open keeps its time.
        cursor.execute(
            "INSERT INTO lib_circuit AS c (key, state, failures, reason, opened_at, retry_at)"
            " VALUES (%(key)s, 'open', %(most)s, %(reason)s, %(now)s, %(retry)s)"
            " ON CONFLICT (key) DO UPDATE SET state = 'open', failures = c.failures + 1, reason = excluded.reason,"
            " opened_at = coalesce(c.opened_at, excluded.opened_at), retry_at = excluded.retry_at"
            " WHERE c.state <> 'open' RETURNING opened_at = %(now)s",
            {"key": key, "reason": reason[:80], "most": settings.CIRCUIT_FAILURES, "now": now, "retry": now + _rest()},
        )
        row = cursor.fetchone()
    forget(key)
    if row and row[0]:
        OPENED.inc()
    alerts.open_(_alert(key), title=title, level=Alert.Level.CRITICAL, now=now)


def succeeded(key: str) -> bool:
    """Report a success: forgets counted failures, closes after a trial. Costs nothing while all is well.

    Returns whether there was anything to forget. A success does not close an open circuit: it may be the late answer
    to a call from before it opened.
    """
    if _look(key).spotless:
        return False
    spotless = Q(state=Circuit.State.CLOSED, failures=0)
    healed = Circuit.objects.filter(key=key).exclude(spotless).exclude(state=Circuit.State.OPEN)
    mended = healed.update(state=Circuit.State.CLOSED, failures=0, reason="", opened_at=None, retry_at=None) > 0
    if mended:
        alerts.close(_alert(key), now=clock.now())
    forget(key)
    return mended


def reset(key: str) -> None:
    """A person's order to try again at once."""
    Circuit.objects.filter(key=key).delete()
    alerts.close(_alert(key), now=clock.now())
    forget(key)


def forget(key: str | None = None) -> None:
    """Ask the database again at the next question, about one circuit or all."""
    with _lock:
        if key is None:
            _seen.clear()
        else:
            _seen.pop(key, None)


def _look(key: str) -> _Seen:
    seen = _seen.get(key)
    if seen is not None and time.monotonic() < seen.until:
        return seen
    row = Circuit.objects.filter(key=key).values_list("state", "failures", "retry_at").first()
    state, failures, retry_at = row or (Circuit.State.CLOSED, 0, None)
    closed = state == Circuit.State.CLOSED
    seen = _Seen(closed and failures == 0, None if closed else retry_at, time.monotonic() + CACHE_S)
    with _lock:
        _seen[key] = seen
    return seen


def _rest() -> timedelta:
    return timedelta(seconds=settings.CIRCUIT_OPEN_S)


def _name(key: str) -> str:
    system, _, which = key.partition(":")
    return f"{NAMES.get(system, system)}{f', canal {which}' if 0 < len(which) < 36 else ''}"


def _alert(key: str) -> str:
    return f"circuit:{key}"
