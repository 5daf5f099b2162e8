"""What the sync's tests share."""

from collections.abc import Iterator

import pytest

from crm import rules
from tests.crm.memory import MemoryCrm, use


@pytest.fixture(autouse=True)
def _fresh_rules() -> Iterator[None]:
    """What one test set in its database is nothing to the next."""
    rules.forget()
    yield
    rules.forget()


@pytest.fixture
def crm(db, monkeypatch, settings) -> MemoryCrm:
    """The installation writes to a CRM in memory."""
    account = MemoryCrm()
    use(account, monkeypatch, settings)
    return account
