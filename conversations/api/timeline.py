"""What happened in a conversation, stage by stage, as one list in the order of time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from conversations.models import Conversation, Event, GuardrailHit, Handoff, Message, Outbox
from conversations.wording import event_kind, intents, move, rules, words
from leads.display import fact_value
from leads.models import Fact

# The newest rows of each kind; a page that shows more has the admin.
LIMIT = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline. ``detail`` are pairs of a Portuguese label and a value."""

    id: str
    at: datetime
    stage: str
    title: str
    status: str
    detail: tuple[tuple[str, str], ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "at": self.at.isoformat(),
            "stage": self.stage,
            "title": self.title,
            "status": self.status,
            "detail": [{"label": label, "value": value} for label, value in self.detail if value],
        }


def entries(conversation: Conversation) -> list[Entry]:
    """Every stage's rows of this conversation, oldest first. Seven statements, however long it is."""
    found = chain(
        _events(conversation),
        _messages(conversation),
        _turns(conversation),
        _facts(conversation),
        _hits(conversation),
        _outbox(conversation),
        _handoffs(conversation),
    )
    return sorted(found, key=lambda entry: entry.at)


def summary(conversation: Conversation) -> dict[str, Any]:
    """The conversation's state and what is known of its lead."""
    facts = Fact.objects.filter(lead_id=conversation.lead_id, superseded_at=None).order_by("created_at")
    return {
        "id": str(conversation.id),
        "lead": str(conversation.lead_id),
        "owner": conversation.owner,
        "owner_label": conversation.get_owner_display(),
        "owner_reason": conversation.owner_reason,
        "temperature": conversation.lead.temperature,
        "temperature_label": conversation.lead.get_temperature_display(),
        "opted_out": conversation.lead.opted_out_at is not None,
        "turn_due_at": conversation.turn_due_at.isoformat() if conversation.turn_due_at else None,
        "facts": [
            {
                "field": fact.field,
                "label": fact.get_field_display(),
                "value": fact_value(fact.field, fact.value),
                "evidence": _evidence(fact),
                "evidence_kind": fact.get_evidence_display(),
            }
            for fact in facts
        ],
    }


def _events(conversation: Conversation) -> Iterator[Entry]:
    rows = Event.objects.filter(pk__in=conversation.messages.exclude(event=None).values("event_id"))
    for row in rows.order_by("-received_at")[:LIMIT]:
        detail = (
            ("Tipo", event_kind(row.kind)),
            ("Motivo", _reason(row.reason)),
            ("Tentativas", str(row.attempts)),
            ("Correlação", row.correlation_id),
        )
        yield Entry(
            str(row.id), row.received_at, "event", "Evento recebido do WhatsApp", row.get_status_display(), detail
        )


def _messages(conversation: Conversation) -> Iterator[Entry]:
    rows = conversation.messages.exclude(author=Message.Author.AGENT).order_by("-revision", "-sent_at")
    for row in rows[:LIMIT]:
        text = "(apagada)" if row.deleted_at else row.text
        detail = (
            ("Tipo", row.get_type_display()),
            ("Texto", text),
            ("Editada", "sim" if row.edited_at else ""),
            ("Ordem de chegada", str(row.revision)),
        )
        yield Entry(
            str(row.id),
            row.created_at,
            "message",
            f"Mensagem: {row.get_author_display()}",
            row.get_status_display(),
            detail,
        )


def _turns(conversation: Conversation) -> Iterator[Entry]:
    for row in conversation.turns.order_by("-started_at")[:LIMIT]:
        timings = ", ".join(f"{name} {value} ms" for name, value in row.timings.items())
        detail = (
            ("Modelo", row.model),
            ("Prompt", row.prompt_name),
            ("Chamadas ao modelo", str(row.model_calls)),
            ("Tokens", f"{row.prompt_tokens} + {row.completion_tokens}" if row.model_calls else ""),
            ("Tempos", timings),
            ("Jogada", move(row.move)),
            ("Intenções", intents(row.intents)),
            ("Fontes", ", ".join(row.sources)),
            ("Fatos sem evidência, recusados", ", ".join(row.facts_dropped)),
            ("Frase aprovada", row.fallback),
            ("Motivo", _reason(row.reason)),
        )
        yield Entry(str(row.id), row.started_at, "turn", "Turno do agente", row.get_status_display(), detail)


def _facts(conversation: Conversation) -> Iterator[Entry]:
    rows = Fact.objects.filter(lead_id=conversation.lead_id).order_by("-created_at")
    for row in rows[:LIMIT]:
        status = "substituído" if row.superseded_at else row.get_evidence_display()
        detail = (("Valor", fact_value(row.field, row.value)), ("Evidência", _evidence(row)))
        yield Entry(str(row.id), row.created_at, "fact", f"Fato: {row.get_field_display()}", status, detail)


def _hits(conversation: Conversation) -> Iterator[Entry]:
    rows = GuardrailHit.objects.filter(turn__conversation=conversation).order_by("-at")
    for row in rows[:LIMIT]:
        detail = (("Rascunho", row.draft), ("Regras", rules(row.kinds)), ("Motivos", " ".join(row.reasons)))
        yield Entry(str(row.id), row.at, "guardrail", "Rascunho barrado", row.get_action_display(), detail)


def _outbox(conversation: Conversation) -> Iterator[Entry]:
    rows = Outbox.objects.filter(conversation=conversation).select_related("message").order_by("-order")
    for row in rows[:LIMIT]:
        detail = (
            ("Texto", row.text),
            ("Situação no WhatsApp", row.message.get_status_display()),
            ("Tentativas", str(row.attempts)),
            ("Motivo", _reason(row.reason)),
            ("Id no provedor", row.provider_id),
        )
        at = row.sent_at or row.claimed_at or row.created_at
        yield Entry(str(row.id), at, "outbox", f"Saída {row.order}", row.get_status_display(), detail)


def _handoffs(conversation: Conversation) -> Iterator[Entry]:
    for row in Handoff.objects.filter(conversation=conversation).order_by("-opened_at")[:LIMIT]:
        detail = (
            ("Motivo", row.get_reason_display()),
            ("Fila", row.get_queue_display()),
            ("Atribuído a", row.assigned_to),
            ("Atendido", row.picked_up_at.isoformat() if row.picked_up_at else ""),
            ("Resumo", row.summary),
        )
        yield Entry(
            str(row.id), row.opened_at, "handoff", "Repasse", "encerrado" if row.closed_at else "aberto", detail
        )


def _reason(code: str) -> str:
    return words(code) if code else ""


def _evidence(fact: Fact) -> str:
    """The lead's words, or what stands in for them: the rule, or who gave the fact."""
    return fact.quote or fact.rule or fact.given_by
