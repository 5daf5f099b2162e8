"""Statements about products against the structured facts of the catalogue (`eval/README.md`, 1.2 contradiction)."""

from collections.abc import Iterator

from conversations.guardrails.sheet import Finding, Sheet


def check(sheet: Sheet) -> Iterator[Finding]:
    if not sheet.context.products:
        return
    yield from ()
