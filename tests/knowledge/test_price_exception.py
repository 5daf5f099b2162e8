from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError

from knowledge import queries
from knowledge.models import PricePolicy, Product, ProductPrice

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)


def switch(*, on: bool) -> None:
    PricePolicy.objects.update_or_create(id=1, defaults={"cold_lead_exception": on})


def price(code: str, amount: int, start: date, end: date | None = None) -> None:
    Product.objects.get_or_create(code=code, defaults={"name": code})
    ProductPrice.objects.create(product_id=code, amount=amount, valid_from_date=start, valid_until_date=end)


def test_no_price_while_the_exception_is_off() -> None:
    price("FB300", 18_900, date(2026, 1, 1))

    assert queries.price_exception(today=TODAY) == {}


def test_the_valid_price_when_it_is_on() -> None:
    switch(on=True)
    price("FB300", 18_900, date(2026, 1, 1))

    assert queries.price_exception(today=TODAY) == {"FB300": Decimal(18_900)}


def test_an_expired_or_future_price_is_no_price() -> None:
    switch(on=True)
    price("FB300", 18_900, date(2026, 1, 1), date(2026, 11, 23))
    price("FBM100", 5_900, date(2026, 11, 25))

    assert queries.price_exception(today=TODAY) == {}


def test_the_last_day_of_validity_counts_and_the_latest_start_wins() -> None:
    switch(on=True)
    price("FB300", 17_000, date(2026, 1, 1), TODAY)
    price("FB300", 18_900, date(2026, 6, 1), TODAY)

    assert queries.price_exception(today=TODAY) == {"FB300": Decimal(18_900)}


def test_withdrawing_it_is_felt_at_once() -> None:
    switch(on=True)
    price("FB300", 18_900, date(2026, 1, 1))
    assert queries.price_exception(today=TODAY)

    PricePolicy.objects.update(cold_lead_exception=False)

    assert queries.price_exception(today=TODAY) == {}


def test_no_other_product_may_have_a_price() -> None:
    with pytest.raises(IntegrityError):
        price("SE6000", 90_000, date(2026, 1, 1))


def test_there_is_one_policy() -> None:
    with pytest.raises(IntegrityError):
        PricePolicy.objects.create(id=2)
