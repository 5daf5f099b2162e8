"""One breaker for all workers: failures in a row open it, one trial call decides about closing."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from seleto.lib import alerts, circuits
from seleto.lib.models import Circuit

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(seconds=31)
KEY = "zapi:principal"


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    circuits.forget()
    yield
    circuits.forget()


def fail(times: int, now: datetime = NOW) -> None:
    for _ in range(times):
        circuits.failed(KEY, "connect_error", now)


@pytest.mark.django_db
def test_failures_in_a_row_open_it_for_a_while_and_raise_one_alert() -> None:
    fail(4)
    assert circuits.allow(KEY, NOW)

    fail(1)

    assert not circuits.allow(KEY, NOW + timedelta(seconds=29))
    row = Circuit.objects.get()
    assert (row.state, row.failures, row.reason) == ("open", 5, "connect_error")
    assert (row.opened_at, row.retry_at) == (NOW, NOW + timedelta(seconds=30))
    assert [alert.key for alert in alerts.current()] == ["circuit:zapi:principal"]


@pytest.mark.django_db
def test_a_success_in_between_starts_the_count_anew() -> None:
    fail(4)
    circuits.succeeded(KEY)
    fail(4)

    assert circuits.allow(KEY, NOW)


@pytest.mark.django_db
def test_late_failures_do_not_prolong_the_rest() -> None:
    fail(5)
    fail(3, NOW + timedelta(seconds=20))

    assert circuits.allow(KEY, LATER)


@pytest.mark.django_db
def test_after_the_rest_one_caller_tries_and_its_success_closes() -> None:
    fail(5)

    assert circuits.allow(KEY, LATER)
    assert not circuits.allow(KEY, LATER)
    circuits.succeeded(KEY)

    assert circuits.allow(KEY, LATER)
    assert Circuit.objects.get().failures == 0
    assert alerts.current() == []


@pytest.mark.django_db
def test_a_failed_trial_opens_again_at_once_under_the_same_alert() -> None:
    fail(5)
    circuits.allow(KEY, LATER)

    fail(1, LATER)

    assert not circuits.allow(KEY, LATER + timedelta(seconds=29))
    assert circuits.allow(KEY, LATER + timedelta(seconds=31))
    assert [alert.times for alert in alerts.current()] == [1]


@pytest.mark.django_db
def test_a_trial_that_died_is_followed_by_another() -> None:
    fail(5)
    assert circuits.allow(KEY, LATER)

    assert not circuits.allow(KEY, LATER + timedelta(seconds=29))
    assert circuits.allow(KEY, LATER + timedelta(seconds=31))


@pytest.mark.django_db
def test_the_late_success_of_an_older_call_does_not_close_an_open_circuit() -> None:
    fail(5)

    circuits.succeeded(KEY)

    assert not circuits.allow(KEY, NOW)


@pytest.mark.django_db
def test_while_all_is_well_a_call_costs_no_statement(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    circuits.allow(KEY, NOW)

    with django_assert_num_queries(0):
        for _ in range(10):
            assert circuits.allow(KEY, NOW)
            circuits.succeeded(KEY)


@pytest.mark.django_db
def test_what_another_process_found_is_seen_when_the_moment_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    assert circuits.allow(KEY, NOW)
    Circuit.objects.create(key=KEY, state="open", failures=5, opened_at=NOW, retry_at=NOW + timedelta(seconds=30))
    assert circuits.allow(KEY, NOW)

    past = time.monotonic() + 2 * circuits.CACHE_S
    monkeypatch.setattr("seleto.lib.circuits.time.monotonic", lambda: past)

    assert not circuits.allow(KEY, NOW)


@pytest.mark.django_db
def test_a_person_may_order_a_new_try() -> None:
    fail(5)

    circuits.reset(KEY)

    assert circuits.allow(KEY, NOW)
    assert alerts.current() == []


@pytest.mark.django_db(transaction=True)
def test_of_many_connections_one_gets_the_trial_and_no_failure_is_lost() -> None:
    def together(work: object) -> list[object]:
        start = threading.Barrier(8)

        def one() -> object:
            start.wait()
            try:
                return work()  # type: ignore[operator]
            finally:
                connection.close()

        with ThreadPoolExecutor(8) as pool:
            return [future.result() for future in [pool.submit(one) for _ in range(8)]]

    together(lambda: circuits.failed(KEY, "timeout", NOW))
    assert Circuit.objects.get().failures == 8
    assert [alert.times for alert in alerts.current()] == [1]

    assert sum(bool(won) for won in together(lambda: circuits.allow(KEY, LATER))) == 1


@pytest.mark.django_db
def test_what_a_person_must_mend_opens_it_at_once_and_a_trial_call_closes_it() -> None:
    circuits.trip(KEY, "quota", NOW, title="A conta está sem saldo")

    assert not circuits.allow(KEY, NOW + timedelta(seconds=29))
    assert [alert.title for alert in alerts.current()] == ["A conta está sem saldo"]

    assert circuits.allow(KEY, LATER)
    circuits.trip(KEY, "quota", LATER, title="A conta está sem saldo")
    assert not circuits.allow(KEY, LATER + timedelta(seconds=29))

    assert circuits.allow(KEY, LATER + timedelta(seconds=31))
    circuits.succeeded(KEY)
    assert circuits.allow(KEY, LATER + timedelta(seconds=31))
    assert alerts.current() == []


@pytest.mark.django_db
def test_what_is_open_already_keeps_its_time() -> None:
    fail(5)
    before = Circuit.objects.get(key=KEY).retry_at

    circuits.trip(KEY, "quota", NOW + timedelta(seconds=20), title="A conta está sem saldo")

    assert Circuit.objects.get(key=KEY).retry_at == before
