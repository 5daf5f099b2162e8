import pytest

from knowledge import loader


@pytest.fixture
def seeded(db: None) -> None:
    loader.load()
