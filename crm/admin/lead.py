"""What the pages of leads and orçamentos tell of the CRM; their app knows none."""

from typing import Any

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from crm.admin.lead_page import deal_link
from leads.admin import LeadAdmin, OrcamentoAdmin, OrcamentoInline
from leads.models import Lead, Orcamento

for _model in (Lead, Orcamento):
    admin.site.unregister(_model)


class _Deal:
    """The column with the deal."""

    @admin.display(description="oportunidade no CRM", ordering="oportunidade_pipe_id")
    def deal(self, row: Orcamento) -> SafeString | str:
        return deal_link(row.oportunidade_pipe_id)


def _with_deal(names: list[Any]) -> list[Any]:
    return ["deal" if name == "oportunidade_pipe_id" else name for name in names]


class LinkedOrcamentoInline(_Deal, OrcamentoInline):
    fields = _with_deal(OrcamentoInline.fields)
    readonly_fields = [*OrcamentoInline.readonly_fields, "deal"]


@admin.register(Lead)
class LinkedLeadAdmin(LeadAdmin):
    fields = [*LeadAdmin.fields, "in_crm"]

    @admin.display(description="CRM")
    def in_crm(self, row: Lead) -> SafeString:
        page, calls = reverse("admin:crm_lead", args=[row.pk]), reverse("admin:crm_crmcall_changelist")
        return format_html(
            '<a href="{}">O que se quer e o que está no CRM</a> · <a href="{}?lead_id={}">chamadas</a>',
            page,
            calls,
            row.pk,
        )


@admin.register(Orcamento)
class LinkedOrcamentoAdmin(_Deal, OrcamentoAdmin):
    list_display = _with_deal(OrcamentoAdmin.list_display)
    fields = _with_deal(OrcamentoAdmin.fields)
