"""Precision, recall and F1 per field of the extraction over labelled JSON lines.

`python -m tests.leads.score [FILE...] [--worst N]` prints a table per file, with and without debatable items.
"""

import argparse
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from knowledge.catalogue import shipped_products
from leads.extraction import FIELDS, extract
from seleto.lib.text.fold import fold

HERE = Path(__file__).parent
BASELINE = HERE / "cases" / "baseline.json"
SETS = {
    "dev": HERE.parent / "eval" / "lead_extraction_dev.jsonl",
    **{path.stem: path for path in sorted((HERE / "cases").glob("*.jsonl"))},
}

_TYPE_WORD = re.compile(
    r"^(?:acougue|restaurante|frigorifico|padaria|hamburgueria|lanchonete|supermercado|mercado|distribuidora|"
    r"churrascaria|espetaria|casa de carnes|food ?truck|emporio|pizzaria|industria)\s+"
)


@dataclass
class Tally:
    right: int = 0
    found: int = 0
    expected: int = 0
    misses: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.expected if self.expected else 1.0

    @property
    def f1(self) -> float:
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def same(name: str, expected: object, actual: object) -> bool:
    """Equal as the rules compare: a company ignores case, accents and a leading type word; a name case and accents."""
    if isinstance(expected, str) and isinstance(actual, str) and name in ("empresa", "nome", "cidade"):
        pair = [fold(text).strip() for text in (expected, actual)]
        if name == "empresa":
            pair = [_TYPE_WORD.sub("", text) for text in pair]
        return pair[0] == pair[1]
    return expected == actual


def score(items: Iterable[dict[str, Any]]) -> dict[str, Tally]:
    """One tally per field; `False` of a request counts as nothing said."""
    tallies = {name: Tally() for name in FIELDS}
    products = shipped_products()
    for item in items:
        facts = extract(item["messages"], products=products).facts()
        for name, tally in tallies.items():
            expected, actual = item["expected"][name], facts[name]
            requests = name in ("opt_out", "pede_humano", "pede_preco")
            wanted = bool(expected) if requests else expected is not None
            given = bool(actual) if requests else actual is not None
            right = wanted and given and same(name, expected, actual)
            tally.expected += wanted
            tally.found += given
            tally.right += right
            if wanted != given or (wanted and not right):
                tally.misses.append(f"{item['id']} {name}: expected {expected!r}, got {actual!r} | {item['messages']}")
    return tallies


def table(title: str, tallies: dict[str, Tally]) -> str:
    lines = [f"{title:<24} {'P':>6} {'R':>6} {'F1':>6} {'n':>5} {'invented':>9}"]
    for name, tally in tallies.items():
        invented = tally.found - tally.right
        lines.append(
            f"{name:<24} {tally.precision:6.3f} {tally.recall:6.3f} {tally.f1:6.3f} {tally.expected:5d} {invented:9d}"
        )
    return "\n".join(lines)


def figures(path: Path) -> dict[str, list[float]]:
    """Field -> [precision, recall], rounded down to four places."""
    return {
        name: [int(value * 10_000) / 10_000 for value in (tally.precision, tally.recall)]
        for name, tally in score(read(path)).items()
    }


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Score the lead extraction.")
    parser.add_argument("files", nargs="*", type=Path, default=list(SETS.values()))
    parser.add_argument("--write", action="store_true", help="commit the present figures as the baseline")
    parser.add_argument("--worst", type=int, default=40)
    parser.add_argument("--fields", default="")
    options = parser.parse_args(arguments)
    if options.write:
        BASELINE.write_text(json.dumps({name: figures(path) for name, path in SETS.items()}, indent=1) + "\n")
        return
    for path in options.files:
        items = read(path)
        firm = [item for item in items if not item.get("debatable")]
        tallies = score(items)
        print(table(f"{path.stem} ({len(items)})", tallies))
        if len(firm) < len(items):
            print(table(f"  not debatable ({len(firm)})", score(firm)))
        chosen = options.fields.split(",") if options.fields else list(FIELDS)
        for miss in [miss for name in chosen for miss in tallies[name].misses][: options.worst]:
            print("  ", miss)


if __name__ == "__main__":
    main()
