from collections.abc import Iterator

import pytest

from tests.sandbox.chatwoot import Chatwoot
from tests.sandbox.outside import Outside, Product, running
from tests.sandbox.piperun import Piperun


@pytest.fixture(scope="session")
def both() -> Iterator[tuple[Outside, Product]]:
    product = Product()
    with running(product) as outside:
        yield outside, product


@pytest.fixture
def product(both: tuple[Outside, Product]) -> Product:
    return both[1]


@pytest.fixture
def outside(both: tuple[Outside, Product]) -> Outside:
    """The sandbox as it is after a start, with receipts that do not keep a test waiting."""
    found, product = both
    found.admin("reset", seed=7)
    found.admin("zapi/settings", receipt_delays_s=[0, 0, 0])
    product.forget()
    return found


@pytest.fixture
def chatwoot(outside: Outside, product: Product) -> Chatwoot:
    return Chatwoot(outside, product)


@pytest.fixture
def piperun(outside: Outside) -> Piperun:
    return Piperun(outside)
