"""Stage 2 of the pipe: stored events become messages, receipts, takeovers.

``claim`` and ``run`` are what the queue calls. ``HANDLERS`` below says what each kind of event does; a handler runs in
one transaction together with closing its event, so an event has its effect once however often it is worked (I2).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction

from conversations import channel_cache
from conversations.channel_cache import ChannelView
from conversations.channels import base, registry
from conversations.chatwoot import events as chatwoot
from conversations.ingest import known, messages, people, receipts
from conversations.ingest.common import NotYet
from conversations.models import Event
from seleto.lib import alerts, clock, hot, jobs, metrics, tracing
from seleto.lib.leases import NO_WAIT, last_attempt_alone
from seleto.lib.models import Alert

log = structlog.get_logger(__name__)

ONE_MESSAGE = "message_once_per_channel"

EVENTS = metrics.counter("ingest_events", "Events worked, by outcome.", ["outcome"])


@dataclass(frozen=True, slots=True)
class EventClaim:
    """An event in hand; ``attempts`` counts this one."""

    id: UUID
    channel_id: UUID
    kind: str
    body: bytes
    received_at: datetime
    attempts: int
    correlation_id: str


Handler = Callable[[ChannelView, EventClaim, Any, datetime], str]
"""(channel, event, parsed, now) -> why nothing more will come of the event, or "" when it was taken in."""

HANDLERS: dict[type, Handler] = {
    base.Incoming: messages.on_incoming,
    base.Edited: messages.on_edited,
    base.Deleted: messages.on_deleted,
    base.Reaction: messages.on_reaction,
    base.Echo: messages.on_echo,
    base.Presence: messages.on_presence,
    base.Receipt: receipts.on_receipt,
    base.Connection: receipts.on_connection,
    base.Waiting: messages.on_waiting,
    base.Ignored: messages.on_ignored,
    base.NumberChanged: messages.on_number_changed,
    base.Trouble: receipts.on_trouble,
    base.TemplateChanged: receipts.on_template,
    chatwoot.Written: people.on_written,
    chatwoot.Changed: people.on_changed,
}

_READY = "status = 'new' AND due_at <= %(now)s AND (leased_until IS NULL OR leased_until < now())"
_CLAIMABLE = f"{_READY} AND {last_attempt_alone('conversations_event', _READY)}"


def claim(limit: int) -> Sequence[EventClaim]:
    """Take up to ``limit`` due events. SQL because the ORM cannot say UPDATE … RETURNING over SKIP LOCKED."""
    rows = hot.fetch(
        "UPDATE conversations_event SET attempts = attempts + 1,"  # noqa: S608
        " leased_until = now() + make_interval(secs => %(lease)s)"
        f" WHERE {NO_WAIT} AND id = ANY(ARRAY(SELECT id FROM conversations_event WHERE {_CLAIMABLE}"
        " ORDER BY due_at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED))"
        " RETURNING id, channel_id, kind, body, received_at, attempts, correlation_id",
        {
            "lease": settings.LEASE_S,
            "now": clock.now(),
            "limit": limit,
            "most": settings.INGEST_MAX_ATTEMPTS,
        },
    )
    claims = [EventClaim(row[0], row[1], row[2], bytes(row[3]), *row[4:]) for row in rows]
    return sorted(claims, key=lambda event: (event.received_at, event.id))


def run(event: EventClaim) -> None:
    """Work one event to its end: done, ignored with a reason, offered again, or parked."""
    with tracing.work("event", event.correlation_id):
        outcome = _work(event)
    EVENTS.labels(outcome=outcome).inc()


def alone(event: EventClaim) -> bool:
    return event.attempts >= settings.INGEST_MAX_ATTEMPTS > 1


def renew(events: Sequence[EventClaim]) -> None:
    jobs.extend_leases("conversations_event", [event.id for event in events])


def next_due() -> datetime | None:
    """When the next event falls due; one in hand is not counted until its lease has run out."""
    ((due,),) = hot.fetch(
        "SELECT min(due_at) FROM conversations_event"
        " WHERE status = 'new' AND (leased_until IS NULL OR leased_until < now())",
        [],
    )
    return cast(datetime | None, due)


def _work(event: EventClaim) -> str:
    now = clock.now()
    channel = channel_cache.by_id(event.channel_id)
    if event.attempts > settings.INGEST_MAX_ATTEMPTS:
        return _close(event, Event.Status.PARKED, reason="tentativas_esgotadas", now=now)
    try:
        parsed: Any
        if event.kind == base.EventKind.CHATWOOT:
            parsed = chatwoot.parse(event.body)
        else:
            parsed = registry.get(channel.provider).parser.parse(event.body)
        with transaction.atomic():
            reason = HANDLERS[type(parsed)](channel, event, parsed, now)
            status = Event.Status.IGNORED if reason else Event.Status.DONE
            return _close(event, status, reason=reason, now=now, parsed=parsed)
    except base.Unreadable as error:
        return _close(event, Event.Status.PARKED, reason=error.reason, now=now)
    except NotYet as wait:
        if now - event.received_at < timedelta(seconds=settings.INGEST_ORPHAN_WAIT_S):
            return _postpone(event, wait_s=settings.INGEST_ORPHAN_RETRY_S, keep_attempts=True, now=now)
        return _close(event, Event.Status.IGNORED, reason=wait.reason, now=now, parsed=parsed)
    except IntegrityError as error:
        # Another event about the same message was first (I2); the key of a message is the database's to guard.
        if getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") != ONE_MESSAGE:
            return _failed(event, error, now)
        return _close(event, Event.Status.IGNORED, reason="mensagem_repetida", now=now)
    except Exception as error:  # noqa: BLE001 - the outermost loop of this stage: the event stays and is seen
        return _failed(event, error, now)


def _failed(event: EventClaim, error: Exception, now: datetime) -> str:
    log.exception("ingest.failed", event_id=str(event.id))
    if event.attempts >= settings.INGEST_MAX_ATTEMPTS:
        return _close(event, Event.Status.PARKED, reason=f"erro:{type(error).__name__}", now=now)
    return _postpone(event, wait_s=settings.INGEST_RETRY_S * event.attempts, keep_attempts=False, now=now)


def _close(event: EventClaim, status: Event.Status, *, reason: str, now: datetime, parsed: Any = None) -> str:
    """``parsed`` is what a settled event said; of whom nobody knows, nothing is kept."""
    changes: dict[str, object] = {"status": str(status), "reason": reason[:120]}
    changes |= {"processed_at": now, "leased_until": None}
    # A message that was taken in made its lead known: the most common event is not looked up once more.
    taken_in = status == Event.Status.DONE and isinstance(parsed, base.Incoming)
    if parsed is not None and not taken_in and not known.names_somebody(parsed, event.body):
        changes["body"] = b""
    hot.change(
        f"UPDATE conversations_event SET {', '.join(f'{name} = %s' for name in changes)}"  # noqa: S608
        f" WHERE id = %s AND {NO_WAIT if taken_in else 'TRUE'}",
        [*changes.values(), event.id],
    )
    if status == Event.Status.PARKED:
        alerts.open_("event:parked", title="Há eventos do WhatsApp parados", level=Alert.Level.WARNING, now=now)
    return str(status)


def _postpone(event: EventClaim, *, wait_s: float, keep_attempts: bool, now: datetime) -> str:
    due_at = now + timedelta(seconds=wait_s)
    changes: dict[str, object] = {"due_at": due_at, "leased_until": None}
    if keep_attempts:
        changes["attempts"] = event.attempts - 1
    with transaction.atomic():
        Event.objects.filter(pk=event.id).update(**changes)
        jobs.wake("ingest", at=due_at)
    return "postponed"
