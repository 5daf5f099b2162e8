"""The labelled sets of the three cores and what the cores answer on them, judged."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from conversations.guardrails import Kind, review, wire
from knowledge.catalogue import shipped_products
from leads.extraction import FIELDS, extract
from seleto.lib.text.fold import fold
from tests.language.scoring import Judged

ANY, EXACT, EXTRA = "any violation", "exact set", "extra label"
PRODUCT, FACTS, GAP, COMMERCIAL, REFUSED = "product in first 3", "facts returned", "gap", "commercial", "refused"
_TESTS = Path(__file__).parents[1]
_FIRST = 3  # results
_REQUESTS = frozenset({"opt_out", "pede_humano", "pede_preco"})
_WRITTEN_FREELY = frozenset({"nome", "empresa", "cidade"})
# May lead a company's name or not (section 2, `empresa`).
_TYPE_WORD = re.compile(
    r"^(?:acougue|restaurante|frigorifico|padaria|hamburgueria|lanchonete|supermercado|mercado|distribuidora|"
    r"churrascaria|espetaria|casa de carnes|food ?truck|emporio|pizzaria|industria)\s+"
)


def read(path: Path) -> list[dict[str, Any]]:
    """The items of a file of JSON lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _found(examples: str, area: str, prefix: str = "") -> dict[str, Path]:
    """The example set and every file of labelled cases of an area, by name."""
    files = sorted((_TESTS / area / "cases").glob(f"{prefix}*.jsonl"))
    return {"dev": _TESTS / "eval" / examples} | {path.stem.removeprefix(prefix): path for path in files}


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
        return [one for item in read(self.sets[name]) for one in self.judge(item)]


def _reply(item: dict[str, Any]) -> Iterator[Judged]:
    """Every label, the reply as a whole (section 1.3), and labels too many on a reply that is refused anyway."""
    expected = frozenset(item["violations"])
    context = wire.context_from(item["context"], shipped_products())
    got = frozenset(review(item["text"], context).kinds)

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
        right = wanted is not None and given is not None and _same(field, wanted, given)
        yield Judged(item["id"], field, wanted, given, right, item["debatable"], " / ".join(item["messages"]))


def _same(field: str, expected: object, actual: object) -> bool:
    if field in _WRITTEN_FREELY and isinstance(expected, str) and isinstance(actual, str):
        pair = [fold(text).strip() for text in (expected, actual)]
        if field == "empresa":
            pair = [_TYPE_WORD.sub("", text) for text in pair]
        return pair[0] == pair[1]
    return expected == actual


def _question(item: dict[str, Any]) -> Iterator[Judged]:
    """Retrieval of products and facts, and what kind of question it was taken for (section 4)."""
    from knowledge.search import search_shipped

    found = search_shipped(item["question"])

    def judged(label: str, wanted: Any, given: Any, right: bool) -> Judged:
        return Judged(item["id"], label, wanted, given, right, item["debatable"], item["question"])

    if wanted := item["expected_products"]:
        top = list(dict.fromkeys(result.product for result in found.results[:_FIRST]))
        yield judged(PRODUCT, wanted, top, len(set(top) & set(wanted)) >= min(_FIRST, len(wanted)))
    if wanted := item["expected_facts"]:
        articles = [result.article for result in found.results]
        yield judged(FACTS, wanted, articles, set(wanted) <= set(articles))
    for kind in (GAP, COMMERCIAL):
        there, taken = item["kind"] == kind, found.kind == kind
        yield judged(kind, kind if there else None, kind if taken else None, there and taken)
    if item["kind"] == "fact":
        yield judged(REFUSED, None, None if found.answerable else found.kind.value, False)


# The sets in other languages were unseen once, too; what they showed then is told in the README beside them.
_WORKED_ON = frozenset({"own", "second", "english_1", "english_2", "spanish_1", "spanish_2"})
PARTS: dict[str, Part] = {
    "guardrails": Part(_found("guardrail_replies_dev.jsonl", "guardrails"), _WORKED_ON, _reply),
    "extraction": Part(_found("lead_extraction_dev.jsonl", "leads"), frozenset({"own"}), _lead),
    "knowledge": Part(_found("kb_questions_dev.jsonl", "knowledge", "blind_"), frozenset(), _question),
}
