"""Scores the rules of what a message is about on labelled messages, and those of burgers that are too wide.

`python -m tests.conversations.situation_scores` lists what is wrong. Prices have a set of their own (`tests/language`).
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from conversations.agent import moves
from conversations.agent.situations import Matter
from conversations.agent.state import Line
from conversations.agent.understanding import listen
from knowledge.catalogue import shipped_products
from tests.conversations.test_brief import state

HERE = Path(__file__).parent / "cases"
_AT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Outcome:
    case: dict[str, Any]
    expected: frozenset[str]
    found: frozenset[str]


def cases(kind: str) -> list[dict[str, Any]]:
    """Every case of ``kind``: "situations" or "wide"."""
    paths = sorted(HERE.glob(f"{kind}_*.jsonl"))
    return [json.loads(line) for path in paths for line in path.read_text(encoding="utf-8").splitlines()]


def line(text: str) -> Line:
    return Line(id=uuid4(), key="m1", author="lead", type="text", text=text, at=_AT, own_words=True)


def situations() -> list[Outcome]:
    products = shipped_products()
    return [
        Outcome(
            case,
            frozenset(case["matters"]),
            frozenset(listen(state(pending=(line(case["text"]),)), products).matters - {Matter.PRICE}),
        )
        for case in cases("situations")
    ]


def wide() -> list[Outcome]:
    return [
        Outcome(case, frozenset({"wide"} if case["wide"] else ()), frozenset(_wide(case["text"])))
        for case in cases("wide")
    ]


def _wide(text: str) -> set[str]:
    heard = listen(state(pending=(line(text),)), shipped_products())
    owed = moves.obligations("Certo.", state(pending=(line(text),)), heard, shipped_products())
    return {"wide"} if any(row.situation == "hamburguer_largo" for row in owed) else set()


def recall(outcomes: Iterable[Outcome]) -> float:
    expected = [(label, outcome) for outcome in outcomes for label in outcome.expected]
    return sum(label in outcome.found for label, outcome in expected) / len(expected)


def precision(outcomes: Iterable[Outcome]) -> float:
    found = [(label, outcome) for outcome in outcomes for label in outcome.found]
    return sum(label in outcome.expected for label, outcome in found) / len(found) if found else 1.0


def main() -> None:
    for name, outcomes in (("situations", situations()), ("wide", wide())):
        print(f"{name}: {len(outcomes)} recall {recall(outcomes):.3f} precision {precision(outcomes):.3f}")
        for row in outcomes:
            if row.expected != row.found:
                print(f"  {row.case['id']} want {sorted(row.expected)} got {sorted(row.found)}: {row.case['text']}")


if __name__ == "__main__":
    main()
