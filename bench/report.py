"""What a run found, for machines, people and the eye: ``latest.json``, ``latest.md`` and ``latest.svg``."""

import json
import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from bench.figures import FIGURES, Figure

RESULTS = Path(__file__).resolve().parent / "results"
_LATEST = "latest.json"


def write(parts: dict[str, Any], missing: dict[str, str], *, quick: bool, others: dict[str, Any], partial: bool) -> str:
    """Return the table; write the files too, unless only some parts were asked for. ``missing``: why a part could not
    be taken."""
    before = _committed()
    figures, reasons = {}, {}
    for figure in FIGURES:
        value = figure.of(parts)
        figures[figure.name] = value
        if value is None:
            reasons[figure.name] = missing.get(figure.part) or "not measured in this form of the run"
    document = {
        "taken_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _git("rev-parse", "--short", "HEAD"),
        "form": "quick" if quick else "full",
        "machine": {"cores": os.cpu_count(), "python": platform.python_version(), "load_at_end": os.getloadavg()[0]},
        "figures": figures,
        "not_taken": reasons,
        "others": others,
        "parts": parts,
        "failed_parts": missing,
    }
    table = _table(document, before)
    if partial:
        return table
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / _LATEST).write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    (RESULTS / "latest.md").write_text(table, encoding="utf-8")
    (RESULTS / "latest.svg").write_text(_chart(figures), encoding="utf-8")
    return table


def _table(document: dict[str, Any], before: dict[str, Any]) -> str:
    old = before.get("figures", {})
    machine = document["machine"]
    lines = [
        "# Benchmark",
        "",
        f"Taken {document['taken_at']} at {document['commit']} ({document['form']} form), {machine['cores']} cores,"
        f" Python {machine['python']}, load at the end {machine['load_at_end']:.1f}."
        + (f" Compared with the committed run of {before['taken_at']}." if before else ""),
        "",
        "| figure | now | before | budget | kept |",
        "|---|---|---|---|---|",
    ]
    for figure in FIGURES:
        now, then = document["figures"][figure.name], old.get(figure.name)
        shown = document["not_taken"].get(figure.name, "") if now is None else f"{now:g}"
        earlier = "" if then is None else f"{then:g}"
        lines.append(f"| {figure.name} | {shown} | {earlier} | {figure.budgeted()} | {_kept(figure, now)} |")
    for name, reason in document["failed_parts"].items():
        lines += ["", f"Not taken: {name}: {reason}"]
    for name, found in document["others"].items():
        lines += ["", f"## {name}", "", "```json", json.dumps(found, indent=2), "```"]
    return "\n".join(lines) + "\n"


def _kept(figure: Figure, value: float | None) -> str:
    if value is None or figure.budget is None:
        return ""
    return "yes" if figure.keeps(value) else "no"


def _chart(figures: dict[str, Any]) -> str:
    """One bar per figure with a budget: the longer, the more of it is used up; the line is the budget itself."""
    rows = [(figure, figures[figure.name]) for figure in FIGURES if figure.budget is not None]
    height, left, unit = 24, 230, 240
    parts = []
    for position, (figure, value) in enumerate(rows):
        y = 40 + position * height
        parts.append(f'<text x="{left - 8}" y="{y + 14}" text-anchor="end">{escape(figure.name)}</text>')
        if value is None or figure.budget is None:
            parts.append(f'<text x="{left}" y="{y + 14}" fill="#888">not taken</text>')
            continue
        used = figure.used(value)
        colour = "#1a7f37" if used <= 1 else "#b35900"
        parts.append(
            f'<rect x="{left}" y="{y + 3}" width="{min(used, 2) * unit:.0f}" height="{height - 8}" fill="{colour}"/>'
            f'<text x="{left + min(used, 2) * unit + 6:.0f}" y="{y + 14}">{value:g} ({figure.budgeted()})</text>'
        )
    bottom = 40 + len(rows) * height
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="900" height="{bottom + 20}" font-family="sans-serif"'
        f' font-size="12"><rect width="100%" height="100%" fill="#fff"/>'
        f'<text x="{left}" y="20">Share of the budget used; the line is all of it</text>{"".join(parts)}'
        f'<line x1="{left + unit}" x2="{left + unit}" y1="30" y2="{bottom}" stroke="#444" stroke-dasharray="4"/>'
        "</svg>\n"
    )


def _committed() -> dict[str, Any]:
    """The last committed run; nothing where there is none."""
    try:
        found: dict[str, Any] = json.loads(_git("show", f"HEAD:bench/results/{_LATEST}") or "{}")
    except json.JSONDecodeError:
        return {}
    return found


def _git(*arguments: str) -> str:
    run = subprocess.run(
        ["git", *arguments],  # noqa: S607 whichever git the person uses
        cwd=RESULTS.parent.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    return run.stdout.strip() if run.returncode == 0 else ""
