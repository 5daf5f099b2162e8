"""How leads are written to the CRM: chosen from the account's own lists, which a test of the connection reads."""

import copy
import re
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from crm import account, gateways, wording
from crm.admin.cities import DIGITS
from crm.gateway import Choice
from crm.models import CrmOrigin, CrmSettings
from knowledge.admin import AuditedAdmin, SingleRowAdmin
from seleto.lib import clock
from seleto.lib.admin_lists import asking, moment
from seleto.lib.errors import ProviderError

if TYPE_CHECKING:  # generic for the type checker only
    _ModelForm = forms.ModelForm[CrmSettings]
else:
    _ModelForm = forms.ModelForm

_PLACES: Final = frozenset({"nome", "empresa", "produto", "cidade", "uf"})
_BRACED = re.compile(r"\{([^{}]*)\}")
_LISTS: Final = (
    (account.PIPELINES, "funis"),
    (account.STAGES, "etapas"),
    (account.ORIGINS, "origens"),
    (account.OWNERS, "responsáveis"),
    (account.ACTIVITY_TYPES, "tipos de atividade"),
)


class CrmSettingsForm(_ModelForm):
    def clean_title_template(self) -> str:
        template: str = self.cleaned_data["title_template"].strip()
        places = _BRACED.findall(template)
        if unknown := [place for place in places if place not in _PLACES]:
            raise ValidationError(
                f"Não conhecemos {{{unknown[0]}}}: use {', '.join(f'{{{p}}}' for p in sorted(_PLACES))}."
            )
        if re.search(r"[{}]", _BRACED.sub("", template)):
            raise ValidationError("Há uma chave { ou } sem o seu par.")
        return template

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        stages = {one.id: one.of for one in account.known().get(account.STAGES, ())}
        for name in ("stage_new_id", "stage_qualified_id"):
            funnel = stages.get(cleaned.get(name) or "")
            if funnel and cleaned.get("pipeline_id") and funnel != cleaned["pipeline_id"]:
                self.add_error(name, "Esta etapa é de outro funil.")
        if cleaned.get("stage_qualified_id") and cleaned.get("stage_qualified_id") == cleaned.get("stage_new_id"):
            self.add_error("stage_qualified_id", "É a mesma do lead novo: o lead quente não mudaria de etapa.")
        return cleaned


class FromLists(AuditedAdmin):
    """Ids are chosen from the account's lists; an id that is in none of them stays valid, as one that was typed."""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> forms.Field | None:
        kind = account.LIST_OF.get(db_field.name)
        if kind is None:
            return super().formfield_for_dbfield(db_field, request, **kwargs)
        offered = list(account.known().get(kind, ()))
        if not offered:
            field = super().formfield_for_dbfield(db_field, request, **kwargs)
            if field is not None:
                field.validators = [*field.validators, DIGITS]
                field.help_text = f"{field.help_text} Teste a conexão para escolher da lista.".strip()
            return field
        chosen = copy.copy(db_field)
        chosen.choices = self._choices(db_field.name, offered)
        return super().formfield_for_dbfield(chosen, request, **kwargs)

    def _choices(self, name: str, offered: list[Choice]) -> list[Any]:
        rows = self.model._default_manager.exclude(**{name: ""}).values_list(name, flat=True).distinct()
        strange = [
            (id_, f"{id_} (não está na lista lida do CRM)") for id_ in rows if id_ not in {o.id for o in offered}
        ]
        funnels = {one.id: one.name for one in account.known().get(account.PIPELINES, ())}
        groups: dict[str, list[tuple[str, str]]] = {}
        for one in offered:
            groups.setdefault(funnels.get(one.of, one.of), []).append((one.id, f"{one.name} ({one.id})"))
        known = groups[""] if list(groups) == [""] else list(groups.items())
        return [*known, *strange]


@admin.register(CrmSettings)
class CrmSettingsAdmin(FromLists, SingleRowAdmin):
    form = CrmSettingsForm
    change_form_template = "admin/conversations/repair_form.html"
    actions = ["test_connection"]
    readonly_fields = ["lists", "read_at"]
    read_at = moment("account_at", "listas lidas")
    fieldsets = [
        (None, {"fields": ["active", "pipeline_id", "stage_new_id", "stage_qualified_id", "owner_id"]}),
        ("Oportunidade", {"fields": ["title_template", "default_origin_id"]}),
        (
            "Quem entra no CRM",
            {"fields": ["warm_deal", "silence_min", "cold_person", "cold_deal", "unclassified_person"]},
        ),
        ("Retorno ao lead morno", {"fields": ["follow_up", "follow_up_type_id", "follow_up_business_hours"]}),
        ("O que há na conta", {"fields": ["read_at", "lists"]}),
    ]

    class Media:
        css = {"all": ["seleto/admin.css"]}

    def page_name(self, row: CrmSettings) -> str:
        return "Configuração do CRM"

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """There is one row: its page is the list."""
        if request.method != "GET" or not self.has_view_or_change_permission(request):
            return super().changelist_view(request, extra_context)
        CrmSettings.objects.get_or_create(pk=1)
        return HttpResponseRedirect(self._page())

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        buttons = [("test_connection", "Testar conexão")] if self.has_change_permission(request) else []
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), "repairs": buttons})

    @admin.action(description="Testar conexão", permissions=["change"])
    def test_connection(self, request: HttpRequest, queryset: QuerySet[CrmSettings]) -> HttpResponse:
        """Reads the account's lists; what they were stays when the CRM does not answer."""
        gateway = gateways.current()
        if gateway is None:
            self.message_user(request, "Nenhum CRM está configurado: defina PIPERUN_TOKEN.", messages.ERROR)
            return HttpResponseRedirect(self._page())
        try:
            lists = account.read(gateway)
        except ProviderError as error:
            self.message_user(request, wording.advice(error), messages.ERROR)
            return HttpResponseRedirect(self._page())
        row, _ = CrmSettings.objects.get_or_create(pk=1)
        account.keep(lists, now=clock.now())
        self.record(request, "crm.test", row)
        counts = ", ".join(f"{len(lists[kind])} {words}" for kind, words in _LISTS)
        self.message_user(request, f"Conexão certa: {counts}.", messages.SUCCESS)
        for name in account.strangers(row, lists):
            words = forms.fields_for_model(CrmSettings, [name])[name].label
            text = f"O CRM não tem {words} {getattr(row, name)} neste funil: escolha da lista."
            self.message_user(request, text, messages.WARNING)
        return HttpResponseRedirect(self._page())

    def save_model(self, request: HttpRequest, obj: CrmSettings, form: Any, change: bool) -> None:  # type: ignore[override]
        super().save_model(request, obj, form, change)
        if obj.follow_up and not (obj.follow_up_type_id and obj.owner_id):
            text = "Nenhuma atividade de retorno é criada: escolha o tipo da atividade e o responsável."
            self.message_user(request, text, messages.WARNING)
        if not obj.stage_qualified_id:
            text = "Sem a etapa do lead qualificado, a oportunidade do lead quente fica na etapa do lead novo."
            self.message_user(request, text, messages.WARNING)

    @admin.display(description="listas")
    def lists(self, row: CrmSettings) -> SafeString | str:
        known = account.known()
        if not known:
            return "Nenhuma ainda: teste a conexão."
        return format_html_join(
            "",
            '<span class="sl-line">{}: {}</span>',
            ((words, _named(known.get(kind, ()))) for kind, words in _LISTS),
        )

    def _page(self) -> str:
        return reverse("admin:crm_crmsettings_change", args=[1])


def _named(choices: Any) -> SafeString | str:
    return format_html_join(", ", "{} ({})", ((one.name, one.id) for one in choices)) or format_html("nenhum")


@admin.register(CrmOrigin)
class CrmOriginAdmin(FromLists):
    list_display = ["kind", "value", "origin"]
    list_filter = [("kind", asking("que regra?"))]
    search_fields = ["value", "=origin_id"]
    ordering = ["kind", "value"]
    fields = ["kind", "value", "origin_id"]
    empty_hint = "Nenhuma regra: toda oportunidade nasce com a origem da configuração do CRM."

    @admin.display(description="origem no CRM", ordering="origin_id")
    def origin(self, row: CrmOrigin) -> str:
        return account.named(account.known(), "origin_id", row.origin_id)
