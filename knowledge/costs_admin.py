"""What models cost, as managers and operations write it down."""

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse

from knowledge import queries
from knowledge.admin import AuditedAdmin
from knowledge.costs import Price
from knowledge.models import ModelPrice
from seleto.lib import clock

if TYPE_CHECKING:  # generic for the type checker only
    _ModelForm = forms.ModelForm[ModelPrice]
else:
    _ModelForm = forms.ModelForm

_USD = ("prompt_usd", "cached_usd", "completion_usd", "minute_usd", "thousand_chars_usd")


class ModelPriceForm(_ModelForm):
    """Figures without the zeros of their column."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in _USD:
            value = getattr(self.instance, name, None)
            if isinstance(value, Decimal):
                self.initial[name] = Decimal(format(value.normalize(), "f"))


@admin.register(ModelPrice)
class ModelPriceAdmin(AuditedAdmin):
    change_list_template = "admin/knowledge/modelprice_change_list.html"
    form = ModelPriceForm
    list_display = ["model", "valid_from_date", "read", "cached", "written", "heard", "spoken"]
    search_fields = ["model"]
    ordering = ["model", "-valid_from_date"]
    fields = ["model", "valid_from_date", *_USD]
    empty_hint = "Nenhum preço: os custos são contados com os do ambiente, ou não são contados."

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        missing = ", ".join(dict.fromkeys(_unpriced()))
        told = f"Sem preço aqui nem no ambiente: {missing}. O gasto conta como zero." if missing else ""
        return super().changelist_view(request, {"note": told, **(extra_context or {})})

    def record(self, request: HttpRequest, action: str, obj: Model, **detail: object) -> None:
        """With what it costs now: the audit is where a former price is looked up."""
        if isinstance(obj, ModelPrice):
            told = {name: str(value) for name in _USD if (value := getattr(obj, name)) is not None}
            detail |= {"model": obj.model, "since": str(obj.valid_from_date), **told}
        super().record(request, action, obj, **detail)

    @admin.display(description="entrada", ordering="prompt_usd")
    def read(self, row: ModelPrice) -> str:
        return _dollars(row.prompt_usd)

    @admin.display(description="em cache")
    def cached(self, row: ModelPrice) -> str:
        return _dollars(row.prompt_usd if row.cached_usd is None else row.cached_usd)

    @admin.display(description="saída", ordering="completion_usd")
    def written(self, row: ModelPrice) -> str:
        return _dollars(row.completion_usd)

    @admin.display(description="minuto de áudio")
    def heard(self, row: ModelPrice) -> str:
        return _dollars(row.minute_usd)

    @admin.display(description="mil caracteres")
    def spoken(self, row: ModelPrice) -> str:
        return _dollars(row.thousand_chars_usd)


def _unpriced() -> Iterator[str]:
    """Models of the settings whose use costs nothing by what is known."""
    now = clock.now()
    asked = [
        (settings.LLM_MODEL, settings.LLM_PROMPT_PRICE + settings.LLM_COMPLETION_PRICE),
        (
            settings.LLM_FALLBACK_MODEL,
            settings.LLM_FALLBACK_PROMPT_PRICE + settings.LLM_FALLBACK_COMPLETION_PRICE,
        ),
        (settings.TRANSCRIPTION_BASE_URL and settings.TRANSCRIPTION_MODEL, settings.TRANSCRIPTION_PRICE),
        (settings.SPEECH_BASE_URL and settings.SPEECH_MODEL, settings.SPEECH_PRICE),
    ]
    for model, price in asked:
        nothing = Price()
        if model and not price and queries.model_price(model, at=now, otherwise=nothing) is nothing:
            yield model


def _dollars(amount: Decimal) -> str:
    """At least cents, at most what was written."""
    digits = max(2, -int(amount.normalize().as_tuple().exponent))
    return f"US$ {amount:.{digits}f}".replace(".", ",") if amount else "–"
