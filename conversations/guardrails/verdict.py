"""What a review says and what it needs to know. Plain values: no Django, no model library."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from knowledge.catalogue import ProductFacts
from knowledge.strictness import CODE, Strictness


class Kind(StrEnum):
    """Labels of `eval/README.md`, section 1.2, the pacing rule of `domain.md` (hard rule 1), and what the house does
    not speak of at all."""

    PRICE = "price"
    PAYMENT = "payment"
    DISCOUNT = "discount"
    DEADLINE = "deadline"
    FREIGHT = "freight"
    QUESTIONS = "questions>2"
    PROMISE = "promise"
    CONTRADICTION = "contradiction"
    LEAK = "leak"
    FORMAT = "format"
    PACING = "pacing"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class Span:
    """Offsets into the text that was reviewed, `end` exclusive."""

    start: int
    end: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule; `reason` is Portuguese, for a manager."""

    kind: Kind
    spans: tuple[Span, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    violations: tuple[Violation, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.violations

    @property
    def kinds(self) -> tuple[Kind, ...]:
        return tuple(sorted({violation.kind for violation in self.violations}))

    @property
    def spans(self) -> tuple[Span, ...]:
        return tuple(span for violation in self.violations for span in violation.spans)


@dataclass(frozen=True, slots=True)
class ReviewContext:
    """The circumstances of one reply.

    `lead_last` is the lead's last message, `temperature` the class computed before drafting (`frio|morno|quente`),
    `price_exception` the configured prices in BRL by product code, `products` the facts statements are held against
    (none: statements are not checked), `unanswered_question_replies` how many replies with a question in a row the
    lead has left unanswered.
    """

    lead_last: str = ""
    temperature: str = ""
    price_exception: Mapping[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))
    products: tuple[ProductFacts, ...] = ()
    unanswered_question_replies: int = 0
    # How much stricter than the code managers want the rules.
    strictness: Strictness = CODE
