"""A data subject's request step by step: who asks, what they get, what was erased where, and the answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from conversations import identity_check
from leads import erasing, subjects
from leads.admin import SubjectRequestAdmin
from leads.models import ErasureStep, Fact, SubjectExport, SubjectRequest, Temperature
from seleto.backoffice import subject_export, subject_rights
from seleto.backoffice.datamap import table
from seleto.lib import clock
from seleto.lib.admin import actor
from seleto.lib.admin_lists import actor_words, with_actor_name

Kind = SubjectRequest.Kind
Status = SubjectRequest.Status
ERASE = "leads.anonymise_lead"


class _Form(forms.Form):
    """Names of controls are told by their labels, in the theme's own look."""


class CodeForm(_Form):
    code = forms.RegexField(r"^\s*[0-9]{6}\s*$", label="Código que a pessoa informou", max_length=10)


class CorrectionForm(_Form):
    field = forms.ChoiceField(label="O que corrigir", choices=[(f.value, f.label) for f in subject_rights.CORRECTABLE])
    value = forms.CharField(label="Valor certo", max_length=200)


class ReviewForm(_Form):
    temperature = forms.ChoiceField(
        label="Depois da revisão",
        choices=[("", "a classificação fica como está"), *Temperature.choices],
        required=False,
    )
    outcome = forms.CharField(
        label="O que você viu e decidiu, sem dados pessoais", widget=forms.Textarea(attrs={"rows": 3}), max_length=2000
    )


class ClosingForm(_Form):
    status = forms.ChoiceField(label="Resposta", choices=[("done", "atendido"), ("refused", "recusado")])
    outcome = forms.CharField(
        label="O que se fez, ou por que não, sem dados pessoais",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
    )


class EraseForm(_Form):
    sure = forms.BooleanField(label="Sei que não há como desfazer.")


@dataclass(frozen=True, slots=True)
class Deed:
    do: Callable[[SubjectRequest, dict[str, Any], str], str]
    form: type[_Form] = _Form
    permission: str = "leads.change_subjectrequest"


def _code(row: SubjectRequest, given: dict[str, Any], who: str) -> str:
    identity_check.send_code(row.pk, actor=who, now=clock.now())
    return "Código na fila de envio. Ele vale por 24 horas; a pessoa pode responder com ele na própria conversa."


def _confirm(row: SubjectRequest, given: dict[str, Any], who: str) -> str:
    if not subjects.confirm_code(row.pk, given["code"], actor=who, now=clock.now()):
        raise subjects.Refused("o código não é este")
    return "Identidade confirmada pelo código."


def _documents(row: SubjectRequest, given: dict[str, Any], who: str) -> str:
    subjects.confirm_documents(row.pk, actor=who, now=clock.now())
    return "Identidade confirmada por documentos. Não guarde cópia deles."


def _export(row: SubjectRequest, given: dict[str, Any], who: str) -> str:
    subject_export.make(row.pk, actor=who, now=clock.now())
    return "Cópia pronta. Baixe, entregue à pessoa e encerre o pedido."


def _erase(row: SubjectRequest, given: dict[str, Any], who: str) -> str:
    subject_rights.erase(row.pk, actor=who, now=clock.now())
    return "Dados apagados. O recibo mostra o que ainda falta em outros sistemas."


def _correct(row: SubjectRequest, given: dict[str, Any], who: str) -> str:
    field = Fact.Field(given["field"])
    changed = subject_rights.correct(row.pk, {field: given["value"]}, actor=who, now=clock.now())
    return f"Corrigido: {field.label}. O valor anterior fica no histórico." if changed else "Já era este o valor."


def _review(row: SubjectRequest, given: dict[str, Any], who: str) -> str:
    chosen = Temperature(given["temperature"]) if given["temperature"] else None
    subject_rights.review(row.pk, chosen, outcome=given["outcome"], actor=who, now=clock.now())
    return "Revisão registrada e pedido encerrado."


def _close(row: SubjectRequest, given: dict[str, Any], who: str) -> str:
    subjects.close(row.pk, Status(given["status"]), outcome=given["outcome"], actor=who, now=clock.now())
    return "Pedido encerrado."


DEEDS = {
    "codigo": Deed(_code),
    "confirmar": Deed(_confirm, CodeForm),
    "documentos": Deed(_documents),
    "copia": Deed(_export, permission="leads.export_lead"),
    "apagar": Deed(_erase, EraseForm, permission=ERASE),
    "corrigir": Deed(_correct, CorrectionForm),
    "revisar": Deed(_review, ReviewForm),
    "encerrar": Deed(_close, ClosingForm),
}
# What each kind of request is answered with, besides its closing.
_OF_KIND = {
    Kind.ACCESS: ("copia",),
    Kind.PORTABILITY: ("copia",),
    Kind.CORRECTION: ("corrigir",),
    Kind.ERASURE: ("apagar",),
    Kind.REVIEW: ("revisar",),
    Kind.OPPOSITION: (),
}

admin.site.unregister(SubjectRequest)


@admin.register(SubjectRequest)
class SubjectRequestPages(SubjectRequestAdmin):
    change_form_template = "admin/leads/subjectrequest/page.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[SubjectRequest]:
        return with_actor_name(super().get_queryset(request), "verified_by")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("mapa/", view(self.map_view), name="leads_subjectrequest_map"),
            path("<uuid:key>/fazer/<slug:deed>/", view(require_POST(self.deed_view)), name="leads_subjectrequest_deed"),
            path("copia/<uuid:key>/", view(require_POST(self.copy_view)), name="leads_subjectrequest_copy"),
            path("passo/<uuid:key>/<slug:deed>/", view(require_POST(self.step_view)), name="leads_subjectrequest_step"),
            *super().get_urls(),
        ]

    def deed_view(self, request: HttpRequest, key: UUID, deed: str) -> HttpResponse:
        row, chosen = get_object_or_404(SubjectRequest, pk=key), DEEDS.get(deed)
        if chosen is None:
            raise Http404
        if not (self.has_view_permission(request) and request.user.has_perm(chosen.permission)):
            raise PermissionDenied
        form = chosen.form(request.POST)
        if not form.is_valid():
            wrong = " ".join(f"{form.fields[name].label}: {text[0]}" for name, text in form.errors.items())
            self.message_user(request, wrong, messages.ERROR)
            return self._back(key)
        return self._done(request, key, lambda: chosen.do(row, form.cleaned_data, actor(request)))

    def map_view(self, request: HttpRequest) -> HttpResponse:
        """The record of processing, as the models are now (LGPD art. 37)."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        held = [(name, about, [row for row in table.lines() if row.category == name]) for name, about in table.kinds()]
        context = {**self.admin_site.each_context(request), "opts": self.opts, "title": "Mapa de dados", "held": held}
        return TemplateResponse(request, "admin/leads/subjectrequest/map.html", context)

    def copy_view(self, request: HttpRequest, key: UUID) -> HttpResponse:
        if not (self.has_view_permission(request) and request.user.has_perm("leads.export_lead")):
            raise PermissionDenied
        made = get_object_or_404(SubjectExport.objects.defer("content"), pk=key)
        try:
            return subject_export.as_zip(subject_export.download(made.pk, actor=actor(request), now=clock.now()))
        except subjects.Refused as error:
            self.message_user(request, f"Não dá: {error}.", messages.ERROR)
            return self._back(made.request_id)

    def step_view(self, request: HttpRequest, key: UUID, deed: str) -> HttpResponse:
        """A line of the receipt that waits for somebody: try again, or done by hand over there."""
        if not (self.has_view_permission(request) and request.user.has_perm(ERASE)):
            raise PermissionDenied
        step = get_object_or_404(ErasureStep, pk=key)
        back = SubjectRequest.objects.filter(lead_id=step.lead_id, kind=Kind.ERASURE).order_by("-opened_at").first()
        if back is None or deed not in ("tentar", "feito"):
            raise Http404
        settle = erasing.retry if deed == "tentar" else erasing.done_by_hand

        def do() -> str:
            try:
                settle(step.pk, actor=actor(request), now=clock.now())
            except erasing.Refused:
                raise subjects.Refused("este passo não espera por ninguém") from None
            return "Anotado no recibo."

        return self._done(request, back.pk, do)

    def _done(self, request: HttpRequest, key: UUID, do: Callable[[], str]) -> HttpResponse:
        try:
            self.message_user(request, do(), messages.SUCCESS)
        except subjects.Refused as error:
            self.message_user(request, f"Não dá: {error}.", messages.ERROR)
        return self._back(key)

    def _back(self, key: UUID) -> HttpResponse:
        return redirect(reverse("admin:leads_subjectrequest_change", args=[key]))

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        if obj is not None:
            context |= self._panel(request, obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _panel(self, request: HttpRequest, row: SubjectRequest) -> dict[str, Any]:
        now = clock.now()
        is_open = row.status == Status.OPEN
        proved = row.verified_at is not None
        fit = [deed for deed in _OF_KIND[Kind(row.kind)] if request.user.has_perm(DEEDS[deed].permission)]
        steps = (
            list(ErasureStep.objects.filter(lead_id=row.lead_id).order_by("created_at", "label")) if row.lead_id else []
        )
        name = getattr(row, "actor_name", None)
        return {
            "asked": row,
            "is_open": is_open,
            "left": subjects.left(row, now=now),
            "late": is_open and row.due_at <= now,
            "may_change": request.user.has_perm("leads.change_subjectrequest"),
            "may_erase": request.user.has_perm(ERASE),
            "proved_by": "a própria pessoa" if row.verified_by == "titular" else actor_words(row.verified_by, name),
            "needs_proof": is_open and not proved and row.kind != Kind.OPPOSITION,
            "deeds": fit if is_open and proved and row.lead_id else [],
            "forms": {name: DEEDS[name].form() for name in fit},
            "code_form": CodeForm(),
            "closing_form": ClosingForm(),
            "copies": row.exports.defer("content").filter(remove_at__gt=now, size__gt=0).order_by("-made_at"),
            "steps": steps if row.kind == Kind.ERASURE else [],
            "waiting": [step for step in steps if step.status in erasing.OPEN],
        }
