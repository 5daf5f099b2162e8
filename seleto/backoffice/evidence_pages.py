"""The lead's page with the evidence of each field, which joins leads and conversations."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from crm.admin.lead import LinkedLeadAdmin, LinkedOrcamentoInline
from leads.admin import ClassificationInline, ConsentInline, IdentityInline
from leads.models import Lead
from seleto.backoffice.evidence import page_context
from seleto.backoffice.export_pages import ExportPages
from seleto.backoffice.merge_pages import MergePages
from seleto.lib import audit, clock
from seleto.lib.admin import actor

admin.site.unregister(Lead)


@admin.register(Lead)
class LeadWithEvidenceAdmin(ExportPages, MergePages, LinkedLeadAdmin):
    change_form_template = "admin/backoffice/lead.html"
    change_list_template = "admin/leads/lead/change_list.html"
    actions = ["merge_marked"]
    # The facts stand above, with their evidence.
    inlines = [LinkedOrcamentoInline, ClassificationInline, IdentityInline, ConsentInline]

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
            audit.seen(actor=actor(request), subject_kind="lead", subject_id=obj.pk, now=clock.now())
            context |= page_context(obj)
        return super().render_change_form(request, context, add, change, form_url, obj)
