"""Threads that take turns: which of them executes its next SQL statement is drawn from a seed.

Every actor works on a PostgreSQL connection of its own and stops before each statement, before each commit and wherever
else it calls ``step``. The conductor lets one go on at a time. One that waits for a lock in the database counts as
waiting there until whoever holds the lock has gone on. So a seed names an interleaving, and the same seed repeats it.
"""

import random
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from django.db import connection

# Never a measure of speed: how long a thread may work on a statement before the database is asked what it waits for.
_LOOK_S = 0.002
# A thread that neither stops nor waits for a lock is stuck in Python; the run is then worth nothing.
_PATIENCE_S = 60.0

_here = threading.local()


class Stuck(AssertionError):
    """The actors can no longer go on; the text says where each one stands."""


def step(where: str) -> None:
    """Let the others go first, perhaps. Outside of a conducted thread nothing happens."""
    actor = getattr(_here, "actor", None)
    if actor is not None:
        actor.stop(where)


class Actor:
    """One thread for many runs, so that its connection is made once."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.pid = 0
        self.where = ""
        self.failure: BaseException | None = None
        self.state = "done"  # going, stopped, done
        self._changed = threading.Condition()
        self._job: Callable[[], None] | None = None
        self._leave = False
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def begin(self, job: Callable[[], None]) -> None:
        with self._changed:
            self.failure, self._job, self.state = None, job, "going"
            self._changed.notify_all()

    def go_on(self) -> None:
        with self._changed:
            self.state = "going"
            self._changed.notify_all()

    def stop(self, where: str) -> None:
        with self._changed:
            self.state, self.where = "stopped", where
            self._changed.notify_all()
            self._changed.wait_for(lambda: self.state == "going" or self._leave)
            if self._leave:
                raise Stuck(f"{self.name} was given up at {where}")

    def at_rest(self, seconds: float) -> bool:
        """Whether the thread stands at a step or is done, waited for so long."""
        with self._changed:
            return self._changed.wait_for(lambda: self.state != "going", seconds)

    def close(self) -> None:
        with self._changed:
            self._leave = True
            self._changed.notify_all()
        self._thread.join(_PATIENCE_S)

    def _work(self) -> None:
        _here.actor = self
        _meet_statements()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            self.pid = cursor.fetchone()[0]
        connection.execute_wrappers.append(_before_statement)
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._leave or self._job is not None)
                if self._leave:
                    break
                job, self._job = self._job, None
            try:
                self.stop("begin")
                if job is not None:
                    job()
            except BaseException as error:  # noqa: BLE001 - told by the conductor
                self.failure = error
            with self._changed:
                self.state = "done"
                self._changed.notify_all()
        connection.close()


def _before_statement(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    step(sql[:60])
    return execute(sql, params, many, context)


def _meet_statements() -> None:
    """Stop before commits too, which no wrapper of Django's sees."""
    own: Any = connection
    commit = own._commit

    def stop_first() -> None:
        step("COMMIT")
        commit()

    own._commit = stop_first


class Conductor:
    """Actors by name; ``conduct`` has them work together once."""

    def __init__(self, names: list[str]) -> None:
        self.actors = {name: Actor(name) for name in names}
        self._blocked: set[int] = set()

    def close(self) -> None:
        for actor in self.actors.values():
            actor.close()

    def conduct(self, jobs: Mapping[str, Callable[[], None]], rng: random.Random) -> list[str]:
        """Run ``jobs`` (actor -> job) to their ends; returns the steps in order. Raises an actor's failure."""
        cast = [self.actors[name] for name in jobs]
        for actor in cast:
            actor.begin(jobs[actor.name])
        order: list[str] = []
        deadline = time.monotonic() + _PATIENCE_S
        current: Actor | None = None
        # Now and then an actor keeps the floor for long, now and then for one statement: both kinds of races happen.
        stay = rng.choice([0.0, 0.3, 0.7, 0.9])
        while self._settle(cast, deadline):
            ready = [actor for actor in cast if actor.state == "stopped"]
            if current not in ready or rng.random() >= stay:
                current = rng.choice(ready)
            order.append(f"{current.name}: {current.where}")
            current.go_on()
        for actor in cast:
            if actor.failure is not None:
                raise actor.failure
        return order

    def _settle(self, cast: list[Actor], deadline: float) -> bool:
        """Wait until everybody stands, is done or waits for a lock; False when all are done."""
        while True:
            # Who waited for a lock at the last look is not waited for again: the database says whether they still do.
            going = [actor for actor in cast if not actor.at_rest(0 if actor.pid in self._blocked else _LOOK_S)]
            self._blocked = _waiting_for_locks([actor.pid for actor in going])
            if all(actor.state != "going" or actor.pid in self._blocked for actor in going):
                if any(actor.state == "stopped" for actor in cast):
                    return True
                if all(actor.state == "done" for actor in cast):
                    return False
            if time.monotonic() > deadline:
                raise Stuck("; ".join(f"{actor.name} {actor.state} at {actor.where}" for actor in cast))


def _waiting_for_locks(pids: list[int]) -> set[int]:
    if not pids:
        return set()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM unnest(%s::int[]) pid WHERE cardinality(pg_blocking_pids(pid)) > 0", [pids])
        return {row[0] for row in cursor.fetchall()}
