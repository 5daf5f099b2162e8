"""What a person may put right in the pipe: the services behind the admin's buttons and the operators' commands (I12).

Each function works row by row, in one short transaction per row with its conversation locked, and leaves an audit
entry. What cannot be done is refused with a reason in Portuguese; doing it twice does it once.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet

from conversations import handoff, rollout, unattended
from conversations.chatwoot import due
from conversations.media import again
from conversations.models import ChatwootLink, Conversation, Event, HandoffAlarm, Media, Message, Outbox, Turn
from conversations.resume import give_back
from knowledge.models import Flag
from seleto.lib import alerts, audit, jobs

# Why a person is in charge, or is no longer: they pressed the button or typed the command.
PAUSED = "pausa_manual"
RESUMED = "retomada_manual"
DISCARDED = "descartada"

REPROCESSABLE = (Event.Status.PARKED, Event.Status.IGNORED, Event.Status.DONE)
STUCK = (Outbox.Status.PARKED, Outbox.Status.UNKNOWN)


class Refused(Exception):
    """It may not be done to this row; ``reason`` is for the person who asked."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Repaired:
    """How many rows were put right, and why the others were not: reason -> rows."""

    done: int
    refused: Mapping[str, int]


def reprocess_events(ids: Iterable[UUID], *, actor: str, now: datetime) -> Repaired:
    """Have ingest work these events once more, with all their attempts. A message already taken in stays one (I2)."""
    return _each(ids, lambda event_id: _reprocess(event_id, actor=actor, now=now))


def requeue_outbox(ids: Iterable[UUID], *, actor: str, now: datetime) -> Repaired:
    """Send these rows again: the same rows, their reviewed text and their place in the conversation unchanged.

    A row that may have arrived (``unknown``) may arrive twice; asking the person is the caller's task (I6).
    """
    return _each(ids, lambda row_id: _requeue(row_id, actor=actor, now=now))


def discard_outbox(ids: Iterable[UUID], *, actor: str, now: datetime) -> Repaired:
    """Give these rows up: they never leave."""
    return _each(ids, lambda row_id: _discard(row_id, actor=actor, now=now))


def retry_turns(ids: Iterable[UUID], *, actor: str, now: datetime) -> Repaired:
    """Let the agent answer now what these parked turns left unanswered."""
    return _each(ids, lambda turn_id: _retry(turn_id, actor=actor, now=now))


def mirror_again(ids: Iterable[UUID], *, actor: str, now: datetime) -> Repaired:
    """Bring these leads up to date in Chatwoot again, with all attempts; what is there already is not written twice."""
    return _each(ids, lambda link_id: _mirror_again(link_id, actor=actor, now=now))


def fetch_media(ids: Iterable[UUID], *, actor: str, now: datetime) -> Repaired:
    """Download these files again that were given up."""
    return _each(ids, lambda media_id: _fetch(media_id, actor=actor, now=now))


def retry_alarms(ids: Iterable[UUID], *, actor: str, now: datetime) -> Repaired:
    """Tell people again of handoffs that nobody picks up; who was reached by the first attempt may hear it twice."""
    return _each(ids, lambda alarm_id: _retry_alarm(alarm_id, actor=actor, now=now))


def waiting_for_retry() -> QuerySet[Turn]:
    """Parked turns whose lead is still without an answer that the agent could give."""
    return Turn.objects.filter(
        status=Turn.Status.PARKED,
        conversation__owner=Conversation.Owner.AGENT,
        conversation__closed_at=None,
        conversation__turn_due_at=None,
        conversation__revision__gt=F("conversation__answered_revision"),
        read_revision__gt=F("conversation__answered_revision"),
    )


def pause(conversation_id: UUID, *, actor: str, now: datetime) -> None:
    """A person takes the conversation over. Raises ``Refused``, and ``Conversation.DoesNotExist``."""
    with transaction.atomic():
        conversation = locked_current(conversation_id)
        if conversation.owner == Conversation.Owner.HUMAN:
            raise Refused("uma pessoa já atende esta conversa")
        handoff.take_over(conversation, reason=PAUSED, actor=actor, now=now)
        conversation.save()


def resume(conversation_id: UUID, *, actor: str, now: datetime) -> None:
    """The agent answers a question of the lead that nobody has answered, else from their next message on.

    What came before a person's last word is theirs. Raises ``Refused``, and ``Conversation.DoesNotExist``.
    """
    with transaction.atomic():
        conversation = locked_current(conversation_id)
        if conversation.owner == Conversation.Owner.AGENT:
            raise Refused("o agente já atende esta conversa")
        give_back(conversation, reason=RESUMED, actor=actor, now=now)
        conversation.save()


def switch_agent(*, on: bool, scope: str, note: str = "", actor: str, now: datetime) -> bool:
    """The kill switch of a scope (``knowledge.models.Flag``); False when it stood so already.

    Every process feels it within ``queries.FLAG_CACHE_S``; what waited is found by the sweep.
    """
    with transaction.atomic():
        name = Flag.Name.AGENT_ENABLED
        flag = Flag.objects.select_for_update().filter(name=name, scope=scope).first()
        if (flag.on if flag else True) == on:
            return False
        flag = flag or Flag(name=name, scope=scope)
        flag.on, flag.note = on, note
        flag.save()
        audit.record(
            actor=actor,
            action="agent.on" if on else "agent.off",
            subject_kind="flag",
            subject_id=None,
            detail={"scope": scope},
            now=now,
        )
    return True


def _each(ids: Iterable[UUID], repair: Callable[[UUID], None]) -> Repaired:
    done, refused = 0, Counter[str]()
    for row_id in ids:
        try:
            with transaction.atomic():
                repair(row_id)
        except Refused as refusal:
            refused[refusal.reason] += 1
        else:
            done += 1
    return Repaired(done, dict(refused))


def _reprocess(event_id: UUID, *, actor: str, now: datetime) -> None:
    event = Event.objects.select_for_update().filter(pk=event_id).only("status", "reason").first()
    if event is None:
        raise Refused("não existe")
    if event.status not in REPROCESSABLE:
        raise Refused("ainda não foi processado")
    detail = {"was": event.status, "reason": event.reason}
    event.status, event.reason, event.attempts = Event.Status.NEW, "", 0
    event.due_at, event.leased_until, event.processed_at = now, None, None
    event.save(update_fields=["status", "reason", "attempts", "due_at", "leased_until", "processed_at"])
    audit.record(
        actor=actor, action="event.reprocess", subject_kind="event", subject_id=event_id, detail=detail, now=now
    )
    jobs.wake("ingest")


def _requeue(row_id: UUID, *, actor: str, now: datetime) -> None:
    row, conversation = _locked_stuck(row_id)
    if row.origin == Outbox.Origin.AGENT:
        if conversation.owner != Conversation.Owner.AGENT:
            raise Refused("o agente não atende mais esta conversa")
        if conversation.closed_at is not None:
            raise Refused("a sessão desta conversa já terminou")
        if now - conversation.last_message_at > timedelta(hours=settings.SESSION_WINDOW_H):
            raise Refused("a janela de 24 horas do WhatsApp já fechou")
        if (
            not Conversation.objects.annotate(rollout=rollout.mode())
            .filter(pk=conversation.pk, rollout="live")
            .exists()
        ):
            raise Refused("o agente não está liberado para esta conversa")
    was = row.status
    if row.media_id and not again.here_or_due(row.media_id, actor=actor, now=now):
        raise Refused("o arquivo não existe mais")
    row.status, row.reason, row.attempts = Outbox.Status.QUEUED, "", 0
    row.due_at, row.leased_until = now, None
    # Ids of the failed attempt must not pass for proof of the next one.
    row.provider_id = row.provider_extra_id = row.echo_id = ""
    # Its usefulness counts from this decision; the message keeps the time at which it was written.
    row.created_at = now
    row.save()
    Message.objects.filter(pk=row.message_id).update(status=Message.Status.QUEUED, status_at=now, provider_id="")
    audit.record(
        actor=actor,
        action="outbox.requeue",
        subject_kind="outbox",
        subject_id=row_id,
        detail={"was": was, "conversation": str(conversation.id)},
        now=now,
    )
    jobs.wake("deliver")
    _close_settled_alerts(now)


def _discard(row_id: UUID, *, actor: str, now: datetime) -> None:
    row, conversation = _locked_stuck(row_id)
    was = row.status
    row.status, row.reason = Outbox.Status.CANCELLED, DISCARDED
    row.save(update_fields=["status", "reason"])
    if was == Outbox.Status.PARKED:  # an unknown one may have been read: its message goes on saying so
        Message.objects.filter(pk=row.message_id).update(status=Message.Status.CANCELLED, status_at=now)
    audit.record(
        actor=actor,
        action="outbox.discard",
        subject_kind="outbox",
        subject_id=row_id,
        detail={"was": was, "conversation": str(conversation.id)},
        now=now,
    )
    jobs.wake("deliver")  # what an unknown one held back
    _close_settled_alerts(now)


def _retry(turn_id: UUID, *, actor: str, now: datetime) -> None:
    turn = Turn.objects.filter(pk=turn_id).first()
    if turn is None:
        raise Refused("não existe")
    conversation = Conversation.objects.select_for_update().get(pk=turn.conversation_id)
    if not waiting_for_retry().filter(pk=turn_id).exists():
        raise Refused("não há mais o que o agente responda neste turno")
    conversation.turn_due_at = now
    conversation.turn_failures = 0
    conversation.pending_since = conversation.pending_since or turn.waiting_since or now
    conversation.save(update_fields=["turn_due_at", "turn_failures", "pending_since"])
    audit.record(
        actor=actor,
        action="turn.retry",
        subject_kind="turn",
        subject_id=turn_id,
        detail={"conversation": str(conversation.id)},
        now=now,
    )
    jobs.wake("turn")
    _close_settled_alerts(now)


def _mirror_again(link_id: UUID, *, actor: str, now: datetime) -> None:
    parked = ChatwootLink.objects.select_for_update(of=["self"]).filter(pk=link_id).first()
    if parked is None:
        raise Refused("não existe")
    if parked.status != ChatwootLink.Status.PARKED:
        raise Refused("não está parada")
    ChatwootLink.objects.filter(pk=link_id).update(status=ChatwootLink.Status.READY, reason="", attempts=0)
    due.mark(lead_id=parked.lead_id, channel_id=parked.channel_id, now=now)
    audit.record(
        actor=actor,
        action="mirror.again",
        subject_kind="chatwoot_link",
        subject_id=link_id,
        detail={"reason": parked.reason},
        now=now,
    )


def _fetch(media_id: UUID, *, actor: str, now: datetime) -> None:
    if not again.fetch([media_id], actor=actor, now=now):
        there = Media.objects.filter(pk=media_id).values_list("state", flat=True).first()
        if there is None:
            raise Refused("não existe")
        raise Refused("não está parado" if there not in again.GIVEN_UP else "o provedor não guarda mais o arquivo")


def _retry_alarm(alarm_id: UUID, *, actor: str, now: datetime) -> None:
    if not HandoffAlarm.objects.filter(pk=alarm_id).exists():
        raise Refused("não existe")
    if not unattended.retry(alarm_id, now=now):
        raise Refused("não está parado")
    audit.record(actor=actor, action="handoff_alarm.retry", subject_kind="handoff_alarm", subject_id=alarm_id, now=now)


def locked_current(conversation_id: UUID) -> Conversation:
    """The conversation, locked; an old session decides nothing, so only the lead's newest one is accepted."""
    conversation = Conversation.objects.select_for_update().get(pk=conversation_id)
    newer = Conversation.objects.filter(
        lead_id=conversation.lead_id, channel_id=conversation.channel_id, opened_at__gt=conversation.opened_at
    )
    current = newer.order_by("-opened_at").first() if conversation.closed_at else None
    if current is not None:
        raise Refused(f"esta sessão já terminou; a atual é {current.id}")
    return conversation


def _locked_stuck(row_id: UUID) -> tuple[Outbox, Conversation]:
    """A row that waits for a person, and its conversation, locked in this order: conversation first, as everywhere."""
    conversation = Conversation.objects.select_for_update(of=["self"]).filter(outbox__pk=row_id).first()
    if conversation is None:
        raise Refused("não existe")
    row = Outbox.objects.select_for_update().get(pk=row_id)
    if row.status == Outbox.Status.CANCELLED:
        raise Refused("foi cancelada")
    if row.status not in STUCK:
        raise Refused("não está parada")
    if row.status == Outbox.Status.UNKNOWN and not row.reason:
        raise Refused("ainda aguarda a confirmação do provedor")
    return row, conversation


def _close_settled_alerts(now: datetime) -> None:
    """An alert about stuck rows ends with the last of them."""
    if not Outbox.objects.filter(status=Outbox.Status.PARKED).exists():
        alerts.close("outbox:parked", now=now)
    if not Outbox.objects.filter(status=Outbox.Status.UNKNOWN).exists():
        alerts.close("outbox:unknown", now=now)
    if not waiting_for_retry().exists():
        alerts.close("turn:parked", now=now)
