"""PipeRun's gateway over real HTTP, against the sandbox."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.crm.gateway_case import GatewayCase
from tests.crm.piperun import PipeRunAccount, started
from tests.sandbox.outside import Outside


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Outside]:
    with started() as outside:
        yield outside


@pytest.fixture
def account(sandbox: Outside, settings: Settings) -> PipeRunAccount:
    return PipeRunAccount(sandbox, settings)


class TestPipeRun(GatewayCase):
    """What every gateway keeps."""
