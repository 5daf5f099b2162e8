"""Where the agent answers: the light of each channel, the kill switch, the rules and the released phones.

Every change is audited and needs ``knowledge.change_rollout``; it holds for all processes from its commit on
(the kill switch within `queries.FLAG_CACHE_S`).
"""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST
from unfold.widgets import UnfoldAdminSelectWidget

from conversations import repair, rollout
from conversations.models import Channel, ShadowReply
from knowledge.admin import AuditedAdmin
from knowledge.models import Flag, RolloutPhone, RolloutRule
from leads import phones
from seleto.backoffice import shadow_compare
from seleto.lib import clock
from seleto.lib.admin import ReadOnlyAdmin, WordedAdmin, actor
from seleto.lib.admin_lists import local, moment

PERMISSION = "knowledge.change_rollout"

if TYPE_CHECKING:  # generic for the type checker only
    _RuleForm = forms.ModelForm[RolloutRule]
    _PhoneForm = forms.ModelForm[RolloutPhone]
else:
    _RuleForm = _PhoneForm = forms.ModelForm


def may_change(request: HttpRequest) -> bool:
    return bool(request.user.has_perm(PERMISSION))


def scopes() -> list[tuple[str, str]]:
    """Where a rule or a switch can hold: everywhere, on a channel, for the leads of an origin."""
    channels = list(Channel.objects.order_by("slug"))
    origins = sorted({channel.origin for channel in channels if channel.origin})
    return [
        ("global", "todos os canais"),
        *((f"channel:{channel.slug}", f"canal {channel.name}") for channel in channels),
        *((f"origin:{origin}", f"origem {origin}") for origin in origins),
    ]


def scope_words(scope: str) -> str:
    """``channel:principal`` → ``canal principal``."""
    kind, _, name = scope.partition(":")
    return {"channel": f"canal {name}", "origin": f"origem {name}"}.get(kind, "todos os canais")


def lights() -> list[dict[str, Any]]:
    """Per channel what a lead who writes there now meets, in four statements, past every cache."""
    state = rollout.state_of_rules()
    return [
        {
            "channel": channel,
            "scope": f"channel:{channel.slug}",
            "on": state["flags"].get(f"channel:{channel.slug}", True),
            **dict(zip(("colour", "words"), rollout.light(channel, **state), strict=True)),
        }
        for channel in Channel.objects.order_by("slug")
    ]


class ChangeableByFew(WordedAdmin):
    """Changed by those who may decide to whom the agent speaks, seen by those who may see it."""

    kind: str

    def has_add_permission(self, request: HttpRequest) -> bool:
        return may_change(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return may_change(request)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return may_change(request)

    def detail(self, row: Any) -> dict[str, object]:
        """What the audit keeps of a row: nothing personal."""
        return {}

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        done = f"{self.kind}.{'change' if change else 'create'}"
        with rollout.changing(actor=actor(request), action=done, detail=self.detail(obj), now=clock.now()):
            super().save_model(request, obj, form, change)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        done = f"{self.kind}.delete"
        with rollout.changing(actor=actor(request), action=done, detail=self.detail(obj), now=clock.now()):
            super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for row in queryset:
            self.delete_model(request, row)


class RuleForm(_RuleForm):
    scope = forms.ChoiceField(label="Alcance", widget=UnfoldAdminSelectWidget)

    class Meta:
        model = RolloutRule
        fields = ["scope", "share", "others", "note"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields.get("scope")
        if isinstance(choice, forms.ChoiceField):
            known = scopes()
            own = self.instance.scope
            choice.choices = known if not own or own in dict(known) else [*known, (own, scope_words(own))]


@admin.register(RolloutRule)
class RolloutRuleAdmin(ChangeableByFew):
    kind = "rollout"
    form = RuleForm
    change_list_template = "admin/backoffice/rollout_list.html"
    list_title = "Liberação do agente"
    list_display = ["where", "share_words", "others", "note", "changed"]
    ordering = ["scope"]
    empty_hint = "Nenhuma regra: o agente responde a todos, em todos os canais ligados."
    changed = moment("updated_at", "alterada")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [path("chave/", view(require_POST(self.switch)), name="knowledge_rolloutrule_switch")]
        return [*own, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        flags = rollout.state_of_rules()["flags"]
        shown = {
            "lights": lights(),
            "everywhere": flags.get("global", True),
            "may_change": may_change(request),
        }
        return super().changelist_view(request, {**shown, **(extra_context or {})})

    def switch(self, request: HttpRequest) -> HttpResponse:
        """The kill switch of a scope: asks first, as leads notice at once."""
        if not may_change(request):
            raise PermissionDenied
        scope, on = request.POST.get("scope", ""), request.POST.get("on") == "1"
        if scope not in dict(scopes()):
            raise Http404
        words = scope_words(scope)
        if request.POST.get("confirmed") != "yes":
            context = {**self.admin_site.each_context(request), "scope": scope, "on": on, "words": words}
            context["title"] = f"{'Ligar' if on else 'Desligar'} o agente?"
            return TemplateResponse(request, "admin/backoffice/switch_ask.html", context)
        note = request.POST.get("note", "")[:200]
        changed = repair.switch_agent(on=on, scope=scope, note=note, actor=actor(request), now=clock.now())
        if changed:
            self.message_user(request, f"Agente {'ligado' if on else 'desligado'}: {words}.", messages.SUCCESS)
        else:
            self.message_user(request, "Nada mudou: já estava assim.", messages.WARNING)
        return HttpResponseRedirect(reverse("admin:knowledge_rolloutrule_changelist"))

    def page_name(self, row: RolloutRule) -> str:
        return f"Liberação: {scope_words(row.scope)}"

    def detail(self, row: RolloutRule) -> dict[str, object]:
        return {"scope": row.scope, "share": row.share, "others": row.others}

    @admin.display(description="alcance", ordering="scope")
    def where(self, row: RolloutRule) -> str:
        return scope_words(row.scope)

    @admin.display(description="responde a", ordering="share")
    def share_words(self, row: RolloutRule) -> str:
        return f"{row.share} % das conversas"


class PhoneForm(_PhoneForm):
    phone = forms.CharField(label="Telefone", max_length=30, help_text="Com DDD, como (11) 90000-0001.")

    class Meta:
        model = RolloutPhone
        fields = ["phone", "note"]

    def clean_phone(self) -> str:
        digits = phones.canonical(self.cleaned_data["phone"])
        if digits is None:
            raise ValidationError("Escreva o telefone com DDD, como (11) 90000-0001.")
        return digits


@admin.register(RolloutPhone)
class RolloutPhoneAdmin(ChangeableByFew):
    kind = "rollout_phone"
    form = PhoneForm
    list_display = ["ending", "note"]
    ordering = ["note", "phone"]
    empty_hint = "Nenhum. Acrescente os telefones de teste para o agente responder só a eles."

    def page_name(self, row: RolloutPhone) -> str:
        return f"Telefone {self.ending(row)}"

    @admin.display(description="telefone", ordering="phone")
    def ending(self, row: RolloutPhone) -> str:
        """Whole telephones stand on their own page only."""
        return f"final {row.phone[-4:]}"


@admin.register(ShadowReply)
class ShadowReplyAdmin(ReadOnlyAdmin):
    """The comparison of the newest replies; each row's own page has its facts and its cost."""

    change_list_template = "admin/backoffice/shadow_list.html"
    list_display = ["asked_when", "status", "handoff"]
    list_per_page = 1
    show_full_result_count = False
    ordering = ["-asked_at"]
    fields = ["conversation", "asked_when", "status", "reason", "said", "handoff", "fallback", "prompt_version", "cost"]
    asked_when = moment("asked_at", "perguntado")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        pairs = shadow_compare.pairs()
        shown = {"pairs": pairs, "summary": shadow_compare.summary(pairs), "most": shadow_compare.SHOWN}
        return super().changelist_view(request, {**shown, **(extra_context or {})})

    def page_name(self, row: ShadowReply) -> str:
        return f"Resposta em sombra de {local(row.asked_at)}"

    @admin.display(description="resposta")
    def said(self, row: ShadowReply) -> str:
        return "\n\n".join(row.reply) or "–"

    @admin.display(description="custo (US$)")
    def cost(self, row: ShadowReply) -> str:
        return f"{row.cost_usd:.4f}".replace(".", ",")


admin.site.unregister(Flag)


@admin.register(Flag)
class SwitchAdmin(AuditedAdmin):
    """Every switch by its scope."""

    list_display = ["name", "where", "on", "note", "changed"]
    list_filter = ["name", "on"]
    search_fields = ["scope", "note"]
    ordering = ["name", "scope"]
    empty_hint = "Nenhuma chave: vale o padrão, com o agente ligado em todos os canais."
    changed = moment("updated_at", "alterada")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return may_change(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return may_change(request)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return may_change(request)

    def page_name(self, row: Any) -> str:
        return f"Chave: {row.get_name_display()}, {scope_words(row.scope)}"

    @admin.display(description="alcance", ordering="scope")
    def where(self, row: Flag) -> str:
        return scope_words(row.scope)
