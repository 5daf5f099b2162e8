"""Stage 6 of the pipe: what is to leave, one row per bubble, in order, at most once.

A row is claimed by one statement that takes the conversation's lock, checks who owns the conversation and that nothing
before it is still on its way (I3, I5), and only then marks it as sending. After that the outcome is one of: sent,
parked, queued again, or unknown: sent perhaps, never repeated, shown to a person unless an echo settles it (I6).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import Q

from conversations import channel_cache, handoff
from conversations.channel_cache import ChannelView
from conversations.channels import registry
from conversations.channels.base import ChannelClient, Sent, Timeouts
from conversations.chatwoot import due, inboxes
from conversations.models import Conversation, Handoff, Message, Outbox, Turn
from knowledge import flags
from seleto.lib import alerts, circuits, clock, connections, correlation, http, jobs, metrics, ratelimit
from seleto.lib.errors import Ambiguous, Misconfigured, ProviderError, Rejected, Unavailable
from seleto.lib.leases import extend_leases
from seleto.lib.models import Alert

log = structlog.get_logger(__name__)

SENDS = metrics.counter("outbox_sends", "Attempts to send, by channel and outcome.", ["channel", "outcome"])
REPLY_TIME = metrics.timer("reply", "From the end of the lead's silence to the provider accepting the first bubble.")

# Channels that the provider refused as a whole since this process last sent through them.
_refused: set[UUID] = set()

# A row that may leave: due, its channel on line, nothing before it in its conversation still on its way.
_READY = (
    "o.status = 'queued' AND o.due_at <= %(now)s AND ch.enabled AND ch.connected IS NOT FALSE"
    " AND (o.origin = 'person' OR NOT o.channel_id = ANY(%(silenced)s))"
    " AND NOT EXISTS (SELECT FROM conversations_outbox e WHERE e.conversation_id = o.conversation_id"
    " AND e.\"order\" < o.\"order\" AND (e.status IN ('queued', 'sending')"
    " OR (e.status = 'unknown' AND e.due_at > %(now)s)))"
)
_MAY_SPEAK = "(o.origin = 'person' OR mine.closed_at IS NULL AND (mine.owner = 'agent' OR o.survives_handoff))"
_RETURNING = (
    'o.id, o.conversation_id, o.channel_id, o.message_id, o.origin, o."to", o.text, o.typing_s, o.attempts,'
    " o.created_at, o.correlation_id, o.answers_id, o.followed"
)


@dataclass(frozen=True, slots=True)
class Bubble:
    """A text that was reviewed, as it will be sent; ``typing_s`` seconds of typing are shown before it."""

    text: str
    typing_s: float


@dataclass(frozen=True, slots=True)
class OutboxClaim:
    """A row in hand; ``attempts`` counts this one."""

    id: UUID
    conversation_id: UUID
    channel_id: UUID
    message_id: UUID
    origin: str
    to: str = field(repr=False)
    text: str = field(repr=False)
    typing_s: float
    attempts: int
    created_at: datetime
    correlation_id: str
    answers_id: str
    followed: bool


def digest(text: str) -> str:
    """What a reviewed text is known by; the database compares it with the text itself (I4)."""
    return hashlib.sha256(text.encode()).hexdigest()


def enqueue(
    conversation: Conversation,
    bubbles: Sequence[Bubble],
    *,
    turn: Turn | None,
    reviewed: Sequence[str],
    now: datetime,
    answers_id: str = "",
    survives_handoff: bool = False,
) -> list[Outbox]:
    """Queue the agent's bubbles behind what the conversation still has to send. Call inside a transaction with the
    conversation locked; saving it is left to the caller.

    ``reviewed`` are the digests of the texts that passed the guardrails; a bubble whose text is not among them is
    refused with ``ValueError``, and by the database should this check ever be lost.
    """
    channel = channel_cache.by_id(conversation.channel_id)
    messages, rows, due_at = [], [], now
    for position, bubble in enumerate(bubbles):
        if digest(bubble.text) not in reviewed:
            raise ValueError("A text that no guardrail reviewed cannot be queued.")
        if position:
            due_at += timedelta(seconds=bubble.typing_s)
        due_at = max(due_at, _slot(channel, due_at))
        conversation.outbox_order += 1
        messages.append(_message_for(conversation, bubble.text, now))
        rows.append(
            Outbox(
                conversation=conversation,
                channel_id=conversation.channel_id,
                message=messages[-1],
                turn=turn,
                origin=Outbox.Origin.AGENT,
                order=conversation.outbox_order,
                to=conversation.address,
                text=bubble.text,
                reviewed_sha256=digest(bubble.text),
                typing_s=bubble.typing_s,
                due_at=due_at,
                answers_id="" if position else answers_id,
                followed=position < len(bubbles) - 1,
                survives_handoff=survives_handoff,
                created_at=now,
                correlation_id=correlation.current(),
            )
        )
    Message.objects.bulk_create(messages)
    Outbox.objects.bulk_create(rows)
    return rows


def enqueue_person(conversation: Conversation, text: str, *, chatwoot_id: int, now: datetime) -> Outbox:
    """Queue what a person of the team wrote to the lead, behind what is on its way. Nobody's guardrails apply (I4).

    Call inside a transaction with the conversation locked; saving it is left to the caller.
    """
    conversation.outbox_order += 1
    message = _message_for(conversation, text, now)
    message.author, message.chatwoot_id = Message.Author.PERSON, chatwoot_id
    message.save(force_insert=True)
    return Outbox.objects.create(
        conversation=conversation,
        channel_id=conversation.channel_id,
        message=message,
        origin=Outbox.Origin.PERSON,
        order=conversation.outbox_order,
        to=conversation.address,
        text=text,
        due_at=now,
        created_at=now,
        correlation_id=correlation.current(),
    )


def claim(limit: int, *, only: UUID | None = None) -> Sequence[OutboxClaim]:
    """Take up to ``limit`` rows that may leave now, or just the row ``only`` if it may.

    SQL because lock, ownership and claim must be one statement: the conversation's row is read under its lock, so a
    human's message that was committed before is seen, and one that comes later waits for this claim.
    """
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH ready AS (SELECT o.id, o.conversation_id FROM conversations_outbox o"  # noqa: S608
            f" JOIN conversations_channel ch ON ch.id = o.channel_id WHERE {_READY}"
            " AND (%(only)s::uuid IS NULL OR o.id = %(only)s) ORDER BY o.due_at, o.id LIMIT %(limit)s),"
            " mine AS (SELECT c.id, c.owner, c.closed_at FROM conversations_conversation c"
            " WHERE c.id IN (SELECT conversation_id FROM ready) FOR UPDATE SKIP LOCKED)"
            " UPDATE conversations_outbox o SET status = 'sending', attempts = o.attempts + 1, claimed_at = %(now)s,"
            " leased_until = now() + make_interval(secs => %(lease)s) FROM mine"
            " WHERE o.conversation_id = mine.id AND o.id IN (SELECT id FROM ready) AND o.status = 'queued'"
            f" AND {_MAY_SPEAK} RETURNING {_RETURNING}",
            {"now": now, "silenced": silenced_channels(), "only": only, "limit": limit, "lease": settings.LEASE_S},
        )
        claims = [OutboxClaim(*row) for row in cursor.fetchall()]
    if only is None and len(claims) < limit:
        try:
            _settle_abandoned(now)
        except DatabaseError:  # the rows just claimed must be worked; these are settled at the next look
            log.exception("outbox.settling_failed")
    return claims


def run(row: OutboxClaim) -> None:
    """Send one claimed row and record what came of it."""
    with correlation.bound(row.correlation_id):
        outcome = _attempt(row)
        if outcome == "sent":
            _after_sending(row)
        _mirror(row)
    SENDS.labels(channel=channel_cache.by_id(row.channel_id).slug, outcome=outcome).inc()


def renew(rows: Sequence[OutboxClaim]) -> None:
    """Keep the leases of the rows in hand."""
    extend_leases("conversations_outbox", [row.id for row in rows])


def next_due() -> datetime | None:
    """When the next row may leave, or an unsettled one has to be shown; rows that wait for others do not count."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(due_at) FROM (SELECT min(o.due_at) AS due_at FROM conversations_outbox o"  # noqa: S608
            " JOIN conversations_channel ch ON ch.id = o.channel_id"
            " JOIN conversations_conversation mine ON mine.id = o.conversation_id"
            f" WHERE {_MAY_SPEAK} AND {_READY.replace('o.due_at <= %(now)s AND ', '')}"
            " UNION ALL SELECT min(due_at) FROM conversations_outbox WHERE status = 'unknown' AND reason = ''"
            " UNION ALL SELECT %(now)s FROM conversations_outbox WHERE status = 'sending'"
            " AND leased_until < now()) due",
            {"now": clock.now(), "silenced": silenced_channels()},
        )
        due: datetime | None = cursor.fetchone()[0]
    return due


def on_own_echo(*, channel_id: UUID, to: Sequence[str], provider_id: str, now: datetime) -> None:
    """Our sending came back under an id we do not know yet: it proves the row in flight to that address, if any (I6).

    ``to`` are the forms of the address; there is one row in flight at most, as rows leave one at a time.
    """
    recent = now - timedelta(seconds=settings.OUTBOX_ECHO_BELIEVED_S)
    in_flight = Q(status=Outbox.Status.SENDING) | Q(status=Outbox.Status.UNKNOWN, claimed_at__gte=recent)
    row = (
        Outbox.objects.select_for_update()
        .filter(in_flight, channel_id=channel_id, to__in=to, provider_id="", echo_id="")
        .order_by("status", "claimed_at")  # "sending" before "unknown"
        .first()
    )
    if row is None or Outbox.objects.filter(channel_id=channel_id, provider_id=provider_id).exists():
        return
    Outbox.objects.filter(pk=row.pk).update(echo_id=provider_id)
    if row.status == Outbox.Status.UNKNOWN:
        _record_sent(row.pk, Sent(provider_id), now)


def _attempt(row: OutboxClaim) -> str:
    now = clock.now()
    channel = channel_cache.by_id(row.channel_id)
    if row.origin == Outbox.Origin.AGENT and now - row.created_at > timedelta(seconds=settings.OUTBOX_USEFUL_S):
        return _park(row, "velha_demais", now)
    circuit = f"{channel.provider}:{channel.slug}"
    if not circuits.allow(circuit, now):
        return _requeue(row, now + timedelta(seconds=settings.OUTBOX_RETRY_S * 5), counted=False)
    connections.release()
    try:
        sent = client(channel).send_text(
            to=row.to, text=row.text, typing_s=row.typing_s, correlation_id=row.correlation_id
        )
    except Misconfigured as error:
        circuits.failed(circuit, error.reason, now)
        _refused.add(channel.id)
        _alert(channel, f"O provedor recusa o canal {channel.slug}: confira as credenciais", now)
        return _requeue(row, now + timedelta(seconds=settings.CIRCUIT_OPEN_S), counted=False)
    except Rejected as error:
        circuits.succeeded(circuit)  # it answered, so it is up
        return _park(row, f"recusada:{error.reason}", now)
    except Unavailable as error:
        circuits.failed(circuit, error.reason, now)
        return _back_off(row, error, now)
    except Ambiguous as error:
        circuits.failed(circuit, error.reason, now)
        return _declare_unknown(row.id, now)
    circuits.succeeded(circuit)
    _record_sent(row.id, sent, clock.now())
    if channel.id in _refused:
        _refused.discard(channel.id)
        alerts.close(f"channel:{channel.slug}", now=now)
    return "sent"


def client(channel: ChannelView) -> ChannelClient:
    """The provider's client for a channel; connections are shared by the process."""
    timeouts = Timeouts(
        connect_s=settings.ZAPI_CONNECT_TIMEOUT_S,
        text_s=settings.ZAPI_TEXT_TIMEOUT_S,
        media_s=settings.ZAPI_MEDIA_TIMEOUT_S,
    )
    return registry.get(channel.provider).build_client(
        base_url=settings.ZAPI_BASE_URL,
        credentials={"instance_id": channel.instance_id, **channel.credentials},
        http=http.session(channel.provider, connect_s=timeouts.connect_s, read_s=timeouts.text_s),
        timeouts=timeouts,
    )


def _record_sent(row_id: UUID, sent: Sent, now: datetime) -> None:
    """Row and message in one statement, as it is on the reply's path. Nothing happens to a row settled meanwhile.

    Should our message have come back looking like a person's, that takeover is undone first.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH twin AS (SELECT FROM conversations_message m"
            " JOIN conversations_outbox o ON o.channel_id = m.channel_id"
            " WHERE o.id = %(row)s AND m.provider_id = %(id)s AND m.id <> o.message_id),"
            " sent AS (UPDATE conversations_outbox SET status = 'sent', reason = '', provider_id = %(id)s,"
            " provider_extra_id = %(extra)s, sent_at = %(now)s, leased_until = NULL"
            " WHERE id = %(row)s AND status IN ('sending', 'unknown') AND NOT EXISTS (SELECT FROM twin)"
            " RETURNING message_id),"
            " told AS (UPDATE conversations_message m SET status = 'sent', status_at = %(now)s, sent_at = %(now)s,"
            " provider_id = %(id)s FROM sent WHERE m.id = sent.message_id)"
            " SELECT EXISTS (SELECT FROM twin)",
            {"id": sent.provider_id, "extra": sent.extra_id or "", "now": now, "row": row_id},
        )
        mistaken = cursor.fetchone()[0]
    if mistaken:
        _undo_mistaken_takeover(row_id, sent, now)


def _undo_mistaken_takeover(row_id: UUID, sent: Sent, now: datetime) -> None:
    """Our own message came back looking like a person's and paused the agent: its id now proves that it was ours."""
    with transaction.atomic():
        row = Outbox.objects.get(pk=row_id)
        conversation = Conversation.objects.select_for_update().get(pk=row.conversation_id)
        mistaken = Message.objects.filter(channel_id=row.channel_id, provider_id=sent.provider_id).exclude(
            pk=row.message_id
        )
        taken_at = mistaken.filter(author=Message.Author.PHONE).values_list("created_at", flat=True).first()
        if taken_at is None:
            # Another of our rows carries that id already: this one was sent all the same, under no id of its own.
            Outbox.objects.filter(pk=row_id).update(status=Outbox.Status.SENT, sent_at=now, leased_until=None)
            Message.objects.filter(pk=row.message_id).update(status=Message.Status.SENT, status_at=now)
            return
        mistaken.filter(author=Message.Author.PHONE).delete()
        if conversation.owner == Conversation.Owner.HUMAN and conversation.owner_reason == handoff.PHONE:
            handoff.undo_takeover(conversation, taken_at=taken_at, now=now)
            conversation.save()
    _record_sent(row_id, sent, now)


def _mirror(row: OutboxClaim) -> None:
    """What became of a row is shown in Chatwoot, where its channel is mirrored."""
    if inboxes.of_channel(row.channel_id):
        lead_id = Conversation.objects.values_list("lead_id", flat=True).get(pk=row.conversation_id)
        due.mark(lead_id=lead_id, channel_id=row.channel_id, now=clock.now())


def _after_sending(row: OutboxClaim) -> None:
    """Wake what waits behind this row, and show the lead that we read; neither may undo the sending."""
    if row.followed:
        jobs.wake("deliver")
    if not (settings.SEND_READ_RECEIPTS and row.answers_id):
        return
    connections.release()
    try:
        client(channel_cache.by_id(row.channel_id)).mark_read(
            to=row.to, provider_id=row.answers_id, correlation_id=row.correlation_id
        )
    except ProviderError as error:
        log.info("outbox.read_receipt_failed", reason=error.reason)


def _back_off(row: OutboxClaim, error: Unavailable, now: datetime) -> str:
    if row.attempts >= settings.OUTBOX_MAX_ATTEMPTS:
        return _park(row, f"indisponivel:{error.reason}", now)
    wait_s = max(settings.OUTBOX_RETRY_S * 2 ** (row.attempts - 1), error.retry_after or 0)
    return _requeue(row, now + timedelta(seconds=min(wait_s, settings.OUTBOX_RETRY_MAX_S)), counted=True)


def _requeue(row: OutboxClaim, due_at: datetime, *, counted: bool) -> str:
    """Certainly not sent: later, unless a person took over while we tried (I5)."""
    attempts = row.attempts if counted else row.attempts - 1
    with transaction.atomic():
        conversation = Conversation.objects.select_for_update().get(pk=row.conversation_id)
        if row.origin == Outbox.Origin.AGENT and _taken_over(conversation):
            Outbox.objects.filter(pk=row.id, status=Outbox.Status.SENDING).update(
                status=Outbox.Status.CANCELLED, reason=handoff.TAKEN_OVER, leased_until=None
            )
            Message.objects.filter(pk=row.message_id).update(status=Message.Status.CANCELLED)
            return "cancelled"
        Outbox.objects.filter(pk=row.id, status=Outbox.Status.SENDING).update(
            status=Outbox.Status.QUEUED, due_at=due_at, leased_until=None, attempts=attempts
        )
        jobs.wake("deliver", at=due_at)
    return "postponed"


def _taken_over(conversation: Conversation) -> bool:
    """Whether a person is in charge by their own deed; a handoff's notice may still leave."""
    handed_over = conversation.owner_reason in Handoff.Reason.values
    return conversation.owner != Conversation.Owner.AGENT and not handed_over


def _park(row: OutboxClaim, reason: str, now: datetime) -> str:
    with transaction.atomic():
        Outbox.objects.filter(pk=row.id).update(status=Outbox.Status.PARKED, reason=reason[:120], leased_until=None)
        Message.objects.filter(pk=row.message_id).update(status=Message.Status.FAILED, status_at=now)
        alerts.open_(
            "outbox:parked", title="Há mensagens paradas na caixa de saída", level=Alert.Level.WARNING, now=now
        )
    return "parked"


def _declare_unknown(row_id: UUID, now: datetime) -> str:
    """Sent perhaps: wait for an echo; nothing behind it leaves meanwhile."""
    with transaction.atomic():
        row = Outbox.objects.select_for_update().get(pk=row_id)
        if row.status != Outbox.Status.SENDING:
            return "settled"
        if row.echo_id:
            _record_sent(row_id, Sent(row.echo_id), now)
            return "sent"
        row.status = Outbox.Status.UNKNOWN
        row.due_at = now + timedelta(seconds=settings.OUTBOX_AMBIGUOUS_WAIT_S)
        row.leased_until = None
        row.save(update_fields=["status", "due_at", "leased_until"])
        Message.objects.filter(pk=row.message_id).update(status=Message.Status.UNKNOWN, status_at=now)
        jobs.wake("deliver", at=row.due_at)
    return "unknown"


def _settle_abandoned(now: datetime) -> None:
    """Rows whose sender died are unknown; unknown rows whose wait is over are shown to a person."""
    abandoned = Outbox.objects.filter(status=Outbox.Status.SENDING).extra(where=["leased_until < now()"])
    for row_id in abandoned.values_list("pk", flat=True):
        _declare_unknown(row_id, now)
    overdue = Outbox.objects.filter(status=Outbox.Status.UNKNOWN, reason="", due_at__lte=now)
    if overdue.update(reason="sem_confirmacao"):
        alerts.open_(
            "outbox:unknown",
            title="Há mensagens sem confirmação de envio: confira no WhatsApp antes de repetir",
            level=Alert.Level.WARNING,
            now=now,
        )
        jobs.wake("deliver")


def _message_for(conversation: Conversation, text: str, now: datetime) -> Message:
    return Message(
        conversation=conversation,
        channel_id=conversation.channel_id,
        author=Message.Author.AGENT,
        type=Message.Type.TEXT,
        text=text,
        status=Message.Status.QUEUED,
        revision=conversation.revision,
        sent_at=now,
        created_at=now,
    )


def _slot(channel: ChannelView, due_at: datetime) -> datetime:
    """The instance's next free place at its own pace."""
    if not channel.min_interval_ms:
        return due_at
    return ratelimit.reserve(f"send:{channel.id}", interval_s=channel.min_interval_ms / 1000, now=due_at)


def silenced_channels() -> list[UUID]:
    """Channels on which the agent may neither answer nor send: switched off as a whole, or its flag is (I10)."""
    return [
        view.id
        for view in channel_cache.all_views()
        if not view.enabled or not flags.is_on("agent_enabled", channel=view.slug, origin=view.origin)
    ]


def _alert(channel: ChannelView, title: str, now: datetime) -> None:
    alerts.open_(f"channel:{channel.slug}", title=title, level=Alert.Level.CRITICAL, now=now)
