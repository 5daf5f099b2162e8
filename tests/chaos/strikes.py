"""Processes killed from outside, at any moment: whose they are, how they die, and that they are dead."""

import contextlib
import os
import random
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from django.conf import settings
from django.db import connection

from tests.chaos import inside
from tests.chaos.lane import Lane, NoRest
from tests.chaos.server import Server

TARGETS = ("web", "worker", "idle", "sentinel", "leader", "pusher", "postgres", "sandbox", "frozen-sandbox")
DEATH_PATIENCE_S = 20.0
_WRITES_EVERY_S = 1.0  # the sandbox, after a change
# What changes something outside: the model's calls stay in flight until the end.
_TAKERS = ("/zapi/*", "/chatwoot/*", "/piperun/*")


def strike(lane: Lane, server: Server, rng: random.Random, target: str) -> int:
    """How many processes were killed, each proven gone (of the frozen sandbox: stopped for a while). Raises NoRest
    when there was none to kill or one lives on."""
    processes = lane.running.processes
    match target:
        case "postgres":
            server.kill()
            time.sleep(rng.uniform(0, 2))
            server.start()
            connection.close()
            return 1
        case "sandbox":
            return _sandbox(lane, rng)
        case "frozen-sandbox":
            os.kill(processes["sandbox"].pid, signal.SIGSTOP)
            time.sleep(rng.uniform(1, 4))
            os.kill(processes["sandbox"].pid, signal.SIGCONT)
            return 1
        case "web":
            return _killed(children(processes["web"].pid))
        case _:
            return _killed(_of_cluster(rng.choice(children(processes["worker"].pid)), target))


def children(pid: int) -> list[int]:
    with contextlib.suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def _killed(victims: Sequence[int]) -> int:
    born = {pid: inside.started(pid) for pid in victims}
    if not born:
        raise NoRest("There was no process to kill.")
    for pid in victims:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + DEATH_PATIENCE_S
    while any(inside.started(pid) == since for pid, since in born.items()):
        if time.monotonic() > deadline:
            raise NoRest("A killed process lives on.")
        time.sleep(0.05)
    return len(born)


def _of_cluster(leader: int, target: str) -> list[int]:
    """A cluster's processes in the order of their birth: leader, guard, workers, monitor, pusher."""
    guards = children(leader)
    inner = sorted(pid for guard in guards for pid in children(guard))
    workers, pusher = inner[:-2], inner[-1:]
    return {"leader": [leader], "sentinel": guards, "pusher": pusher}.get(target, workers)


def _sandbox(lane: Lane, rng: random.Random) -> int:
    """The whole outside dies under its callers and comes back at the same address with what it had written down.

    It writes down what it holds from time to time. So that it forgets nothing it took, which the judgement would call
    lost by us, it first refuses to take more, and dies once it has written.
    """
    processes = cast(dict[str, subprocess.Popen[bytes]], lane.running.processes)
    dying = processes["sandbox"]
    for endpoint in _TAKERS:
        lane.fault(endpoint, status=503)
    time.sleep(3 * _WRITES_EVERY_S)
    command, environment = _told(dying.pid)
    dying.kill()
    dying.wait()
    time.sleep(rng.uniform(0, 4))
    port = str(lane.running.outside._http.base_url.port)
    command[command.index("--port") + 1] = port
    with (lane.running.logs / "sandbox.log").open("ab") as log:
        processes["sandbox"] = subprocess.Popen(
            command,
            cwd=settings.BASE_DIR,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    deadline = time.monotonic() + DEATH_PATIENCE_S
    while not lane.running.outside.alive():
        if time.monotonic() > deadline:
            raise NoRest("The sandbox does not come back.")
        time.sleep(0.1)
    return 1


def _told(pid: int) -> tuple[list[str], dict[str, str]]:
    """A process's command and environment."""
    command = Path(f"/proc/{pid}/cmdline").read_bytes().decode().rstrip("\0").split("\0")
    pairs = Path(f"/proc/{pid}/environ").read_bytes().decode().rstrip("\0").split("\0")
    return command, dict(pair.split("=", 1) for pair in pairs if "=" in pair)
