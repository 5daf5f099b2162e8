"""The parts that break more than one process at a time: random kills, outages, two hosts, load.

Each run is named by a key with its seed and returns what it broke and what was measured.
"""

import contextlib
import itertools
import random
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import QuerySet

from conversations.models import Outbox, Turn
from seleto.lib import clock
from seleto.lib.models import Alert
from tests.chaos import ledger
from tests.chaos.deploys import rolled
from tests.chaos.inside import SKEW
from tests.chaos.lane import Lane, NoRest
from tests.chaos.opened import through
from tests.chaos.proxy import Proxy, proxied
from tests.chaos.server import Server
from tests.chaos.stories import QUESTIONS, Story
from tests.chaos.strikes import TARGETS, children, strike
from tests.chaos.verdict import judge, unknowns

KEEP = ledger.DIRECTORY / "histories"
Result = tuple[list[str], dict[str, Any]]

SYSTEMS = ("provider", "model", "chatwoot", "crm", "transcription", "database")
DURATIONS_MIN = (5, 180, 23 * 60)
PATIENCE_S = 90.0
LOAD_PATIENCE_S = 600.0


def keys(part: str, seeds: int) -> Iterator[str]:
    """The runs of a part, in the order in which they are worth most."""
    for seed in range(seeds):
        if part == "random":
            yield from (f"{target}:{seed}" for target in TARGETS)
        elif part == "outages":
            pairs = [*((one,) for one in SYSTEMS), *itertools.combinations(SYSTEMS, 2)]
            for number, systems in enumerate(pairs):
                yield f"{'+'.join(systems)}@{DURATIONS_MIN[(number + seed) % 3]}:{seed}"
        elif part == "hosts":
            yield from (f"cut:{seed}", f"skew+90:{seed}", f"skew-90:{seed}")
        elif part == "deploy":
            yield f"rolling:{seed}"
        elif part == "load":
            yield f"20x60:{seed}"


def one(part: str, lane: Lane, proxy: Proxy, server: Server, key: str) -> Result:
    """Run one key. What it broke is in the result, never raised."""
    name = key.rpartition(":")[0]
    rng = random.Random(key)
    story = Story(lane, rng)
    began = time.monotonic()
    try:
        match part:
            case "random":
                figures = _killed(lane, server, story, name)
            case "outages":
                systems, _, minutes = name.partition("@")
                figures = _without(lane, proxy, story, systems.split("+"), int(minutes))
            case "hosts":
                figures = _two_hosts(lane, server, story, name)
            case "deploy":
                figures = rolled(lane, story)
            case _:
                rate, _, seconds = name.partition("x")
                figures = _loaded(lane, story, int(rate), int(seconds))
        broken: list[str] = []
    except NoRest as error:
        broken, figures = [str(error)], {}
    history = lane.history(story.leads, part=part, seed=key)
    broken += map(str, judge(history))
    if not broken and (missing := story.answered()):
        broken.append(missing)
    if broken:
        history.keep(KEEP / f"{part}-{key.replace(':', '-')}.json")
    return broken, {"s": round(time.monotonic() - began), "unknown": len(unknowns(history)), **figures}


# --- random kills


def _killed(lane: Lane, server: Server, story: Story, target: str) -> dict[str, Any]:
    if target == "idle":
        lane.rest()
        time.sleep(1.5)  # no drain lingers any more
    else:
        if target == "sandbox":  # it is to remember something
            story.talk()
            lane.rest()
        story.talk()
        time.sleep(story.rng.uniform(0, 1.5))
    struck = strike(lane, server, story.rng, target)
    at = time.monotonic()
    story.talk()
    last = story.leads[-1]
    _until(lambda: last in lane.reached(), "a lead who wrote after the kill is answered")
    answered_s = time.monotonic() - at
    lane.rest()
    return {"killed": struck, "answered_s": round(answered_s, 1)}


# --- outages


def _without(lane: Lane, proxy: Proxy, story: Story, systems: Sequence[str], minutes: int) -> dict[str, Any]:
    """Leads write before, during and after the outage; the clock is moved through it in steps."""
    story.talk()
    lane.rest()
    for system in systems:
        _take_down(lane, proxy, system)
    writing = threading.Thread(target=_write, args=(story,))
    writing.start()
    if "database" not in systems:
        writing.join()
    for _ in range(4):
        time.sleep(1.2)
        _jump(lane, timedelta(minutes=minutes) / 4)
    _mend(lane, proxy)
    writing.join()
    story.talk()
    last, at = story.leads[-1], time.monotonic()
    _jump(lane, timedelta(minutes=6))  # whatever rests is tried again
    _until(lambda: last in lane.reached(), "who wrote after the outage is answered")
    back_s = time.monotonic() - at
    for _ in range(3):
        _jump(lane, timedelta(minutes=6))
        lane.rest()
    alerts = sorted(Alert.objects.values_list("key", flat=True).distinct())
    return {"minutes": minutes, "answered_s": round(back_s, 1), "alerts": [key.partition(":")[0] for key in alerts]}


def _write(story: Story) -> None:
    try:
        story.talk()
        if story.rng.random() < 0.5:
            story.lane.says(story.leads[0], "E vocês têm misturador?")
    finally:
        connection.close()


def _take_down(lane: Lane, proxy: Proxy, system: str) -> None:
    match system:
        case "provider":
            lane.fault("/zapi/*", status=503)
        case "model":
            lane.fault("/v1/chat/*", status=503)
        case "transcription":
            lane.fault("/v1/audio/*", status=503)
        case "chatwoot":
            lane.fault("/chatwoot/*", status=503)
        case "crm":
            lane.running.outside.crm_goes(up=False)
        case "database":
            proxy.cut()
            proxy.reset()


def _mend(lane: Lane, proxy: Proxy) -> None:
    proxy.mend()
    lane._sandbox.delete("faults").raise_for_status()
    lane.running.outside.crm_goes(up=True)


def _jump(lane: Lane, by: timedelta) -> None:
    offset = clock.move_to(clock.now() + by)
    lane.running.outside.move_clock(offset.total_seconds())


# --- two hosts


def _two_hosts(lane: Lane, server: Server, story: Story, name: str) -> dict[str, Any]:
    """A second worker set beside the first; it is cut off from the database and returned, or its clock is wrong."""
    with proxied(server.socket()) as cable:
        environment = {**lane.running.product, "DATABASE_URL": through(cable)}
        if name.startswith("skew"):
            environment[SKEW] = name.removeprefix("skew")
        with _second_host(lane, environment):
            done, sent = threading.Event(), [0]
            writing = threading.Thread(target=_write_on, args=(story, done, sent))
            writing.start()
            time.sleep(story.rng.uniform(2, 4))
            if name == "cut":
                cable.cut()
                time.sleep(story.rng.uniform(3, 7))
                cable.mend()
            time.sleep(4)
            done.set()
            writing.join()
            lane.rest()
    lane.rest()
    return {"messages": sent[0]}


@contextlib.contextmanager
def _second_host(lane: Lane, environment: dict[str, str]) -> Iterator[None]:
    with (lane.running.logs / "worker.log").open("ab") as log:
        worker = subprocess.Popen(
            [sys.executable, "manage.py", "worker"],
            cwd=settings.BASE_DIR,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _until(lambda: len(children(worker.pid)) >= 3, "the second host's clusters run")
        time.sleep(2)
        yield
    finally:
        worker.terminate()
        try:
            worker.wait(30)
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()


def _write_on(story: Story, done: threading.Event, sent: list[int]) -> None:
    try:
        while not done.wait(0.2):
            story.lane.says(story.lead(), story.rng.choice(QUESTIONS))
            sent[0] += 1
    finally:
        connection.close()


# --- load


def _loaded(lane: Lane, story: Story, rate: int, seconds: int) -> dict[str, Any]:
    """``rate`` messages a second, then ten times as many for a moment; what it took, by stage, in seconds."""
    memory = _memory_mb(lane)
    acks = _pour(story, rate, seconds)
    behind_s = _drained(lane)
    steady, warm = _stages(story.leads), _memory_mb(lane)
    peak_acks = _pour(story, rate * 10, max(seconds // 20, 2))
    drained_s = _drained(lane)
    after = _memory_mb(lane)
    return {
        "messages": len(acks),
        "peak": len(peak_acks),
        "ack_p95_s": _p95(acks),
        "peak_ack_p95_s": _p95(peak_acks),
        **steady,
        "behind_s": round(behind_s),
        "drained_s": round(drained_s),
        "memory_mb": [memory, warm, after],
    }


def _drained(lane: Lane) -> float:
    """Seconds until nothing is left to do."""
    at = time.monotonic()
    lane.rest(LOAD_PATIENCE_S)
    return time.monotonic() - at


def _pour(story: Story, rate: int, seconds: int) -> list[float]:
    """Post so many messages a second from threads; how long each acknowledgement took."""
    acks: list[float] = []
    due, lock = [time.monotonic() + number / rate for number in range(rate * seconds)], threading.Lock()

    def post() -> None:
        while True:
            with lock:
                if not due:
                    return
                at, lead = due.pop(0), story.lead()
            time.sleep(max(at - time.monotonic(), 0))
            began = time.monotonic()
            story.lane.says(lead, QUESTIONS[len(acks) % len(QUESTIONS)])
            acks.append(time.monotonic() - began)

    threads = [threading.Thread(target=post) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return acks


def _stages(leads: Sequence[str]) -> dict[str, float]:
    rows = Outbox.objects.filter(to__in=leads, status="sent", order=1)
    turns = Turn.objects.filter(conversation__address__in=leads, status="replied")
    return {
        "wait_p95_s": _p95(_spans(turns, "waiting_since", "started_at")),
        "turn_p95_s": _p95(_spans(turns, "started_at", "finished_at")),
        "send_p95_s": _p95(_spans(rows, "created_at", "sent_at")),
    }


def _spans(rows: QuerySet[Any], start: str, end: str) -> list[float]:
    return [(after - before).total_seconds() for before, after in rows.values_list(start, end) if before and after]


def _p95(values: Sequence[float]) -> float:
    return round(statistics.quantiles(values, n=20)[-1], 3) if len(values) > 1 else 0.0


def _memory_mb(lane: Lane) -> int:
    """Of the worker's whole tree, shared pages counted once."""
    pids, left = [], [lane.running.processes["worker"].pid]
    while left:
        pids.append(left.pop())
        left += children(pids[-1])
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
            total += int(next(line.split()[1] for line in rollup.splitlines() if line.startswith("Pss:")))
    return total // 1024


def _until(true: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        with contextlib.suppress(DatabaseError):
            if true():
                return
        if time.monotonic() > deadline:
            raise NoRest(f"Never happened: {what}.")
        time.sleep(0.1)
