"""Stage 6 of the pipe: what is to leave, one row per bubble, in order, at most once.

A row is claimed by one statement that takes the conversation's lock, checks who owns the conversation and that nothing
before it is still on its way (I3, I5), and only then marks it as sending. After that the outcome is one of: sent,
parked, queued again, or unknown (``conversations/outcomes.py``).
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

import structlog
from django.conf import settings
from django.db import DatabaseError

from conversations import channel_cache, outcomes, pacing, sending, window
from conversations.channel_cache import ChannelView
from conversations.channels import registry
from conversations.channels.base import ChannelClient, Timeouts
from conversations.chatwoot import due, inboxes
from conversations.chatwoot.events import Attachment
from conversations.media import arrivals
from conversations.models import Conversation, Media, Message, Outbox, Turn
from conversations.outcomes import OutboxClaim
from conversations.voice import notes
from knowledge import flags
from seleto.lib import alerts, circuits, clock, connections, correlation, hot, http, jobs, metrics, tracing
from seleto.lib.errors import Ambiguous, Misconfigured, ProviderError, Rejected, Throttled, Unavailable
from seleto.lib.leases import extend_leases
from seleto.lib.models import Alert

log = structlog.get_logger(__name__)

SENDS = metrics.counter("outbox_sends", "Attempts to send, by channel and outcome.", ["channel", "outcome"])
REPLY_TIME = metrics.timer("reply", "From the end of the lead's silence to the provider accepting the first bubble.")

_MESSAGES, _ROWS = hot.Table(Message), hot.Table(Outbox)

# A row that may leave: due, its channel on line, its file here, nothing before it in its conversation still on its way.
_READY = (
    "o.status = 'queued' AND o.due_at <= %(now)s AND ch.enabled AND ch.connected IS NOT FALSE"
    " AND (o.media_id IS NULL"
    " OR EXISTS (SELECT FROM conversations_media f WHERE f.id = o.media_id AND f.state = 'stored'))"
    " AND (o.origin = 'person' OR NOT o.channel_id = ANY(%(silenced)s)"
    " AND conversations_rollout(o.conversation_id) = 'live')"
    " AND NOT EXISTS (SELECT FROM conversations_outbox e WHERE e.conversation_id = o.conversation_id"
    " AND e.\"order\" < o.\"order\" AND (e.status IN ('queued', 'sending')"
    " OR (e.status = 'unknown' AND e.due_at > %(now)s)))"
)
_MAY_SPEAK = (
    "(o.origin = 'person' OR mine.closed_at IS NULL AND (mine.owner = 'agent' OR o.survives_handoff)"
    " AND (o.only_at_revision IS NULL OR o.only_at_revision = mine.revision))"
)
_RETURNING = (
    'o.id, o.conversation_id, o.channel_id, o.message_id, o.origin, o."to", o.text, o.typing_s, o.attempts,'
    " o.created_at, o.correlation_id, o.answers_id, o.followed, o.media_id, o.template,"
    " o.only_at_revision IS NOT NULL, o.spoken"
)


@dataclass(frozen=True, slots=True)
class Bubble:
    """A text that was reviewed, as it will be sent; ``typing_s`` seconds of typing are shown before it."""

    text: str
    typing_s: float


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
    followed: bool = False,
    spoken: bool = False,
) -> list[Outbox]:
    """Queue the agent's bubbles behind what the conversation still has to send. Call inside a transaction with the
    conversation locked; saving it is left to the caller.

    ``reviewed`` are the digests of the texts that passed the guardrails; a bubble whose text is not among them is
    refused with ``ValueError``, and by the database should this check ever be lost. ``followed``: files come behind.
    ``spoken``: to be heard rather than read.
    """
    channel = channel_cache.by_id(conversation.channel_id)
    messages, rows, due_at = [], [], pacing.earliest(conversation, channel, now=now)
    for position, bubble in enumerate(bubbles):
        if digest(bubble.text) not in reviewed:
            raise ValueError("A text that no guardrail reviewed cannot be queued.")
        if position:
            due_at += timedelta(seconds=max(bubble.typing_s, pacing.between_bubbles_s(channel)))
        due_at = pacing.slot(channel, due_at)
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
                followed=followed or position < len(bubbles) - 1,
                survives_handoff=survives_handoff,
                spoken=spoken,
                created_at=now,
                correlation_id=correlation.current(),
            )
        )
    _MESSAGES.insert(*messages)
    _ROWS.insert(*rows)
    return rows


def enqueue_follow_up(
    conversation: Conversation, text: str, *, template: Mapping[str, object], now: datetime
) -> Outbox:
    """Queue one reviewed text that breaks the lead's silence; it leaves only while the silence lasts.

    Call inside a transaction with the conversation locked; saving it is left to the caller.
    """
    (row,) = enqueue(conversation, [Bubble(text, 0)], turn=None, reviewed=[digest(text)], now=now)
    row.only_at_revision, row.template = conversation.revision, dict(template)
    row.save(update_fields=["only_at_revision", "template"])
    conversation.last_message_at = max(conversation.last_message_at, now)
    conversation.awaiting_answer = "?" in text
    jobs.wake("deliver", at=row.due_at)
    return row


def cancel_follow_ups(conversation: Conversation) -> None:
    """Take back what was queued to break a silence that is over. Call with the conversation locked."""
    rows = Outbox.objects.filter(conversation=conversation, status=Outbox.Status.QUEUED, only_at_revision__isnull=False)
    messages = list(rows.values_list("message_id", flat=True))
    if messages and rows.update(status=Outbox.Status.CANCELLED, reason="mensagem_mais_nova"):
        Message.objects.filter(pk__in=messages).update(status=Message.Status.CANCELLED)


def enqueue_person(
    conversation: Conversation, text: str, *, chatwoot_id: int | None, now: datetime, key: UUID | None = None
) -> Outbox:
    """Queue what a person of the team wrote to the lead, behind what is on its way. Nobody's guardrails apply (I4).

    ``chatwoot_id`` is None for what was not written in Chatwoot; ``key`` becomes the message's id. Call inside a
    transaction with the conversation locked; saving it is left to the caller.
    """
    message = _message_for(conversation, text, now)
    message.author, message.chatwoot_id = Message.Author.PERSON, chatwoot_id
    message.id = key or message.id
    message.save(force_insert=True)
    return _enqueue_for_person(conversation, message, media=None, now=now)


def enqueue_file(
    conversation: Conversation, attachment: Attachment, *, chatwoot_id: int | None, now: datetime
) -> Outbox:
    """Queue what a person of the team attached, to leave in its place once the file is here.

    ``chatwoot_id`` is given to the first part of a message there, be it text or file: two of ours cannot both be it.
    Call inside a transaction with the conversation locked; saving it is left to the caller.
    """
    message = _message_for(conversation, "", now)
    message.author, message.chatwoot_id = Message.Author.PERSON, chatwoot_id
    message.type = Message.Type(arrivals.kind_of(attachment) or Message.Type.DOCUMENT)
    message.media = {"filename": arrivals.name_in(attachment.url)}
    message.save(force_insert=True)
    media = arrivals.from_chatwoot(message, attachment, now=now)
    return _enqueue_for_person(conversation, message, media=media, now=now)


def claim(limit: int, *, only: UUID | None = None) -> Sequence[OutboxClaim]:
    """Take up to ``limit`` rows that may leave now, or just the row ``only`` if it may.

    SQL because lock, ownership and claim must be one statement: the conversation's row is read under its lock, so a
    human's message that was committed before is seen, and one that comes later waits for this claim.
    """
    now = clock.now()
    rows = hot.fetch(
        "WITH ready AS (SELECT o.id, o.conversation_id FROM conversations_outbox o"  # noqa: S608
        f" JOIN conversations_channel ch ON ch.id = o.channel_id WHERE {_READY}"
        " AND (%(only)s::uuid IS NULL OR o.id = %(only)s) ORDER BY o.due_at, o.id LIMIT %(limit)s),"
        " mine AS (SELECT c.id, c.owner, c.closed_at, c.revision FROM conversations_conversation c"
        " WHERE c.id IN (SELECT conversation_id FROM ready) FOR UPDATE SKIP LOCKED)"
        " UPDATE conversations_outbox o SET status = 'sending', attempts = o.attempts + 1, claimed_at = %(now)s,"
        " leased_until = now() + make_interval(secs => %(lease)s) FROM mine"
        " WHERE o.conversation_id = mine.id AND o.id IN (SELECT id FROM ready) AND o.status = 'queued'"
        f" AND {_MAY_SPEAK} RETURNING {_RETURNING}",
        {"now": now, "silenced": silenced_channels(), "only": only, "limit": limit, "lease": settings.LEASE_S},
    )
    claims = [OutboxClaim(*row) for row in rows]
    if only is None and len(claims) < limit:
        try:
            outcomes.settle_abandoned(now)
        except DatabaseError:  # the rows just claimed must be worked; these are settled at the next look
            log.exception("outbox.settling_failed")
    return claims


def run(row: OutboxClaim) -> None:
    """Send one claimed row and record what came of it."""
    with tracing.work("send", row.correlation_id):
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
    ((due,),) = hot.fetch(
        "SELECT min(due_at) FROM (SELECT min(o.due_at) AS due_at FROM conversations_outbox o"  # noqa: S608
        " JOIN conversations_channel ch ON ch.id = o.channel_id"
        " JOIN conversations_conversation mine ON mine.id = o.conversation_id"
        f" WHERE {_MAY_SPEAK} AND {_READY.replace('o.due_at <= %(now)s AND ', '')}"
        " UNION ALL SELECT min(due_at) FROM conversations_outbox WHERE status = 'unknown' AND reason = ''"
        " UNION ALL SELECT %(now)s FROM conversations_outbox WHERE status = 'sending'"
        " AND leased_until < now()) due",
        {"now": clock.now(), "silenced": silenced_channels()},
    )
    return cast(datetime | None, due)


def _attempt(row: OutboxClaim) -> str:
    now = clock.now()
    channel = channel_cache.by_id(row.channel_id)
    if row.origin == Outbox.Origin.AGENT and now - row.created_at > timedelta(seconds=settings.OUTBOX_USEFUL_S):
        return outcomes.park(row, "velha_demais", now)
    if row.follow_up and not flags.is_on("follow_ups", channel=channel.slug, origin=channel.origin):
        return outcomes.cancel(row, "chave_desligada")
    if registry.get(channel.provider).has_window and row.template == "{}" and not _window_is_open(row, now):
        return outcomes.park(row, "janela_de_24h", now)
    circuit = f"{channel.provider}:{channel.slug}"
    if not circuits.allow(circuit, now):
        return outcomes.requeue(row, now + timedelta(seconds=settings.OUTBOX_RETRY_S * 5), counted=False)
    if row.spoken and row.media_id is None:
        # Seconds in which a person may have taken over: whoever claims the row again looks anew (I5).
        notes.make(row_id=row.id, conversation_id=row.conversation_id, message_id=row.message_id, text=row.text)
        return outcomes.requeue(row, clock.now(), counted=False)
    try:
        sent = sending.send(client(channel), row)
    except Misconfigured as error:
        circuits.failed(circuit, error.reason, now)
        _alert(channel, f"O provedor recusa o canal {channel.slug}: confira as credenciais", now)
        return outcomes.requeue(row, now + timedelta(seconds=settings.CIRCUIT_OPEN_S), counted=False)
    except Rejected as error:
        circuits.succeeded(circuit)  # it answered, so it is up
        return outcomes.park(row, f"recusada:{error.reason}", now)
    except Throttled as error:
        circuits.succeeded(circuit)  # it answered, and refuses no more than the pace
        return outcomes.back_off(row, error, now)
    except Unavailable as error:
        circuits.failed(circuit, error.reason, now)
        return outcomes.back_off(row, error, now)
    except Ambiguous as error:
        circuits.failed(circuit, error.reason, now)
        return outcomes.declare_unknown(row.id, now)
    mended = circuits.succeeded(circuit)
    outcomes.record_sent(row.id, sent, clock.now())
    if mended:  # whichever process was refused before
        alerts.close(f"channel:{channel.slug}", now=now)
    return "sent"


def _window_is_open(row: OutboxClaim, now: datetime) -> bool:
    return window.is_open(Conversation.objects.get(pk=row.conversation_id), now=now)


def client(channel: ChannelView) -> ChannelClient:
    """The provider's client for a channel; connections are shared by the process."""
    provider = registry.get(channel.provider)
    timeouts = Timeouts(
        connect_s=getattr(settings, f"{provider.settings}_CONNECT_TIMEOUT_S"),
        text_s=getattr(settings, f"{provider.settings}_TEXT_TIMEOUT_S"),
        media_s=getattr(settings, f"{provider.settings}_MEDIA_TIMEOUT_S"),
    )
    return provider.build_client(
        base_url=getattr(settings, f"{provider.settings}_BASE_URL"),
        credentials={"instance_id": channel.instance_id, **channel.credentials},
        http=http.session(channel.provider, connect_s=timeouts.connect_s, read_s=timeouts.text_s),
        timeouts=timeouts,
    )


def _mirror(row: OutboxClaim) -> None:
    """What became of a row is shown in Chatwoot, where its channel is mirrored."""
    if inboxes.of_channel(row.channel_id):
        lead_id = Conversation.objects.values_list("lead_id", flat=True).get(pk=row.conversation_id)
        due.mark(lead_id=lead_id, channel_id=row.channel_id, now=clock.now())


def _after_sending(row: OutboxClaim) -> None:
    """Wake what waits behind this row, and show the lead that we read; neither may undo the sending."""
    if row.followed:
        jobs.wake("deliver")
    channel = channel_cache.by_id(row.channel_id)
    shown_before = registry.get(channel.provider).shows_thinking
    if shown_before or not (settings.SEND_READ_RECEIPTS and row.answers_id):
        return
    connections.release()
    try:
        client(channel).mark_read(to=row.to, provider_id=row.answers_id, correlation_id=row.correlation_id)
    except ProviderError as error:
        log.info("outbox.read_receipt_failed", reason=error.reason)


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


def _enqueue_for_person(conversation: Conversation, message: Message, *, media: Media | None, now: datetime) -> Outbox:
    due_at = pacing.earliest(conversation, channel_cache.by_id(conversation.channel_id), now=now)
    conversation.outbox_order += 1
    return Outbox.objects.create(
        conversation=conversation,
        channel_id=conversation.channel_id,
        message=message,
        media=media,
        origin=Outbox.Origin.PERSON,
        order=conversation.outbox_order,
        to=conversation.address,
        text=message.text,
        due_at=due_at,
        created_at=now,
        correlation_id=correlation.current(),
    )


def silenced_channels() -> list[UUID]:
    """Channels on which the agent may neither answer nor send: switched off as a whole, or its flag is (I10)."""
    return [
        view.id
        for view in channel_cache.all_views()
        if not view.enabled or not flags.is_on("agent_enabled", channel=view.slug, origin=view.origin)
    ]


def _alert(channel: ChannelView, title: str, now: datetime) -> None:
    alerts.open_(f"channel:{channel.slug}", title=title, level=Alert.Level.CRITICAL, now=now)
