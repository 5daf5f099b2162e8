"""The language core on labelled sets, as one table.

    python -m tests.language.report [--part guardrails|extraction|knowledge] [--worst N] [--output FILE]
    python -m tests.language.report --check             exit code 1 when a figure is below the baseline
    python -m tests.language.report --update-baseline   makes these figures the baseline

Columns: the example set, the sets the rules were worked on with, the sets written before the rules they test, and the
newest of those as they did when first measured. Each row stands once without debatable items and once with them.
`+` and `-` mark what is better or worse than in the run before, which is kept in `.data/evals/latest.json`.
"""

import argparse
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.language import figures
from tests.language.figures import COLUMNS, FIRST_COLUMN, Run, Views
from tests.language.scoring import Score
from tests.language.sets import PARTS
from tests.language.speed import CHUNKS, REVIEWED_CHARS, TARGETS_MS
from tests.language.targets import TARGETS

LATEST = Path(__file__).parents[2] / ".data" / "evals" / "latest.json"
_FIGURES = ("precision", "recall", "f1", "false_positives")
_MARKS = {1: "+", 0: " ", -1: "-"}
_LABEL, _CELL = 20, 31


def table(runs: Iterable[Run], previous: Mapping[str, Any]) -> str:
    """Every label of every core; `previous` is an earlier document."""
    lines = [" " * _LABEL + "".join(f"  {name.upper():<{_CELL - 2}}" for name in COLUMNS) + "  TARGET"]
    for one in runs:
        columns = one.columns()
        before = previous.get("parts", {}).get(one.part, {}).get("columns", {})
        lines += ["", f"{one.part.upper():<{_LABEL}}" + f"  {'P':>4}  {'R':>4}  {'F1':>4}  {'FP':>4} {'n':>5} " * 4]
        for label in columns["dev"].all:
            lines.append(_row(label, "firm", columns, before) + "  " + _target(one.part, label, columns))
            lines.append(_row("  with debatable", "all", columns, before, label))
    return "\n".join(line.rstrip() for line in lines)


def _row(title: str, view: str, columns: Mapping[str, Views], before: Mapping[str, Any], label: str = "") -> str:
    label = label or title
    cells = []
    for name in COLUMNS:
        views = columns.get(name)
        got = dict(views.items())[view].get(label) if views else None
        kept = {} if name == FIRST_COLUMN else before.get(name, {}).get(view, {}).get(label, {})
        cells.append(_cell(got, kept))
    return f"{title:<{_LABEL}}" + "".join(cells)


def _cell(got: Score | None, before: Mapping[str, Any]) -> str:
    if got is None:
        return " " * _CELL
    text = " "
    for figure, value in got.as_dict().items():
        if figure in _FIGURES:
            earlier = before.get(figure)
            mark = _MARKS[figures.sign(figure, earlier, value)] if earlier is not None and value is not None else " "
            text += f" {_number(value)}{mark}"
    # Of a row that only counts false positives, n are the items where there is nothing to find.
    return f"{text}{got.expected or got.empty:>5} ".ljust(_CELL)


def _number(value: float | None) -> str:
    if value is None:
        return "   –"
    return "1.00" if value == 1 else f"{value:.3f}"[1:]


def _target(part: str, label: str, columns: Mapping[str, Views]) -> str:
    targets = TARGETS[part].get(label, ())
    if not targets:
        return ""
    missed = [
        name
        for name in COLUMNS
        if name in columns and (got := columns[name].firm.get(label)) and not all(one.met(got) for one in targets)
    ]
    return " ".join(map(str, targets)) + ("  missed: " + ", ".join(missed) if missed else "  met")


def worst(runs: Iterable[Run], limit: int) -> str:
    """At most `limit` wrong answers of each core, one line each; `~` marks a debatable item."""
    lines = []
    for one in runs:
        wrong = one.wrong()
        lines.append(f"\n{one.part.upper()}: {len(wrong)} wrong, the first {min(limit, len(wrong))}")
        for name, judged in wrong[:limit]:
            mark = "~" if judged.debatable else " "
            label = "" if one.part == "guardrails" else f" {judged.label}"
            values = f"expected {_short(judged.expected)}, got {_short(judged.got)}"
            lines.append(f" {mark}{name} {judged.item}{label}: {values}")
            lines.append(f"      {_short(judged.text, 110)}")
    return "\n".join(lines)


def _short(value: Any, length: int = 70) -> str:
    if value is None or value == []:
        return "nothing"
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value).replace("\n", "⏎")
    return text if len(text) <= length else text[: length - 1] + "…"


def speeds(measured: Mapping[str, float]) -> str:
    title = f"SPEED, ms of computing (review of {REVIEWED_CHARS} characters, search among {CHUNKS} chunks)"
    lines = []
    for name, value in measured.items():
        target = TARGETS_MS.get(name)
        said = "" if target is None else f"  ≤{target:g}  {'met' if value <= target else 'missed'}"
        lines.append(f"  {name:<16}{value:>8.2f}{said}")
    return "\n".join([f"\n{title}", *lines])


def changes(now: Mapping[str, Any], previous: Mapping[str, Any]) -> str:
    """Every figure of a set that differs from the run before."""
    before = previous.get("parts", {})
    lines = []
    for part, content in now["parts"].items():
        for name, views in content["sets"].items():
            for label, got in views["all"].items():
                kept = before.get(part, {}).get("sets", {}).get(name, {}).get("all", {}).get(label, {})
                for figure in _FIGURES:
                    old, new = kept.get(figure), got[figure]
                    if old is not None and new is not None and old != new:
                        mark = _MARKS[figures.sign(figure, old, new)]
                        lines.append(f" {mark} {part} {name} {label} {figure}: {_number(old)} -> {_number(new)}")
    if not lines:
        return "\nSINCE THE RUN BEFORE: nothing changed" if before else ""
    return "\n".join(["\nSINCE THE RUN BEFORE", *lines])


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Measure guardrails, extraction and search on labelled sets.")
    parser.add_argument("--part", choices=sorted(PARTS), help="only this core")
    parser.add_argument("--worst", type=int, default=10, help="how many wrong answers of each core are listed")
    parser.add_argument("--output", type=Path, help="another file to write the figures to, as JSON")
    parser.add_argument("--check", action="store_true", help="exit code 1 when a figure is below the baseline")
    parser.add_argument("--update-baseline", action="store_true", help="make these figures the baseline")
    options = parser.parse_args(arguments)
    _prepare()
    from tests.language import speed

    runs = figures.run([options.part] if options.part else PARTS)
    if options.update_baseline:
        figures.record_first_sight(runs)
        figures.write(figures.BASELINE, figures.read(figures.BASELINE) | figures.held(runs))
    previous = figures.read(LATEST)
    now = figures.document(runs, speed.measure())
    print(table(runs, previous))
    print(speeds(now["speed_ms"]))
    print(changes(now, previous))
    print(worst(runs, options.worst))
    kept = {**now, "parts": previous.get("parts", {}) | now["parts"]}
    figures.write(LATEST, kept)
    if options.output:
        figures.write(options.output, now)
    return _check(runs) if options.check else 0


def _check(runs: Sequence[Run]) -> int:
    baseline = figures.read(figures.BASELINE)
    fallen = figures.worse(figures.held(runs), {one.part: baseline.get(one.part, {}) for one in runs})
    print("\nBELOW THE BASELINE" if fallen else "\nNo figure is below the baseline.", *fallen, sep="\n  ")
    return 1 if fallen else 0


def _prepare() -> None:
    """The search needs Django's registry of apps, no database."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "seleto.settings")
    django.setup()


if __name__ == "__main__":
    sys.exit(main())
