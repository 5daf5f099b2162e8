"""Read files that are here: due rows end as words, or with the reason why there are none.

A drained stage like the others. A failure is tried again while the lead's turn waits or attempts are left; whatever
comes of it, ``settling`` lets the conversation go on.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.db import connection
from django.db.models import Min

from conversations.models import Reading
from conversations.readings import documents, hearing, pictures, settling
from conversations.readings.hearing import Outcome
from seleto.lib import clock, jobs, metrics
from seleto.lib.errors import ProviderError, Rejected
from seleto.lib.leases import extend_leases, last_attempt_alone

log = structlog.get_logger(__name__)

READINGS = metrics.counter("readings", "Files read, by kind and outcome.", ["kind", "outcome"])


@dataclass(frozen=True, slots=True)
class ReadingClaim:
    """A file to read; ``attempts`` counts this one. ``seconds`` is what the sender said of a sound."""

    id: UUID
    kind: str
    attempts: int
    awaited_until: datetime
    path: str = field(repr=False)
    mime: str
    seconds: float | None
    conversation_id: UUID


_READY = "state = 'due' AND due_at <= %(now)s AND (leased_until IS NULL OR leased_until < now())"
_CLAIMABLE = f"{_READY} AND {last_attempt_alone('conversations_reading', _READY)}"


def claim(limit: int) -> Sequence[ReadingClaim]:
    """Take up to ``limit`` due files. SQL because the ORM cannot say UPDATE … RETURNING over SKIP LOCKED."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE conversations_reading r SET attempts = r.attempts + 1,"  # noqa: S608
            " leased_until = now() + make_interval(secs => %(lease)s)"
            " FROM conversations_media f JOIN conversations_message m ON m.id = f.message_id"
            f" WHERE f.id = r.media_id AND r.id = ANY(ARRAY(SELECT id FROM conversations_reading WHERE {_CLAIMABLE}"
            " ORDER BY due_at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED))"
            " RETURNING r.id, r.kind, r.attempts, r.awaited_until, f.path, f.mime, f.duration_s, m.conversation_id",
            {
                "lease": settings.LEASE_S,
                "now": clock.now(),
                "limit": limit,
                "most": settings.READING_MAX_ATTEMPTS,
            },
        )
        return [ReadingClaim(*row) for row in cursor.fetchall()]


def run(row: ReadingClaim) -> None:
    """Read one file, or say why not."""
    try:
        if row.attempts > settings.READING_MAX_ATTEMPTS:  # it may be what kills the process
            raise Rejected("tentativas_esgotadas")
        outcome = _read(row)
    except Rejected as error:
        outcome = Outcome(Reading.State.FAILED, error.reason)
    except ProviderError as error:
        if _postpone(row, error):
            READINGS.labels(kind=row.kind, outcome="postponed").inc()
            return
        outcome = Outcome(Reading.State.FAILED, error.reason)
    settling.settle(row.id, row.attempts, outcome, now=clock.now())
    READINGS.labels(kind=row.kind, outcome=str(outcome.state)).inc()


def alone(row: ReadingClaim) -> bool:
    return row.attempts >= settings.READING_MAX_ATTEMPTS > 1


def renew(rows: Sequence[ReadingClaim]) -> None:
    extend_leases("conversations_reading", [row.id for row in rows])


def next_due() -> datetime | None:
    """When the next file is to be read; one in hand does not count."""
    due_at: datetime | None = (
        Reading.objects.filter(state=Reading.State.DUE)
        .extra(where=["(leased_until IS NULL OR leased_until < now())"])
        .aggregate(due=Min("due_at"))["due"]
    )
    return due_at


def _read(row: ReadingClaim) -> Outcome:
    if row.kind == Reading.Kind.DOCUMENT:
        return documents.read(row.path, row.mime)
    if row.kind == Reading.Kind.DESCRIPTION:
        return pictures.describe(row.path, row.mime, conversation_id=row.conversation_id)
    return hearing.hear(row.path, row.mime, stated_s=row.seconds, conversation_id=row.conversation_id)


def _postpone(row: ReadingClaim, error: ProviderError) -> bool:
    """Put the row off; False when there is no point in it any more.

    An endpoint that is set aside is nobody's attempt, but the lead does not wait for its return for ever.
    """
    now = clock.now()
    closed = error.reason == hearing.CLOSED
    if (closed and now >= row.awaited_until) or (not closed and row.attempts >= settings.READING_MAX_ATTEMPTS):
        return False
    wait_s = settings.READING_RETRY_S * 2 ** min(row.attempts - 1, 6)
    due_at = now + timedelta(seconds=max(wait_s, min(error.retry_after or 0, settings.READING_WAIT_S)))
    Reading.objects.filter(pk=row.id, state=Reading.State.DUE, attempts=row.attempts).update(
        due_at=due_at,
        leased_until=None,
        reason=error.reason[:120],
        attempts=row.attempts - 1 if closed else row.attempts,
    )
    jobs.wake("read", at=due_at)
    return True
