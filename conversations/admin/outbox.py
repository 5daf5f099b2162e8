"""What is to leave: what got stuck on its way, and the two things a person can do about it."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString

from conversations import repair
from conversations.admin.base import PipeAdmin, link
from conversations.models import Conversation, Outbox, Turn
from conversations.wording import words
from leads.names import with_lead_name
from seleto.lib.admin_lists import QuestionFilter, asking, cut, local, moment


class NeedsAttention(QuestionFilter):
    title = "precisa de alguém?"
    parameter_name = "atencao"
    answers = [
        ("sim", "sim: parada ou sem confirmação", lambda rows: rows.filter(status__in=repair.STUCK)),
        ("parada", "só paradas", lambda rows: rows.filter(status=Outbox.Status.PARKED)),
        ("duvida", "só sem confirmação", lambda rows: rows.filter(status=Outbox.Status.UNKNOWN)),
    ]


@admin.register(Outbox)
class OutboxAdmin(PipeAdmin):
    list_display = ["created", "words_of", "status", "why", "attempts", "where"]
    list_filter = [
        NeedsAttention,
        ("status", asking("em que situação?")),
        ("origin", asking("de quem?")),
        ("channel", asking("em que canal?", admin.RelatedFieldListFilter)),
    ]
    list_select_related = ["conversation", "turn"]
    empty_hint = "Nada foi enviado ainda."
    search_fields = ["=id", "text", "reason", "=provider_id"]
    search_help_text = "texto, motivo, id ou id no provedor"
    ordering = ["-created_at"]
    actions = ["requeue", "discard"]
    repairs = [("requeue", "Enviar de novo"), ("discard", "Descartar")]
    fields = [
        ("status", "why"),
        "text",
        ("origin", "order"),
        ("where", "turn_link"),
        ("attempts", "typing_s"),
        ("created_at", "due_at"),
        ("claimed_at", "sent_at"),
        ("provider_id", "provider_extra_id"),
        ("survives_handoff", "correlation_id"),
        "reviewed_sha256",
    ]

    created = moment("created_at", "criada")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Outbox]:
        return with_lead_name(super().get_queryset(request), "conversation__lead")

    def page_name(self, row: Any) -> str:
        return f"Mensagem de saída de {local(row.created_at)}, para {row.lead_name}"

    def can_repair(self, row: Outbox) -> bool:
        return row.status in repair.STUCK

    def describe(self, row: Outbox) -> str:
        return f"{row.get_status_display()}: “{cut(row.text)}”"

    @admin.display(description="texto", ordering="text")
    def words_of(self, row: Outbox) -> str:
        return cut(row.text)

    @admin.display(description="motivo", ordering="reason")
    def why(self, row: Outbox) -> str:
        return words(row.reason)

    @admin.display(description="conversa", ordering="lead_name")
    def where(self, row: Any) -> SafeString | str:
        return link(Conversation, row.conversation_id, cut(row.lead_name, 40))

    @admin.display(description="turno")
    def turn_link(self, row: Outbox) -> SafeString | str:
        return link(Turn, row.turn_id, f"de {local(row.turn.started_at)}") if row.turn else "–"

    @admin.action(description="Enviar de novo as mensagens marcadas", permissions=["repair"])
    def requeue(self, request: HttpRequest, queryset: QuerySet[Outbox]) -> HttpResponse | None:
        doubtful = queryset.filter(status=Outbox.Status.UNKNOWN).count()
        warning = (
            f"marcadas sem confirmação: {doubtful}. O que já chegou o lead receberá duas vezes. "
            "Confira no WhatsApp da empresa antes de continuar."
        )
        return self.ask(
            request,
            queryset,
            action="requeue",
            question="Enviar de novo?",
            explanation=[
                "Cada mensagem volta para a fila com o mesmo texto, já revisado, e sai agora.",
                "As de conversas que uma pessoa atende e as canceladas ficam como estão.",
            ],
            warning=warning if doubtful else "",
            button="Enviar de novo",
        ) or self.repair(request, queryset, repair.requeue_outbox, done="Mensagens de volta à fila")

    @admin.action(description="Descartar as mensagens marcadas", permissions=["repair"])
    def discard(self, request: HttpRequest, queryset: QuerySet[Outbox]) -> HttpResponse | None:
        return self.ask(
            request,
            queryset,
            action="discard",
            question="Descartar mensagens?",
            explanation=["Elas não serão enviadas. O lead não recebe nada no lugar."],
            button="Descartar",
        ) or self.repair(request, queryset, repair.discard_outbox, done="Mensagens descartadas")
