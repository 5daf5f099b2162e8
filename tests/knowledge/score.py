"""Scores the search on files of labelled questions (format: `tests/eval`, knowledge questions).

    python -m tests.knowledge.score            one table, worst cases below
    python -m tests.knowledge.score --json     figures for a machine
    python -m tests.knowledge.score --write    makes these figures the baseline

`dev` is the shared example set. `first` was written before any rule of the search, each later set before the rules
that followed it; a set is tuned to once it has been measured. What each gave at first sight (product in the first 3,
facts returned, gaps recognised, answerable refused, commercial recognised):

    first 0.99 0.97 0.95 0.02 0.92 · second 0.98 0.93 0.76 0.06 0.69 · third 0.96 0.95 0.88 0.12 0.91
    fourth 1.00 0.93 0.91 0.06 0.70 · fifth 1.00 0.99 0.75 0.07 1.00
    sixth 1.00 0.99 0.95 0.09 0.94 · seventh 1.00 0.92 0.78 0.08 0.91 · eighth 0.98 0.95 0.88 0.15 0.70
    ninth 0.98 0.95 0.91 0.09 0.89 · tenth 0.99 0.97 0.97 0.10 0.95 · eleventh 1.00 0.97 1.00 0.20 1.00
    twelfth 0.98 0.98 0.94 0.29 1.00 · thirteenth 0.96 0.96 0.83 0.15 0.67
"""

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

CASES = Path(__file__).parent / "cases"
SETS = {
    "dev": Path(__file__).parent.parent / "eval" / "kb_questions_dev.jsonl",
    "first": CASES / "blind_first.jsonl",
    "second": CASES / "blind_second.jsonl",
    "third": CASES / "blind_third.jsonl",
    "fourth": CASES / "blind_fourth.jsonl",
    "fifth": CASES / "blind_fifth.jsonl",
    "sixth": CASES / "blind_sixth.jsonl",
    "seventh": CASES / "blind_seventh.jsonl",
    "eighth": CASES / "blind_eighth.jsonl",
    "ninth": CASES / "blind_ninth.jsonl",
    "tenth": CASES / "blind_tenth.jsonl",
    "eleventh": CASES / "blind_eleventh.jsonl",
    "twelfth": CASES / "blind_twelfth.jsonl",
    "thirteenth": CASES / "blind_thirteenth.jsonl",
    "same_kind_1": CASES / "blind_same_kind_1.jsonl",
}
BASELINE = Path(__file__).parent / "baseline.json"


@dataclass
class Figures:
    """Shares from 0 to 1; `refused` is the share of answerable questions called unanswerable (lower is better)."""

    questions: int
    product_in_first_3: float
    facts_returned: float
    gaps_recognised: float
    refused: float
    commercial_recognised: float
    worst: list[str] = field(default_factory=list)


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def score(items: Sequence[dict[str, Any]], *, debatable: bool = True) -> Figures:
    """Figures over `items`; without the debatable ones when `debatable` is false."""
    from knowledge.search import search_shipped

    worst: list[str] = []
    counted: dict[str, list[bool]] = {"product": [], "facts": [], "gap": [], "refused": [], "commercial": []}
    kept = [item for item in items if debatable or not item["debatable"]]
    for item in kept:
        found = search_shipped(item["question"])
        checks: dict[str, bool] = {}
        if wanted := item["expected_products"]:
            top = {result.product for result in found.results[:3]}
            checks["product"] = len(top & set(wanted)) >= min(3, len(wanted))
        if facts := item["expected_facts"]:
            checks["facts"] = set(facts) <= {result.article for result in found.results}
        match item["kind"]:
            case "gap":
                checks["gap"] = found.kind == "gap"
            case "commercial":
                checks["commercial"] = found.kind == "commercial"
            case _:
                counted["refused"].append(not found.answerable)
        for name, held in checks.items():
            counted[name].append(held)
        if not all(checks.values()) or (item["kind"] == "fact" and not found.answerable):
            failed = [name for name, held in checks.items() if not held] or [f"lida como {found.kind}"]
            worst.append(f"{item['id']} {', '.join(failed)}: {item['question']}")
    share = {name: round(sum(held) / len(held), 4) if held else 1.0 for name, held in counted.items()}
    return Figures(
        questions=len(kept),
        product_in_first_3=share["product"],
        facts_returned=share["facts"],
        gaps_recognised=share["gap"],
        refused=share["refused"] if counted["refused"] else 0.0,
        commercial_recognised=share["commercial"],
        worst=worst,
    )


def score_all() -> dict[str, Figures]:
    """Every set that exists, by name."""
    return {name: score(read(path)) for name, path in SETS.items() if path.exists()}


def figures(scored: dict[str, Figures]) -> dict[str, dict[str, float]]:
    """Only the numbers, as they are kept in the baseline."""
    return {name: {key: value for key, value in asdict(got).items() if key != "worst"} for name, got in scored.items()}


def main(arguments: Sequence[str]) -> int:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "seleto.settings")
    django.setup()
    scored = score_all()
    if "--write" in arguments:
        BASELINE.write_text(json.dumps(figures(scored), indent=2) + "\n", encoding="utf-8")
    if "--json" in arguments:
        print(json.dumps(figures(scored), indent=2))
        return 0
    names = ["questions", "product_in_first_3", "facts_returned", "gaps_recognised", "refused", "commercial_recognised"]
    print(f"{'set':8}" + "".join(f"{name:>23}" for name in names))
    for name, numbers in figures(scored).items():
        print(f"{name:8}" + "".join(f"{numbers[column]:>23}" for column in names))
    for got in scored.values():
        for line in got.worst:
            print(" ", line)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
