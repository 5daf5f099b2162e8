"""Leads that may be one person: the list of pairs, and two leads side by side for somebody to decide."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from conversations.models import Conversation
from crm.models import CrmLink
from leads import merging
from leads.display import fact_value
from leads.duplicates import Candidate, candidates
from leads.models import Consent, Fact, Identity, Lead, Orcamento
from leads.names import with_lead_name
from seleto.lib import clock
from seleto.lib.admin import actor
from seleto.lib.admin_lists import local
from seleto.lib.admin_theme import ThemedAdmin

PER_PAGE = 25
PERMISSION = "leads.merge_lead"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing known of both: ``differs`` when both have a value and not the same."""

    what: str
    values: tuple[str, str]

    @property
    def differs(self) -> bool:
        return bool(self.values[0] and self.values[1] and self.values[0] != self.values[1])


class MergeForm(forms.Form):
    kept = forms.ChoiceField(label="Qual cadastro fica?", widget=forms.RadioSelect)
    sure = forms.BooleanField(label="Comparei os dois: são a mesma pessoa. Sei que não dá para desfazer.")

    def __init__(self, pair: list[Any], data: Any = None) -> None:
        super().__init__(data, initial={"kept": str(proposed(pair).pk)})
        self.fields["kept"] = forms.ChoiceField(
            label="Qual cadastro fica?",
            widget=forms.RadioSelect,
            choices=[(str(lead.pk), f"{lead.lead_name}, criado em {local(lead.created_at)}") for lead in pair],
        )


class MergePages(ThemedAdmin):
    """Adds to the leads' list its repeated ones."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("repetidos/", view(self.duplicates_view), name="leads_lead_duplicates"),
            path("repetidos/<uuid:one>/<uuid:other>/", view(self.compare_view), name="leads_lead_compare"),
            path(
                "repetidos/<uuid:one>/<uuid:other>/diferentes/",
                view(require_POST(self.apart_view)),
                name="leads_lead_apart",
            ),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        may = {"may_merge": self.has_merge_permission(request)}
        return super().changelist_view(request, {**may, **(extra_context or {})})

    def has_merge_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(PERMISSION))

    @admin.action(description="Comparar e unir os dois leads marcados", permissions=["merge"])
    def merge_marked(self, request: HttpRequest, queryset: QuerySet[Lead]) -> HttpResponse | None:
        chosen = list(queryset.order_by("pk").values_list("pk", flat=True)[:3])
        if len(chosen) != 2:
            self.message_user(request, "Marque exatamente dois leads para comparar.", messages.ERROR)
            return None
        return HttpResponseRedirect(reverse("admin:leads_lead_compare", args=chosen))

    def duplicates_view(self, request: HttpRequest) -> HttpResponse:
        self._check(request)
        number = request.GET.get("p", "")
        page = max(int(number), 1) if number.isdigit() and len(number) < 6 else 1
        found, total = candidates(limit=PER_PAGE, offset=(page - 1) * PER_PAGE)
        names = _named({key for one in found for key in (one.first, one.second)})
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Leads repetidos",
            "rows": [_row(one, names) for one in found if {one.first, one.second} <= names.keys()],
            "total": total,
            "page": Paginator(range(total), PER_PAGE).get_page(page),
        }
        return TemplateResponse(request, "admin/leads/lead/duplicates.html", context)

    def compare_view(self, request: HttpRequest, one: UUID, other: UUID) -> HttpResponse:
        self._check(request)
        named = _named({one, other})
        if one == other or len(named) < 2:
            raise Http404
        pair = [named[one], named[other]]
        form = MergeForm(pair, request.POST if request.method == "POST" else None)
        if form.is_valid():
            return self._merge(request, pair, UUID(form.cleaned_data["kept"]))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "São a mesma pessoa?",
            "pair": pair,
            "form": form,
            **comparison(pair),
        }
        return TemplateResponse(request, "admin/leads/lead/compare.html", context)

    def apart_view(self, request: HttpRequest, one: UUID, other: UUID) -> HttpResponse:
        self._check(request)
        if one == other or Lead.objects.filter(pk__in=[one, other]).count() < 2:
            raise Http404
        merging.keep_apart(one, other, actor=actor(request), now=clock.now())
        self.message_user(request, "Anotado: são pessoas diferentes. O par não aparece mais aqui.", messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:leads_lead_duplicates"))

    def _merge(self, request: HttpRequest, pair: list[Any], kept: UUID) -> HttpResponse:
        other = next(lead.pk for lead in pair if lead.pk != kept)
        try:
            merging.merge_by_person(kept, other, actor=actor(request), now=clock.now())
        except merging.AlreadyMerged:
            self.message_user(request, "Estes leads já tinham sido unidos.", messages.WARNING)
            return HttpResponseRedirect(reverse("admin:leads_lead_duplicates"))
        self.message_user(request, "Leads unidos. Tudo o que era dos dois está aqui.", messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:leads_lead_change", args=[kept]))

    def _check(self, request: HttpRequest) -> None:
        if not (self.has_view_permission(request) and self.has_merge_permission(request)):
            raise PermissionDenied


def proposed(pair: Iterable[Any]) -> Any:
    """The lead that stays unless somebody chooses otherwise: the one known for longer."""
    return min(pair, key=lambda lead: lead.created_at)


def comparison(pair: list[Any]) -> dict[str, Any]:
    """Both leads line by line, and what to think of before they become one; seven statements."""
    keys = [lead.pk for lead in pair]
    facts: dict[tuple[Any, str], str] = {
        (lead, field): value
        for lead, field, value in Fact.objects.filter(lead__in=keys, superseded_at=None).values_list(
            "lead_id", "field", "value"
        )
    }
    known = [
        Line(str(field.label), _both(keys, lambda key, name=field: fact_value(name, facts.get((key, name), ""))))
        for field in Fact.Field
        if any((key, field) in facts for key in keys)
    ]
    identities = _gathered(
        Identity.objects.filter(lead__in=keys).order_by("kind", "value"),
        lambda row: f"{row.get_kind_display()}: {row.value}",
    )
    needs = _gathered(Orcamento.objects.filter(lead__in=keys).order_by("-created_at"), _need)
    talks = _gathered(
        Conversation.objects.filter(lead__in=keys).select_related("channel").order_by("-last_message_at"),
        lambda row: f"{row.channel.name}, última mensagem {local(row.last_message_at)}",
    )
    consents = _gathered(
        Consent.objects.filter(lead__in=keys).order_by("-at"), lambda row: f"{row.get_kind_display()}, {local(row.at)}"
    )
    people = CrmLink.objects.filter(kind=CrmLink.Kind.PERSON, local_id__in=keys).exclude(remote_id="")
    persons = dict(people.values_list("local_id", "remote_id"))
    rest = [
        Line("temperatura", _both(keys, lambda key: _of(pair, key).get_temperature_display())),
        Line("criado em", _both(keys, lambda key: local(_of(pair, key).created_at))),
        Line("pessoa no CRM", _both(keys, lambda key: str(persons.get(key, "")))),
    ]
    lists = [
        ("identidades", [identities.get(key, []) for key in keys]),
        ("conversas", [talks.get(key, []) for key in keys]),
        ("orçamentos", [needs.get(key, []) for key in keys]),
        ("consentimentos", [consents.get(key, []) for key in keys]),
    ]
    return {"lines": [*known, *rest], "lists": lists, "warnings": _warnings(pair, facts, persons)}


def _warnings(pair: list[Any], facts: Mapping[tuple[Any, str], str], persons: Mapping[UUID, str]) -> list[str]:
    keys = [lead.pk for lead in pair]

    def differ(field: str) -> bool:
        one, other = (facts.get((key, field), "") for key in keys)
        return bool(one and other and one != other)

    warnings = []
    if differ(Fact.Field.CNPJ):
        warnings.append("Os dois têm CNPJ diferente: talvez sejam pessoas de empresas diferentes.")
    if differ(Fact.Field.NOME):
        warnings.append("Os dois disseram nomes diferentes.")
    if any(lead.opted_out_at for lead in pair):
        warnings.append("Um deles pediu para não receber mensagens: o pedido passa a valer para o lead unido.")
    if len(persons) == 2 and len(set(persons.values())) == 2:
        warnings.append(
            "Cada um é uma pessoa no CRM. Aqui viram um só; no CRM ninguém é unido sozinho: a divergência"
            " aparece em Operação › CRM para você resolver."
        )
    return warnings


def _need(row: Orcamento) -> str:
    product = fact_value(Fact.Field.PRODUTO, row.produto) or "produto não informado"
    deal = f", oportunidade {row.oportunidade_pipe_id}" if row.oportunidade_pipe_id else ""
    return f"{product} ({row.get_status_display()}{deal})"


def _gathered(rows: Iterable[Any], words: Any) -> dict[UUID, list[str]]:
    found: dict[UUID, list[str]] = {}
    for row in rows:
        found.setdefault(row.lead_id, []).append(words(row))
    return found


def _both(keys: list[UUID], value: Any) -> tuple[str, str]:
    return value(keys[0]), value(keys[1])


def _of(pair: list[Any], key: UUID) -> Any:
    return next(lead for lead in pair if lead.pk == key)


def _named(keys: set[UUID]) -> dict[UUID, Any]:
    return {lead.pk: lead for lead in with_lead_name(Lead.objects.filter(pk__in=keys), "pk")}


def _row(candidate: Candidate, names: Mapping[UUID, Any]) -> dict[str, Any]:
    one, other = names[candidate.first], names[candidate.second]
    return {"one": one, "other": other, "reasons": [reason.words for reason in candidate.reasons]}
