"""Our municipalities in the CRM's own table, and the correction of one by hand."""

from functools import cache
from typing import Any

from django import forms
from django.contrib import admin
from django.core.validators import RegexValidator
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from crm.models import CityLink
from knowledge.admin import AuditedAdmin
from leads import municipalities
from leads.municipalities import Municipality
from seleto.lib import clock
from seleto.lib.admin_lists import CappedPaginator, QuestionFilter, moment

DIGITS = RegexValidator(r"^[0-9]{1,18}$", "O id é um número.")


@cache
def _by_code() -> dict[str, Municipality]:
    return {one.code: one for found in municipalities.table().values() for one in found}


class Linked(QuestionFilter):
    title = "está no CRM?"
    parameter_name = "ligada"
    answers = [
        ("sim", "sim", lambda rows: rows.exclude(remote_id="")),
        ("nao", "não", lambda rows: rows.filter(remote_id="")),
        ("mao", "corrigida por uma pessoa", lambda rows: rows.filter(manual=True)),
    ]


@admin.register(CityLink)
class CityLinkAdmin(AuditedAdmin):
    list_display = ["city", "remote_id", "manual", "checked"]
    list_filter = [Linked]
    # Searched by name in our own table, see get_search_results.
    search_fields = ["ibge_code", "=remote_id"]
    search_help_text = "nome da cidade, código do IBGE ou id no CRM"
    ordering = ["ibge_code"]
    fields = ["city", "ibge_code", "remote_id", "manual", "checked"]
    readonly_fields = ["city", "ibge_code", "checked"]
    paginator = CappedPaginator
    show_full_result_count = False
    empty_hint = "Nenhuma cidade ainda: rode “manage.py refresh_cities”."
    checked = moment("checked_at", "conferida")

    def page_name(self, row: CityLink) -> str:
        return self.city(row)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> forms.Field | None:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and db_field.name == "remote_id":
            field.validators = [*field.validators, DIGITS]
            field.help_text = "Vazio: a cidade não está no CRM, e o lead vai sem cidade."
        return field

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[CityLink], search_term: str
    ) -> tuple[QuerySet[CityLink], bool]:
        wanted = municipalities.key(search_term.split("/")[0])
        codes = [one.code for one in _by_code().values() if wanted and wanted in municipalities.key(one.name)]
        if codes:
            return queryset.filter(pk__in=codes), False
        return super().get_search_results(request, queryset, search_term)

    def save_model(self, request: HttpRequest, obj: CityLink, form: Any, change: bool) -> None:  # type: ignore[override]
        if "remote_id" in form.changed_data:
            obj.manual = True
        obj.checked_at = clock.now()
        super().save_model(request, obj, form, change)

    @admin.display(description="cidade", ordering="ibge_code")
    def city(self, row: CityLink) -> str:
        ours = _by_code().get(row.ibge_code)
        return f"{ours.name}/{ours.uf}" if ours else row.ibge_code
