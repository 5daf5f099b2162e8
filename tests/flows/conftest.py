"""One installation for all flow tests: web, worker and sandbox as child processes on a database of their own."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from pytest_django import DjangoDbBlocker

from conversations.evals import installation
from tests import databases
from tests.flows.pipe import SETTINGS, Pipe


@pytest.fixture(scope="package")
def installed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Pipe]:
    """Ends its processes by pid and drops its database, however the tests went."""
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        # The children run on the tests' server, which is not the one that settings name.
        patch.setattr(settings, "DATABASE_URL", databases.url())
        with installation.running(SETTINGS) as running:
            pipe = Pipe(running)
            yield pipe
            pipe.close()


@pytest.fixture
def pipe(installed: Pipe) -> Iterator[Pipe]:
    """The installation, idle and well-behaved before and after."""
    installed.calm()
    yield installed
    installed.calm()
