"""One drill: begin the incident, wait for its alert, have the runbook followed, and take both times."""

import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from django.conf import settings
from django.db import connection

from conversations.evals import installation
from seleto.drills import runbook
from seleto.drills.runbook import Runbook, Step
from seleto.drills.stage import FAST, Incident, Stage

_POLL_S = 0.25
DETECT_PATIENCE_S = 90.0
RECOVER_PATIENCE_S = 150.0
# No command of a runbook takes longer than this, its own waits included.
STEP_PATIENCE_S = 120.0
HANGS = 124  # as of timeout(1)
_PYTHON = ".venv/bin/python "
_WEB = "http://127.0.0.1:8000"
# Looking may find the trouble, and says so by its exit code (of curl: no connection, no answer in time); a command that
# does not exist is never right.
_FOUND = (0, 1, 7, 28)


@dataclass(frozen=True)
class Done:
    """A step of the runbook and how it ended: an exit code, 0 for what the sandbox played."""

    section: str
    what: str
    code: int
    ok: bool


@dataclass
class Result:
    incident: str
    alert: str = ""
    title: str = ""
    detect_s: float | None = None
    recover_s: float | None = None
    steps: list[Done] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        return self.recover_s is not None and all(step.ok for step in self.steps)

    def as_json(self) -> dict[str, object]:
        return {**asdict(self), "passed": self.passed}


@contextmanager
def staged(incident: Incident) -> Iterator[Stage]:
    """An installation of its own for the drill, gone afterwards."""
    folder = Path(settings.DATA_DIR) / "drill"
    folder.mkdir(parents=True, exist_ok=True)
    fault = folder / f"disk-free-{os.getpid()}"
    try:
        with installation.running({**FAST, "DISK_FAULT_FILE": str(fault), **incident.settings}) as running:
            yield Stage(running)
    finally:
        fault.unlink(missing_ok=True)


def begin(incident: Incident, stage: Stage) -> Result:
    """Let it happen and wait for the alert; ``detect_s`` stays None when none fires."""
    result, began = Result(incident.slug), time.monotonic()
    incident.begin(stage)
    told: list[tuple[str, str]] = []

    def noticed() -> bool:
        found = incident.noticed(stage)
        told.extend([found] if found else [])
        return bool(told)

    if _until(noticed, DETECT_PATIENCE_S):
        result.alert, result.title = told[0]
        result.detect_s = round(time.monotonic() - began, 1)
    return result


def follow(book: Runbook, stage: Stage, result: Result) -> None:
    """Do what the runbook says, in its order."""
    for step in book.steps:
        result.steps.append(_outside(step, stage) if step.outside else _command(step, stage))


def await_end(incident: Incident, stage: Stage, result: Result, *, since: float, patience_s: float) -> None:
    """``since``: the monotonic instant of the alert, from which the time to recover counts."""
    if _until(lambda: incident.over(stage), patience_s):
        result.recover_s = round(time.monotonic() - since, 1)


def run_alone(incident: Incident) -> Result:
    """The whole drill by itself, the runbook followed as it is written."""
    book = runbook.read(incident.slug)
    with staged(incident) as stage:
        result = begin(incident, stage)
        noticed = time.monotonic()
        if result.detect_s is not None:
            follow(book, stage, result)
            await_end(incident, stage, result, since=noticed, patience_s=RECOVER_PATIENCE_S)
    return result


def environment(stage: Stage) -> Mapping[str, str]:
    return {**stage.running.product, "DJANGO_SETTINGS_MODULE": "seleto.settings"}


def _outside(step: Step, stage: Stage) -> Done:
    if step.outside == "lead/escreve":
        stage.writes(str((step.body or {}).get("text", "Bom dia, quero conhecer a FB300.")))
    else:
        stage.tell(step.outside, step.body)
    return Done(step.section, step.outside, 0, ok=True)


def _command(step: Step, stage: Stage) -> Done:
    command = step.command.replace(_PYTHON, f"{shlex.quote(sys.executable)} ")
    command = command.replace(_WEB, stage.running.product.get("PUBLIC_URL", _WEB))
    code = _code_of(command, dict(environment(stage)))
    return Done(step.section, step.command, code, ok=code in (_FOUND if step.section == "Conferir" else (0,)))


def _code_of(command: str, told: dict[str, str]) -> int:
    """The command's exit code, ``HANGS`` when it comes to no end: who follows a runbook would wait as long."""
    process = subprocess.Popen(
        ["/bin/sh", "-c", command],  # a runbook of this repository, as people type it
        env=told,
        cwd=settings.BASE_DIR,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        return process.wait(STEP_PATIENCE_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return HANGS


def _until(true: Callable[[], bool], patience_s: float) -> bool:
    deadline = time.monotonic() + patience_s
    while not true():
        if time.monotonic() > deadline:
            return False
        connection.close()
        time.sleep(_POLL_S)
    return True
