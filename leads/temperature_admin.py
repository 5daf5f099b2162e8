"""The temperature on a lead's page: the score explained part by part, and the form by which a person corrects it."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from knowledge.weights import PARTS
from leads.classification import correct_temperature
from leads.models import Classification, Lead, Temperature
from leads.temperature_parts import LABELS
from seleto.lib import clock
from seleto.lib.admin import actor
from seleto.lib.admin_theme import ThemedAdmin


class CorrectionForm(forms.Form):
    temperature = forms.ChoiceField(
        label="classe",
        choices=[(one.value, one.label) for one in (Temperature.HOT, Temperature.WARM, Temperature.COLD)],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label="motivo", max_length=300, widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"})
    )


class TemperaturePages(ThemedAdmin):
    """Adds to a read-only lead the explained score and its correction."""

    def get_urls(self) -> list[URLPattern]:
        page = path(
            "<uuid:lead_id>/temperatura/",
            self.admin_site.admin_view(self.correct_view),
            name="leads_lead_correct_temperature",
        )
        return [page, *super().get_urls()]

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Lead | None = None,
    ) -> HttpResponse:
        if obj is not None:
            context |= {"scored": explained(obj), "may_correct": self._may_correct(request)}
        return super().render_change_form(request, context, add, change, form_url, obj)

    def correct_view(self, request: HttpRequest, lead_id: UUID) -> HttpResponse:
        if not self._may_correct(request):
            raise PermissionDenied
        lead = self.get_object(request, str(lead_id))
        if lead is None:
            raise Http404
        form = CorrectionForm(
            request.POST if request.method == "POST" else None, initial={"temperature": lead.temperature}
        )
        if form.is_valid():
            chosen = Temperature(form.cleaned_data["temperature"])
            correct_temperature(lead_id, chosen, actor(request), form.cleaned_data["reason"], clock.now())
            self.message_user(request, f"Temperatura corrigida: {chosen.label}.", messages.SUCCESS)
            return redirect(reverse("admin:leads_lead_change", args=[lead_id]))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Corrigir a temperatura",
            "lead": lead,
            "form": form,
            "scored": explained(lead),
        }
        return TemplateResponse(request, "admin/leads/lead/correct_temperature.html", context)

    def _may_correct(self, request: HttpRequest) -> bool:
        return request.user.has_perm("leads.change_lead")


def explained(lead: Lead) -> dict[str, Any] | None:
    """The last classification in the order a person reads it; None before the first."""
    row = Classification.objects.filter(lead=lead).order_by("-at", "-pk").first()
    if row is None:
        return None
    return {
        "row": row,
        "parts": [{**row.parts[name], "label": LABELS[name]} for name in PARTS if name in row.parts],
        "corrected": _corrector(lead),
    }


def _corrector(lead: Lead) -> str:
    """Who set the class that holds now; empty when the rules did."""
    if lead.corrected_at is None:
        return ""
    by = (
        Classification.objects.filter(lead=lead, at__lte=lead.corrected_at)
        .exclude(corrected_by="")
        .order_by("-at")
        .values_list("corrected_by", flat=True)
        .first()
    )
    kind, _, key = (by or "").partition(":")
    user = get_user_model().objects.filter(pk=key).first() if kind == "usuário" and key.isdigit() else None
    return user.get_username() if user else by or "uma pessoa"
