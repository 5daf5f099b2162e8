"""A deploy under load: every web process and every worker is stopped gracefully and replaced while leads write.

The web's door stays open, as behind a socket or a proxy: its master replaces the processes behind it. The new worker
starts while the old one still finishes, as a rolling deploy does.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.db import connection

from conversations.models import Outbox, Turn
from tests.chaos import inside
from tests.chaos.lane import Lane, NoRest
from tests.chaos.stories import QUESTIONS, Story

ROUNDS = 3
# The product's own grace (STOP_GRACE_S) and the moment its supervisor needs to see the end.
STOP_PATIENCE_S = 30.0


def rolled(lane: Lane, story: Story) -> dict[str, Any]:
    """How many messages flowed, and how long each stop took. What was lost or repeated is for the verdict to say."""
    done, sent, stops = threading.Event(), [0], []
    writing = threading.Thread(target=_write, args=(story, done, sent))
    writing.start()
    try:
        for _ in range(ROUNDS):
            time.sleep(story.rng.uniform(1, 3))
            os.kill(lane.running.processes["web"].pid, signal.SIGHUP)
            time.sleep(story.rng.uniform(0, 1))
            stops.append(_replace_worker(lane))
        time.sleep(1)
    finally:
        done.set()
        writing.join()
    lane.rest(patience_s=180)
    held = Turn.objects.filter(conversation__address__in=story.leads, attempts__gt=1).count()
    unknown = Outbox.objects.filter(to__in=story.leads, status=Outbox.Status.UNKNOWN).count()
    if unknown:
        raise NoRest(f"{unknown} sends are unknown after a graceful stop.")
    return {"messages": sent[0], "stop_s": [round(stop, 1) for stop in stops], "turns_taken_over": held}


def _write(story: Story, done: threading.Event, sent: list[int]) -> None:
    try:
        while not done.wait(0.25):
            story.lane.says(story.lead(), story.rng.choice(QUESTIONS))
            sent[0] += 1
    finally:
        connection.close()


def _replace_worker(lane: Lane) -> float:
    """Start the new one, stop the old one; seconds until it was gone, its children with it."""
    old = lane.running.processes["worker"]
    children = _tree(old.pid)
    with (lane.running.logs / "worker.log").open("ab") as log:
        new = subprocess.Popen(
            [sys.executable, "manage.py", "worker"],
            cwd=settings.BASE_DIR,
            env=dict(lane.running.product),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    cast(dict[str, subprocess.Popen[bytes]], lane.running.processes)["worker"] = new
    at = time.monotonic()
    old.terminate()
    try:
        old.wait(STOP_PATIENCE_S)
    except subprocess.TimeoutExpired:
        raise NoRest(f"The worker did not stop within {STOP_PATIENCE_S:.0f} s.") from None
    left = [pid for pid, began in children if inside.started(pid) == began]
    if left:
        raise NoRest(f"{len(left)} processes outlived their worker.")
    return time.monotonic() - at


def _tree(pid: int) -> list[tuple[int, str]]:
    """Every descendant and when it began, which tells it from a later process with its number."""
    found: list[tuple[int, str]] = []
    waiting = [pid]
    while waiting:
        above = waiting.pop()
        with contextlib.suppress(OSError):
            children = Path(f"/proc/{above}/task/{above}/children").read_text().split()
            found += [(int(child), inside.started(int(child))) for child in children]
            waiting += map(int, children)
    return found
