"""What was run and what came of it: one JSON line per run, so that a slice goes on where the last one stopped.

A run belongs to the code it was made with: ``code`` is the digest of every tracked Python file of the product.
"""

import fcntl
import hashlib
import json
import subprocess
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
DIRECTORY = ROOT / ".data" / "chaos"


@dataclass(frozen=True, slots=True)
class Entry:
    """``key`` names the run within its part, seed included; ``figures`` is what was measured."""

    part: str
    key: str
    ok: bool
    broken: list[str] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)
    code: str = ""
    at: str = ""


def write(part: str, key: str, *, broken: list[str], figures: dict[str, Any]) -> Entry:
    """Append a run; safe beside other lanes."""
    at = datetime.now(UTC).isoformat(timespec="seconds")
    entry = Entry(part, key, not broken, broken, figures, code(), at)
    DIRECTORY.mkdir(parents=True, exist_ok=True)
    with _file(part).open("a", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(json.dumps(asdict(entry), ensure_ascii=False) + "\n")
    return entry


def entries(part: str, *, current: bool = True) -> Iterator[Entry]:
    """The runs of a part; ``current``: only those made with the code as it is now."""
    if not _file(part).exists():
        return
    with _file(part).open(encoding="utf-8") as file:
        for line in file:
            entry = Entry(**json.loads(line))
            if not current or entry.code == code():
                yield entry


def done(part: str) -> set[str]:
    """The keys that need not be run again."""
    return {entry.key for entry in entries(part) if entry.ok}


@cache
def code() -> str:
    """Of the product alone: a better harness does not make a run worthless."""
    names = subprocess.run(
        ["git", "ls-files", "-s", "seleto", "knowledge", "leads", "conversations", "crm"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout
    changed = subprocess.run(
        ["git", "diff", "--", "seleto", "knowledge", "leads", "conversations", "crm"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout
    return hashlib.sha256(names + changed).hexdigest()[:12]


def _file(part: str) -> Path:
    return DIRECTORY / f"{part}.jsonl"
