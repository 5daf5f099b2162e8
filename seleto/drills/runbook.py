"""A runbook as the program reads it (``docs/runbooks/*.md``), so that one that lies is found out.

Four sections in this order: *Sintoma*, *Conferir*, *Agir*, *Verificar*. Each line of a fenced block is a command. What
only somebody outside can do is prose for people; behind it a comment says how the sandbox plays it:
``<!-- sandbox: zapi/connection {"connected": true} -->``.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

FOLDER = settings.BASE_DIR / "docs" / "runbooks"
SECTIONS = ("Sintoma", "Conferir", "Agir", "Verificar")
_OUTSIDE = re.compile(r"<!-- sandbox: (\S+)(?: (\{.*\}))? -->")


class BadRunbook(ValueError):
    """A runbook that cannot be followed; the text says where."""


@dataclass(frozen=True, slots=True)
class Step:
    """A command, or with ``outside`` what the sandbox is told (its path and body)."""

    section: str
    command: str = ""
    outside: str = ""
    body: dict[str, Any] | None = None


@dataclass(frozen=True)
class Runbook:
    path: Path
    title: str
    steps: tuple[Step, ...]


def read(name: str) -> Runbook:
    """Raises BadRunbook."""
    path = FOLDER / f"{name}.md"
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError:
        raise BadRunbook(f"{path.name} does not exist.") from None
    title, section, found, steps, fenced = "", "", [], [], False
    for line in lines:
        if line.startswith("```"):
            fenced = not fenced
        elif fenced and line.strip():
            steps.append(Step(section, command=line.strip()))
        elif line.startswith("# "):
            title = line[2:]
        elif line.startswith("## "):
            section = line[3:]
            found.append(section)
        elif match := _OUTSIDE.search(line):
            steps.append(Step(section, outside=match[1], body=json.loads(match[2] or "{}")))
    if tuple(found) != SECTIONS or not title:
        raise BadRunbook(f"{path.name} needs a title and the sections {', '.join(SECTIONS)}.")
    for needed in SECTIONS[1:]:
        if not any(step.section == needed for step in steps):
            raise BadRunbook(f"{path.name} says nothing that can be done under {needed}.")
    return Runbook(path, title, tuple(steps))
