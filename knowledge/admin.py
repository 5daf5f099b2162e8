"""The sales manager's pages: catalogue, phrases, price policy, prompts, switches, unanswered questions."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from knowledge import gaps
from knowledge.history_admin import TrackedAdmin
from knowledge.library_admin import ArticlePages, Due, PhrasePreview
from knowledge.models import (
    Article,
    CompanyProfile,
    Flag,
    FollowUpRule,
    Gap,
    Phrase,
    Product,
    ProductAttribute,
    ScoreWeights,
    Synonym,
)
from knowledge.services import use_weights
from knowledge.sheet_admin import SheetPages
from knowledge.sheets import ArticleSheet, AttributeSheet, PhraseSheet, ProductSheet, SynonymSheet
from knowledge.weights import PARTS
from seleto.lib import audit, clock
from seleto.lib.admin import WordedAdmin, actor
from seleto.lib.admin_theme import ThemedInline


class AuditedAdmin(WordedAdmin):
    """What is said and allowed to customers: every change leaves who made it and which fields it touched."""

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        self.record(request, "change" if change else "create", obj, fields=sorted(form.changed_data))

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        self.record(request, "delete", obj)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> None:
        for obj in queryset:
            self.record(request, "delete", obj)
        super().delete_queryset(request, queryset)

    def record(self, request: HttpRequest, action: str, obj: Model, **detail: object) -> None:
        key = obj.pk
        audit.record(
            actor=actor(request),
            action=action,
            subject_kind=obj._meta.model_name or "",
            subject_id=key if isinstance(key, UUID) else None,
            detail=detail if isinstance(key, UUID) else {"key": str(key), **detail},
            now=clock.now(),
        )


class SingleRowAdmin(AuditedAdmin):
    """A table of exactly one row, made by the seed."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not self.model._default_manager.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


if TYPE_CHECKING:  # generic for the type checker only
    _AttributeForm = forms.ModelForm[ProductAttribute]
else:
    _AttributeForm = forms.ModelForm


class ProductAttributeForm(_AttributeForm):
    """Figures without the zeros of their column: 300.000 reads as three hundred thousand in Brazil."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("low", "high"):
            value = getattr(self.instance, name)
            if isinstance(value, Decimal):
                self.initial[name] = Decimal(format(value.normalize(), "f"))


class ProductAttributeInline(ThemedInline):
    model = ProductAttribute
    form = ProductAttributeForm
    extra = 0


@admin.register(Product)
class ProductAdmin(SheetPages, TrackedAdmin, AuditedAdmin):
    resource_classes = [ProductSheet, AttributeSheet]
    list_display = ["code", "name", "description", "available", "updated_at"]
    list_filter = ["available"]
    search_fields = ["code", "name", "description", "aliases"]
    ordering = ["code"]
    inlines = [ProductAttributeInline]
    parts = [ProductAttribute]
    empty_hint = "O catálogo está vazio: rode “manage.py seed” para trazer o que acompanha o sistema."

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        """Everything that cites a product does so by its code."""
        return ["code"] if obj else []

    def page_name(self, row: Product) -> str:
        return f"{row.code}: {row.name}" if row.name != row.code else row.code


@admin.register(Article)
class ArticleAdmin(SheetPages, ArticlePages, TrackedAdmin, AuditedAdmin):
    resource_classes = [ArticleSheet]
    list_display = ["title", "use", "active", "owner", "revised", "due"]
    change_list_template = "admin/knowledge/article_list.html"
    actions = ["reviewed"]
    empty_hint = "Nenhum artigo: rode “manage.py seed”, ou adicione o primeiro."
    list_filter = [Due, "use", "active", "products", "owner"]
    search_fields = ["code", "title", "text"]
    ordering = ["code"]
    readonly_fields = ["updated_at"]

    def page_name(self, row: Article) -> str:
        return row.title

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        widget = UnfoldAdminCheckboxSelectMultipleWidget
        return super().formfield_for_manytomany(db_field, request, widget=widget, **kwargs)


@admin.register(Synonym)
class SynonymAdmin(SheetPages, TrackedAdmin, AuditedAdmin):
    resource_classes = [SynonymSheet]
    list_display = ["term", "means"]
    search_fields = ["term", "means"]
    ordering = ["means", "term"]


@admin.register(Phrase)
class PhraseAdmin(SheetPages, PhrasePreview, TrackedAdmin, AuditedAdmin):
    resource_classes = [PhraseSheet]
    readonly_fields = ["preview"]
    list_display = ["text", "situation", "language", "active", "updated_at"]
    list_filter = ["situation", "language", "active"]
    search_fields = ["text"]
    ordering = ["situation", "pk"]

    def page_name(self, row: Phrase) -> str:
        return f"Frase: {row.get_situation_display()}"


@admin.register(FollowUpRule)
class FollowUpRuleAdmin(AuditedAdmin):
    """What leaves is reviewed like any reply, and only while the switch `follow_ups` is on."""

    list_display = ["__str__", "text", "template_name", "active"]
    list_filter = ["temperature", "active"]
    ordering = ["temperature", "after_h"]
    empty_hint = "Nenhuma regra: ninguém que ficou em silêncio recebe nada."
    fieldsets = [
        (None, {"fields": [("temperature", "after_h"), "text", "active"]}),
        ("Depois de 24 horas (só Cloud API)", {"fields": [("template_name", "template_language"), "template_values"]}),
    ]


@admin.register(ScoreWeights)
class ScoreWeightsAdmin(AuditedAdmin):
    """Several sets may be kept; leads are scored by the one in use, from their next message on."""

    list_display = ["name", "active", *PARTS, "warm_from", "hot_above"]
    ordering = ["-active", "name"]
    readonly_fields = ["active"]
    fieldsets = [
        (None, {"fields": ["name", "active"]}),
        ("Pesos (somam 100)", {"fields": [PARTS[:2], PARTS[2:4], PARTS[4:]]}),
        ("Faixas", {"fields": [("warm_from", "hot_above")]}),
    ]
    actions = ["use"]

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        in_use = isinstance(obj, ScoreWeights) and obj.active
        return not in_use and super().has_delete_permission(request, obj)

    @admin.action(description="Usar os pesos marcados", permissions=["change"])
    def use(self, request: HttpRequest, queryset: QuerySet[ScoreWeights]) -> None:
        chosen = list(queryset[:2])
        if len(chosen) != 1:
            self.message_user(request, "Marque um único conjunto de pesos.", messages.ERROR)
            return
        use_weights(chosen[0])
        self.record(request, "use", chosen[0])
        self.message_user(request, f"Os leads passam a ser pontuados por “{chosen[0]}”.", messages.SUCCESS)


@admin.register(Flag)
class FlagAdmin(AuditedAdmin):
    list_display = ["name", "scope", "on", "note", "updated_at"]
    empty_hint = "Nenhuma chave: vale o padrão, com o agente ligado em todos os canais."
    list_filter = ["name", "on"]
    search_fields = ["scope", "note"]
    ordering = ["name", "scope"]


@admin.register(CompanyProfile)
class CompanyProfileAdmin(TrackedAdmin, SingleRowAdmin):
    list_display = ["name", "site", "phone", "email", "placeholder"]

    @admin.display(description="ainda de exemplo", boolean=True)
    def placeholder(self, obj: CompanyProfile) -> bool:
        return obj.is_placeholder()


class GapForm(forms.ModelForm):  # type: ignore[type-arg]  # generic for the type checker only
    def clean_answer(self) -> str:
        answer: str = self.cleaned_data["answer"]
        if not answer.strip() and self.instance.status == Gap.Status.ANSWERED:
            raise forms.ValidationError("Escreva a resposta: a pergunta já foi respondida.")
        return answer


@admin.register(Gap)
class GapAdmin(AuditedAdmin):
    """Writing the answer creates the article that answers the next customer."""

    list_display = ["question", "product", "count", "last_asked_at", "status"]
    list_filter = ["status", "product"]
    search_fields = ["question", "answer"]
    ordering = ["status", "-count"]
    form = GapForm
    change_form_template = "admin/knowledge/gap_form.html"
    fields = ["question", "product", "count", "first_asked_at", "last_asked_at", "answer", "article", "status"]
    readonly_fields = ["question", "count", "first_asked_at", "last_asked_at", "article", "status"]
    list_select_related = ["product"]
    actions = ["dismiss"]
    empty_hint = "Nenhuma pergunta sem resposta. As que o agente não souber responder aparecem aqui."

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if isinstance(obj, Gap) and obj.answer.strip():
            article = gaps.answer(obj, text=obj.answer.strip(), owner=request.user.get_username(), now=clock.now())
            self.record(request, "answer", obj)
            self.message_user(request, f"Artigo {article.code} criado com a resposta.", messages.SUCCESS)

    @admin.action(description="Descartar as perguntas marcadas", permissions=["change"])
    def dismiss(self, request: HttpRequest, queryset: QuerySet[Gap]) -> None:
        open_gaps = queryset.filter(status=Gap.Status.OPEN)
        for gap in open_gaps:
            self.record(request, "dismiss", gap)
        done = open_gaps.update(status=Gap.Status.DISMISSED)
        self.message_user(request, f"Perguntas descartadas: {done}.", messages.SUCCESS)


# These pages stand on the base class above; Django finds admin pages through this module only.
from knowledge import calendar_admin, costs_admin, prompt_admin, rules_admin  # noqa: E402, F401
