"""What the queue executes: drains, which claim due rows and work them on threads, and beats, which prove life.

One process has one ``_Hands``: threads, the items they work on, and a thread that renews those items' leases. It lives
as long as the process: items go on after the drain that claimed them returned, so a slow model never stalls claiming.
"""

import contextlib
import itertools
import mmap
import os
import struct
import threading
import time
import traceback
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from django.db import close_old_connections, connection, connections
from django.db.backends.postgresql.base import DatabaseWrapper

from seleto.lib import clock, jobs
from seleto.lib.jobs import Stage
from seleto.lib.listening import Listener, Note, readable

log = structlog.get_logger(__name__)

# Small enough that two processes share a burst, large enough to take it in few statements.
CLAIM_BATCH = 10
MAX_THREADS = 512
# How long after a claim that took all it found, or failed, a stage is asked whether more is due.
PAUSE_S = 0.25

_BEAT = struct.Struct("d")


@dataclass(frozen=True)
class Tether:
    """What ties a cluster's processes to their supervisor; made before the fork.

    ``life``: shared memory holding the monotonic instant of the last beat. ``stop``: a pipe that reads as ended when
    the supervisor wants a stop or is gone. ``own_key``: a queue key that only this group of processes reads, so that
    its beats prove its own life however many machines share the queue.
    """

    own_key: str
    stop: int
    life: mmap.mmap = field(default_factory=lambda: mmap.mmap(-1, _BEAT.size))

    def beat(self) -> None:
        _BEAT.pack_into(self.life, 0, time.monotonic())

    def last_beat(self) -> float:
        return float(_BEAT.unpack_from(self.life)[0])


_tether: Tether | None = None


def attach(tether: Tether | None) -> None:
    """Tie this process and its future forks to a supervisor, or to none."""
    global _tether
    _tether = tether


def tether() -> Tether | None:
    return _tether


def drain(cluster: str) -> None:
    """Work what is due in the cluster's stages until nothing comes for a while or the budget is used. The queue's task.

    Returns None and raises nothing: the queue would keep a result or a traceback that we do not want kept.
    """
    try:
        _Drain(cluster).run()
    except Exception as error:  # noqa: BLE001 the queue's outermost loop; rows and leases bring the work back
        report("jobs.drain_failed", error, cluster=cluster)
    finally:
        close_old_connections()


def beat(cluster: str) -> None:
    """Prove that the cluster executes what is queued. The queue's task for an idle cluster."""
    try:
        _beat(cluster)
    except Exception as error:  # noqa: BLE001 as in drain
        report("jobs.beat_failed", error, cluster=cluster)
    finally:
        close_old_connections()


def next_due(stage: Stage[Any]) -> datetime | None:
    """The stage's ``next_due``; None when it fails, because the sweep asks again."""
    try:
        return stage.next_due()
    except Exception as error:  # noqa: BLE001 one stage's trouble is not the others'
        report("jobs.next_due_failed", error, stage=stage.name)
        return None


def report(event: str, error: Exception, **words: str) -> None:
    """Log where it broke, never what the exception says: its text may quote a lead."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    log.error(event, error=type(error).__name__, at=f"{Path(frame.filename).name}:{frame.lineno}", **words)


class _Hands:
    """The threads of this process and what they hold."""

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(MAX_THREADS, thread_name_prefix="job")
        self._lock = threading.Lock()
        self._items: dict[Stage[Any], dict[int, Any]] = {}
        # Items that wait until nothing else is in hand, and the one that has this process for itself now.
        self._lonely: list[tuple[Stage[Any], int, Any]] = []
        self._by_itself = -1
        self._numbers = itertools.count()
        self._looking = False  # whether a drain of this process will heed what it is told
        self._told: list[Note] = []
        self.freed, self._free = os.pipe()
        os.set_blocking(self.freed, False)
        os.set_blocking(self._free, False)
        threading.Thread(target=self._renew_for_ever, name="leases", daemon=True).start()

    def free(self, stage: Stage[Any]) -> int:
        with self._lock:
            return stage.slots() - len(self._items.get(stage, ()))

    def take(self, stage: Stage[Any], item: Any) -> None:
        number = next(self._numbers)
        with self._lock:
            self._items.setdefault(stage, {})[number] = item
            if stage.alone is not None and stage.alone(item):
                self._lonely.append((stage, number, item))
                self._let_lonely_go()
                return
        self._executor.submit(self._work, stage, number, item)

    def taken_alone(self) -> bool:
        """Whether an item runs by itself here, or waits to: nothing else may be claimed."""
        with self._lock:
            return bool(self._lonely) or self._by_itself >= 0

    def _let_lonely_go(self) -> None:
        """Call with the lock held."""
        if self._lonely and sum(map(len, self._items.values())) == len(self._lonely):
            stage, number, item = self._lonely.pop(0)
            self._by_itself = number
            self._executor.submit(self._work, stage, number, item)

    def hear_freed(self) -> None:
        """Forget the signals of freed slots."""
        with contextlib.suppress(BlockingIOError):
            os.read(self.freed, 4096)

    def serves(self, cluster: str) -> bool:
        return getattr(_here, "cluster", None) == cluster

    def tell(self, stage: str, at: datetime | None) -> bool:
        with self._lock:
            if not self._looking:
                return False
            self._told.append(Note("", f"{stage} {at.timestamp()}" if at else stage))
        self._signal()
        return True

    def start_looking(self) -> None:
        with self._lock:
            self._looking = True

    def stop_looking(self) -> bool:
        """Whether the drain may leave: not while it was told something it has not heeded."""
        with self._lock:
            self._looking = bool(self._told)
            return not self._looking

    def abandon(self) -> None:
        """No drain looks any more; what it was told and did not heed is left to the sweep."""
        with self._lock:
            self._looking, self._told = False, []

    def hear_told(self) -> list[Note]:
        with self._lock:
            told, self._told = self._told, []
        return told

    def _signal(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.write(self._free, b".")

    def _work(self, stage: Stage[Any], number: int, item: Any) -> None:
        _here.cluster = stage.cluster
        try:
            stage.run(item)
        except Exception as error:  # noqa: BLE001 one item must not take others with it; its lease brings it back
            report("jobs.item_failed", error, stage=stage.name)
        finally:
            connections.close_all()  # a thread between items holds none
            with self._lock:
                del self._items[stage][number]
                if number == self._by_itself:
                    self._by_itself = -1
                self._let_lonely_go()
            self._signal()

    def _renew_for_ever(self) -> None:
        while True:
            time.sleep(settings.LEASE_RENEW_S)
            with self._lock:
                held = {stage: list(items.values()) for stage, items in self._items.items() if items}
            for stage, items in held.items():
                self._renew(stage, items)
            # Kept from round to round while anything is in hand: a lease must not run out waiting for the pool.
            if not held:
                connections.close_all()

    @staticmethod
    def _renew(stage: Stage[Any], items: Sequence[Any]) -> None:
        if stage.renew is None:
            return
        try:
            stage.renew(items)
        except Exception as error:  # noqa: BLE001 the next round tries again before the lease runs out
            report("jobs.renew_failed", error, stage=stage.name)
            connections.close_all()


_here = threading.local()
_hands: _Hands | None = None
_listeners: dict[str, Listener] = {}
# Pools of the parent: their threads do not exist here, and collecting the objects could close sockets in use there.
_forgotten: list[Any] = []


def _after_fork() -> None:
    global _hands
    _hands = None
    jobs.set_near(None)
    _listeners.clear()
    _forgotten.extend(DatabaseWrapper._connection_pools.values())  # type: ignore[attr-defined]
    DatabaseWrapper._connection_pools.clear()  # type: ignore[attr-defined]


os.register_at_fork(after_in_child=_after_fork)


class _Drain:
    """One drain: which stages to look at, when the next rows fall due, and how long to stay."""

    def __init__(self, cluster: str) -> None:
        global _hands
        _hands = _hands or _Hands()
        jobs.set_near(_hands)
        self._hands = _hands
        self._cluster = cluster
        self._stages = {stage.name: stage for stage in jobs.stages(cluster)}
        self._listener = _listeners.setdefault(cluster, Listener(jobs.channel(cluster), clock.CHANNEL))
        self._look_at = set(self._stages)  # stages that may have due rows
        self._ask = set(self._stages)  # stages whose next due instant is not known
        self._next: dict[str, datetime] = {}
        self._doubts: dict[str, float] = {}  # when to ask a stage, by the monotonic clock, whether more is due

    def run(self) -> None:
        self._hands.start_looking()
        try:
            self._look()
        finally:
            self._hands.abandon()

    def _look(self) -> None:
        started = busy_at = beaten_at = time.monotonic()
        _beat(self._cluster)
        self._listener.wait(0)  # what was said up to here is answered by the first look
        while not _stopping():
            now = time.monotonic()
            if _tether:
                _tether.beat()
            if now - beaten_at >= settings.HEARTBEAT_EVERY_S:
                beaten_at = now
                _beat(self._cluster)
            if self._claim():
                busy_at = now
            leave_at = min(busy_at + settings.JOBS_LINGER_S, started + settings.JOBS_DRAIN_BUDGET_S)
            if now >= leave_at and self._hands.stop_looking():
                self._leave_successor()
                return
            self._wait(max(leave_at - now, 0.0))

    def _claim(self) -> bool:
        """Claim once from every stage that may have due rows and has a free slot; True when anything was found."""
        found = False
        for name in [name for name in self._stages if name in self._look_at]:
            stage = self._stages[name]
            room = min(self._hands.free(stage), CLAIM_BATCH)
            if room <= 0 or self._hands.taken_alone():
                continue
            items = self._claimed(stage, room)
            for item in items:
                self._hands.take(stage, item)
            if len(items) < room:
                self._look_at.discard(name)
                # Two processes that claim at once may both come back with less than there is: ask once more.
                self._doubts.setdefault(name, time.monotonic() + PAUSE_S)
            found = found or bool(items)
        for name in self._ask - self._look_at:
            self._learn_next(self._stages[name])
        return found

    def _claimed(self, stage: Stage[Any], room: int) -> Sequence[Any]:
        try:
            return stage.claim(room)
        except Exception as error:  # noqa: BLE001 one stage's trouble is not the others'
            report("jobs.claim_failed", error, stage=stage.name)
            self._doubts[stage.name] = time.monotonic() + PAUSE_S
            return ()

    def _learn_next(self, stage: Stage[Any]) -> None:
        self._ask.discard(stage.name)
        due = next_due(stage)
        if due is not None:
            self._expect(stage.name, due)

    def _expect(self, name: str, due: datetime) -> None:
        self._next[name] = min(due, self._next.get(name, due))

    def _wait(self, longest: float) -> None:
        if self._look_at and not self._hands.taken_alone() and self._has_room():
            longest = 0.0
        elif self._next:
            longest = min(longest, (min(self._next.values()) - clock.now()).total_seconds())
        if self._doubts:
            longest = min(longest, min(self._doubts.values()) - time.monotonic())
        close_old_connections()
        stop = [_tether.stop] if _tether else []
        longest = max(min(longest, settings.HEARTBEAT_EVERY_S / 2), 0.0)
        notes = self._listener.wait(longest, self._hands.freed, *stop)
        self._hands.hear_freed()
        if notes is None:
            self._look_at.update(self._stages)
        for note in (*(notes or ()), *self._hands.hear_told()):
            self._heed(note)
        now = clock.now()
        for name in [name for name, due in self._next.items() if due <= now]:
            del self._next[name]
            self._look_at.add(name)
        for name in [name for name, at in self._doubts.items() if at <= time.monotonic()]:
            del self._doubts[name]
            self._ask.add(name)

    def _has_room(self) -> bool:
        return any(self._hands.free(self._stages[name]) > 0 for name in self._look_at)

    def _heed(self, note: Note) -> None:
        if note.channel == clock.CHANNEL:
            clock.forget()
            return
        name, _, instant = note.payload.partition(" ")
        if name not in self._stages:
            return
        if instant:
            self._expect(name, datetime.fromtimestamp(float(instant), tz=UTC))
        else:
            self._look_at.add(name)

    def _leave_successor(self) -> None:
        """See that the cluster is woken for what is due or coming. One wake is enough: a drain looks at every stage."""
        coming = [(due, name) for name, stage in self._stages.items() if (due := next_due(stage)) is not None]
        if coming:
            due, name = min(coming)
            jobs.wake(name, at=due)


def _beat(cluster: str) -> None:
    if _tether:
        _tether.beat()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO lib_heartbeat (name, beat_at) VALUES (%s, clock_timestamp())"
            " ON CONFLICT (name) DO UPDATE SET beat_at = excluded.beat_at",
            [cluster],
        )


def _stopping() -> bool:
    return bool(_tether and readable(0, _tether.stop))
