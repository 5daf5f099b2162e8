"""Statements about products against the structured facts of the catalogue (`eval/README.md`, 1.2 contradiction).

Every claim is checked against each product it may be about; it is a violation only when all of them refuse it.
"""

from collections.abc import Iterator

from conversations.guardrails import figures, qualities
from conversations.guardrails.claims import Claims
from conversations.guardrails.sheet import Finding, Sheet


def check(sheet: Sheet) -> Iterator[Finding]:
    """Nothing is checked when the context holds no products."""
    if sheet.context.products:
        claims = Claims(sheet)
        yield from figures.check(claims)
        yield from qualities.check(claims)
