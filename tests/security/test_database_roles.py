"""What each role of the database may do, asked on connections of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection

from leads.models import Identity
from seleto import masked_views, row_security
from seleto.lib import postgres, roles
from tests import databases
from tests.factories import waiting

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(bool(settings.DATABASE_URL), reason="the roles are those of the embedded server"),
]
PHONE = "5511900000001"


@contextmanager
def connected(role: str) -> Iterator[psycopg.Connection[Any]]:
    address = postgres.url(postgres.TEST, name=connection.settings_dict["NAME"], user=role)
    with psycopg.connect(address, autocommit=True) as link:
        yield link


def tables() -> list[str]:
    return sorted({model._meta.db_table for model in apps.get_models(include_auto_created=True)})


def test_the_tests_themselves_are_the_application() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole FROM pg_roles"
            " WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (roles.APP, False)


@pytest.mark.parametrize("role", [*roles.STRANGERS, roles.BI])
def test_strangers_and_analysts_may_touch_no_table(role: str) -> None:
    with connected(role) as link:
        for table in (*tables(), "django_migrations"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                link.execute(f'SELECT 1 FROM public."{table}"'.encode())


@pytest.mark.parametrize("role", roles.STRANGERS)
def test_a_right_given_by_mistake_shows_no_row(role: str) -> None:
    waiting("Segredo")
    with connected(roles.OWNER) as owner, connected(role) as stranger:
        owner.execute(f"GRANT USAGE ON SCHEMA public TO {role}".encode())
        try:
            for table in row_security.guarded_tables():
                owner.execute(f'GRANT SELECT ON "{table}" TO {role}'.encode())
                assert stranger.execute(f'SELECT count(*) FROM "{table}"'.encode()).fetchone() == (0,), table
        finally:
            owner.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}".encode())
            owner.execute(f"REVOKE USAGE ON SCHEMA public FROM {role}".encode())


def test_security_is_forced_wherever_it_was_decided() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity AND relkind = 'r'")
        assert sorted(row[0] for row in cursor.fetchall()) == row_security.guarded_tables()


def test_analysts_see_masked_views() -> None:
    lead = waiting("Segredo").lead
    Identity.objects.create(lead=lead, kind=Identity.Kind.PHONE, value=PHONE, display_name="Patrícia")
    with connected(roles.BI) as link:
        told = [link.execute(f"SELECT * FROM bi.{view}".encode()).fetchall() for view in masked_views.VIEWS]
        area = link.execute("SELECT phone_area FROM bi.leads").fetchone()

    assert area == ("5511",)
    assert str(lead.pk) in str(told)
    assert PHONE not in str(told)
    assert "Patrícia" not in str(told)
    assert "Segredo" not in str(told)


@pytest.mark.parametrize(
    "deed",
    [
        "CREATE TABLE public.mine (id int)",
        "ALTER TABLE leads_lead ADD COLUMN mine int",
        "DROP TABLE leads_lead",
        "ALTER TABLE leads_lead DISABLE ROW LEVEL SECURITY",
        "DROP POLICY seleto ON leads_lead",
        "CREATE DATABASE mine",
        "CREATE ROLE mine",
        f"SET ROLE {roles.OWNER}",
        "INSERT INTO django_migrations (app, name, applied) VALUES ('leads', 'x', now())",
        "SELECT * FROM bi.leads",
    ],
)
def test_the_application_makes_and_changes_no_table(deed: str) -> None:
    with connected(roles.APP) as link, pytest.raises(psycopg.errors.InsufficientPrivilege):
        link.execute(deed.encode())


def test_a_table_of_a_later_migration_is_the_applications_to_use() -> None:
    with connected(roles.OWNER) as owner, connected(roles.APP) as link:
        owner.execute("CREATE TABLE public.later (id bigserial PRIMARY KEY, word text)")
        try:
            link.execute("INSERT INTO public.later (word) VALUES ('pão')")
            with connected(roles.BI) as analyst, pytest.raises(psycopg.errors.InsufficientPrivilege):
                analyst.execute("SELECT 1 FROM public.later")
        finally:
            owner.execute("DROP TABLE public.later")


def test_what_is_right_is_left_alone() -> None:
    with psycopg.connect(databases.owner_url(), autocommit=True) as link, link.cursor() as cursor:
        assert list(row_security._missing(cursor)) == []


def test_the_policy_costs_a_query_nothing() -> None:
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN SELECT * FROM leads_lead")
        assert "Filter" not in str(cursor.fetchall())


def test_a_model_without_a_decision_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    assert row_security.decided(None) == []

    monkeypatch.setitem(row_security.GUARDED, "sessions", "")
    monkeypatch.setitem(row_security.OPEN, "conversations", row_security.OPEN["conversations"] + " Message")

    assert {finding.id for finding in row_security.decided(None)} == {"seleto.E030"}
    assert [finding.msg.split()[0] for finding in row_security.decided(None)] == [
        "conversations.Message",
        "sessions.Session",
    ]
