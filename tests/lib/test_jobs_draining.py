"""A drain works what is due on threads, stays for more, and leaves nothing unwoken behind."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.db import connections
from structlog.testing import capture_logs
from structlog.typing import EventDict

from seleto.lib import clock, draining, jobs
from seleto.lib.models import ClockOffset, Heartbeat
from tests.lib import probe

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE_S = 20.0


@pytest.fixture(autouse=True)
def _stage(settings: LazySettings) -> Iterator[None]:
    settings.JOBS_LINGER_S, settings.LEASE_RENEW_S = 0.4, 0.1
    probe.register()
    probe.make_table()
    yield
    probe.open_gate()
    until(lambda: not probe.held())
    probe.drop_table()


def until(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline, "It never came true."
        time.sleep(0.01)


class Drain:
    """A drain on a thread of its own."""

    def __init__(self) -> None:
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        draining.drain(probe.CLUSTER)
        connections.close_all()

    def runs(self) -> bool:
        return self._thread.is_alive()

    def dismiss(self, settings: LazySettings) -> None:
        """It was still there; let it go."""
        assert self.runs()
        settings.JOBS_LINGER_S = 0
        jobs.wake(probe.STAGE)
        self.wait()

    def wait(self) -> None:
        self._thread.join(PATIENCE_S)
        assert not self.runs()


def queued() -> list[float]:
    """Seconds until each waiting queue row is due."""
    rows = probe.execute("SELECT extract(epoch FROM lock - clock_timestamp()) FROM django_q_ormq ORDER BY lock")
    return [float(row[0]) for row in rows]


def told(logs: list[EventDict]) -> list[EventDict]:
    """What was said of items: threads that outlived an earlier test of this process may speak of other things."""
    return [line for line in logs if line["event"] == "jobs.item_failed"]


def test_an_item_that_raises_stops_nothing_and_is_told_without_its_words() -> None:
    broken, sound = probe.add("raise"), probe.add()

    with capture_logs() as logs:
        draining.drain(probe.CLUSTER)
        until(lambda: probe.worked(sound))
        until(lambda: told(logs))

    assert probe.worked(broken) == 0
    (failure,) = told(logs)
    assert failure["error"] == "ValueError"
    assert "lead" not in str(failure)


def test_a_slow_item_stalls_neither_the_others_nor_the_drain() -> None:
    slow, quick = probe.add("gate"), probe.add()

    draining.drain(probe.CLUSTER)
    until(lambda: probe.worked(quick))
    late = probe.add()
    draining.drain(probe.CLUSTER)  # the next drain of the same process

    until(lambda: probe.worked(late))
    assert probe.worked(slow) == 0
    probe.open_gate()
    until(lambda: probe.worked(slow))


def test_no_more_at_once_than_the_stage_allows_and_a_freed_slot_is_used(settings: LazySettings) -> None:
    settings.JOBS_LINGER_S = 60
    rows = [probe.add("gate") for _ in range(probe.CONCURRENCY + 1)]
    drain = Drain()
    until(lambda: len(probe.held()) == probe.CONCURRENCY)
    assert probe.execute("SELECT count(*) FROM probe WHERE attempts = 0") == [(1,)]

    probe.open_gate()

    until(lambda: all(map(probe.worked, rows)))
    drain.dismiss(settings)


def test_a_lingering_drain_takes_what_is_woken_and_what_falls_due(settings: LazySettings) -> None:
    settings.JOBS_LINGER_S = 60
    drain = Drain()
    until(Heartbeat.objects.exists)
    at = clock.now() + timedelta(seconds=0.3)

    coming, now = probe.add(due_at=at), probe.add()
    jobs.wake(probe.STAGE)
    jobs.wake(probe.STAGE, at=at)

    until(lambda: probe.worked(now) and probe.worked(coming))
    assert probe.execute("SELECT bool_and(started_at >= due_at) FROM probe") == [(True,)]
    drain.dismiss(settings)


def test_a_lingering_drain_polls_behind_a_pooler(settings: LazySettings) -> None:
    settings.QUEUE_NOTIFY, settings.JOBS_POLL_S, settings.JOBS_LINGER_S = False, 0.05, 60
    drain = Drain()
    until(Heartbeat.objects.exists)

    row = probe.add()
    jobs.wake(probe.STAGE)

    until(lambda: probe.worked(row))
    drain.dismiss(settings)


def test_a_drain_whose_listening_connection_is_cut_goes_on(settings: LazySettings) -> None:
    settings.JOBS_LINGER_S = 60
    drain = Drain()
    until(lambda: probe.execute("SELECT 1 FROM pg_stat_activity WHERE query LIKE 'LISTEN %%' AND state = 'idle'"))
    probe.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN %%'")

    row = probe.add()
    jobs.wake(probe.STAGE)

    until(lambda: probe.worked(row))
    drain.dismiss(settings)


def test_before_its_last_attempt_an_item_waits_for_the_others_and_keeps_them_out(settings: LazySettings) -> None:
    settings.JOBS_LINGER_S = 60
    slow = probe.add("gate")
    drain = Drain()
    until(lambda: probe.held() == {slow})
    last = probe.add("gate", attempts=probe.MOST - 1)
    jobs.wake(probe.STAGE)
    until(lambda: probe.execute("SELECT 1 FROM probe WHERE id = %s AND leased_until > now()", [last]))
    late = probe.add()
    jobs.wake(probe.STAGE)
    time.sleep(0.5)
    assert (probe.held(), probe.worked(late)) == ({slow}, 0)

    probe.open_gate()

    until(lambda: probe.worked(late))
    order = [row for (row,) in probe.execute("SELECT id FROM probe ORDER BY started_at")]
    assert order == [slow, last, late]
    drain.dismiss(settings)


def test_the_budget_ends_a_drain_that_still_finds_work_and_leaves_a_successor(settings: LazySettings) -> None:
    settings.JOBS_DRAIN_BUDGET_S, settings.JOBS_LINGER_S = 0.3, 60
    for _ in range(probe.CONCURRENCY + 1):
        probe.add("gate")

    draining.drain(probe.CLUSTER)

    assert len(queued()) == 1
    assert queued()[0] <= 0


def test_leaves_a_successor_for_what_is_coming() -> None:
    probe.add(due_at=clock.now() + timedelta(seconds=60))

    draining.drain(probe.CLUSTER)

    (seconds,) = queued()
    assert 50 < seconds < 60


def test_leaves_nothing_behind_when_nothing_is_coming() -> None:
    probe.add()

    draining.drain(probe.CLUSTER)

    assert queued() == []


def test_a_moved_clock_makes_a_lingering_drain_look(settings: LazySettings) -> None:
    settings.SANDBOX, settings.JOBS_LINGER_S = True, 60
    row = probe.add(due_at=clock.now() + timedelta(days=3))
    drain = Drain()
    until(Heartbeat.objects.exists)

    clock.move_to(clock.now() + timedelta(days=4))

    until(lambda: probe.worked(row))
    drain.dismiss(settings)
    ClockOffset.objects.all().delete()
    clock.forget()


def test_leases_are_renewed_while_an_item_is_in_hand() -> None:
    row = probe.add("gate")
    draining.drain(probe.CLUSTER)
    lease = "SELECT leased_until FROM probe WHERE id = %s"
    first = probe.execute(lease, [row])

    until(lambda: probe.execute(lease, [row]) > first)


def test_a_stop_makes_a_drain_leave_at_once(settings: LazySettings) -> None:
    settings.JOBS_LINGER_S = settings.JOBS_DRAIN_BUDGET_S = 600
    reading, writing = os.pipe()
    draining.attach(draining.Tether(own_key="", stop=reading))
    drain = Drain()
    until(Heartbeat.objects.exists)

    os.close(writing)

    drain.wait()
    draining.attach(None)
    os.close(reading)


def test_one_stage_in_trouble_is_not_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    row = probe.add()

    def broken(limit: int) -> list[int]:
        raise RuntimeError

    trouble = jobs.Stage(name="trouble", cluster=probe.CLUSTER, claim=broken, run=print, next_due=clock.now)
    real = jobs.stages(probe.CLUSTER)
    monkeypatch.setattr(jobs, "stages", lambda cluster: [trouble, *real])

    draining.drain(probe.CLUSTER)

    until(lambda: probe.worked(row))


def test_a_claim_that_found_less_than_there_is_is_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes that claim at the same time may each see the other's rows and miss the rest."""
    left = ["second", "first"]
    worked: list[str] = []
    stage = jobs.Stage(
        name="raced",
        cluster=probe.CLUSTER,
        claim=lambda limit: [left.pop()] if left else [],
        run=worked.append,
        next_due=lambda: clock.now() if left else None,
        concurrency=5,
    )
    monkeypatch.setattr(jobs, "stages", lambda cluster: [stage])

    draining.drain(probe.CLUSTER)

    until(lambda: worked == ["first", "second"])


def test_work_can_be_done_without_a_worker() -> None:
    rows = [probe.add() for _ in range(3)]
    later = probe.add(due_at=clock.now() + timedelta(hours=1))

    assert jobs.run_due(probe.STAGE) == 3
    assert [probe.worked(row) for row in [*rows, later]] == [1, 1, 1, 0]


def queue_rows() -> int:
    return int(probe.execute("SELECT count(*) FROM django_q_ormq")[0][0])


@pytest.mark.parametrize("act", ["next", "later 0.2"])
def test_what_an_item_wakes_in_its_own_cluster_is_done_by_the_drain_without_a_queue_row(act: str) -> None:
    first = probe.add(act)

    drain = Drain()
    until(lambda: probe.worked(first) and probe.worked(first + 1))

    assert queue_rows() == 0
    drain.wait()


def test_what_an_item_wakes_after_its_drain_has_left_is_queued(settings: LazySettings) -> None:
    settings.JOBS_LINGER_S = 0
    first = probe.add("gate-next")
    drain = Drain()
    until(lambda: first in probe.held())
    drain.wait()
    before = queue_rows()

    probe.open_gate()
    until(lambda: probe.worked(first))

    assert queue_rows() == before + 1
