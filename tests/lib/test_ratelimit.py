import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from seleto.lib import ratelimit

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def second(number: float) -> datetime:
    return NOW + timedelta(seconds=number)


@pytest.mark.django_db
def test_slots_lie_one_interval_apart() -> None:
    slots = [ratelimit.reserve("zapi:a", interval_s=1.5, now=NOW) for _ in range(3)]

    assert slots == [NOW, second(1.5), second(3)]


@pytest.mark.django_db
def test_time_that_nobody_used_is_not_saved_up() -> None:
    ratelimit.reserve("zapi:a", interval_s=1, now=NOW)

    assert ratelimit.reserve("zapi:a", interval_s=1, now=second(60)) == second(60)
    assert ratelimit.reserve("zapi:a", interval_s=1, now=second(60)) == second(61)


@pytest.mark.django_db
def test_each_key_has_a_pace_of_its_own() -> None:
    ratelimit.reserve("zapi:a", interval_s=10, now=NOW)

    assert ratelimit.reserve("zapi:b", interval_s=10, now=NOW) == NOW


@pytest.mark.django_db
def test_no_interval_asks_nobody(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert ratelimit.reserve("zapi:a", interval_s=0, now=NOW) == NOW


@pytest.mark.django_db(transaction=True)
def test_no_slot_is_given_twice_to_connections_that_ask_at_once() -> None:
    slots: list[datetime] = []
    start = threading.Barrier(8)

    def take() -> None:
        start.wait()
        slots.append(ratelimit.reserve("zapi:a", interval_s=1, now=NOW))
        connection.close()

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(slots) == [second(number) for number in range(8)]


@pytest.mark.django_db
def test_a_slot_is_taken_only_when_it_comes_soon() -> None:
    first, second_, late, later = (ratelimit.take("piperun", interval_s=100, within_s=150) for _ in range(4))

    assert (first.taken, first.wait_s) == (True, 0)
    assert (second_.taken, second_.wait_s) == (True, pytest.approx(100, abs=20))
    # Not taken: the next slot is the same for all who ask.
    assert (late.taken, late.wait_s) == (False, pytest.approx(200, abs=20))
    assert (later.taken, later.wait_s) == (False, pytest.approx(200, abs=20))


@pytest.mark.django_db
def test_a_pause_holds_for_everybody_and_shortens_nothing() -> None:
    ratelimit.hold("piperun", wait_s=1000)
    ratelimit.hold("piperun", wait_s=10)

    assert ratelimit.take("piperun", interval_s=1, within_s=60).taken is False
    assert ratelimit.take("piperun", interval_s=1, within_s=2000).wait_s == pytest.approx(1000, abs=20)


@pytest.mark.django_db
def test_without_an_interval_there_is_always_a_slot() -> None:
    assert ratelimit.take("piperun", interval_s=0, within_s=0) == ratelimit.Slot(taken=True, wait_s=0)


@pytest.mark.django_db(transaction=True)
def test_those_who_ask_at_once_get_slots_of_their_own() -> None:
    waits: list[float] = []

    def ask() -> None:
        waits.append(ratelimit.take("piperun", interval_s=100, within_s=10_000).wait_s)
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(waits) == pytest.approx([100 * place for place in range(8)], abs=20)
