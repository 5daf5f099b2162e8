"""The only door to the queue.

The rows of the apps are the truth. A queue row (django-q2) says nothing but "cluster, look": it wakes a *drain*
(``seleto.lib.draining``), which claims whatever is due in the cluster's stages. So a wake may come twice, late or
never without harm; the sweep in the worker's supervisor finds what no wake reached.

Wakes are coalesced, and none may be lost by it. A wake needs no queue row of its own when a row for the cluster
already waits for the same instant or an earlier one. But that row could be taken, and its drain look at our tables,
before our transaction commits. Therefore a wake *locks* the waiting row it relies on: the broker skips locked rows,
so the row is taken only after our commit. Where none waits, or every one is locked, a row of our own is added, which
becomes visible with our commit. Either way a drain starts after the commit and sees our rows. A rolled-back wake
leaves nothing. Rows that a worker has in hand carry another key (``queue_broker``) and are never relied on.

NOTIFY is only for speed: it reaches drains that are already looking, and the broker. It is said after the commit, since
PostgreSQL has transactions that notify wait for the disk one after the other. Channels are per cluster.
"""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django_q.signing import SignedPackage

from seleto.lib import clock, hot
from seleto.lib.leases import extend_leases

__all__ = [
    "Claim",
    "Stage",
    "channel",
    "clusters",
    "extend_leases",
    "notify",
    "on_warm_up",
    "package",
    "register",
    "run_due",
    "set_near",
    "stage",
    "stages",
    "wake",
    "wake_sql",
    "warm_ups",
]

T = TypeVar("T")
SqlValue = str | float


@dataclass(frozen=True, slots=True)
class Claim:
    """A row in hand: its key and the token that this claim wrote into it."""

    id: UUID | int
    token: UUID


@dataclass(frozen=True, kw_only=True)
class Stage(Generic[T]):
    """One kind of due work. ``leases`` describes the pattern that the callables follow.

    - ``claim(n)``: take up to ``n`` due rows in one short statement, leases set; returns opaque items.
    - ``run(item)``: work one item, on a thread of its own, with no transaction open around it. It settles its own
      failures on the row; whatever it still raises is logged and left to the lease.
    - ``renew(items)``: extend the leases of the items in hand, in one statement; None when ``run`` is always short.
    - ``next_due()``: the earliest due instant in ``clock.now()`` time, past or future, or None. Rows with a running
      lease do not count. A past instant promises that ``claim`` finds something.
    - ``concurrency``: items at once in one process.
    - ``alone(item)``: whether nothing else may be in hand of the process while this item runs. For the last attempt of
      a row whose runs died: should it be what kills its process, nobody else's attempts are used up by that, and should
      something else have been, it is not given up for it. Of such rows ``claim`` has one in hand at a time.
    """

    name: str
    cluster: str
    claim: Callable[[int], Sequence[T]]
    run: Callable[[T], None]
    next_due: Callable[[], datetime | None]
    concurrency: Callable[[], int] | int = 1
    renew: Callable[[Sequence[T]], None] | None = None
    alone: Callable[[T], bool] | None = None

    def slots(self) -> int:
        return self.concurrency() if callable(self.concurrency) else self.concurrency


_WAKE = """
jobs_waiting AS MATERIALIZED (
    SELECT id FROM django_q_ormq
    WHERE key = %s AND lock <= clock_timestamp() + make_interval(secs => %s) AND {when}
    LIMIT 1 FOR UPDATE SKIP LOCKED
), jobs_queued AS (
    INSERT INTO django_q_ormq (key, payload, lock)
    SELECT %s, %s, clock_timestamp() + make_interval(secs => %s)
    WHERE {when} AND NOT EXISTS (SELECT FROM jobs_waiting)
)"""


class Near(Protocol):
    """The drains of this process (``seleto.lib.draining``), as far as a wake cares."""

    def serves(self, cluster: str) -> bool:
        """Whether this thread works for a drain of that cluster."""

    def tell(self, stage: str, at: datetime | None) -> bool:
        """Have the drain look at the stage; False when none is looking any more."""


_near: Near | None = None
_stages: dict[str, Stage[Any]] = {}
_warm_ups: list[Callable[[], None]] = []


def register(stage: Stage[Any]) -> None:
    """Make a stage known; apps do so when they are ready, in web and worker alike. ``ValueError`` for a name in use."""
    if stage.name in _stages:
        raise ValueError(f"A stage named {stage.name} is registered already.")
    _stages[stage.name] = stage


def stage(name: str) -> Stage[Any]:
    """Raises ``KeyError`` for a name nobody registered."""
    return _stages[name]


def stages(cluster: str) -> list[Stage[Any]]:
    """The cluster's stages, in the order of their registration."""
    return [stage for stage in _stages.values() if stage.cluster == cluster]


def set_near(near: Near | None) -> None:
    """Tell wakes of the drains in this process; None forgets them (after a fork)."""
    global _near
    _near = near


def clusters() -> set[str]:
    """The clusters that have a stage."""
    return {stage.cluster for stage in _stages.values()}


def on_warm_up(function: Callable[[], None]) -> None:
    """Have ``function`` called once in the worker's parent before it forks, so that the forks share what it loads."""
    _warm_ups.append(function)


def warm_ups() -> list[Callable[[], None]]:
    return list(_warm_ups)


def channel(cluster: str) -> str:
    """The NOTIFY channel of a cluster. Payload: a stage's name, then for a future wake a blank and its POSIX time."""
    return f"seleto_wake_{cluster}"


@functools.cache
def package(task: str, cluster: str) -> str:
    """A signed django-q2 task, made once per process: all wakes of a cluster are alike, and signing costs more than
    inserting."""
    return str(
        SignedPackage.dumps(
            {
                "id": f"{task}-{cluster}"[:32],
                "name": f"{task} {cluster}",
                "func": f"seleto.lib.draining.{task}",
                "args": (cluster,),
                "kwargs": {},
                "ack_failure": True,
                "started": datetime.now(UTC),
            }
        )
    )


def wake(stage: str, *, at: datetime | None = None) -> None:
    """Once this transaction commits, have the stage's cluster look for due work now or at ``at`` (``clock.now()``).

    From a drain's own thread to a stage of its own cluster no queue row is needed: the drain is told after the commit,
    and should the process die before that, the sweep finds the row.
    """
    if _near is not None and _near.serves(_stages[stage].cluster):
        transaction.on_commit(lambda: _tell_near(stage, at))
        return
    _queue(stage, at)


def _tell_near(stage: str, at: datetime | None) -> None:
    if _near is None or not _near.tell(stage, at):
        _queue(stage, at)


def _queue(stage: str, at: datetime | None) -> None:
    text, values = _fragment(stage, at=at, when="TRUE")
    hot.fetch(f"WITH {text}", values)
    notify(stage, at=at)


def wake_sql(stage: str, *, at: datetime | None = None, when: str = "TRUE") -> tuple[str, list[SqlValue]]:
    """``wake`` as the end of a statement that starts with a CTE: ``WITH stored AS (INSERT …) <this>``.

    The text begins with a comma and brings its own primary SELECT, which gives a row if anything was queued or waited
    already; the values are for its placeholders. ``when`` is a condition (SQL of our own) on the CTEs before it,
    without which nothing is queued. ``notify`` is left to the caller.
    """
    text, values = _fragment(stage, at=at, when=when)
    return f", {text}", values


def notify(stage: str, *, at: datetime | None = None) -> None:
    """Tell who listens of a wake, once this transaction is committed.

    In a transaction of its own that does not wait for the disk: PostgreSQL lets those that notify commit one after the
    other, and would make every acknowledgement wait for the disk alone. Whoever is not told looks, or is swept up.
    """
    if settings.QUEUE_NOTIFY:
        payload = f"{stage} {at.timestamp():.3f}" if at and at > clock.now() else stage
        transaction.on_commit(lambda: _tell_all(_stages[stage].cluster, payload), robust=True)


def _tell_all(cluster: str, payload: str) -> None:
    hot.fetch(
        "SELECT pg_notify(%s, %s) WHERE set_config('synchronous_commit', 'off', true) = 'off'",
        [channel(cluster), payload],
    )


def run_due(*names: str) -> int:
    """Work everything that is due now in this thread, stage by stage until nothing is left; returns the items worked.

    Without names: all stages. For commands and tests that want the pipe without a worker.
    """
    chosen = [_stages[name] for name in names] or list(_stages.values())
    worked = 0
    while True:
        items = [(stage, item) for stage in chosen for item in stage.claim(1)]
        for stage, item in items:
            stage.run(item)
        if not items:
            return worked
        worked += len(items)


def _fragment(stage: str, *, at: datetime | None, when: str) -> tuple[str, list[SqlValue]]:
    cluster = _stages[stage].cluster
    # The queue's clock is the database's; only the distance comes from ours, which the sandbox may have moved.
    wait = max((at - clock.now()).total_seconds(), 0.0) if at else 0.0
    # SQL because the decision and the row have to be one statement; see the module's docstring.
    text = _WAKE.replace("{when}", when)
    values: list[SqlValue] = [cluster, wait, cluster, package("drain", cluster), wait]
    return f"{text} SELECT 1 WHERE {when}", values
