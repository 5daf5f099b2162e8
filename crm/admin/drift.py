"""Where chat, database and CRM disagree, and the button that puts it right."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString

from conversations.admin.base import PipeAdmin
from crm import services, wording
from crm.admin.lead_page import deal_link
from crm.models import CrmLink, Drift, Reconciliation
from leads.admin import lead_link
from leads.names import lead_name
from seleto.lib import clock
from seleto.lib.admin import actor
from seleto.lib.admin_lists import QuestionFilter, actor_words, asking, local, moment, with_actor_name
from seleto.lib.errors import ProviderError

_EXPLAINED = {
    Drift.Repair.SYNC: "O que está no CRM nos campos citados é substituído pelo que sabemos do lead.",
    Drift.Repair.RELINK: "O registro encontrado no CRM passa a ser o deste orçamento.",
    Drift.Repair.FORGET: "O id que não existe mais é esquecido; o registro é criado de novo se a regra o pedir.",
    Drift.Repair.CLOSE: "O orçamento é encerrado aqui. Se o lead pediu de novo depois disso, nasce outro.",
}


class StillOpen(QuestionFilter):
    title = "ainda está em aberto?"
    parameter_name = "aberta"
    answers = [
        ("sim", "sim", lambda rows: rows.filter(closed_at=None)),
        ("reparo", "sim, e há reparo", lambda rows: rows.filter(closed_at=None).exclude(repair="")),
        ("nao", "não", lambda rows: rows.exclude(closed_at=None)),
    ]


@admin.register(Drift)
class DriftAdmin(PipeAdmin):
    list_display = ["kind", "who", "told", "proposal", "found", "ended"]
    list_filter = [
        StillOpen,
        ("kind", asking("qual divergência?", admin.AllValuesFieldListFilter)),
        ("repair", asking("que reparo?")),
    ]
    search_fields = ["=remote_id", "=lead_id", "=local_id", "=id"]
    search_help_text = "id no CRM ou id do lead"
    ordering = ["closed_at", "-found_at"]
    fields = ["kind", "who", "told", "deal", "proposal", "found", "seen", "ended", "closer"]
    empty_hint = "Nenhuma divergência: toda noite os leads são comparados com o CRM."
    actions = ["repair_drifts", "ignore_drifts"]
    found, seen = moment("found_at", "vista"), moment("seen_at", "vista por último")

    def has_repair_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("crm.operate_crm"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Drift]:
        rows: QuerySet[Drift] = super().get_queryset(request)
        return with_actor_name(rows.annotate(lead_name=lead_name("lead_id")), "closed_by")

    def page_name(self, row: Drift) -> str:
        return row.kind[:1].upper() + row.kind[1:]

    def describe(self, row: Drift) -> str:
        return f"{wording.evidence(row)} Reparo: {row.get_repair_display()}."

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        buttons = []
        if row is not None and row.closed_at is None and self.has_repair_permission(request):
            words = row.get_repair_display()
            buttons = [("repair_drifts", f"{words[:1].upper()}{words[1:]}")] if row.repair else []
            buttons.append(("ignore_drifts", "É assim mesmo"))
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), "repairs": buttons})

    @admin.display(description="lead", ordering="lead_name")
    def who(self, row: Any) -> SafeString | str:
        return lead_link(row) if row.lead_id else "–"

    @admin.display(description="o que se viu")
    def told(self, row: Drift) -> str:
        return wording.evidence(row)

    @admin.display(description="no CRM")
    def deal(self, row: Drift) -> SafeString | str:
        return deal_link(row.remote_id) if row.local_kind == CrmLink.Kind.DEAL else row.remote_id or "–"

    @admin.display(description="reparo proposto", ordering="repair")
    def proposal(self, row: Drift) -> str:
        return str(row.get_repair_display())

    @admin.display(description="desfecho", ordering="closed_at")
    def ended(self, row: Drift) -> str:
        return f"{row.get_closed_as_display() or 'resolvida'}, {local(row.closed_at)}" if row.closed_at else "em aberto"

    @admin.display(description="resolvida por")
    def closer(self, row: Any) -> str:
        return actor_words(row.closed_by, row.actor_name) if row.closed_by else "–"

    @admin.action(description="Reparar as divergências marcadas", permissions=["repair"])
    def repair_drifts(self, request: HttpRequest, queryset: QuerySet[Drift]) -> HttpResponse | None:
        kinds = queryset.order_by().values_list("repair", flat=True).distinct()
        asked = self.ask(
            request,
            queryset,
            action="repair_drifts",
            question="Fazer o reparo proposto?",
            explanation=[_EXPLAINED[Drift.Repair(kind)] for kind in kinds if kind],
            button="Reparar",
        )
        return asked if asked is not None else self._each(request, queryset, services.repair, "Reparadas")

    @admin.action(description="É assim mesmo: não mostrar mais as marcadas", permissions=["repair"])
    def ignore_drifts(self, request: HttpRequest, queryset: QuerySet[Drift]) -> HttpResponse | None:
        asked = self.ask(
            request,
            queryset,
            action="ignore_drifts",
            question="É assim mesmo?",
            explanation=["A divergência deixa de ser mostrada enquanto continuar como está. Nada muda no CRM."],
            button="É assim mesmo",
        )
        return (
            asked if asked is not None else self._each(request, queryset, services.ignore, "Não serão mais mostradas")
        )

    def _each(self, request: HttpRequest, queryset: QuerySet[Drift], service: Any, done: str) -> HttpResponse | None:
        ids = list(queryset.order_by().values_list("pk", flat=True))
        count = 0
        for key in ids:
            try:
                service(key, by=actor(request), now=clock.now())
                count += 1
            except services.CannotRepair as error:
                self.message_user(request, f"Sem mudança: {error.reason}.", messages.WARNING)
            except ProviderError as error:
                self.message_user(request, wording.advice(error), messages.ERROR)
                break
        if count:
            self.message_user(request, f"{done}: {count}.", messages.SUCCESS)
        return self.back(request, ids)


@admin.register(Reconciliation)
class ReconciliationAdmin(PipeAdmin):
    list_display = ["started", "finished", "leads", "requests", "found", "gone", "why"]
    ordering = ["-started_at"]
    fields = ["started", "finished", "leads", "requests", "found", "gone", "why"]
    empty_hint = "Nenhuma conferência ainda: a primeira roda esta noite, ou com “manage.py reconcile_crm”."
    started, finished = moment("started_at", "iniciada"), moment("finished_at", "concluída")

    def page_name(self, row: Reconciliation) -> str:
        return f"Conferência de {local(row.started_at)}"

    @admin.display(description="por que parou antes", ordering="ended")
    def why(self, row: Reconciliation) -> str:
        return wording.run_end(row.ended) if row.ended else "–"
