"""The figures of one run, as they are kept in files and compared: with the run before, and with the baseline."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.language.scoring import Judged, Score, score
from tests.language.sets import EXACT, PARTS, Origin
from tests.language.targets import LOWER_IS_BETTER

HERE = Path(__file__).parent
BASELINE = HERE / "baseline.json"
FIRST_SIGHT = HERE / "first_sight.json"
FIRST_COLUMN = "first sight"
COLUMNS = (*Origin, FIRST_COLUMN)
# One set alone holds too few of some labels; older ones tell of rules long gone.
NEWEST = 2
HELD = ("precision", "recall", "false_positives")

# Label -> score; of the firm items and of all of them.
Scores = Mapping[str, Score]


@dataclass(frozen=True)
class Views:
    """The same figures without and with debatable items."""

    firm: Scores
    all: Scores

    @classmethod
    def of(cls, judged: Iterable[Judged]) -> "Views":
        listed = list(judged)
        return cls(score(one for one in listed if not one.debatable), score(listed))

    def counts(self) -> dict[str, dict[str, list[int]]]:
        return {name: {label: got.counts for label, got in view.items()} for name, view in self.items()}

    @classmethod
    def from_counts(cls, kept: Sequence[Mapping[str, Mapping[str, list[int]]]]) -> "Views":
        """Several sets' counts as one."""
        return cls(*(_pooled([of_set[view] for of_set in kept]) for view in ("firm", "all")))

    def items(self) -> tuple[tuple[str, Scores], tuple[str, Scores]]:
        return ("firm", self.firm), ("all", self.all)

    def as_dict(self) -> dict[str, dict[str, dict[str, Any]]]:
        return {name: {label: got.as_dict() for label, got in view.items()} for name, view in self.items()}


def _pooled(counts: Sequence[Mapping[str, list[int]]]) -> dict[str, Score]:
    labels = dict.fromkeys(label for of_set in counts for label in of_set)
    return {
        label: Score(*map(sum, zip(*(of_set[label] for of_set in counts if label in of_set), strict=True)))
        for label in labels
    }


@dataclass(frozen=True)
class Run:
    """One core measured: every set's judged answers."""

    part: str
    judged: Mapping[str, list[Judged]]

    def sets(self) -> dict[str, Views]:
        return {name: Views.of(judged) for name, judged in self.judged.items()}

    def columns(self) -> dict[str, Views]:
        """The sets pooled by origin, and the newest sets as they did before any rule was written after them."""
        pooled: dict[Origin, list[Judged]] = {origin: [] for origin in Origin}
        for name, judged in self.judged.items():
            pooled[PARTS[self.part].origin(name)] += judged
        columns = {origin.value: Views.of(judged) for origin, judged in pooled.items()}
        first = list(read(FIRST_SIGHT).get(self.part, {}).values())[-NEWEST:]
        return columns | ({FIRST_COLUMN: Views.from_counts(first)} if first else {})

    def wrong(self) -> list[tuple[str, Judged]]:
        """(set, wrong answer), the worst first: firm before debatable, missed before invented before different."""
        labels = {EXACT} if self.part == "guardrails" else None
        found = [
            (name, one)
            for name, judged in self.judged.items()
            for one in judged
            if one.is_wrong and (labels is None or one.label in labels)
        ]
        return sorted(found, key=lambda pair: (pair[1].debatable, bool(pair[1].got), bool(pair[1].expected)))


def run(parts: Iterable[str] = PARTS) -> list[Run]:
    return [Run(part, {name: PARTS[part].judged(name) for name in PARTS[part].sets}) for part in parts]


def document(runs: Iterable[Run], speed: Mapping[str, float]) -> dict[str, Any]:
    """What the machine-readable file holds."""
    parts = {}
    for one in runs:
        parts[one.part] = {
            "sets": {
                name: {
                    "origin": PARTS[one.part].origin(name).value,
                    "items": len({judged.item for judged in one.judged[name]}),
                    **views.as_dict(),
                }
                for name, views in one.sets().items()
            },
            "columns": {name: views.as_dict() for name, views in one.columns().items()},
        }
    return {"parts": parts, "speed_ms": dict(speed)}


def held(runs: Iterable[Run]) -> dict[str, Any]:
    """The baseline's form: part -> set -> view -> label -> [precision, recall, false positives]."""
    return {
        one.part: {
            name: {
                view: {label: [got.as_dict()[figure] for figure in HELD] for label, got in scores.items()}
                for view, scores in views.items()
            }
            for name, views in one.sets().items()
        }
        for one in runs
    }


def worse(now: Mapping[str, Any], baseline: Mapping[str, Any]) -> list[str]:
    """Every figure that fell below the baseline, and every set or label of it that is gone.

    A set the baseline does not know yet is no fault.
    """
    found = []
    for part, name, view, label in _paths(baseline):
        kept = baseline[part][name][view][label]
        got = now.get(part, {}).get(name, {}).get(view, {}).get(label)
        where = f"{part} {name} ({view}) {label}"
        if got is None:
            found.append(f"{where}: no longer measured")
            continue
        found += [
            f"{where} {figure}: {before} -> {after}"
            for figure, before, after in zip(HELD, kept, got, strict=True)
            if before is not None and (after is None or sign(figure, before, after) < 0)
        ]
    return found


def sign(figure: str, before: float, after: float) -> int:
    """1 better, -1 worse, 0 the same."""
    if before == after:
        return 0
    return 1 if (after < before) is (figure == LOWER_IS_BETTER) else -1


def record_first_sight(runs: Iterable[Run]) -> None:
    """Keep the present figures of every set that has none of its own yet; what is kept is never changed."""
    kept = read(FIRST_SIGHT)
    for one in runs:
        of_part = kept.setdefault(one.part, {})
        for name, views in one.sets().items():
            if PARTS[one.part].origin(name) is Origin.BLIND:
                of_part.setdefault(name, views.counts())
    write(FIRST_SIGHT, kept)


def read(path: Path) -> dict[str, Any]:
    """The JSON object of a file; empty when there is none."""
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return found


def write(path: Path, content: Mapping[str, Any]) -> None:
    """JSON with one line per innermost value, so that a change of one figure is a change of one line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_compact(content) + "\n", encoding="utf-8")


def _compact(value: Any, indent: str = "") -> str:
    if not isinstance(value, Mapping) or not value:
        return json.dumps(value, ensure_ascii=False)
    inner = indent + " "
    lines = [f"{inner}{json.dumps(key, ensure_ascii=False)}: {_compact(item, inner)}" for key, item in value.items()]
    return "{\n" + ",\n".join(lines) + f"\n{indent}}}"


def _paths(baseline: Mapping[str, Any]) -> list[tuple[str, str, str, str]]:
    return [
        (part, name, view, label)
        for part, sets in baseline.items()
        for name, views in sets.items()
        for view, labels in views.items()
        for label in labels
    ]
