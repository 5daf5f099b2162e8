"""Rules that may be made stricter by whoever may change them, and looser only by whoever may loosen them."""

from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest

from knowledge.admin import AuditedAdmin, SingleRowAdmin
from knowledge.history_admin import TrackedAdmin
from knowledge.models import PricePolicy, ProductPrice, SafetyRules
from knowledge.strictness import CODE, loosened

if TYPE_CHECKING:  # generic for the type checker only
    _ModelForm = forms.ModelForm[Any]
else:
    _ModelForm = forms.ModelForm

MAY_LOOSEN = "knowledge.loosen_rule"


def looser(stored: models.Model | None, wanted: models.Model) -> list[str]:
    """What a row would allow that it does not allow now, in sentences."""
    if isinstance(wanted, SafetyRules):
        former = stored.strictness() if isinstance(stored, SafetyRules) else CODE
        alone = isinstance(stored, SafetyRules) and stored.four_eyes and not wanted.four_eyes
        told = ["Uma pessoa só volta a poder mudar o que os leads ouvem."] if alone else []
        return loosened(former, wanted.strictness()) + told
    if isinstance(wanted, PricePolicy):
        on = isinstance(stored, PricePolicy) and stored.cold_lead_exception
        if wanted.cold_lead_exception and not on:
            return ["O agente passa a poder dizer o preço configurado a um lead frio que pergunta."]
    if isinstance(wanted, ProductPrice):
        return _told_anew(stored if isinstance(stored, ProductPrice) else None, wanted)
    return []


def _told_anew(stored: ProductPrice | None, wanted: ProductPrice) -> list[str]:
    """While the exception is on, a price that is new, or holds on days it did not hold, is told to leads at once."""
    if not PricePolicy.objects.filter(cold_lead_exception=True).exists():
        return []
    last, was_last = (row.valid_until_date or date.max if row else date.min for row in (wanted, stored))
    narrower = (
        stored is not None
        and (stored.product_id, stored.amount) == (wanted.product_id, wanted.amount)
        and stored.valid_from_date <= wanted.valid_from_date
        and last <= was_last
    )
    if narrower:
        return []
    until = f" até {wanted.valid_until_date:%d/%m/%Y}" if wanted.valid_until_date else ""
    amount = f"{wanted.amount:,.2f}".translate(str.maketrans(",.", ".,"))
    return [
        f"A exceção do lead frio está ligada: o agente passa a poder dizer R$ {amount} ({wanted.product_id}), de"
        f" {wanted.valid_from_date:%d/%m/%Y}{until}."
    ]


class LooseningForm(_ModelForm):
    """Asks for a word of confirmation where a rule is loosened."""

    may_loosen: ClassVar[bool] = False
    confirm = forms.BooleanField(
        label="Confirmo: sei que isto afrouxa uma regra",
        required=False,
        help_text="Só é preciso para afrouxar. Fica registrado quem confirmou.",
    )

    def clean(self) -> dict[str, Any]:
        """After the row's own check, as what is wanted is read from the row."""
        return super().clean() or self.cleaned_data

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # Django's own step that fills the row
        if self.errors:
            return
        stored = type(self.instance)._default_manager.filter(pk=self.instance.pk).first()
        allowed = looser(stored, self.instance)
        if allowed and not self.may_loosen:
            self.add_error(None, ValidationError([*allowed, "Você pode endurecer as regras, mas não afrouxá-las."]))
        elif allowed and not self.cleaned_data.get("confirm"):
            self.add_error("confirm", ValidationError([*allowed, "Confirme para salvar."]))


class LooseningAdmin(TrackedAdmin, AuditedAdmin):
    """Rows of rules. What they allow more than before is audited as such."""

    form = LooseningForm

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        return type(form.__name__, (form,), {"may_loosen": bool(request.user.has_perm(MAY_LOOSEN))})

    def may_restore(self, request: HttpRequest, row: models.Model) -> bool:
        stored = type(row)._default_manager.filter(pk=row.pk).first()
        loosens = bool(looser(stored, row))
        return super().may_restore(request, row) and (not loosens or bool(request.user.has_perm(MAY_LOOSEN)))

    def save_model(self, request: HttpRequest, obj: models.Model, form: Any, change: bool) -> None:
        stored = type(obj)._default_manager.filter(pk=obj.pk).first()
        loosens = bool(looser(stored, obj))
        super().save_model(request, obj, form, change)
        if loosens:
            self.record(request, "rule.loosen", obj)


@admin.register(ProductPrice)
class ProductPriceAdmin(LooseningAdmin):
    list_display = ["product", "amount", "valid_from_date", "valid_until_date"]
    empty_hint = "Nenhum preço. Só é preciso se a política permitir dizer o preço a leads frios."
    list_filter = ["product"]
    ordering = ["product", "-valid_from_date"]
    fields = ["product", "amount", "valid_from_date", "valid_until_date", "confirm"]


class RuleAdmin(LooseningAdmin, SingleRowAdmin):
    """The one row of a kind of rules."""


@admin.register(PricePolicy)
class PricePolicyAdmin(RuleAdmin):
    list_display = ["__str__", "cold_lead_exception", "updated_at"]
    fields = ["cold_lead_exception", "confirm"]


@admin.register(SafetyRules)
class SafetyRulesAdmin(RuleAdmin):
    list_display = ["__str__", "questions", "updated_at"]
    fields = ["questions", "forbidden", "four_eyes", "confirm"]
    empty_hint = "Valem só as regras do sistema."
