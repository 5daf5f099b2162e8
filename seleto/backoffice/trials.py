"""A trial of a prompt with part of the leads: beginning it, what came of either version, and ending it."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Exists, F, OuterRef, Q, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from conversations.models import Conversation, GuardrailHit, Handoff, Turn
from knowledge import queries, services
from knowledge.models import PromptTrial, PromptVersion
from knowledge.prompt_admin import audit_version, may_publish, user_name
from knowledge.prompts import PromptError
from leads.models import Fact
from seleto.backoffice.publishing import dollars
from seleto.lib import clock
from seleto.lib.admin import ReadOnlyAdmin
from seleto.lib.admin_lists import asking, local, moment

# Below this many conversations on a side, differences like those one sees here come about by chance.
FEW = 100
# domain.md: the least that makes a lead "qualificado".
QUALIFIED = (Fact.Field.NOME, Fact.Field.CIDADE, Fact.Field.PRODUTO, Fact.Field.URGENCIA)
# A difference of two shares this many standard errors wide is hardly chance (95 %).
_WIDE = 1.96


@dataclass(frozen=True, slots=True)
class Arm:
    """What came of the conversations that were answered with one version."""

    version: str
    conversations: int = 0
    turns: int = 0
    replies: int = 0
    qualified: int = 0
    hot: int = 0
    opted_out: int = 0
    stopped: int = 0
    cost_usd: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the comparison, in words."""

    label: str
    a: str
    b: str
    remark: str = ""


def compare(trial: PromptTrial, *, now: datetime) -> tuple[Arm, Arm]:
    """Versions A and B over the conversations that began while the trial ran."""
    began = trial.started_at + timedelta(seconds=queries.CACHE_S)
    until = trial.ended_at or now
    a, b = (_arm(version, began, until) for version in (trial.version_a, trial.version_b))
    return a, b


def figures(a: Arm, b: Arm) -> list[Figure]:
    """The comparison as a table of counts and shares."""
    return [
        Figure("Conversas", str(a.conversations), str(b.conversations)),
        Figure("Respostas do agente", str(a.replies), str(b.replies)),
        _share("Leads qualificados", a.qualified, a.conversations, b.qualified, b.conversations),
        _share("Passados ao consultor como quentes", a.hot, a.conversations, b.hot, b.conversations),
        _share("Pediram para sair", a.opted_out, a.conversations, b.opted_out, b.conversations),
        Figure("Rascunhos barrados por turno", _per(a.stopped, a.turns), _per(b.stopped, b.turns)),
        Figure("Custo por conversa (US$)", _cost(a), _cost(b)),
    ]


def caution(a: Arm, b: Arm) -> str:
    """A warning while the numbers are small, else nothing."""
    fewest = min(a.conversations, b.conversations)
    if fewest >= FEW:
        return ""
    return (
        f"Ainda são poucas conversas: {fewest} do lado menor. Com menos de {FEW} de cada lado, diferenças aparecem por "
        "acaso; não decida por elas."
    )


def _arm(version: PromptVersion, began: datetime, until: datetime) -> Arm:
    label = queries.label(version.version, version.pk)
    turns = Turn.objects.filter(
        prompt_version=label,
        conversation__opened_at__gte=began,
        conversation__opened_at__lt=until,
        started_at__lt=until,
    )
    sums = turns.aggregate(
        turns=Count("pk"), replies=Count("pk", filter=Q(status=Turn.Status.REPLIED)), cost=Sum("cost_usd")
    )
    own = Conversation.objects.filter(pk__in=turns.values("conversation_id"))
    known = Fact.objects.filter(lead=OuterRef("lead"), superseded_at=None)
    qualified = own
    for name in QUALIFIED:
        qualified = qualified.filter(Exists(known.filter(field=name)))
    hot = Handoff.objects.filter(conversation=OuterRef("pk"), reason=Handoff.Reason.HOT)
    return Arm(
        version=version.version,
        conversations=own.count(),
        turns=sums["turns"],
        replies=sums["replies"],
        qualified=qualified.count(),
        hot=own.filter(Exists(hot)).count(),
        opted_out=own.filter(lead__opted_out_at__gte=F("opened_at")).count(),
        stopped=GuardrailHit.objects.filter(turn__in=turns).count(),
        cost_usd=sums["cost"] or Decimal(0),
    )


def _share(label: str, a: int, of_a: int, b: int, of_b: int) -> Figure:
    remark = ""
    if min(of_a, of_b) >= FEW:
        both = (a + b) / (of_a + of_b)
        error = math.sqrt(both * (1 - both) * (1 / of_a + 1 / of_b))
        wide = error > 0 and abs(a / of_a - b / of_b) >= _WIDE * error
        remark = "diferença maior que a do acaso" if wide else "pode ser acaso"
    return Figure(label, _percent(a, of_a), _percent(b, of_b), remark)


def _percent(count: int, total: int) -> str:
    return f"{count} ({100 * count / total:.0f}%)" if total else "0"


def _per(count: int, total: int) -> str:
    return f"{count / total:.2f}".replace(".", ",") if total else "–"


def _cost(arm: Arm) -> str:
    return dollars(arm.cost_usd / arm.conversations) if arm.conversations else "–"


class TrialForm(forms.Form):
    share = forms.IntegerField(
        label="De cada 100 conversas novas, quantas com esta versão?", min_value=1, max_value=100, initial=20
    )


@admin.register(PromptTrial)
class PromptTrialAdmin(ReadOnlyAdmin):
    list_display = ["name", "share_words", "began", "by", "over", "result"]
    list_filter = [("outcome", asking("como terminou?"))]
    list_select_related = ["version_a", "version_b"]
    ordering = ["-started_at"]
    change_form_template = "admin/knowledge/prompttrial/change_form.html"
    began, over = moment("started_at", "começou"), moment("ended_at", "terminou")

    @admin.display(description="versões")
    def name(self, row: PromptTrial) -> str:
        return f"{row.version_a.version} e {row.version_b.version}"

    @admin.display(description="conversas com a segunda", ordering="share")
    def share_words(self, row: PromptTrial) -> str:
        return f"{row.share}%"

    @admin.display(description="por", ordering="started_by")
    def by(self, row: PromptTrial) -> str:
        return row.started_by

    @admin.display(description="desfecho", ordering="outcome")
    def result(self, row: PromptTrial) -> str:
        return row.get_outcome_display() if row.outcome else "em andamento"

    def get_urls(self) -> list[URLPattern]:
        start = path(
            "iniciar/<uuid:version>/", self.admin_site.admin_view(self.start_view), name="knowledge_prompttrial_start"
        )
        drop = path(
            "<uuid:key>/encerrar/",
            self.admin_site.admin_view(require_POST(self.drop_view)),
            name="knowledge_prompttrial_drop",
        )
        return [start, drop, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        context: dict[str, Any] = {}
        if isinstance(row, PromptTrial):
            a, b = compare(row, now=clock.now())
            context = {
                "title": f"Teste de {b.version} contra {a.version}",
                "trial": row,
                "figures": figures(a, b),
                "caution": caution(a, b),
                "counted_from": local(row.started_at + timedelta(seconds=queries.CACHE_S)),
                "may_publish": may_publish(request),
            }
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})

    def start_view(self, request: HttpRequest, version: UUID) -> HttpResponse:
        if not may_publish(request):
            raise PermissionDenied
        row = get_object_or_404(PromptVersion, pk=version)
        form = TrialForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                trial = services.start_trial(
                    row, share=form.cleaned_data["share"], now=clock.now(), by=user_name(request)
                )
            except (services.PublishingError, PromptError) as error:
                self.message_user(request, str(error), messages.ERROR)
                return HttpResponseRedirect(reverse("admin:knowledge_promptversion_change", args=[version]))
            audit_version(request, "trial_start", row.pk, trial=str(trial.pk), share=trial.share)
            return _to(trial)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media,
            "title": f"Testar {row.version} com parte dos leads",
            "version": row,
            "form": form,
        }
        return TemplateResponse(request, "admin/knowledge/prompttrial/start.html", context)

    def drop_view(self, request: HttpRequest, key: UUID) -> HttpResponse:
        if not may_publish(request):
            raise PermissionDenied
        trial = get_object_or_404(PromptTrial, pk=key)
        try:
            services.drop_trial(trial, now=clock.now(), by=user_name(request))
        except services.PublishingError as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            audit_version(request, "trial_drop", trial.version_b_id, trial=str(key))
            self.message_user(request, "Teste encerrado: a versão publicada fica.", messages.SUCCESS)
        return _to(trial)


def _to(trial: PromptTrial) -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:knowledge_prompttrial_change", args=[trial.pk]))
