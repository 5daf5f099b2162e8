"""Markup in every text of the database, as a lead, a CRM or a colleague might put it there: no page passes it on."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction
from django.test import Client

from tests.security import matrix
from tests.security.test_matrix import of_people, paths, world  # noqa: F401 - fixtures
from tests.security.world import World

pytestmark = [
    pytest.mark.security,
    pytest.mark.skipif(os.environ.get("FULL") != "1", reason="opens every page once more: FULL=1"),
]

PLANTED = "'\"><img src=x onerror=m1>"
FOUND = (b"<img src=x onerror", b"'\"><img")
# Who is logged in, what the pages are made of, and the machinery.
_LEFT_ALONE = {"auth", "sessions", "contenttypes", "django_q", "admin", "accounts", "otp_totp"}


# Read by programs: an odd word there breaks the page before it is shown, and checks keep it out of them.
_READ = {"CompanyProfile.time_zone", "CompanyProfile.holidays_of", "PromptVersion.text"}


def planted() -> int:
    """How many columns took it."""
    taken = 0
    for model in apps.get_models(include_auto_created=True):
        if model._meta.app_label in _LEFT_ALONE or model._meta.proxy or not model._meta.managed:
            continue
        for field in model._meta.concrete_fields:
            statement = _statement(model._meta.db_table, field)
            if statement is None or f"{model.__name__}.{field.name}" in _READ:
                continue
            try:
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute(statement)
                    taken += bool(cursor.rowcount)
            except DatabaseError:  # a rule of the column's own keeps it out
                continue
    return taken


def _statement(table: str, field: Any) -> str | None:
    column, text = field.column, PLANTED.replace("'", "''")
    if isinstance(field, models.JSONField):
        inside = text.replace('"', '\\\\"')
        told = f'regexp_replace("{column}"::text, \'"([^"\\]*)"([],}}])\', \'"\\1{inside}"\\2\', \'g\')::jsonb'
        return f'UPDATE "{table}" SET "{column}" = {told} WHERE "{column}" IS NOT NULL'
    if not isinstance(field, models.CharField | models.TextField) or field.choices or field.primary_key:
        return None
    most = field.max_length or 100_000
    told = f"left(\"{column}\", greatest({most} - {len(PLANTED)}, 0)) || left('{text}', {most})"
    return f'UPDATE "{table}" SET "{column}" = {told}'


@pytest.fixture
def sown(world: World) -> Iterator[int]:  # noqa: F811
    with transaction.atomic():
        yield planted()
        transaction.set_rollback(True)


def test_no_page_passes_markup_on(world: World, paths: dict[str, str], sown: int) -> None:  # noqa: F811
    assert sown > 100
    person, wrong, seen = Client(raise_request_exception=False), [], 0
    person.force_login(world.users["S"])
    decided = matrix.decisions()
    for address, path in paths.items():
        if not address.startswith("admin/") or not of_people(decided[address].get) or "S" not in decided[address].get:
            continue
        with transaction.atomic():
            answer = person.get(path)
            transaction.set_rollback(True)
        body = b"".join(answer) if answer.streaming else answer.content
        seen += b"&lt;img src=x" in body
        kind = answer.headers.get("Content-Type", "")
        if any(mark in body for mark in FOUND) and "html" in kind:
            wrong.append(address)
        if answer.status_code >= 500:
            wrong.append(f"{address}: {answer.status_code} {getattr(answer, 'exc_info', ('', ''))[1]!r}"[:300])

    assert not wrong, "\n".join(wrong)
    assert seen > 30, "hardly a page shows any of it: the test looks at nothing"
