"""What a search gives back."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a question is: answered by the articles, a matter for the consultant, or unknown here."""

    FACT = "fact"
    COMMERCIAL = "commercial"
    GAP = "gap"


@dataclass(frozen=True, slots=True)
class Result:
    """``product`` is empty for what holds for all machines and no machine was asked about."""

    product: str
    article: str
    score: float


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What was found. A commercial question is for the consultant and a gap for nobody yet: neither is `answerable`."""

    results: tuple[Result, ...]
    kind: Kind
    products: tuple[str, ...] = ()

    @property
    def answerable(self) -> bool:
        return self.kind is Kind.FACT
