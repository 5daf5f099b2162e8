"""The audit only grows, and whoever touches it all the same is found."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from seleto.lib import audit, audit_chain
from seleto.lib.ids import new_id
from seleto.lib.models import Alert, AuditEntry, AuditLink, AuditSegment
from tests import databases

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def entries(count: int, *, at: datetime = NOW) -> list[AuditEntry]:
    return [
        audit.record(
            actor="usuário:1", action="pause", subject_kind="conversation", subject_id=new_id(), detail={"n": n}, now=at
        )
        for n in range(count)
    ]


@contextmanager
def intruder() -> Iterator[psycopg.Connection[Any]]:
    """The owner of the tables, who can do what the database otherwise refuses."""
    with psycopg.connect(databases.owner_url(), autocommit=True) as link:
        for table in ("lib_auditentry", "lib_auditlink"):
            link.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL".encode())
        yield link
        for table in ("lib_auditentry", "lib_auditlink"):
            link.execute(f"ALTER TABLE {table} ENABLE TRIGGER ALL".encode())


@pytest.mark.django_db
@pytest.mark.parametrize(
    "deed", ["UPDATE lib_auditentry SET actor = 'x'", "DELETE FROM lib_auditentry", "DELETE FROM lib_auditsegment"]
)
def test_the_application_can_change_nothing_of_it(deed: str) -> None:
    entries(1)
    audit_chain.seal(now=NOW)

    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(deed)


@pytest.mark.django_db(transaction=True)
def test_its_owner_is_refused_too() -> None:
    entries(1)

    with (
        psycopg.connect(databases.owner_url(), autocommit=True) as link,
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="only grows"),
    ):
        link.execute("UPDATE lib_auditentry SET actor = 'x'")


@pytest.mark.django_db
def test_what_is_sealed_verifies_and_goes_on_where_it_ended() -> None:
    entries(3)
    assert audit_chain.seal(now=NOW) == 3
    entries(2)
    assert audit_chain.seal(now=NOW) == 2

    first, second = AuditSegment.objects.order_by("number")
    assert (first.begins, second.begins) == (audit_chain.GENESIS, first.ends)
    assert AuditLink.objects.count() == 5
    assert audit_chain.verify(now=NOW) is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("deed", "what"),
    [
        ("UPDATE lib_auditentry SET actor = 'usuário:2' WHERE id = %(id)s", "changed"),
        ("UPDATE lib_auditentry SET detail = '{}' WHERE id = %(id)s", "changed"),
        ("DELETE FROM lib_auditentry WHERE id = %(id)s", "removed"),
        (
            "INSERT INTO lib_auditentry SELECT gen_random_uuid(), at, actor, action, subject_kind, subject_id, detail"
            " FROM lib_auditentry WHERE id = %(id)s",
            "inserted",
        ),
        (
            "WITH gone AS (DELETE FROM lib_auditentry WHERE id = %(id)s)"
            " DELETE FROM lib_auditlink WHERE entry_id = %(id)s",
            "changed",
        ),
    ],
)
def test_every_kind_of_tampering_is_named(deed: str, what: str) -> None:
    made = entries(4)
    audit_chain.seal(now=NOW)
    with intruder() as link:
        link.execute(deed.encode(), {"id": made[1].pk})

    found = audit_chain.verify(now=NOW)

    assert found is not None
    assert found.what == what
    if what != "inserted" and "lib_auditlink" not in deed:
        assert found.entry == str(made[1].pk)
    with pytest.raises(CommandError, match="não confere"):
        call_command("verify_audit", stdout=io.StringIO())
    assert Alert.objects.get(key="audit:broken", closed_at=None).level == Alert.Level.CRITICAL


@pytest.mark.django_db
def test_old_segments_go_as_a_whole_and_the_chain_still_holds() -> None:
    entries(2, at=NOW - timedelta(days=9))
    audit_chain.seal(now=NOW)
    entries(1)
    audit_chain.seal(now=NOW)

    assert audit_chain.cut(NOW - timedelta(days=1), now=NOW) == 2

    assert AuditEntry.objects.count() == 1
    assert list(AuditSegment.objects.order_by("number").values_list("cut_at", flat=True)) == [NOW, None]
    assert audit_chain.verify(now=NOW) is None


@pytest.mark.django_db
def test_a_segment_with_something_younger_stays_whole() -> None:
    entries(1, at=NOW - timedelta(days=9))
    entries(1)
    audit_chain.seal(now=NOW)

    assert audit_chain.cut(NOW - timedelta(days=1), now=NOW) == 0
    assert AuditEntry.objects.count() == 2
