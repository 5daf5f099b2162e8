"""The invented busy month in the test database, once for a module and gone after it."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from seleto import busy_month

# A Tuesday afternoon in São Paulo.
NOW = datetime(2026, 11, 24, 17, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def month(owner: None, django_db_blocker: DjangoDbBlocker) -> Iterator[busy_month.Made]:
    """200 leads, 4,000 messages. Each test's own transaction lies within the one that is undone here."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield busy_month.make(share=0.04, now=NOW)
        transaction.set_rollback(True)
