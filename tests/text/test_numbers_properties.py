"""What is said in any style is read back, wherever it stands."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from seleto.lib.text.numbers import find_quantities
from tests.text import number_words as say

WHOLE: list[Callable[[int], str]] = [say.in_words, say.without_joints, say.all_joints, say.dotted, str]
THOUSANDS: list[Callable[[int], str]] = [say.with_mil, say.with_k]


@pytest.mark.parametrize("style", WHOLE)
@given(number=st.integers(min_value=2, max_value=999_999))
@example(number=100_001)
def test_a_number_said_in_words_or_digits_is_read_back(style: Callable[[int], str], number: int) -> None:
    text = f"são {style(number)} kg."
    (quantity,) = find_quantities(text)
    assert quantity.low == quantity.high == number
    assert quantity.unit == "kg"
    assert text[quantity.start : quantity.end] == f"{style(number)} kg"


@given(number=st.integers(min_value=1_000_000, max_value=999_999_999))
def test_millions_are_read_back(number: int) -> None:
    (quantity,) = find_quantities(say.in_words(number))
    assert number in quantity.values


@pytest.mark.parametrize("style", THOUSANDS)
@given(number=st.integers(min_value=1, max_value=999).map(lambda hundreds: hundreds * 100))
def test_thousands_said_with_a_magnitude_are_read_back(style: Callable[[int], str], number: int) -> None:
    if number < 1000 and style is say.with_mil:
        number *= 10
    (quantity,) = find_quantities(f"uns {style(number)} por mês")
    assert quantity.low == number
    assert (quantity.period, quantity.approximate) == ("mes", True)


@given(thousands=st.integers(min_value=1, max_value=99), rest=st.integers(min_value=100, max_value=999))
def test_elided_thousands_are_read_back(thousands: int, rest: int) -> None:
    number = thousands * 1000 + rest
    (quantity,) = find_quantities(say.elided(number))
    assert quantity.low == number


@given(number=st.integers(min_value=100, max_value=9_999_999))
def test_digits_spelled_one_by_one_are_read_back(number: int) -> None:
    (quantity,) = find_quantities(say.spelled(number))
    assert quantity.low == number


@given(number=st.integers(min_value=1100, max_value=99_999))
def test_words_without_spaces_are_read_back(number: int) -> None:
    (quantity,) = find_quantities(say.glued(number))
    assert quantity.low == number


@given(low=st.integers(min_value=2, max_value=5000), more=st.integers(min_value=1, max_value=5000))
def test_a_range_keeps_both_ends(low: int, more: int) -> None:
    for text in (f"de {low} a {low + more} kg", f"entre {low} e {low + more} kg", f"{low} até {low + more} quilos"):
        (quantity,) = find_quantities(text)
        assert list(quantity.values) == [low, low + more]
        assert quantity.unit == "kg"


@given(cents=st.integers(min_value=0, max_value=99_999_999))
def test_money_with_cents_is_read_back(cents: int) -> None:
    whole, rest = divmod(cents, 100)
    (quantity,) = find_quantities(f"R$ {say.dotted(whole)},{rest:02d}")
    assert quantity.low == Decimal(cents) / 100
    assert (quantity.kind, quantity.unit) == ("money", "BRL")


@given(st.text(max_size=200))
def test_any_text_gives_ordered_spans_inside_it(text: str) -> None:
    end = 0
    for quantity in find_quantities(text):
        assert end <= quantity.start < quantity.end <= len(text)
        assert quantity.low <= quantity.high
        end = quantity.end


def test_one_after_thousands_with_no_joint_is_left_apart() -> None:
    """ "cem mil um kg" may be a price for one kilo: the two numbers are not added up."""
    assert [quantity.low for quantity in find_quantities("sai por cem mil um kg")] == [100_000, 1]
