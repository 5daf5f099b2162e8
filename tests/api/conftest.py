import pytest

from knowledge import loader


@pytest.fixture
def seeded(db: None) -> None:
    """What is shipped: products, articles, phrases, prompts."""
    loader.load()
