"""One line however it is written: with or without country code, punctuation or the ninth digit."""

import csv
from pathlib import Path

import pytest

from leads.phones import AREA_CODES, brazilian, canonical, is_lid, variants

AREAS = sorted(AREA_CODES)


def test_every_area_code_in_use_is_known() -> None:
    assert len(AREA_CODES) == 67


@pytest.mark.parametrize("area", AREAS)
def test_a_mobile_is_one_line_in_every_form(area: str) -> None:
    whole = f"55{area}900000001"
    forms = [
        whole, f"{area}900000001", f"0{area}900000001", f"+55 ({area}) 90000-0001", f"({area}) 9 0000-0001",
        f"{area} 90000.0001", f"{whole}@c.us", f"{whole}@s.whatsapp.net", f"0055{area}900000001", f"+55{area}900000001",
    ]  # fmt: skip
    assert {canonical(form) for form in forms} == {whole}


@pytest.mark.parametrize("area", AREAS)
@pytest.mark.parametrize("first", "6789")
def test_a_mobile_without_the_ninth_digit_gets_it(area: str, first: str) -> None:
    old, whole = f"55{area}{first}1234567", f"55{area}9{first}1234567"
    assert canonical(old) == canonical(whole) == whole
    assert set(variants(old)) == set(variants(whole)) == {old, whole}
    assert variants(old)[0] == old


@pytest.mark.parametrize("area", AREAS)
@pytest.mark.parametrize("first", "2345")
def test_a_landline_gets_no_ninth_digit(area: str, first: str) -> None:
    line = f"55{area}{first}0000001"
    assert canonical(f"({area}) {first}000-0001") == line
    assert variants(line) == (line,)


@pytest.mark.parametrize("area", sorted({str(code) for code in range(10, 100)} - AREA_CODES))
def test_no_line_is_made_of_an_area_code_that_does_not_exist(area: str) -> None:
    assert brazilian(f"({area}) 90000-0001") is None
    assert canonical(f"({area}) 3000-0001") is None


@pytest.mark.parametrize(
    "raw",
    [
        "", "abc", "oi", "90000-0001", "3000-0001", "0800 123 4567", "4004-1234", "123", "69.999.012/0055-60",
        "69999012005560", "120363012345678901@g.us", "5511900000001-1600000000@g.us", "status@broadcast",
        "123456789012345@lid", "12,5", "+", "R$ 11900000001", "2026-11-22", "11 9000", "+5500900000001", "+0 123456789",
    ],
)  # fmt: skip
def test_what_is_no_phone(raw: str) -> None:
    assert canonical(raw) is None


@pytest.mark.parametrize(
    ("raw", "digits"),
    [
        ("+351 912 000 001", "351912000001"), ("+1 (415) 555-0001", "14155550001"), ("14155550001", "14155550001"),
        ("595981000001", "595981000001"), ("5491100000001", "5491100000001"), ("00351912000001", "351912000001"),
    ],
)  # fmt: skip
def test_other_countries_keep_their_digits(raw: str, digits: str) -> None:
    assert canonical(raw) == digits
    assert variants(digits) == (digits,)


def test_a_provider_id_that_looks_odd_is_kept() -> None:
    assert canonical("5520900000001") == "5520900000001"


@pytest.mark.parametrize("value", ["123456789012345@lid", " 123456789012345@LID "])
def test_a_lid_is_recognised(value: str) -> None:
    assert is_lid(value)


@pytest.mark.parametrize("value", ["5511900000001", "5511900000001@c.us", "@lid", "", "120363012345678901@g.us"])
def test_a_phone_is_no_lid(value: str) -> None:
    assert not is_lid(value)


def test_area_codes_are_those_of_the_municipalities() -> None:
    reference = Path(__file__).parent / "data" / "municipios_ibge.csv"
    with reference.open(encoding="utf-8") as lines:
        assert {row["ddd"] for row in csv.DictReader(lines)} == AREA_CODES
