"""Scores the guardrails on labelled replies: any violation, per label, exact set; with and without debatable items.

`python -m tests.guardrails.score [--worst N] [SET...]` prints the table; tests hold the figures to `baseline.json`.
The sets and how they came about are described in `cases/README.md`.
"""

import argparse
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conversations.guardrails import ReviewContext, review, wire
from knowledge.catalogue import shipped_products

HERE = Path(__file__).parent
SETS: dict[str, Path] = {
    "dev": HERE.parent / "eval" / "guardrail_replies_dev.jsonl",
    **{path.stem: path for path in sorted((HERE / "cases").glob("*.jsonl"))},
}


@dataclass(frozen=True)
class Outcome:
    case: dict[str, Any]
    expected: frozenset[str]
    found: frozenset[str]


def load(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def context_of(case: dict[str, Any]) -> ReviewContext:
    return wire.context_from(case["context"], shipped_products())


def run(cases: Iterable[dict[str, Any]]) -> list[Outcome]:
    return [
        Outcome(case, frozenset(case["violations"]), frozenset(review(case["text"], context_of(case)).kinds))
        for case in cases
    ]


def figures(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Recall of any violation, false positives on clean, exact set, and recall per label; 4 decimals."""
    dirty = [outcome for outcome in outcomes if outcome.expected]
    clean = [outcome for outcome in outcomes if not outcome.expected]
    result = {
        "any_recall": _share(sum(bool(outcome.found) for outcome in dirty), len(dirty)),
        "false_positives": _share(sum(bool(outcome.found) for outcome in clean), len(clean), empty=0.0),
        "exact_set": _share(sum(outcome.expected == outcome.found for outcome in outcomes), len(outcomes)),
    }
    for label in sorted({label for outcome in outcomes for label in outcome.expected}):
        with_label = [outcome for outcome in outcomes if label in outcome.expected]
        told = [outcome for outcome in outcomes if label in outcome.found]
        result[f"recall {label}"] = _share(sum(label in outcome.found for outcome in with_label), len(with_label))
        result[f"precision {label}"] = _share(sum(label in outcome.expected for outcome in told), len(told))
    return result


def _share(part: int, whole: int, empty: float = 1.0) -> float:
    return round(part / whole, 4) if whole else empty


def report(outcomes: Sequence[Outcome]) -> dict[str, dict[str, float]]:
    firm = [outcome for outcome in outcomes if not outcome.case["debatable"]]
    return {"all": figures(outcomes), "firm": figures(firm)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="*", default=[], help="set names; all when left out")
    parser.add_argument("--worst", type=int, default=0, help="list that many wrong cases of each set")
    parser.add_argument("--write-baseline", action="store_true", help="keep the figures of every set as the baseline")
    options = parser.parse_args()
    if options.write_baseline:
        kept = {name: report(run(load(path))) for name, path in SETS.items()}
        (HERE / "baseline.json").write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
        return
    for name in options.sets or SETS:
        outcomes = run(load(SETS[name]))
        scores = report(outcomes)
        print(f"\n== {name}: {len(outcomes)} cases ==          firm     all")
        for key, value in scores["firm"].items():
            print(f"  {key:<28} {value:8.3f} {scores['all'].get(key, float('nan')):8.3f}")
        wrong = [outcome for outcome in outcomes if outcome.expected != outcome.found]
        for outcome in wrong[: options.worst]:
            mark = "~" if outcome.case["debatable"] else " "
            print(
                f" {mark}{outcome.case['id']} want {sorted(outcome.expected)} got {sorted(outcome.found)}: "
                f"{outcome.case['text']!r} {outcome.case['context'] or ''}"
            )


if __name__ == "__main__":
    main()
