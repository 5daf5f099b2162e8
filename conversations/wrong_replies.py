"""Replies that a person calls wrong: from a private note in Chatwoot (domain.md, "Human in the loop") or the admin.

Nothing here changes who answers the lead, and nothing reaches them.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from conversations.chatwoot import marking
from conversations.chatwoot.events import Written
from conversations.models import ChatwootLink, Message, WrongReply
from seleto.lib import audit
from seleto.lib.text.fold import fold

MAX_WORDS = 1000
_Reason = WrongReply.Reason
# Beginnings of words, folded, by which a note's own words are put under a reason; the first line that fits counts.
_SPOKEN: Mapping[WrongReply.Reason, str] = {
    _Reason.OVER_HUMAN: r"interromp|atropel|em cima d|falou por cima|entrou no meio|eu (?:ja )?estava atendendo",
    _Reason.ASKED_AGAIN: r"repet|repergunt|de novo|outra vez|duas vezes|ja (?:tinha|havia) (?:dito|falado)",
    _Reason.NO_ANSWER: r"nao respond|sem resposta|fugiu|ignorou|nao atendeu",
    _Reason.PRICE: r"prec|valor|descont|pagament|parcel|prazo|frete|condic|entrega",
    _Reason.INVENTED: r"invent|alucin|nao existe|promet",
    _Reason.TONE: r"\btom\b|grosseir|\bgross[oa]\b|rude|mal[ -]?educad|seco\b|frio\b|robotic|insistente|emoji",
    _Reason.WRONG_FACT: r"inform|errad|incorret|dado|tecnic|produto",
}


def record(message: Message, *, reason: WrongReply.Reason, words: str, by: str, now: datetime) -> WrongReply:
    """Keep one person's mark on one of the agent's messages; a second one of theirs replaces the first. Audited."""
    with transaction.atomic():
        report, made = WrongReply.objects.update_or_create(
            message=message,
            reported_by=by,
            defaults={"reason": reason, "words": words.strip()[:MAX_WORDS]},
            create_defaults={
                "conversation_id": message.conversation_id,
                "turn_id": turn_of(message),
                "reason": reason,
                "words": words.strip()[:MAX_WORDS],
                "reported_at": now,
            },
        )
        audit.record(
            actor=by,
            action="report" if made else "report_again",
            subject_kind="wrongreply",
            subject_id=report.pk,
            detail={"reason": str(reason), "message_id": str(message.pk), "turn": str(report.turn_id or "")},
            now=now,
        )
    return report


def turn_of(message: Message) -> UUID | None:
    """The turn whose reply the message belongs to."""
    row = Message.objects.filter(pk=message.pk).values_list("outbox__turn_id", flat=True).first()
    return row if isinstance(row, UUID) else None


def reason_of(words: str) -> WrongReply.Reason:
    """The reason that an SDR's own words name, else ``OTHER``."""
    said = fold(words)
    return next((reason for reason, pattern in _SPOKEN.items() if re.search(pattern, said)), _Reason.OTHER)


def meant(link: ChatwootLink, written: Written) -> Message | None:
    """The agent's message that a note speaks of: the one it replies to, else the last one shown there before it.

    By Chatwoot's own ids, so that a note that reaches us late still means what its writer saw.
    """
    ours = Message.objects.filter(
        conversation__lead_id=link.lead_id, channel_id=link.channel_id, author=Message.Author.AGENT
    )
    if marking.is_ours(written.in_reply_to_marker):
        key = _uuid(written.in_reply_to_marker.removeprefix(marking.PREFIX))
        return ours.filter(pk=key).first() if key else None
    if written.in_reply_to:
        return ours.filter(chatwoot_id=written.in_reply_to).first()
    return ours.filter(chatwoot_id__lt=written.message_id).order_by("-chatwoot_id").first()


def acknowledgement(report: WrongReply) -> str:
    """What the note under the SDR's own says."""
    reason = report.get_reason_display()
    if report.reason != _Reason.OTHER:
        return f"📝 Erro registrado: {reason}. O gestor vê esta resposta na lista de respostas erradas."
    known = ", ".join(str(label) for value, label in _Reason.choices if value != _Reason.OTHER)
    return f"📝 Erro registrado com as suas palavras. Se um destes motivos servir melhor, escreva de novo: {known}."


NOT_FOUND = "⚠️ Não registrei o erro: não achei aqui uma mensagem do agente a que esta nota se refira."


def _uuid(value: str) -> UUID | None:
    try:
        return UUID(value)
    except ValueError:
        return None
