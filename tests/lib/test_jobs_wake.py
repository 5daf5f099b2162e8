"""A wake joins the caller's transaction, is coalesced, and is never lost by that."""

import random
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection, connections, transaction

from seleto.lib import clock, jobs
from seleto.lib.listening import Listener
from seleto.lib.queue_broker import QueueBroker, in_hand
from tests.lib import probe

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _stage() -> Iterator[None]:
    probe.register()
    probe.make_table()
    yield
    probe.drop_table()


@pytest.fixture
def broker() -> Iterator[QueueBroker]:
    broker = QueueBroker(probe.CLUSTER)
    yield broker
    broker.close()


def waiting() -> list[tuple[Any, ...]]:
    return probe.execute("SELECT id, lock FROM django_q_ormq WHERE key = %s ORDER BY lock", [probe.CLUSTER])


def in_thread(work: Callable[[], None]) -> threading.Thread:
    """Run ``work`` on a thread with a connection of its own."""

    def run() -> None:
        try:
            work()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_leaves_nothing_when_the_transaction_is_rolled_back() -> None:
    with transaction.atomic():
        jobs.wake(probe.STAGE)
        transaction.set_rollback(True)

    assert waiting() == []


def test_many_wakes_are_one_queue_row() -> None:
    for _ in range(3):
        jobs.wake(probe.STAGE)

    assert len(waiting()) == 1


def test_relies_on_a_row_that_waits_for_an_earlier_instant_only() -> None:
    now = clock.now()
    jobs.wake(probe.STAGE, at=now + timedelta(seconds=60))
    jobs.wake(probe.STAGE, at=now + timedelta(seconds=90))
    assert len(waiting()) == 1

    jobs.wake(probe.STAGE, at=now + timedelta(seconds=30))
    jobs.wake(probe.STAGE)

    assert len(waiting()) == 3


def test_never_relies_on_a_row_that_a_worker_has_in_hand(broker: QueueBroker) -> None:
    jobs.wake(probe.STAGE)
    assert broker.dequeue()

    jobs.wake(probe.STAGE, at=clock.now() + timedelta(days=1))  # long after the row in hand would come back

    assert len(waiting()) == 1


def test_a_row_relied_on_is_not_taken_before_the_wake_is_committed(broker: QueueBroker) -> None:
    jobs.wake(probe.STAGE)
    ((queued, _),) = waiting()
    relied, commit = threading.Event(), threading.Event()

    def waker() -> None:
        with transaction.atomic():
            jobs.wake(probe.STAGE)
            relied.set()
            commit.wait(10)

    thread = in_thread(waker)
    assert relied.wait(10)
    assert len(waiting()) == 1
    assert broker.dequeue() is None
    commit.set()
    thread.join()

    assert [row for row, _ in broker.dequeue() or ()] == [queued]


def test_no_wake_is_lost_while_drains_come_and_go(broker: QueueBroker) -> None:
    """Wakers commit after random delays while rows are taken: for every row a look starts after its commit."""
    wakers, each = 6, 25
    chance = random.Random(7)
    delays = [[chance.random() / 100 for _ in range(each)] for _ in range(wakers)]
    seen: set[int] = set()

    def waker(pauses: list[float]) -> None:
        for pause in pauses:
            with transaction.atomic():
                probe.add()
                jobs.wake(probe.STAGE)
                probe.execute("SELECT pg_sleep(%s)", [pause])

    threads = [in_thread(lambda pauses=pauses: waker(pauses)) for pauses in delays]  # type: ignore[misc]
    quiet = 0
    while quiet < 3:  # the wakers are done and nothing waits any more
        taken = broker.dequeue()
        for row, _ in taken or ():
            seen.update(row[0] for row in probe.execute("SELECT id FROM probe"))
            broker.acknowledge(row)
        quiet = quiet + 1 if not taken and not any(thread.is_alive() for thread in threads) else 0

    assert len(seen) == wakers * each
    assert probe.execute("SELECT count(*) FROM django_q_ormq") == [(0,)]


def test_one_statement_stores_and_wakes() -> None:
    wake, values = jobs.wake_sql(probe.STAGE, when="EXISTS (SELECT 1 FROM stored)")
    probe.execute(f"WITH stored AS (INSERT INTO probe (due_at) VALUES (now()) RETURNING id) {wake}", values)

    assert probe.execute("SELECT count(*) FROM probe") == [(1,)]
    assert len(waiting()) == 1


def test_one_statement_that_stores_nothing_wakes_nobody() -> None:
    listener = Listener(jobs.channel(probe.CLUSTER))
    assert listener.wait(0) is None
    wake, values = jobs.wake_sql(probe.STAGE, when="EXISTS (SELECT 1 FROM stored)")

    probe.execute(f"WITH stored AS (INSERT INTO probe (due_at) SELECT now() WHERE FALSE RETURNING id) {wake}", values)

    assert waiting() == []
    assert listener.wait(0.05) == []
    listener.close()


def test_tells_who_listens_which_stage_and_when() -> None:
    listener = Listener(jobs.channel(probe.CLUSTER))
    assert listener.wait(0) is None
    at = clock.now() + timedelta(seconds=60)

    jobs.wake(probe.STAGE)
    jobs.wake(probe.STAGE, at=at)

    notes = [*(listener.wait(5) or ()), *(listener.wait(0.05) or ())]
    listener.close()
    assert [note.payload for note in notes] == [probe.STAGE, f"{probe.STAGE} {at.timestamp():.3f}"]


def test_notifies_nobody_behind_a_pooler(settings: LazySettings) -> None:
    listener = Listener(jobs.channel(probe.CLUSTER))
    assert listener.wait(0) is None

    settings.QUEUE_NOTIFY = False
    jobs.wake(probe.STAGE)

    assert len(waiting()) == 1
    settings.QUEUE_NOTIFY = True
    assert listener.wait(0.05) == []
    listener.close()


def test_a_row_is_taken_once_in_order_and_not_before_its_time(broker: QueueBroker) -> None:
    jobs.wake(probe.STAGE, at=clock.now() + timedelta(seconds=60))
    jobs.wake(probe.STAGE)
    first = waiting()[0][0]

    assert [row for row, _ in broker.dequeue() or ()] == [first]
    assert broker.dequeue() is None

    broker.acknowledge(first)
    assert probe.execute("SELECT count(*) FROM django_q_ormq WHERE key = %s", [in_hand(probe.CLUSTER)]) == [(0,)]


def test_a_row_nobody_acknowledged_comes_back(broker: QueueBroker) -> None:
    jobs.wake(probe.STAGE)
    taken = broker.dequeue()
    probe.execute("UPDATE django_q_ormq SET lock = clock_timestamp()")

    assert broker.dequeue() == taken


def test_the_broker_survives_a_lost_connection(broker: QueueBroker) -> None:
    assert broker.dequeue() is None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                       " AND datname = current_database()")  # fmt: skip
    jobs.wake(probe.STAGE)

    taken = [broker.dequeue() for _ in range(3)]

    assert sum(map(bool, taken)) == 1


def test_a_name_is_registered_once() -> None:
    with pytest.raises(ValueError, match="registered already"):
        jobs.register(jobs.stage(probe.STAGE))
