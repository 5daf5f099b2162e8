"""What becomes of a row of the outbox once it was claimed: sent, parked, queued again, or unknown (I6).

Whatever is written here is guarded by the state the row must still be in, so that an echo, a second process and a
person's deed each have their effect once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from conversations import handoff, provider_ids
from conversations.channels.base import Sent
from conversations.chatwoot import telling
from conversations.media.outgoing import UNCONFIRMED
from conversations.models import Conversation, Handoff, Message, Outbox
from seleto.lib import alerts, hot, jobs
from seleto.lib.errors import Throttled, Unavailable
from seleto.lib.leases import NO_WAIT
from seleto.lib.models import Alert

# How far the provider's clock may be behind ours, in seconds, for an echo to be of what was claimed just now.
ECHO_CLOCK_SLACK_S = 2.0


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
    media_id: UUID | None
    # JSON as the database gives it: an approved template, or "{}".
    template: str = field(repr=False)
    follow_up: bool
    spoken: bool


def on_own_echo(
    *, channel_id: UUID, to: Sequence[str], provider_id: str, sent_at: datetime | None, now: datetime
) -> None:
    """Our sending came back under an id we do not know yet: it proves the row in flight to that address, if any (I6).

    ``to`` are the forms of the address; there is one row in flight at most, as rows leave one at a time. What left by
    the provider's clock (``sent_at``) before the row was claimed was something else, an earlier bubble perhaps.
    """
    theirs = Q(provider_id=provider_id) | Q(provider_extra_id=provider_id) | Q(echo_id=provider_id)
    recent = now - timedelta(seconds=settings.OUTBOX_ECHO_BELIEVED_S)
    in_flight = Q(status=Outbox.Status.SENDING) | Q(status=Outbox.Status.UNKNOWN, claimed_at__gte=recent)
    row = (
        Outbox.objects.select_for_update()
        .filter(in_flight, channel_id=channel_id, to__in=to, provider_id="", echo_id="")
        .order_by("status", "claimed_at")  # "sending" before "unknown"
        .first()
    )
    if row is None or Outbox.objects.filter(theirs, channel_id=channel_id).exists():
        return
    earliest = row.claimed_at - timedelta(seconds=ECHO_CLOCK_SLACK_S) if row.claimed_at else None
    if sent_at is not None and earliest is not None and sent_at < earliest:
        return
    Outbox.objects.filter(pk=row.pk).update(echo_id=provider_id)
    if row.status == Outbox.Status.UNKNOWN:
        record_sent(row.pk, Sent(provider_id), now)


def on_proof(*, channel_id: UUID, reference: str, provider_id: str, now: datetime) -> None:
    """A receipt carries the reference that a row went out with, its id: it proves the row, answer or not (I6)."""
    try:
        row_id = UUID(reference)
    except ValueError:
        return
    row = Outbox.objects.select_for_update().filter(pk=row_id, channel_id=channel_id, provider_id="").first()
    if row is None or Outbox.objects.filter(channel_id=channel_id, provider_id=provider_id).exists():
        return
    Outbox.objects.filter(pk=row.pk, echo_id="").update(echo_id=provider_ids.kept(provider_id, of_nobody=not row.to))
    if row.status == Outbox.Status.UNKNOWN:
        record_sent(row.pk, Sent(provider_id), now)


def record_sent(row_id: UUID, sent: Sent, now: datetime) -> None:
    """Row and message in one statement, as it is on the reply's path. Nothing happens to a row settled meanwhile.

    It does not wait for the disk: lost with the database, the row counts as unknown until its echo proves it. Should
    our message have come back looking like a person's, that takeover is undone first. Of whoever was erased meanwhile
    the row has no address, and no id that tells it is kept.
    """
    rows = hot.fetch(
        "WITH twin AS (SELECT FROM conversations_message m"  # noqa: S608
        " JOIN conversations_outbox o ON o.channel_id = m.channel_id"
        " WHERE o.id = %(row)s AND m.provider_id = %(id)s AND m.id <> o.message_id),"
        " sent AS (UPDATE conversations_outbox SET status = 'sent', reason = '',"
        " provider_id = CASE WHEN \"to\" = '' THEN %(sealed)s ELSE %(id)s END,"
        " provider_extra_id = %(extra)s, sent_at = %(now)s, leased_until = NULL"
        " WHERE id = %(row)s AND status IN ('sending', 'unknown') AND NOT EXISTS (SELECT FROM twin)"
        f" AND {NO_WAIT}"
        " RETURNING message_id, provider_id),"
        " told AS (UPDATE conversations_message m SET status = 'sent', status_at = %(now)s, sent_at = %(now)s,"
        " provider_id = sent.provider_id FROM sent WHERE m.id = sent.message_id)"
        " SELECT EXISTS (SELECT FROM twin)",
        {
            "id": sent.provider_id,
            "sealed": provider_ids.kept(sent.provider_id, of_nobody=True),
            "extra": sent.extra_id or "",
            "now": now,
            "row": row_id,
        },
    )
    if rows[0][0]:
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
    record_sent(row_id, sent, now)


def back_off(row: OutboxClaim, error: Unavailable, now: datetime) -> str:
    if row.attempts >= settings.OUTBOX_MAX_ATTEMPTS:
        return park(row, f"indisponivel:{error.reason}", now)
    growing = 2 ** (row.attempts - 1)
    wait_s = max(settings.OUTBOX_RETRY_S * growing, error.retry_after or 0)
    if isinstance(error, Throttled):  # what was sent too fast is paid back: each refusal asks for a longer rest
        wait_s = max(wait_s, (error.retry_after or 0) * growing)
    return requeue(row, now + timedelta(seconds=min(wait_s, settings.OUTBOX_RETRY_MAX_S)), counted=True)


def requeue(row: OutboxClaim, due_at: datetime, *, counted: bool) -> str:
    """Certainly not sent: later, unless a person took over while we tried (I5)."""
    attempts = row.attempts if counted else row.attempts - 1
    with transaction.atomic():
        conversation = Conversation.objects.select_for_update().get(pk=row.conversation_id)
        if row.origin == Outbox.Origin.AGENT and (reason := _may_no_more(row, conversation)):
            Outbox.objects.filter(pk=row.id, status=Outbox.Status.SENDING).update(
                status=Outbox.Status.CANCELLED, reason=reason, leased_until=None
            )
            Message.objects.filter(pk=row.message_id).update(status=Message.Status.CANCELLED)
            return "cancelled"
        Outbox.objects.filter(pk=row.id, status=Outbox.Status.SENDING).update(
            status=Outbox.Status.QUEUED, due_at=due_at, leased_until=None, attempts=attempts
        )
        jobs.wake("deliver", at=due_at)
    return "postponed"


def _may_no_more(row: OutboxClaim, conversation: Conversation) -> str:
    """Why the agent may not say this any more: a person is in charge by their own deed, or the agent handed over and it
    is not the notice, which it would hold back; "" when it may."""
    if conversation.owner == Conversation.Owner.AGENT:
        return ""
    if conversation.owner_reason not in Handoff.Reason.values:
        return handoff.TAKEN_OVER
    notice = Outbox.objects.filter(pk=row.id, survives_handoff=True).exists()
    return "" if notice else handoff.HANDED_OVER


def cancel(row: OutboxClaim, reason: str) -> str:
    """What was to break a silence is not wanted any more; nobody need look at it."""
    Outbox.objects.filter(pk=row.id, status=Outbox.Status.SENDING).update(
        status=Outbox.Status.CANCELLED, reason=reason, leased_until=None
    )
    Message.objects.filter(pk=row.message_id, outbox__status=Outbox.Status.CANCELLED).update(
        status=Message.Status.CANCELLED
    )
    return "cancelled"


def park(row: OutboxClaim, reason: str, now: datetime) -> str:
    with transaction.atomic():
        Outbox.objects.filter(pk=row.id).update(status=Outbox.Status.PARKED, reason=reason[:120], leased_until=None)
        Message.objects.filter(pk=row.message_id).update(status=Message.Status.FAILED, status_at=now)
        telling.failed([row.message_id], reason=reason, now=now)
        alerts.open_(
            "outbox:parked", title="Há mensagens paradas na caixa de saída", level=Alert.Level.WARNING, now=now
        )
    return "parked"


def declare_unknown(row_id: UUID, now: datetime) -> str:
    """Sent perhaps: wait for an echo; nothing behind it leaves meanwhile."""
    with transaction.atomic():
        row = Outbox.objects.select_for_update().get(pk=row_id)
        if row.status != Outbox.Status.SENDING:
            return "settled"
        if row.echo_id:
            record_sent(row_id, Sent(row.echo_id), now)
            return "sent"
        row.status = Outbox.Status.UNKNOWN
        row.due_at = now + timedelta(seconds=settings.OUTBOX_AMBIGUOUS_WAIT_S)
        row.leased_until = None
        row.save(update_fields=["status", "due_at", "leased_until"])
        Message.objects.filter(pk=row.message_id).update(status=Message.Status.UNKNOWN, status_at=now)
        jobs.wake("deliver", at=row.due_at)
    return "unknown"


def settle_abandoned(now: datetime) -> None:
    """Rows whose sender died are unknown; unknown rows whose wait is over are shown to a person."""
    abandoned = Outbox.objects.filter(status=Outbox.Status.SENDING).extra(where=["leased_until < now()"])
    # One whose voice note was not made had not begun to leave; its text needs none.
    if abandoned.filter(spoken=True, media=None).update(
        status=Outbox.Status.QUEUED, spoken=False, leased_until=None, due_at=now
    ):
        jobs.wake("deliver")
    for row_id in abandoned.values_list("pk", flat=True):
        declare_unknown(row_id, now)
    overdue = Outbox.objects.filter(status=Outbox.Status.UNKNOWN, reason="", due_at__lte=now)
    messages = list(overdue.values_list("message_id", flat=True))
    if overdue.update(reason=UNCONFIRMED):
        telling.failed(messages, reason=UNCONFIRMED, now=now)
        alerts.open_(
            "outbox:unknown",
            title="Há mensagens sem confirmação de envio: confira no WhatsApp antes de repetir",
            level=Alert.Level.WARNING,
            now=now,
        )
        jobs.wake("deliver")
