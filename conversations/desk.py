"""What a person does to a conversation from our own pages: write to the lead, hand it to a queue.

Pausing, resuming and retrying are in ``conversations/repair.py``. Each deed is one short transaction with the
conversation locked, is audited, and is refused with a reason in Portuguese where a rule forbids it.
"""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from conversations import approved, handoff, outbox, window
from conversations.agent.routing import notice_of
from conversations.chatwoot import due
from conversations.formatting import typing_s
from conversations.models import Conversation, Handoff, Message
from conversations.repair import Refused, locked_current
from knowledge import calendar
from knowledge.models import Situation
from seleto.lib import audit, jobs

# Why a person is in charge: they wrote to the lead from the admin.
DESK = "painel"
# WhatsApp takes no longer text in one message.
MAX_CHARS = 4096
# Why a person may hand over. A data subject's request has a form and a deadline of its own; a failure of the agent is
# the agent's to notice.
REASONS = tuple(
    reason for reason in Handoff.Reason if reason not in (Handoff.Reason.PRIVACY, Handoff.Reason.AGENT_FAILURE)
)


def why_silent(conversation: Conversation, *, now: datetime) -> str:
    """Why nobody may write to this lead now; empty when a person may (I10)."""
    if not conversation.channel.enabled:
        return "o canal está inativo"
    if not window.is_open(conversation, now=now):
        return "passou da janela de 24 horas desde a última mensagem do lead: só modelo aprovado"
    left_at = conversation.lead.opted_out_at
    if left_at is None:
        return ""
    spoke_since = Message.objects.filter(
        conversation__lead_id=conversation.lead_id, author=Message.Author.LEAD, sent_at__gt=left_at
    )
    return "" if spoke_since.exists() else "o lead pediu para não receber mensagens"


def say(conversation_id: UUID, text: str, *, key: UUID, actor: str, now: datetime) -> bool:
    """Send a message as the company: from here on a person attends to the lead. False when ``key``, which becomes the
    message's id, was sent before: a form posted twice writes once.

    Raises ``Refused`` and ``Conversation.DoesNotExist``.
    """
    words = text.strip()
    if not words:
        raise Refused("a mensagem está vazia")
    if len(words) > MAX_CHARS:
        raise Refused(f"a mensagem passa de {MAX_CHARS} caracteres")
    with transaction.atomic():
        conversation = _open_to_write(conversation_id, now=now)
        if Message.objects.filter(pk=key).exists():
            return False
        handoff.take_over(conversation, reason=DESK, actor=actor, now=now)
        row = outbox.enqueue_person(conversation, words, chatwoot_id=None, key=key, now=now)
        _told(conversation, now=now)
        audit.record(
            actor=actor,
            action="conversation.say",
            subject_kind="conversation",
            subject_id=conversation.id,
            detail={"outbox": str(row.pk)},
            now=now,
        )
    return True


def notice(conversation: Conversation, reason: Handoff.Reason, *, now: datetime) -> str:
    """What the lead is told when the conversation is handed over for that reason; empty without a safe phrase."""
    situation = notice_of(reason)
    if situation == Situation.ENCAMINHAMENTO and not calendar.is_open(now):
        situation = Situation.ENCAMINHAMENTO_FORA_HORARIO
    return approved.phrase(conversation, situation, seed=f"{conversation.id}:{conversation.revision}")


def hand_over(
    conversation_id: UUID, reason: Handoff.Reason, *, actor: str, now: datetime, key: UUID | None = None
) -> Handoff:
    """Give the conversation to the queue of ``reason``: notice to the lead, summary and ownership in one act (I8).
    ``key`` becomes the handover's id: one that was opened by it before is returned as it is.

    Raises ``Refused`` and ``Conversation.DoesNotExist``.
    """
    with transaction.atomic():
        conversation = _open_to_write(conversation_id, now=now)
        if key and (done := Handoff.objects.filter(pk=key).first()):
            return done
        if Handoff.objects.filter(conversation=conversation, closed_at=None).exists():
            raise Refused("já há um repasse em aberto")
        text = notice(conversation, reason, now=now)
        if not text:
            raise Refused("não há frase aprovada para avisar o lead")
        given = handoff.open_handoff(conversation, reason=reason, actor=actor, now=now, key=key)
        pause_s = typing_s(text, chars_per_s=settings.TYPING_CHARS_PER_S, most_s=settings.TYPING_MAX_S)
        outbox.enqueue(
            conversation,
            [outbox.Bubble(text, pause_s)],
            turn=None,
            reviewed=[outbox.digest(text)],
            now=now,
            survives_handoff=True,
        )
        # A turn under way was thought out for an agent that was still in charge (I5).
        handoff.discard_running_turn(conversation, now=now)
        _told(conversation, now=now)
        audit.record(
            actor=actor,
            action="conversation.hand_over",
            subject_kind="conversation",
            subject_id=conversation.id,
            detail={"reason": str(reason), "handoff": str(given.pk)},
            now=now,
        )
    return given


def _open_to_write(conversation_id: UUID, *, now: datetime) -> Conversation:
    conversation = locked_current(conversation_id)
    if why := why_silent(conversation, now=now):
        raise Refused(why)
    return conversation


def _told(conversation: Conversation, *, now: datetime) -> None:
    conversation.last_message_at = max(conversation.last_message_at, now)
    conversation.save()
    due.mark(lead_id=conversation.lead_id, channel_id=conversation.channel_id, now=now)
    jobs.wake("deliver")
