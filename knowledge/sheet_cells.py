"""Cells of a spreadsheet of knowledge: written as people read them, read as people write them.

Each ``clean`` raises ``ValueError`` in Portuguese for a cell that it cannot take.
"""

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django.db import models

from knowledge.models import Product
from seleto.lib.spreadsheets import unescaped
from seleto.lib.text.fold import fold

if TYPE_CHECKING:  # shipped without types
    _Widget = Any
    _ManyWidget = Any
else:
    from import_export.widgets import ManyToManyWidget as _ManyWidget
    from import_export.widgets import Widget as _Widget

_DATE = re.compile(r"^(\d{1,2})/(\d{1,2})/(\d{4})$")
_THOUSANDS = re.compile(r"^\d{1,3}(\.\d{3})+$")


def plain(value: object) -> str:
    """A cell as text: no blanks around it, one kind of line end, no mark against formulas, whole numbers whole."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).replace("\r\n", "\n").replace("\r", "\n").strip()
    return unescaped(text)


class Text(_Widget):  # type: ignore[misc]  # Any for the type checker only
    def clean(self, value: object, row: Any = None, **kwargs: Any) -> str:
        return plain(value)

    def render(self, value: object, obj: Any = None, **kwargs: Any) -> str:
        return "" if value is None else str(value)


class YesNo(Text):
    def clean(self, value: object, row: Any = None, **kwargs: Any) -> bool:  # type: ignore[override]
        match fold(plain(value)):
            case "sim" | "true" | "1" | "verdadeiro":
                return True
            case "nao" | "false" | "0" | "falso":
                return False
        raise ValueError("Escreva sim ou não.")

    def render(self, value: object, obj: Any = None, **kwargs: Any) -> str:
        return "sim" if value else "não"


class Number(Text):
    def clean(self, value: object, row: Any = None, **kwargs: Any) -> Decimal | None:  # type: ignore[override]
        text = plain(value)
        if not text:
            return None
        # 1.500 from a spreadsheet's own number is one and a half; typed as text in Brazil it is fifteen hundred.
        if isinstance(value, str) and "," not in text and _THOUSANDS.match(text):
            raise ValueError(f"Escreva sem ponto de milhar: “{text.replace('.', '')}”, ou com vírgula decimal.")
        if "," in text:
            text = text.replace(".", "").replace(",", ".")
        try:
            number = Decimal(text)
        except InvalidOperation:
            raise ValueError("Escreva um número, por exemplo 300 ou 1,5.") from None
        if not number.is_finite():
            raise ValueError("Escreva um número, por exemplo 300 ou 1,5.")
        return number

    def render(self, value: object, obj: Any = None, **kwargs: Any) -> str:
        return format(value.normalize(), "f").replace(".", ",") if isinstance(value, Decimal) else ""


class Day(Text):
    def clean(self, value: object, row: Any = None, **kwargs: Any) -> date | None:  # type: ignore[override]
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        text = plain(value)
        if not text:
            return None
        try:
            if found := _DATE.match(text):
                day, month, year = map(int, found.groups())
                return date(year, month, day)
            return date.fromisoformat(text[:10])
        except ValueError:
            raise ValueError("Escreva uma data como 31/12/2026.") from None

    def render(self, value: object, obj: Any = None, **kwargs: Any) -> str:
        return f"{value:%d/%m/%Y}" if isinstance(value, date) else ""


class Choice(Text):
    """One of a field's choices, by its words or by its stored value."""

    def __init__(self, field: Any) -> None:
        super().__init__()
        self.said = {str(value): str(words) for value, words in field.flatchoices}
        self.stored = {fold(words): value for value, words in self.said.items()} | {
            fold(value): value for value in self.said
        }

    def clean(self, value: object, row: Any = None, **kwargs: Any) -> str:
        text = plain(value)
        found = self.stored.get(fold(text))
        if text and found is None:
            raise ValueError(f"“{text[:60]}” não é uma opção. Use uma destas: {', '.join(self.said.values())}.")
        return found or ""

    def render(self, value: object, obj: Any = None, **kwargs: Any) -> str:
        return self.said.get(str(value), "") if value else ""


class OneProduct(Text):
    def clean(self, value: object, row: Any = None, **kwargs: Any) -> Product:  # type: ignore[override]
        return _products([plain(value)])[0]

    def render(self, value: object, obj: Any = None, **kwargs: Any) -> str:
        return str(value.pk) if isinstance(value, Product) else ""


class ManyProducts(_ManyWidget):  # type: ignore[misc]  # Any for the type checker only
    """Codes separated by blanks. Of the package's own kind, which tells it to save these after the row."""

    def __init__(self) -> None:
        super().__init__(Product)

    def clean(self, value: object, row: Any = None, **kwargs: Any) -> list[Product]:
        codes = plain(value).replace(",", " ").replace(";", " ").split()
        return _products(list(dict.fromkeys(codes)))

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return " ".join(sorted(row.pk for row in value.all())) if value is not None else ""


def _products(codes: list[str]) -> list[Product]:
    known = Product.objects.in_bulk(codes)
    for code in codes:
        if code not in known:
            raise ValueError(f"Não há produto com o código “{code[:20]}”.")
    return [known[code] for code in codes]


def widget(field: Any) -> Any:
    """The cell for a column of the database."""
    if field.many_to_many:
        return ManyProducts()
    if field.is_relation:
        return OneProduct()
    if field.choices:
        return Choice(field)
    for kind, cell in (
        (models.BooleanField, YesNo),
        (models.DecimalField, Number),
        (models.DateField, Day),
    ):
        if isinstance(field, kind):
            return cell()
    return Text()
