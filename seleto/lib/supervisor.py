"""The worker's parent: warms up, forks one group of processes per cluster, sweeps, and restarts what does not live.

A group is django-q2's own cluster (guard, workers, pusher, monitor) in a process group of its own. Looking at its
processes proves nothing: one killed at the wrong moment holds the queue's lock for ever and leaves the rest waiting in
good health. So a group has to *execute*: drains beat while they run, and a silent group is sent a beat to execute. If
it stays silent it is killed whole and forked again.

Nothing outlives this process. Each descendant is killed by the kernel when its parent dies (Linux): a second worker may
start at once and must not meet the remains of the first.
"""

import contextlib
import ctypes
import gc
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import FrameType
from typing import cast
from uuid import uuid4

import structlog
from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection, connections
from django.db.backends.postgresql.base import DatabaseWrapper
from django_q.cluster import Cluster
from django_q.conf import Conf

from seleto.lib import alerts, clock, draining, jobs
from seleto.lib.draining import Tether
from seleto.lib.listening import Listener, readable
from seleto.lib.metrics_door import Door
from seleto.lib.models import Alert

log = structlog.get_logger(__name__)

TICK_S = 1.0
# A group that lived this long is forked again at once; one that keeps dying waits longer each time.
STEADY_S = 30.0
MAX_BACKOFF_S = 30.0
# The key under which people are told of a group that was silent and forked again, with the cluster after it.
RESTARTED = "worker:"
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass
class _Group:
    """A cluster's processes: ``pid`` is the leader's and the process group's, 0 while there are none."""

    cluster: str
    workers: int
    pid: int = 0
    forked_at: float = 0.0
    fork_at: float = 0.0
    deaths: int = 0
    asked_at: float | None = None
    tether: Tether = field(default_factory=lambda: Tether(own_key="", stop=-1))
    stop_end: int = -1

    def last_sign(self) -> float:
        return max(self.forked_at, self.tether.last_beat())


class Supervisor:
    """Runs until SIGTERM or SIGINT; a second one skips the grace. ``workers``: processes per cluster. ``door`` is kept
    open beside them."""

    def __init__(self, workers: Mapping[str, int], *, door: Door | None = None) -> None:
        self._door = door
        self._groups = [_Group(cluster, count) for cluster, count in workers.items()]
        self._listener = Listener(clock.CHANNEL)
        self._stop_signals = 0
        self._sweep_at = 0.0
        self._reachable = True
        # No pool here: one statement at a time needs none, and a pool's threads do not survive a fork.
        self._pool = connection.settings_dict["OPTIONS"].pop("pool", None)
        self._signalled, self._signal_end = os.pipe()

    def run(self) -> None:
        self._catch_signals()  # first: PID 1 of a container is deaf to signals that it does not catch
        _warm_up()
        self._discard_remains()
        while not self._stop_signals:
            self._reap()
            self._fork_missing()
            if self._door:
                self._door.keep_open()
            if time.monotonic() >= self._sweep_at:
                self._sweep()
            for group in self._groups:
                self._check_life(group)
            for note in self._listener.wait(TICK_S, self._signalled) or ():
                if note.channel == clock.CHANNEL:
                    clock.forget()
                    self._sweep_at = 0.0
            self._hear_signals()
        self._stop()

    # --- Signals

    def _catch_signals(self) -> None:
        os.set_blocking(self._signalled, False)
        os.set_blocking(self._signal_end, False)
        signal.set_wakeup_fd(self._signal_end, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # so that it reaches the descriptor
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._count_stop)

    def _count_stop(self, number: int, frame: FrameType | None) -> None:
        self._stop_signals += 1

    def _hear_signals(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(self._signalled, 4096)

    # --- Groups

    def _fork_missing(self) -> None:
        for group in self._groups:
            if not group.pid and time.monotonic() >= group.fork_at:
                self._fork(group)

    def _fork(self, group: _Group) -> None:
        # A connection carried over a fork would be used from two processes.
        self._listener.close()
        _disconnect()
        stop, group.stop_end = os.pipe()
        group.tether = Tether(own_key=f"{group.cluster}:{uuid4().hex[:16]}", stop=stop)
        group.forked_at, group.asked_at = time.monotonic(), None
        sys.stdout.flush()
        sys.stderr.flush()
        parent = os.getpid()
        group.pid = os.fork()
        if not group.pid:
            self._become(group, parent)
        os.close(stop)
        with contextlib.suppress(PermissionError, ProcessLookupError):
            os.setpgid(group.pid, group.pid)  # the child does the same; whoever comes first
        log.info("worker.forked", cluster=group.cluster, pid=group.pid)

    def _become(self, group: _Group, parent: int) -> None:
        """In the child: run the cluster until it ends. Never returns."""
        code = 1
        try:
            os.setpgid(0, 0)
            signal.set_wakeup_fd(-1)
            for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT):
                signal.signal(number, signal.SIG_DFL)
            # Of every stop pipe the supervisor alone holds the writing end: its death then reads as a stop.
            for descriptor in (self._signalled, self._signal_end, *(other.stop_end for other in self._groups)):
                if descriptor >= 0:
                    os.close(descriptor)
            _die_with(parent)
            _let_descendants_die_too()
            if self._pool is not None:
                connection.settings_dict["OPTIONS"]["pool"] = self._pool
            draining.attach(group.tether)
            code = _run_cluster(group.cluster, group.workers)
        except Exception as error:  # noqa: BLE001 the child's outermost frame
            draining.report("worker.cluster_failed", error, cluster=group.cluster)
        finally:
            os._exit(code)

    def _reap(self) -> None:
        """Bury the dead: our leaders and, as PID 1 of a container, whatever was left to us."""
        with contextlib.suppress(ChildProcessError):
            while (pid := os.waitpid(-1, os.WNOHANG)[0]) > 0:
                for group in self._groups:
                    if group.pid == pid:
                        self._bury(group)

    def _bury(self, group: _Group) -> None:
        _kill_group(group.pid)  # whoever outlived the leader
        group.pid = 0
        if group.stop_end >= 0:
            os.close(group.stop_end)
            group.stop_end = -1
        lived = time.monotonic() - group.forked_at
        group.deaths = 0 if lived >= STEADY_S else group.deaths + 1
        wait = min(2.0 ** (group.deaths - 1), MAX_BACKOFF_S) if group.deaths > 1 else 0.0
        group.fork_at = time.monotonic() + wait
        if not self._stop_signals:
            log.error("worker.group_died", cluster=group.cluster, lived_s=round(lived), again_in_s=wait)
            self._settle(self._discard_beats, group)

    def _check_life(self, group: _Group) -> None:
        now, last = time.monotonic(), group.last_sign()
        if not group.pid or now - last < settings.HEARTBEAT_EVERY_S:
            return
        if group.asked_at is None or group.asked_at < last:
            self._settle(self._ask, group)
        elif now - group.asked_at >= settings.HEARTBEAT_TIMEOUT_S - settings.HEARTBEAT_EVERY_S:
            log.error("worker.group_silent", cluster=group.cluster, silent_s=round(now - last))
            _kill_group(group.pid)
            self._settle(self._tell, group)

    def _stop(self) -> None:
        log.info("worker.stopping")
        for group in self._groups:
            if group.pid:
                os.close(group.stop_end)
                group.stop_end = -1
                with contextlib.suppress(ProcessLookupError):
                    os.kill(group.pid, signal.SIGTERM)
        deadline = time.monotonic() + settings.STOP_GRACE_S
        while self._alive() and time.monotonic() < deadline and self._stop_signals < 2:
            readable(0.2, self._signalled)
            self._hear_signals()
            self._reap()
        for group in self._alive():
            log.warning("worker.killed_after_grace", cluster=group.cluster)
            _kill_group(group.pid)
            os.waitpid(group.pid, 0)
        if self._door:
            self._door.close()
        self._listener.close()
        self._settle(self._discard_beats, *self._groups)
        _disconnect()

    def _alive(self) -> list[_Group]:
        return [group for group in self._groups if group.pid]

    # --- The queue

    def _sweep(self) -> None:
        """Wake for what is due, and in time for what falls due before the next sweep."""
        self._sweep_at = time.monotonic() + settings.SWEEP_S
        self._settle(self._wake_due, *self._groups)

    def _wake_due(self, group: _Group) -> None:
        horizon = clock.now() + timedelta(seconds=settings.SWEEP_S)
        for stage in jobs.stages(group.cluster):
            due = draining.next_due(stage)
            if due is not None and due <= horizon:
                jobs.wake(stage.name, at=due)

    def _ask(self, group: _Group) -> None:
        """Send a beat that only this group can execute."""
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO django_q_ormq (key, payload, lock) SELECT %s, %s, clock_timestamp()"
                " WHERE NOT EXISTS (SELECT FROM django_q_ormq WHERE key = %s)",
                [group.tether.own_key, jobs.package("beat", group.cluster), group.tether.own_key],
            )
        group.asked_at = time.monotonic()

    def _tell(self, group: _Group) -> None:
        title = f"A fila {group.cluster} parou e foi reiniciada; o que ela tinha em mãos continua"
        alerts.open_(f"{RESTARTED}{group.cluster}", title=title, level=Alert.Level.WARNING, now=clock.now())

    def _discard_beats(self, group: _Group) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM django_q_ormq WHERE key = %s", [group.tether.own_key])

    def _discard_remains(self) -> None:
        """Rows of groups whose supervisor was killed: nobody reads those keys any more."""

        def discard(group: _Group) -> None:
            with connection.cursor() as cursor:
                cursor.execute(
                    "DELETE FROM django_q_ormq WHERE starts_with(key, %s)"
                    " AND lock < clock_timestamp() - make_interval(secs => %s)",
                    [f"{group.cluster}:", 2 * Conf.RETRY],
                )

        self._settle(discard, *self._groups)

    def _settle(self, act: Callable[[_Group], None], *groups: _Group) -> None:
        """Do database work for groups. Without the database no group can execute a beat: none is judged then."""
        try:
            for group in groups:
                act(group)
            self._reachable = True
        except DatabaseError as error:
            for group in self._groups:
                group.asked_at = None
            if self._reachable:
                log.warning("worker.database_unreachable", error=type(error).__name__)
            self._reachable = False
        finally:
            close_old_connections()


def _warm_up() -> None:
    """Load what every process needs, once, so that the forks share its memory."""
    for function in jobs.warm_ups():
        try:
            function()
        except Exception as error:  # noqa: BLE001 a worker without it is slower to start, nothing else
            draining.report("worker.warm_up_failed", error)
    _disconnect()
    gc.collect()
    gc.freeze()  # what a collection does not look at stays shared
    if threading.active_count() > 1:
        # A fork copies the thread's locks as they stand, but not the thread that would release them.
        log.warning("worker.threads_before_fork", names=[thread.name for thread in threading.enumerate()])


def _disconnect() -> None:
    connections.close_all()
    cast(DatabaseWrapper, connection).close_pool()


def _run_cluster(name: str, workers: int) -> int:
    # django-q2 reads its settings when it is imported, which was before the fork; these differ by cluster.
    Conf.CLUSTER_NAME, Conf.WORKERS, Conf.QUEUE_LIMIT = name, workers, workers
    logging.getLogger("django-q").setLevel(Conf.LOG_LEVEL)
    cluster = Cluster()
    cluster.start()
    cluster.sentinel.join()
    return 0 if cluster.sentinel.exitcode == 0 else 1


def _kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def _die_with(parent: int) -> None:
    """Have the kernel kill this process when its parent dies. Elsewhere than on Linux only a stop is noticed."""
    if _libc is None:
        return
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _let_descendants_die_too() -> None:
    forker = [0]
    os.register_at_fork(
        before=lambda: forker.__setitem__(0, os.getpid()),
        after_in_child=lambda: _die_with(forker[0]),
    )
