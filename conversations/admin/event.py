"""Raw events: what a provider told us, why nothing came of it, and the button that works it again."""

import json
from contextlib import suppress
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from conversations import repair
from conversations.admin.base import PipeAdmin, link
from conversations.models import Conversation, Event, Message
from conversations.wording import event_kind, words
from seleto.lib.admin_filters import Question
from seleto.lib.admin_lists import QuestionFilter, asking, cut, local, moment


class WhyParked(Question):
    title = "por que parou?"
    parameter_name = "motivo"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        parked = Event.objects.filter(status=Event.Status.PARKED).order_by()
        reasons = parked.values_list("reason", flat=True).distinct()[:20]
        return [(reason, words(reason)) for reason in sorted(reasons)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Event]) -> QuerySet[Event]:
        return queryset.filter(status=Event.Status.PARKED, reason=self.value()) if self.value() else queryset


class NeedsAttention(QuestionFilter):
    title = "precisa de alguém?"
    parameter_name = "atencao"
    answers = [
        ("parados", "sim: parados", lambda rows: rows.filter(status=Event.Status.PARKED)),
        ("tentando", "ainda tentando", lambda rows: rows.filter(status=Event.Status.NEW, attempts__gt=0)),
    ]


@admin.register(Event)
class EventAdmin(PipeAdmin):
    list_display = ["received", "kind_words", "status", "why", "attempts", "channel"]
    list_filter = [
        NeedsAttention,
        WhyParked,
        ("status", asking("em que situação?")),
        ("channel", asking("em que canal?", admin.RelatedFieldListFilter)),
    ]
    list_select_related = ["channel"]
    search_fields = ["=id", "key", "reason", "=correlation_id"]
    search_help_text = "id, chave do provedor, motivo ou correlação"
    ordering = ["-received_at"]
    actions = ["reprocess"]
    repairs = [("reprocess", "Reprocessar")]
    heavy_fields = ["body"]
    fields = [
        ("status", "why"),
        ("received_at", "processed_at"),
        ("attempts", "due_at"),
        ("channel", "kind_words"),
        ("id", "key"),
        "correlation_id",
        "made_of_it",
        "raw",
    ]

    received = moment("received_at", "recebido")
    empty_hint = "Nada recebido ainda: confira no provedor o endereço do webhook, que está na página do canal."

    def page_name(self, row: Event) -> str:
        return f"Evento de {local(row.received_at)}: {event_kind(row.kind)}"

    def can_repair(self, row: Event) -> bool:
        return row.status in repair.REPROCESSABLE

    def describe(self, row: Event) -> str:
        return f"{row.get_status_display()}: {words(row.reason)}" if row.reason else row.get_status_display()

    @admin.display(description="motivo", ordering="reason")
    def why(self, row: Event) -> str:
        return words(row.reason)

    @admin.display(description="tipo", ordering="kind")
    def kind_words(self, row: Event) -> str:
        return event_kind(row.kind)

    @admin.display(description="virou")
    def made_of_it(self, row: Event) -> SafeString | str:
        """The messages that came of it, each in its conversation."""
        found = Message.objects.filter(event=row).only("id", "conversation_id", "text", "type")[:5]
        links = [
            (link(Conversation, one.conversation_id, cut(one.text or one.get_type_display(), 60)),) for one in found
        ]
        return format_html_join(", ", "{}", links) or "nenhuma mensagem"

    @admin.display(description="corpo recebido")
    def raw(self, row: Event) -> SafeString:
        return format_html('<pre class="sl-raw">{}</pre>', readable(bytes(row.body)))

    @admin.action(description="Reprocessar os eventos marcados", permissions=["repair"])
    def reprocess(self, request: HttpRequest, queryset: QuerySet[Event]) -> HttpResponse | None:
        return self.ask(
            request,
            queryset,
            action="reprocess",
            question="Reprocessar eventos?",
            explanation=[
                "Cada evento volta para a fila com todas as tentativas. O que já virou mensagem não se repete.",
                "Se um deles trouxer uma mensagem de lead que ninguém leu, o agente pode respondê-la.",
            ],
            button="Reprocessar",
        ) or self.repair(request, queryset, repair.reprocess_events, done="Eventos de volta à fila")


def readable(body: bytes) -> str:
    """JSON indented; anything else as it came, with what is no text written out."""
    text = body.decode("utf-8", "backslashreplace")
    with suppress(ValueError, RecursionError):
        text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    # A lone surrogate cannot be written to a page.
    return text.encode("utf-8", "backslashreplace").decode()
