"""A worker in a container of its own tells what its processes count, to whoever may ask, and only while it lives."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from seleto import env
from seleto.lib.metrics_door import Door

COUNT = """
import os
from django.conf import settings
settings.configure(METRICS_DIR=os.environ["PROMETHEUS_MULTIPROC_DIR"])
from seleto.lib import metrics
metrics.counter("tests_done", "Tests.", ["outcome"]).labels(outcome="ok").inc(2)
"""
# A worker that does nothing but keep the door open.
WORKER = """
import os, time
from seleto.lib.metrics_door import Door
door = Door(os.environ["BIND"], token="")
while True:
    door.keep_open()
    time.sleep(0.1)
"""


def until(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def bind() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{free.getsockname()[1]}"


@pytest.fixture
def counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Counters that a process left."""
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    subprocess.run([sys.executable, "-c", COUNT], cwd=settings.BASE_DIR, check=True)
    return tmp_path


@pytest.fixture
def opened(bind: str, counted: Path) -> Iterator[Callable[[str], Door]]:
    doors = []

    def open_(token: str) -> Door:
        doors.append(Door(bind, token=token))
        doors[-1].keep_open()
        until(lambda: answers(bind))
        return doors[-1]

    yield open_
    for door in doors:
        door.close()


def ask(bind: str, path: str = "/metrics", **headers: str) -> httpx.Response:
    return httpx.get(f"http://{bind}{path}", headers=headers, timeout=30)


def answers(bind: str) -> bool:
    with contextlib.suppress(httpx.TransportError):
        ask(bind)
        return True
    return False


def test_it_tells_what_the_processes_counted(opened: Callable[[str], Door], bind: str) -> None:
    opened("")

    told = ask(bind)

    assert 'seleto_tests_done_total{outcome="ok"} 2.0' in told.text
    assert told.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert ask(bind, "/admin/").status_code == 404


def test_with_a_token_only_its_bearer_is_told(opened: Callable[[str], Door], bind: str) -> None:
    opened("um-token")

    assert ask(bind).status_code == 401
    assert ask(bind, Authorization="Bearer outro").status_code == 401
    assert ask(bind, Authorization="Bearer um-token").status_code == 200


def test_a_process_that_died_is_started_again_and_a_closed_door_answers_nobody(
    opened: Callable[[str], Door], bind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("seleto.lib.metrics_door.AGAIN_S", 0)
    door = opened("")
    assert door._process is not None
    os.kill(door._process.pid, signal.SIGKILL)
    os.waitpid(door._process.pid, 0)  # as the supervisor does with every child
    assert not answers(bind)

    door.keep_open()
    until(lambda: answers(bind))

    door.close()
    assert not answers(bind)


def test_it_does_not_outlive_its_worker(bind: str, counted: Path) -> None:
    worker = subprocess.Popen([sys.executable, "-c", WORKER], cwd=settings.BASE_DIR, env={**os.environ, "BIND": bind})
    until(lambda: answers(bind))

    worker.kill()
    worker.wait()

    until(lambda: not answers(bind))


@pytest.mark.parametrize("value", ["9101", ":9101", "0.0.0.0:", "0.0.0.0:http", "0.0.0.0:70000"])
def test_an_address_without_a_port_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("WORKER_METRICS_BIND", value)

    with pytest.raises(ImproperlyConfigured, match="WORKER_METRICS_BIND"):
        env.address("WORKER_METRICS_BIND")
