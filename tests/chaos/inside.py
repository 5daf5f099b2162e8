"""Loaded into web and workers by ``FAULTS_MODULE``: kills the process at an armed point, or makes its clock wrong.

``CHAOS_DIR`` holds one file per armed point, ``<point>.<n>``: the n-th pass after n others dies. Renaming the file is
what decides, so one process dies for one arming. Before it does, it leaves a row on a connection of its own, outside of
whatever transaction it stands in; after that row the process does nothing but kill itself.
"""

import functools
import os
import signal
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
from django.db import connections

from tests.chaos.points import POINTS, Point, located

DIRECTORY = "CHAOS_DIR"
SKEW = "CHAOS_SKEW_S"
# How many passes an arming may let by.
MOST_PASSES = 3
MARKERS = (
    "CREATE TABLE IF NOT EXISTS chaos_death (id bigserial PRIMARY KEY, point text NOT NULL, pid int NOT NULL,"
    " started text NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp())"
)


def arm() -> None:
    """Wrap every point, and the clock where it is to be wrong."""
    if os.environ.get(DIRECTORY):
        for point in POINTS:
            _wrap(point, Path(os.environ[DIRECTORY]))
    if seconds := float(os.environ.get(SKEW, "0")):
        _skew(timedelta(seconds=seconds))


def started(pid: int) -> str:
    """When the process began, in the kernel's ticks: tells it from a later one with its number. "" when it is gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if stat[0] == "Z" else stat[19]


def _wrap(point: Point, directory: Path) -> None:
    owner, function = located(point)
    setattr(owner, function.__name__, _with_point(function, point, directory))


def _with_point(function: Callable[..., Any], point: Point, directory: Path) -> Callable[..., Any]:
    @functools.wraps(function)
    def pass_by(*args: Any, **kwargs: Any) -> Any:
        if point.when == "before":
            _die_if_armed(point.name, directory)
            return function(*args, **kwargs)
        result = function(*args, **kwargs)
        if result or not point.found:
            _die_if_armed(point.name, directory)
        return result

    return pass_by


def _die_if_armed(name: str, directory: Path) -> None:
    for passes in range(MOST_PASSES + 1):
        armed = directory / f"{name}.{passes}"
        after = directory / (f"{name}.{passes - 1}" if passes else f"{name}.dead")
        try:
            armed.rename(after)
        except FileNotFoundError:
            continue
        if not passes:
            _die(name)
        return


def _die(name: str) -> None:
    parameters = connections["default"].get_connection_params()
    parameters.pop("cursor_factory", None)
    with psycopg.connect(**parameters, autocommit=True) as link:
        link.execute(
            "INSERT INTO chaos_death (point, pid, started) VALUES (%s, %s, %s)",
            [name, os.getpid(), started(os.getpid())],
        )
        os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(60)


def _skew(by: timedelta) -> None:
    """This host's clock is wrong; the database's is not."""
    from seleto.lib import clock

    right = clock._current_offset
    clock._current_offset = lambda: right() + by
