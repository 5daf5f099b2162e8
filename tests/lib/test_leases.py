"""A lease is extended only for who still holds it."""

from collections.abc import Iterator
from uuid import UUID

import pytest

from seleto.lib import jobs
from seleto.lib.ids import new_id
from tests.lib import probe

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _table() -> Iterator[None]:
    probe.execute("CREATE TABLE leased (id int PRIMARY KEY, lease_token uuid, leased_until timestamptz)")
    yield
    probe.execute("DROP TABLE leased")


def put(row: int, token: UUID, *, until: str | None) -> None:
    probe.execute("INSERT INTO leased VALUES (%s, %s, now() + %s::interval)", [row, token, until])


def extended() -> set[int]:
    return {row[0] for row in probe.execute("SELECT id FROM leased WHERE leased_until > now() + interval '5 s'")}


def test_rows_in_hand_are_extended_and_a_row_given_back_is_not() -> None:
    put(1, new_id(), until="1 s")
    put(2, new_id(), until=None)
    put(3, new_id(), until="1 s")

    jobs.extend_leases("leased", [1, 2])

    assert extended() == {1}


def test_a_row_that_another_process_took_over_is_left_alone() -> None:
    ours, theirs = new_id(), new_id()
    put(1, ours, until="1 s")
    put(2, theirs, until="1 s")

    jobs.extend_leases("leased", [1, 2], [ours, ours])

    assert extended() == {1}


def test_nothing_in_hand_asks_nothing() -> None:
    jobs.extend_leases("no_such_table", [])
