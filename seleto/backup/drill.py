"""Prove a copy: restore it beside the database in use, let what arrived since arrive again, look for anything twice.

The second database is made for this and removed afterwards. Nothing in use is touched, and nobody is written to.
"""

import json
import os
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path

from django.conf import settings

from seleto.backup import copies, replay, sealing, server
from seleto.backup.copies import Copy
from seleto.backup.replay import Replayed
from seleto.backup.server import BackupError, Target

# So much of what is in the copy arrives again as well.
_OVERLAP = timedelta(hours=1)
_MOST_EVENTS = 5000


@dataclass(frozen=True)
class Proof:
    """What a drill found. ``rows_differ`` names tables whose counts are not those of the moment of copying."""

    copy: str
    restore_s: float
    replay_s: float
    settled: dict[str, int]
    replayed: Replayed
    rows_differ: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return self.replayed.ok and not self.rows_differ

    def as_json(self) -> dict[str, object]:
        return {**asdict(self), "ok": self.ok}


def prove(copy: Copy, identity: str) -> Proof:
    """Raises BackupError when the copy cannot be restored at all."""
    target = server.owned()
    beside = target.renamed(f"{target.name}_restore_drill")
    given = list(replay.lines(copy.created_at - _OVERLAP, most=_MOST_EVENTS))
    copies.drop(beside)
    copies.create(beside)
    try:
        began = time.monotonic()
        copies.restore(copy, beside, identity, media=None)
        with Path(os.devnull).open("wb") as nowhere:
            sealing.unseal(copy.path / "media.age", nowhere, identity)
        restored = time.monotonic()
        differ = _differ(copy, beside)
        settled = _child("seleto.backup.settling", beside, "")
        replayed = _child("seleto.backup.replay", beside, "\n".join(given))
        return Proof(
            copy=copy.path.name,
            restore_s=round(restored - began, 1),
            replay_s=round(time.monotonic() - restored, 1),
            settled=settled,
            replayed=Replayed(**replayed),
            rows_differ=differ,
        )
    finally:
        copies.drop(beside)


def settle(target: Target) -> dict[str, int]:
    """What the restored state would do next is set aside; see ``settling``. Raises BackupError."""
    return _child("seleto.backup.settling", target, "")


def _differ(copy: Copy, target: Target) -> list[str]:
    with target.connect() as link:
        return [label for label, count in copy.rows.items() if copies.count(link, label) != count]


def _child(module: str, target: Target, given: str) -> dict[str, int]:
    """In a process of its own: a process has one database for its life."""
    environment = {**os.environ, "DATABASE_URL": target.url(), "DATABASE_URL_FILE": ""}
    done = subprocess.run(
        [sys.executable, "-m", module],
        input=given,
        env=environment,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise BackupError(f"{module} terminou com erro {done.returncode} no banco restaurado.")
    told: dict[str, int] = json.loads(done.stdout.strip().splitlines()[-1])
    return told
