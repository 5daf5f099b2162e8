"""A review as JSON: the context of `eval/README.md`, section 1, in; violations and spans out (command and API)."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from conversations.guardrails.verdict import ReviewContext, Verdict
from knowledge.catalogue import ProductFacts


def context_from(given: Mapping[str, Any], products: tuple[ProductFacts, ...] = ()) -> ReviewContext:
    """The context of one item; what is missing is empty. Raises ValueError on a value of another type."""
    lead_last, temperature = given.get("lead_last") or "", given.get("temperature") or ""
    prices = given.get("price_exception") or {}
    unanswered = given.get("unanswered_question_replies") or 0
    if not isinstance(lead_last, str) or not isinstance(temperature, str):
        raise ValueError("lead_last and temperature are text")
    if not isinstance(prices, Mapping) or not isinstance(unanswered, int):
        raise ValueError("price_exception is an object, unanswered_question_replies a number")
    return ReviewContext(
        lead_last=lead_last,
        temperature=temperature,
        price_exception={str(code): _price(price) for code, price in prices.items()},
        products=products,
        unanswered_question_replies=unanswered,
    )


def _price(raw: object) -> Decimal:
    try:
        price = Decimal(str(raw))
    except InvalidOperation as error:
        raise ValueError("a price is a number") from error
    if not price.is_finite():
        raise ValueError("a price is a number")
    return price


def to_json(verdict: Verdict) -> dict[str, Any]:
    """`{"violations": [label], "spans": [[start, end, label]]}`; offsets into the text reviewed, end exclusive."""
    return {
        "violations": [kind.value for kind in verdict.kinds],
        "spans": [[span.start, span.end, span.kind.value] for span in verdict.spans],
    }
