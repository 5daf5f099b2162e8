"""Is it really the lead who asks for their data? A code goes to their own WhatsApp conversation."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from conversations import guardrails, outbox
from conversations.chatwoot import due
from conversations.desk import why_silent
from conversations.formatting import typing_s
from conversations.guardrails import ReviewContext
from conversations.models import Conversation
from conversations.repair import locked_current
from leads import subjects
from leads.models import SubjectRequest
from seleto.lib import jobs

_TEXT = (
    "Recebemos um pedido sobre os seus dados pessoais. Para confirmar que é você, responda aqui com este código ou "
    "informe-o a quem está cuidando do pedido: {code}. Se não foi você, é só ignorar."
)


def send_code(request_id: UUID, *, actor: str, now: datetime) -> None:
    """Queue a new code for the lead's latest conversation. Raises ``subjects.Refused``, and changes nothing then."""
    with transaction.atomic():
        row = SubjectRequest.objects.get(pk=request_id)
        code = subjects.new_code(request_id, now=now)
        conversation = _latest(row, now=now)
        text = _TEXT.format(code=code)
        if not guardrails.review(text, ReviewContext()).ok:
            raise subjects.Refused("a mensagem do código foi barrada pelas regras da casa")
        pause_s = typing_s(text, chars_per_s=settings.TYPING_CHARS_PER_S, most_s=settings.TYPING_MAX_S)
        outbox.enqueue(
            conversation,
            [outbox.Bubble(text, pause_s)],
            turn=None,
            reviewed=[outbox.digest(text)],
            now=now,
            survives_handoff=True,
        )
        conversation.last_message_at = max(conversation.last_message_at, now)
        conversation.save()
        due.mark(lead_id=conversation.lead_id, channel_id=conversation.channel_id, now=now)
        subjects.note(row, "subject.code", actor=actor, now=now)
        jobs.wake("deliver")


def _latest(row: SubjectRequest, *, now: datetime) -> Conversation:
    talks = Conversation.objects.filter(closed_at=None).exclude(address="").order_by("-last_message_at")
    latest = talks.filter(lead_id=row.lead_id).first() if row.lead_id else None
    if latest is None:
        raise subjects.Refused("este lead não tem conversa aberta: confira documentos")
    conversation = locked_current(latest.pk)
    if why := why_silent(conversation, now=now):
        raise subjects.Refused(f"{why}; confira documentos")
    return conversation
