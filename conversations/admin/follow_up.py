"""Leads who went quiet: what will be written to them and when, before it leaves; and what was, or why not."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString

from conversations import followups
from conversations.admin.base import PipeAdmin, link
from conversations.models import Conversation, FollowUp, MessageTemplate, Outbox, PlannedFollowUp
from conversations.wording import words
from knowledge import queries
from leads.names import with_lead_name
from seleto.lib import clock
from seleto.lib.admin import actor
from seleto.lib.admin_lists import asking, cut, local, moment


@admin.register(PlannedFollowUp)
class PlannedFollowUpAdmin(PipeAdmin):
    list_display = ["when", "where", "channel", "temperature", "step_of", "will_say"]
    list_select_related = ["lead", "channel"]
    # Each row shows the very text that would leave, which takes some questions.
    list_per_page = 20
    ordering = ["follow_up_at"]
    actions = ["cancel"]
    repairs = [("cancel", "Cancelar esta retomada")]
    empty_hint = "Nenhuma retomada planejada. Elas surgem quando a chave está ligada e um lead fica em silêncio."
    fields = ["when", "where", "channel", "temperature", "step_of", "will_say"]
    when = moment("follow_up_at", "sai a partir de")

    def get_queryset(self, request: HttpRequest) -> QuerySet[PlannedFollowUp]:
        return with_lead_name(super().get_queryset(request).filter(follow_up_at__isnull=False, closed_at=None), "lead")

    def page_name(self, row: Any) -> str:
        return f"Retomada de {local(row.follow_up_at)}, para {row.lead_name}"

    def has_repair_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("conversations.operate_conversation"))

    def describe(self, row: Any) -> str:
        return f"{local(row.follow_up_at)}, {row.lead_name}: “{cut(followups.preview(row, now=clock.now()))}”"

    @admin.display(description="conversa", ordering="lead_name")
    def where(self, row: Any) -> SafeString | str:
        return link(Conversation, row.pk, cut(row.lead_name, 40))

    @admin.display(description="classe")
    def temperature(self, row: PlannedFollowUp) -> str:
        return row.lead.get_temperature_display()

    @admin.display(description="etapa")
    def step_of(self, row: PlannedFollowUp) -> str:
        return f"{row.follow_up_step + 1}ª"

    @admin.display(description="o que o lead vai ler")
    def will_say(self, row: PlannedFollowUp) -> str:
        return followups.preview(row, now=clock.now()) or "nada: não há regra para esta classe"

    @admin.action(description="Cancelar as retomadas marcadas", permissions=["repair"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[PlannedFollowUp]) -> HttpResponse | None:
        asked = self.ask(
            request,
            queryset,
            action="cancel",
            question="Cancelar retomadas?",
            explanation=["O lead não recebe nada agora. Se ele escrever e calar de novo, uma nova é planejada."],
            button="Cancelar retomadas",
        )
        if asked is not None:
            return asked
        keys = list(queryset.order_by().values_list("pk", flat=True))
        done = sum(followups.cancel(key, actor=actor(request), now=clock.now()) for key in keys)
        self.message_user(request, f"Retomadas canceladas: {done}.", messages.SUCCESS)
        return None


@admin.register(FollowUp)
class FollowUpAdmin(PipeAdmin):
    list_display = ["happened", "where", "step_of", "outcome", "why", "said"]
    list_filter = [
        ("outcome", asking("foi enviada?")),
        ("reason", asking("por que não?", admin.AllValuesFieldListFilter)),
    ]
    list_select_related = ["conversation", "outbox"]
    ordering = ["-at"]
    empty_hint = "Nenhuma retomada ainda."
    fields = ["happened", "where", "step_of", "outcome", "why", "said", "left_as"]
    happened = moment("at", "quando")

    def get_queryset(self, request: HttpRequest) -> QuerySet[FollowUp]:
        return with_lead_name(super().get_queryset(request), "conversation__lead")

    def page_name(self, row: Any) -> str:
        return f"Retomada de {local(row.at)}, para {row.lead_name}"

    @admin.display(description="conversa", ordering="lead_name")
    def where(self, row: Any) -> SafeString | str:
        return link(Conversation, row.conversation_id, cut(row.lead_name, 40))

    @admin.display(description="etapa", ordering="step")
    def step_of(self, row: FollowUp) -> str:
        return f"{row.step + 1}ª"

    @admin.display(description="motivo", ordering="reason")
    def why(self, row: FollowUp) -> str:
        return words(row.reason)

    @admin.display(description="texto")
    def said(self, row: FollowUp) -> str:
        return cut(row.outbox.text) if row.outbox else "–"

    @admin.display(description="mensagem de saída")
    def left_as(self, row: FollowUp) -> SafeString | str:
        return link(Outbox, row.outbox_id, row.outbox.get_status_display()) if row.outbox else "–"


@admin.register(MessageTemplate)
class MessageTemplateAdmin(PipeAdmin):
    list_display = ["name", "language", "status_words", "quality_words", "used", "category_words", "channel", "body"]
    list_filter = [("channel", asking("de que canal?", admin.RelatedFieldListFilter))]
    list_select_related = ["channel"]
    search_fields = ["name", "body"]
    search_help_text = "nome ou texto"
    ordering = ["name", "language"]
    empty_hint = "Nenhum modelo lido: eles vêm da conta da Meta, de hora em hora, para canais da Cloud API."
    fields = [
        "name",
        "language",
        "status_words",
        "why",
        "quality_words",
        "used",
        "category_words",
        "channel",
        "body",
        "read",
    ]
    read = moment("read_at", "lido em")

    _STATUSES = {
        "approved": "aprovado",
        "pending": "em análise",
        "rejected": "recusado",
        "paused": "pausado",
        "disabled": "desativado",
        "in_appeal": "em recurso",
        "pending_deletion": "sendo excluído",
        "deleted": "excluído",
        "limit_exceeded": "além do limite da conta",
        "archived": "arquivado",
    }
    _QUALITIES = {"green": "alta", "yellow": "média", "red": "baixa"}
    _REASONS = {
        "abusive_content": "conteúdo abusivo",
        "incorrect_category": "categoria errada",
        "invalid_format": "formato inválido",
        "promotional": "conteúdo promocional",
        "scam": "suspeita de golpe",
        "tag_content_mismatch": "conteúdo não corresponde à categoria",
        "first_pause": "pausado por 3 horas, por baixa qualidade",
        "second_pause": "pausado por 6 horas, por baixa qualidade",
        "rate_limiting_pause": "pausado por limite de envio",
        "disabled": "desativado por baixa qualidade",
    }
    _CATEGORIES = {"utility": "utilidade", "marketing": "marketing", "authentication": "autenticação"}

    def page_name(self, row: Any) -> str:
        return f"Modelo {row.name} ({row.language})"

    @admin.display(description="situação", ordering="status")
    def status_words(self, row: MessageTemplate) -> str:
        return self._STATUSES.get(row.status, row.status)

    @admin.display(description="motivo", ordering="reason")
    def why(self, row: MessageTemplate) -> str:
        return self._REASONS.get(row.reason, row.reason.replace("_", " ") or "–")

    @admin.display(description="qualidade", ordering="quality")
    def quality_words(self, row: MessageTemplate) -> str:
        return self._QUALITIES.get(row.quality, row.quality or "ainda sem avaliação")

    @admin.display(description="usado em retomadas?", boolean=True)
    def used(self, row: MessageTemplate) -> bool:
        return any((step.template, step.language) == (row.name, row.language) for step in queries.follow_up_steps())

    @admin.display(description="categoria", ordering="category")
    def category_words(self, row: MessageTemplate) -> str:
        return self._CATEGORIES.get(row.category, row.category or "–")
