"""One amount read from a text."""

from dataclasses import dataclass
from decimal import Decimal

from seleto.lib.text.units import Kind


@dataclass(frozen=True, slots=True)
class Quantity:
    """One amount: `low` and `high` differ for a range; `start`/`end` are offsets in the text given, end exclusive.

    `unit` is canonical ("kg", "hamburgueres", "BRL", "cv", "%"; "" when none was said), `period` one of
    segundo, minuto, hora, dia, semana, mes, ano or "". `others` are further readings of the same words, likelier when
    the context is money ("quarenta e dois e meio" -> 42.5, else 42500). Phones, documents and dates carry no value
    worth reading; their `low` is the number made of their digits.
    """

    low: Decimal
    high: Decimal
    start: int
    end: int
    kind: Kind
    unit: str = ""
    period: str = ""
    approximate: bool = False
    others: tuple[Decimal, ...] = ()

    @property
    def values(self) -> tuple[Decimal, ...]:
        """Every reading, the likeliest first, without repetition."""
        return tuple(dict.fromkeys((self.low, self.high, *self.others)))
