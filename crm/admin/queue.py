"""The leads on their way to the CRM, what keeps them, and what was asked on their behalf."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from conversations.admin.base import PipeAdmin
from conversations.repair import Repaired
from crm import services, wording
from crm.admin.lead_page import lead_page
from crm.models import CrmCall, CrmSync
from leads.admin import lead_link
from leads.names import lead_name, with_lead_name
from seleto.lib.admin_lists import QuestionFilter, asking, local, moment

LAST_CALLS = 15
_Ready = Q(status=CrmSync.Status.READY)


def lines(rows: Iterable[tuple[Any, Any]]) -> SafeString | str:
    """``what: said`` under each other."""
    return format_html_join("", '<span class="sl-line">{}: {}</span>', rows) or "–"


class Situation(QuestionFilter):
    title = "em que situação?"
    parameter_name = "situacao"
    answers = [
        ("parada", "parada, espera uma pessoa", lambda rows: rows.filter(status=CrmSync.Status.PARKED)),
        ("fila", "na fila", lambda rows: rows.filter(_Ready, Q(due_at__isnull=False) | Q(leased_until__isnull=False))),
        ("falhou", "falhou e vai de novo", lambda rows: rows.filter(_Ready, attempts__gt=0)),
        ("recusados", "com campos recusados", lambda rows: rows.exclude(refused={})),
        ("em_dia", "em dia", lambda rows: rows.filter(_Ready, due_at=None, leased_until=None)),
    ]


@admin.register(CrmSync)
class CrmSyncAdmin(PipeAdmin):
    list_display = ["who", "state", "why", "next", "attempts", "refusals"]
    list_filter = [Situation]
    search_fields = ["lead__facts__value", "lead__identities__display_name", "=lead__id", "=id"]
    search_help_text = "nome, empresa, cidade ou id do lead"
    ordering = ["-status", "due_at", "-synced_at"]
    empty_hint = "Nenhum lead foi levado ao CRM ainda. O primeiro entra aqui quando contar algo de si."
    fields = ["who", "state", "why", "next", "attempts", "refusals", "synced", "checked", "in_crm", "last_calls"]
    actions = ["retry_syncs", "park_syncs", "skip_syncs"]
    repairs: ClassVar[list[tuple[str, str]]] = [
        ("retry_syncs", "Tentar agora"),
        ("park_syncs", "Parar"),
        ("skip_syncs", "Deixar de lado"),
    ]
    next, synced, checked = (
        moment("due_at", "próxima tentativa"),
        moment("synced_at", "última sincronização"),
        moment("checked_at", "última conferência"),
    )

    def has_repair_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("crm.operate_crm"))

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(lambda request, lead_id: lead_page(self, request, lead_id))
        return [path("lead/<uuid:lead_id>/", page, name="crm_lead"), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[CrmSync]:
        return with_lead_name(super().get_queryset(request), "lead")

    def page_name(self, row: Any) -> str:
        return f"{row.lead_name} no CRM"

    def describe(self, row: Any) -> str:
        return f"{row.lead_name}: {self.state(row)}"

    @admin.display(description="lead", ordering="lead_name")
    def who(self, row: Any) -> SafeString:
        return lead_link(row)

    @admin.display(description="situação", ordering="status")
    def state(self, row: CrmSync) -> str:
        if row.status == CrmSync.Status.PARKED:
            return f"parada desde {local(row.parked_at)}" if row.parked_at else "parada"
        if row.leased_until is not None:
            return "em andamento"
        if row.due_at is not None:
            return "vai tentar de novo" if row.attempts else "na fila"
        return "em dia" if row.synced_at else "nunca sincronizada"

    @admin.display(description="motivo", ordering="reason")
    def why(self, row: CrmSync) -> str:
        return wording.reason(row.reason)

    @admin.display(description="campos recusados")
    def refusals(self, row: CrmSync) -> SafeString | str:
        return lines((wording.field(name), said) for name, said in row.refused.items())

    @admin.display(description="no CRM")
    def in_crm(self, row: CrmSync) -> SafeString:
        page = reverse("admin:crm_lead", args=[row.lead_id])
        return format_html('<a href="{}">O que se quer no CRM, por quê, e o que está lá</a>', page)

    @admin.display(description="últimas chamadas")
    def last_calls(self, row: CrmSync) -> SafeString:
        calls = CrmCall.objects.filter(lead_id=row.lead_id).order_by("-at", "-pk")[:LAST_CALLS]
        told = format_html_join(
            "",
            '<span class="sl-line">{} <a href="{}">{}</a>: {}</span>',
            (
                (
                    local(call.at),
                    reverse("admin:crm_crmcall_change", args=[call.pk]),
                    wording.call(call.method, call.endpoint),
                    wording.outcome(call.outcome),
                )
                for call in calls
            ),
        )
        everything = reverse("admin:crm_crmcall_changelist")
        return format_html(
            '{}<a href="{}?lead_id={}">Todas as chamadas</a>', told or "Nenhuma. ", everything, row.lead_id
        )

    @admin.action(description="Tentar agora os leads marcados", permissions=["repair"])
    def retry_syncs(self, request: HttpRequest, queryset: QuerySet[CrmSync]) -> HttpResponse | None:
        return self._decide(
            request,
            queryset,
            "retry_syncs",
            services.retry,
            question="Tentar agora?",
            explanation="O lead volta à fila com todas as tentativas. O que já está no CRM não é criado de novo.",
            button="Tentar agora",
            done="Leads de volta à fila",
        )

    @admin.action(description="Parar os leads marcados", permissions=["repair"])
    def park_syncs(self, request: HttpRequest, queryset: QuerySet[CrmSync]) -> HttpResponse | None:
        def park(key: UUID, *, by: str, now: datetime) -> bool:
            return services.park(key, reason="", by=by, now=now)

        return self._decide(
            request,
            queryset,
            "park_syncs",
            park,
            question="Parar a sincronização?",
            explanation="Nada mais destes leads vai ao CRM até alguém mandar tentar, mesmo que contem algo novo.",
            button="Parar",
            done="Leads parados",
        )

    @admin.action(description="Deixar de lado os leads marcados", permissions=["repair"])
    def skip_syncs(self, request: HttpRequest, queryset: QuerySet[CrmSync]) -> HttpResponse | None:
        return self._decide(
            request,
            queryset,
            "skip_syncs",
            services.skip,
            question="Deixar de lado?",
            explanation="Os leads saem da fila e voltam a ela quando contarem algo novo.",
            button="Deixar de lado",
            done="Leads deixados de lado",
        )

    def _decide(
        self,
        request: HttpRequest,
        queryset: QuerySet[CrmSync],
        action: str,
        service: Callable[..., bool],
        *,
        question: str,
        explanation: str,
        button: str,
        done: str,
    ) -> HttpResponse | None:
        asked = self.ask(request, queryset, action=action, question=question, button=button, explanation=[explanation])
        if asked is not None:
            return asked

        def each(ids: list[UUID], *, actor: str, now: datetime) -> Repaired:
            count = sum(service(key, by=actor, now=now) for key in ids)
            return Repaired(count, {"já não existe": len(ids) - count} if count < len(ids) else {})

        return self.repair(request, queryset, each, done=done)


class Answered(QuestionFilter):
    title = "deu certo?"
    parameter_name = "certo"
    answers = [
        ("sim", "sim", lambda rows: rows.filter(outcome="ok")),
        ("nao", "não", lambda rows: rows.exclude(outcome="ok")),
    ]


@admin.register(CrmCall)
class CrmCallAdmin(PipeAdmin):
    """What was asked, redacted: names of fields, ids and lengths."""

    list_display = ["when", "who", "what", "told", "status", "duration_ms"]
    list_filter = [Answered, ("method", asking("que tipo de chamada?", admin.AllValuesFieldListFilter))]
    search_fields = ["=lead_id", "endpoint"]
    search_help_text = "id do lead, ou a chamada como em deals"
    ordering = ["-at", "-pk"]
    date_hierarchy = "at"
    heavy_fields: ClassVar[list[str]] = ["request", "answer"]
    fields = ["when", "who", "what", "told", "status", "duration_ms", "asked", "answered"]
    empty_hint = "Nenhuma chamada ao CRM ainda."
    when = moment("at", "quando")

    def get_queryset(self, request: HttpRequest) -> QuerySet[CrmCall]:
        rows: QuerySet[CrmCall] = super().get_queryset(request)
        return rows.annotate(lead_name=lead_name("lead_id"))

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        return lookup == "lead_id" or super().lookup_allowed(lookup, value, request)

    def page_name(self, row: CrmCall) -> str:
        return f"{self.what(row)}, {local(row.at)}"

    @admin.display(description="lead", ordering="lead_name")
    def who(self, row: Any) -> SafeString | str:
        return lead_link(row) if row.lead_id else "–"

    @admin.display(description="chamada", ordering="endpoint")
    def what(self, row: CrmCall) -> str:
        return wording.call(row.method, row.endpoint)

    @admin.display(description="resultado", ordering="outcome")
    def told(self, row: CrmCall) -> str:
        return wording.outcome(row.outcome)

    @admin.display(description="pedido (valores só pelo tamanho)")
    def asked(self, row: CrmCall) -> SafeString | str:
        return lines(row.request.items())

    @admin.display(description="resposta")
    def answered(self, row: CrmCall) -> SafeString | str:
        return lines(row.answer.items())
