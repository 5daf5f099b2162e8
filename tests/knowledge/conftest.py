from collections.abc import Iterator

import pytest

from knowledge import loader, queries


@pytest.fixture(autouse=True)
def _fresh_reads() -> Iterator[None]:
    """A rolled back row must not live on in the process's cache."""
    queries.clear_cache()
    yield
    queries.clear_cache()


@pytest.fixture
def seeded(db: None) -> None:
    loader.load()
