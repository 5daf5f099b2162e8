"""Conversations given to people: who waits, in which queue, and why; and what happens while nobody comes."""

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from conversations import attendance, unattended
from conversations.admin.base import PipeAdmin, link
from conversations.models import Conversation, Handoff, HandoffAlarm, HandoffLevel, ResumeRule
from conversations.wording import words
from knowledge.admin import AuditedAdmin
from leads.names import with_lead_name
from seleto.lib import audit, clock
from seleto.lib.admin import actor
from seleto.lib.admin_lists import QuestionFilter, asking, cut, moment


class Waiting(QuestionFilter):
    title = "ainda em aberto?"
    parameter_name = "aberto"
    answers = [
        ("espera", "sim, ninguém atendeu", lambda rows: rows.filter(closed_at=None, picked_up_at=None)),
        ("sim", "sim", lambda rows: rows.filter(closed_at=None)),
        ("nao", "não", lambda rows: rows.exclude(closed_at=None)),
    ]


@admin.register(Handoff)
class HandoffAdmin(PipeAdmin):
    list_display = ["opened", "where", "reason", "queue", "assigned_to", "picked_up", "closed"]
    list_filter = [Waiting, ("queue", asking("para qual fila?")), ("reason", asking("por quê?"))]
    list_select_related = ["conversation"]
    ordering = ["-opened_at"]
    opened, closed = moment("opened_at", "aberto"), moment("closed_at", "encerrado")
    picked_up = moment("picked_up_at", "atendido")
    fields = [
        "where",
        "reason",
        "queue",
        "assigned_to",
        "opened_at",
        "picked_up_at",
        "waited",
        "closed_at",
        "summary_text",
    ]
    heavy_fields = ["summary"]
    empty_hint = "Nenhum repasse ainda. O agente repassa quando o lead está quente, pede uma pessoa ou reclama."

    def get_queryset(self, request: HttpRequest) -> QuerySet[Handoff]:
        return with_lead_name(super().get_queryset(request), "conversation__lead")

    def page_name(self, row: Any) -> str:
        return f"Repasse de {row.lead_name}: {row.get_reason_display()}"

    @admin.display(description="conversa", ordering="lead_name")
    def where(self, row: Any) -> SafeString | str:
        return link(Conversation, row.conversation_id, cut(row.lead_name, 40))

    @admin.display(description="espera (minutos úteis / corridos)")
    def waited(self, row: Handoff) -> str:
        wait = attendance.of(row, now=clock.now())
        return f"{wait.business_minutes} / {wait.wall_minutes}"

    @admin.display(description="resumo")
    def summary_text(self, row: Handoff) -> SafeString | str:
        return format_html('<div style="white-space: pre-wrap">{}</div>', row.summary) if row.summary else "–"


_TOLD = {
    HandoffLevel.Action.REMINDER: "quem recebeu o repasse é lembrado no Chatwoot",
    HandoffLevel.Action.TEAM: "o time todo é lembrado no Chatwoot",
    HandoffLevel.Action.EMAIL: "um e-mail sai para",
    HandoffLevel.Action.WEBHOOK: "outro sistema é avisado",
}


def ladder() -> list[tuple[str, list[tuple[str, str]]]]:
    """Per queue who is told, and when: (queue, [(after how long, whom)]); one statement."""
    steps: dict[str, list[tuple[str, str]]] = {}
    for level in HandoffLevel.objects.filter(active=True).order_by("after_minutes", "pk"):
        told = _TOLD[HandoffLevel.Action(level.action)]
        if level.action == HandoffLevel.Action.EMAIL:
            told = f"{told} {', '.join(level.addresses())}"
        steps.setdefault(level.queue, []).append((_after(level.after_minutes), told))
    return [(label, steps.get(queue, [])) for queue, label in Handoff.Queue.choices]


def _after(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if hours and rest else f"{hours} h" if hours else f"{minutes} min"


@admin.register(HandoffLevel)
class HandoffLevelAdmin(AuditedAdmin):
    """Each level holds for the handoffs that wait now as well."""

    list_display = ["queue", "after_minutes", "action", "active"]
    list_filter = [("queue", asking("de qual fila?"))]
    ordering = ["queue", "after_minutes"]
    fields = ["queue", "after_minutes", "action", "target", "text", "active"]
    empty_hint = "Sem níveis, ninguém é lembrado de um repasse que espera."
    change_list_template = "admin/conversations/handoff_levels.html"

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"ladder": ladder(), **(extra_context or {})})


@admin.register(HandoffAlarm)
class HandoffAlarmAdmin(PipeAdmin):
    list_display = ["raised", "where", "level", "status", "why", "attempts"]
    list_filter = [("status", asking("saiu?"))]
    list_select_related = ["handoff__conversation", "level"]
    ordering = ["-raised_at"]
    raised = moment("raised_at", "vencido")
    fields = ["where", "level", "raised_at", "announced_at", "status", "why", "attempts", "due_at"]
    actions = ["retry_alarms"]
    repairs = [("retry_alarms", "Tentar de novo")]
    empty_hint = "Nenhum aviso: ninguém esperou além dos níveis de espera."

    def get_queryset(self, request: HttpRequest) -> QuerySet[HandoffAlarm]:
        return with_lead_name(super().get_queryset(request), "handoff__conversation__lead")

    def page_name(self, row: Any) -> str:
        return f"Aviso de espera de {row.lead_name}"

    @admin.display(description="repasse", ordering="lead_name")
    def where(self, row: Any) -> SafeString | str:
        return link(Handoff, row.handoff_id, cut(row.lead_name, 40))

    @admin.display(description="motivo", empty_value="–")
    def why(self, row: HandoffAlarm) -> str:
        return words(row.reason) if row.reason else ""

    def can_repair(self, row: Any) -> bool:
        return bool(row.status == HandoffAlarm.Status.PARKED)

    @admin.action(description="Tentar de novo os avisos marcados", permissions=["repair"])
    def retry_alarms(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        asked = self.ask(
            request,
            queryset,
            action="retry_alarms",
            question="Tentar de novo?",
            explanation=["Quem já recebeu o aviso pode recebê-lo mais uma vez."],
            button="Tentar de novo",
        )
        if asked is not None:
            return asked
        ids: list[UUID] = list(queryset.order_by().values_list("pk", flat=True))
        now = clock.now()
        taken = [key for key in ids if unattended.retry(key, now=now)]
        for key in taken:
            audit.record(
                actor=actor(request),
                action="handoff_alarm.retry",
                subject_kind="handoff_alarm",
                subject_id=key,
                now=now,
            )
        self.message_user(request, f"Avisos tentados de novo: {len(taken)}.", messages.SUCCESS)
        return self.back(request, ids)


@admin.register(ResumeRule)
class ResumeRuleAdmin(AuditedAdmin):
    """One row at most; taken away, the settings of the installation hold again."""

    list_display = ["idle_min_off_hours", "idle_min_business"]
    empty_hint = "Vale o padrão da instalação. Adicione uma regra para mudar os tempos."
    ordering = ["pk"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not ResumeRule.objects.exists()
