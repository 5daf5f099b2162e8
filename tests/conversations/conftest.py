import pytest

from conversations import channel_cache
from knowledge import queries
from seleto.lib import circuits
from tests.factories import ChannelFactory


@pytest.fixture(autouse=True)
def fresh_caches():
    """Nothing that one test read from its database may be known to the next."""
    for forget in (channel_cache.forget, queries.clear_cache, circuits.forget):
        forget()
    yield
    for forget in (channel_cache.forget, queries.clear_cache, circuits.forget):
        forget()


@pytest.fixture
def channel(db):
    return ChannelFactory.create()
