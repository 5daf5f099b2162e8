"""Prices of models, apart from where they are kept."""

from dataclasses import dataclass
from decimal import Decimal

_MILLION = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Price:
    """US$: per million tokens read, read from the provider's cache and written; per minute heard; per thousand
    characters spoken."""

    prompt: Decimal = Decimal(0)
    cached: Decimal = Decimal(0)
    completion: Decimal = Decimal(0)
    minute: Decimal = Decimal(0)
    thousand_chars: Decimal = Decimal(0)

    def of_tokens(self, prompt: int, completion: int, *, cached: int = 0) -> Decimal:
        """``cached`` of the ``prompt`` tokens were read from the provider's cache."""
        cached = min(max(cached, 0), prompt)
        return (self.prompt * (prompt - cached) + self.cached * cached + self.completion * completion) / _MILLION

    def of_seconds(self, seconds: float) -> Decimal:
        return self.minute * Decimal(str(seconds)) / 60

    def of_characters(self, count: int) -> Decimal:
        return self.thousand_chars * count / 1000
