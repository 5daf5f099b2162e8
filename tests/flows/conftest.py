"""One installation for all flow tests: web, worker and sandbox as child processes on a database of their own."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from pytest_django import DjangoDbBlocker

from conversations.evals import installation
from tests import databases
from tests.chaos.inside import DIRECTORY
from tests.chaos.lane import Lane
from tests.flows.collector import Collector, listening
from tests.flows.pipe import SETTINGS, Pipe


@pytest.fixture(scope="package")
def collector() -> Iterator[Collector]:
    with listening() as collector:
        yield collector


@pytest.fixture(scope="package")
def installed(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
    collector: Collector,
) -> Iterator[Lane]:
    """Ends its processes by pid and drops its database, however the tests went."""
    armed = tmp_path_factory.mktemp("points")
    faults = {"FAULTS_MODULE": "tests.chaos.inside", DIRECTORY: str(armed)}
    traces = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.address}
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        # The children run on the tests' server, which is not the one that settings name.
        patch.setattr(settings, "DATABASE_URL", databases.url())
        patch.setattr(settings, "PIPERUN_TOKEN", settings.PIPERUN_TOKEN)
        with installation.running({**SETTINGS, **faults, **traces}) as running:
            lane = Lane(running, armed)
            yield lane
            lane.close()


@pytest.fixture
def pipe(installed: Lane) -> Iterator[Pipe]:
    """The installation, idle and well-behaved before and after."""
    installed.calm()
    yield installed
    installed.calm()


@pytest.fixture
def lane(pipe: Pipe, installed: Lane) -> Iterator[Lane]:
    """The same, with kill points and a verdict over what happened."""
    yield installed
    installed.disarm()
