"""The system's clock in production; with SANDBOX on, one offset shared through a row."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from pytest_django import DjangoAssertNumQueries, Settings

from seleto.lib import clock
from seleto.lib.models import ClockOffset

MOMENT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def unread() -> Iterator[None]:
    clock.forget()
    yield
    clock.forget()


@pytest.fixture
def sandbox(settings: Settings) -> None:
    settings.SANDBOX = True


@pytest.mark.django_db
def test_in_production_it_is_the_system_clock_and_asks_nobody(
    settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    settings.SANDBOX = False
    ClockOffset.objects.create(seconds=3600)

    with time_machine.travel(MOMENT, tick=False), django_assert_num_queries(0):
        assert clock.now() == MOMENT
        assert clock.now().utcoffset() == timedelta(0)


@pytest.mark.django_db
def test_in_production_it_cannot_be_moved(settings: Settings) -> None:
    settings.SANDBOX = False

    with pytest.raises(RuntimeError, match="SANDBOX"):
        clock.move_to(MOMENT)

    assert not ClockOffset.objects.exists()


@pytest.mark.django_db
def test_moved_it_goes_on_from_there(sandbox: None) -> None:
    with time_machine.travel(MOMENT, tick=False) as real:
        offset = clock.move_to(MOMENT + timedelta(days=3))
        assert clock.now() == MOMENT + timedelta(days=3)

        real.shift(10)
        assert clock.now() == MOMENT + timedelta(days=3, seconds=10)

    assert offset == timedelta(days=3)


@pytest.mark.django_db(transaction=True)
def test_another_connection_reads_the_same_offset(sandbox: None) -> None:
    seen: list[datetime] = []

    def read() -> None:
        clock.forget()
        seen.append(clock.now())
        connection.close()

    with time_machine.travel(MOMENT, tick=False):
        clock.move_to(MOMENT + timedelta(hours=5))
        thread = threading.Thread(target=read)
        thread.start()
        thread.join()

    assert seen == [MOMENT + timedelta(hours=5)]


@pytest.mark.django_db
def test_the_offset_is_not_read_at_every_question(
    sandbox: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with time_machine.travel(MOMENT, tick=False), django_assert_num_queries(1):
        for _ in range(20):
            clock.now()


@pytest.mark.django_db
def test_without_a_row_the_sandbox_has_the_system_clock(sandbox: None) -> None:
    with time_machine.travel(MOMENT, tick=False):
        assert clock.now() == MOMENT
