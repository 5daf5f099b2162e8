"""The labelled sets of the three cores and what the cores answer on them, judged.

Reading and comparing is that of `tests.guardrails.score`, `tests.leads.score` and `tests.knowledge.score`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from conversations.guardrails import Kind, review
from knowledge.catalogue import shipped_products
from leads.extraction import FIELDS, extract
from tests.guardrails import score as guardrails
from tests.knowledge import score as knowledge
from tests.language.scoring import Judged
from tests.leads import score as leads

ANY, EXACT, EXTRA = "any violation", "exact set", "extra label"
PRODUCT, FACTS, GAP, COMMERCIAL, REFUSED = "product in first 3", "facts returned", "gap", "commercial", "refused"
_REQUESTS = frozenset({"opt_out", "pede_humano", "pede_preco"})


class Origin(StrEnum):
    """Where a set comes from, which says what its figures are worth."""

    DEV = "dev"
    OWN = "own"
    BLIND = "blind"


@dataclass(frozen=True)
class Part:
    """One core: its sets by name, which of them served to write the rules, and its judge.

    Any set not in ``own`` counts as blind: written before the rules it tests. Once measured it does not stay unseen;
    what it showed then is kept in `first_sight.json`.
    """

    sets: Mapping[str, Path]
    own: frozenset[str]
    judge: Callable[[dict[str, Any]], Iterator[Judged]]

    def origin(self, name: str) -> Origin:
        if name == "dev":
            return Origin.DEV
        return Origin.OWN if name in self.own else Origin.BLIND

    def judged(self, name: str) -> list[Judged]:
        return [one for item in knowledge.read(self.sets[name]) for one in self.judge(item)]


def _reply(item: dict[str, Any]) -> Iterator[Judged]:
    """Every label, the reply as a whole (section 1.3), and labels too many on a reply that is refused anyway."""
    expected = frozenset(item["violations"])
    got = frozenset(review(item["text"], guardrails.context_of(item)).kinds)

    def judged(label: str, wanted: Any, given: Any, right: bool) -> Judged:
        return Judged(item["id"], label, wanted, given, right, item["debatable"], item["text"])

    wanted, given = sorted(expected) or None, sorted(got) or None
    yield judged(ANY, wanted, given, wanted is not None and given is not None)
    yield judged(EXACT, sorted(expected), sorted(got), expected == got)
    for kind in Kind:
        if kind is not Kind.PACING:  # not tested by these files: it needs more than one reply
            there, found = kind in expected, kind in got
            yield judged(kind.value, kind.value if there else None, kind.value if found else None, there and found)
    if expected:
        yield judged(EXTRA, None, sorted(got - expected) or None, False)


def _lead(item: dict[str, Any]) -> Iterator[Judged]:
    """Every field (section 2); a request not made is nothing to be found."""
    facts = extract(item["messages"], products=shipped_products()).facts()
    for field in FIELDS:
        wanted, given = item["expected"][field], facts[field]
        if field in _REQUESTS:
            wanted, given = wanted or None, given or None
        right = wanted is not None and given is not None and leads.same(field, wanted, given)
        yield Judged(item["id"], field, wanted, given, right, item["debatable"], " / ".join(item["messages"]))


def _question(item: dict[str, Any]) -> Iterator[Judged]:
    """Retrieval of products and facts, and what kind of question it was taken for (section 4)."""
    from knowledge.search import search_shipped

    found = search_shipped(item["question"])
    alone = knowledge.score([item])

    def judged(label: str, wanted: Any, given: Any, right: bool) -> Judged:
        return Judged(item["id"], label, wanted, given, right, item["debatable"], item["question"])

    if wanted := item["expected_products"]:
        top = list(dict.fromkeys(result.product for result in found.results[:3]))
        yield judged(PRODUCT, wanted, top, alone.product_in_first_3 == 1)
    if wanted := item["expected_facts"]:
        articles = [result.article for result in found.results]
        yield judged(FACTS, wanted, articles, alone.facts_returned == 1)
    for kind in (GAP, COMMERCIAL):
        there, taken = item["kind"] == kind, found.kind == kind
        yield judged(kind, kind if there else None, kind if taken else None, there and taken)
    if item["kind"] == "fact":
        yield judged(REFUSED, None, None if found.answerable else found.kind.value, False)


PARTS: dict[str, Part] = {
    "guardrails": Part(guardrails.SETS, frozenset({"own", "second"}), _reply),
    "extraction": Part(leads.SETS, frozenset({"own"}), _lead),
    "knowledge": Part(knowledge.SETS, frozenset(), _question),
}
