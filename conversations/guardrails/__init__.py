"""Stage 5 of the pipe: the review every outgoing text passes. Pure functions over text and context.

`review` is the only door; turn, follow-up, fallback and template paths all call it. The rules are those of
`eval/README.md`, section 1, and of `domain.md`, "Hard rules".
"""

from collections.abc import Iterable, Iterator

from conversations.guardrails import (
    answered_price,
    contradiction,
    deadline,
    discount,
    format,  # noqa: A004
    freight,
    leak,
    outside,
    pacing,
    payment,
    price,
    promise,
    questions,
)
from conversations.guardrails.sheet import Finding, Sheet
from conversations.guardrails.verdict import Kind, ReviewContext, Span, Verdict, Violation
from knowledge import strictness

__all__ = ["Kind", "ReviewContext", "Span", "Verdict", "Violation", "review"]

_DELIVERIES = (
    "entrega",
    "entregamos",
    "entregar",
    "chega",
    "instala",
    "instalar",
    "despacha",
    "prazo",
    "fabrica",
    "recebe",
)
_NOTHING = ReviewContext()


def review(text: str, context: ReviewContext = _NOTHING) -> Verdict:
    """Everything that forbids `text` as the answer in `context`. Any string is accepted; nothing is raised."""
    sheet = Sheet(text, context)
    rules = (
        (Kind.PRICE, price.check),
        (Kind.PAYMENT, payment.check),
        (Kind.DISCOUNT, discount.check),
        (Kind.DEADLINE, deadline.check),
        (Kind.FREIGHT, freight.check),
        (Kind.PROMISE, promise.check),
        (Kind.CONTRADICTION, contradiction.check),
        (Kind.LEAK, leak.check),
    )
    found = {kind: list(check(sheet)) for kind, check in rules}
    violations = [sheet.violation(kind, findings) for kind, findings in _settle(sheet, found).items()]
    if not found[Kind.PRICE]:
        violations.append(_written(Kind.PRICE, answered_price.check(sheet)))
    leaked = [*sheet.original_spans(found[Kind.LEAK]), *leak.check_text(text)]
    violations += [
        _written(Kind.LEAK, leaked),
        _written(Kind.QUESTIONS, sheet.reading_spans(questions.check(sheet))),
        _written(Kind.PACING, sheet.reading_spans(pacing.check(sheet))),
        _written(Kind.FORMAT, [*format.check(text), *_forbidden(text, context)]),
    ]
    told = tuple(violation for violation in violations if violation is not None)
    return Verdict(told or tuple(_beyond(sheet)))


def _beyond(sheet: Sheet) -> Iterator[Violation]:
    """What none of the rules sees: asked only of a text that they would let pass."""
    text = sheet.reading.original
    found: dict[Kind, list[tuple[int, int, str]]] = {}
    if outside.signals(text, sheet.lead.subjects):
        found[Kind.PRICE] = [(0, len(text), outside.SIGNAL)]
    for kind, start, end, reason in outside.check(text):
        found.setdefault(kind, []).append((start, end, reason))
    flat = outside.flattened(sheet.reading.text)
    if not found and flat != text:
        for kind, _, _, reason in outside.check(flat):
            found.setdefault(kind, []).append((0, len(text), reason))
    yield from filter(None, (_written(kind, spans) for kind, spans in found.items()))


def _settle(sheet: Sheet, found: dict[Kind, list[Finding]]) -> dict[Kind, list[Finding]]:
    """Drops guesses in clauses that a sure finding of another kind explains."""
    explained: dict[int, set[Kind]] = {}
    for kind, findings in found.items():
        for finding in findings:
            if finding.sure:
                explained.setdefault(sheet.words[finding.first].clause, set()).add(kind)
    for clause, kinds in explained.items():
        if Kind.PROMISE in kinds and Kind.DEADLINE in kinds and not sheet.says(clause, *_DELIVERIES):
            # The day of a promised visit or call is part of the promise.
            found[Kind.DEADLINE] = [
                finding for finding in found[Kind.DEADLINE] if sheet.words[finding.first].clause != clause
            ]
    found[Kind.PRICE] = _no_favours(sheet, found[Kind.PRICE], found[Kind.DISCOUNT])
    return {
        kind: [
            finding
            for finding in findings
            if finding.sure or not explained.get(sheet.words[finding.first].clause, set()) - {kind}
        ]
        for kind, findings in found.items()
        if kind is not Kind.LEAK
    }


def _no_favours(sheet: Sheet, prices: list[Finding], discounts: list[Finding]) -> list[Finding]:
    """ "condição mais em conta": words of price without a number that offer a favour are the favour's alone."""
    favoured = {at for finding in discounts if finding.sure for at in range(finding.first, finding.end)}
    return [
        finding
        for finding in prices
        if favoured.isdisjoint(at := range(finding.first, finding.end))
        or any(sheet.words[index].quantity is not None for index in at)
    ]


def _forbidden(text: str, context: ReviewContext) -> Iterator[tuple[int, int, str]]:
    """What the house does not want said, whatever the rules of the code allow."""
    for start, end, expression in strictness.said(text, context.strictness.forbidden):
        yield start, end, f"Diz “{expression}”, que as regras da casa proíbem."


def _written(kind: Kind, found: Iterable[tuple[int, int, str]]) -> Violation | None:
    """A violation of spans that are already offsets in the original."""
    listed = sorted(found)
    if not listed:
        return None
    return Violation(kind, tuple(dict.fromkeys(Span(start, end, kind) for start, end, _ in listed)), listed[0][2])
