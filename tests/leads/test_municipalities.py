"""The shipped table against an independent public one, and what people call a city."""

import csv
from pathlib import Path

import pytest

from leads.municipalities import choices, find, is_nickname, state, table

REFERENCE = Path(__file__).parent / "data" / "municipios_ibge.csv"

# Code -> why our name differs from the reference's. Ours follows the current IBGE list.
RENAMED = "renamed by law; the reference keeps the former name"
SPELLING = "official spelling since corrected by the municipality or IBGE"
DIFFERENCES = {
    "1400605": RENAMED, "1708254": RENAMED, "2401305": RENAMED, "2405306": RENAMED, "1505551": SPELLING,
    "2304277": SPELLING, "2400208": SPELLING, "2401206": SPELLING, "2408409": SPELLING, "2512606": SPELLING,
    "2613107": SPELLING, "2613800": SPELLING, "2800100": SPELLING, "2802601": SPELLING, "2902054": SPELLING,
    "2917334": SPELLING, "2922250": SPELLING, "2928505": SPELLING, "3105509": SPELLING, "3122900": SPELLING,
    "3145455": SPELLING, "3147808": SPELLING, "3165206": SPELLING, "3200706": SPELLING, "3506607": SPELLING,
    "3516101": SPELLING, "3522158": SPELLING, "4206108": SPELLING, "4209607": SPELLING, "4216057": SPELLING,
    "5107800": SPELLING,
}  # fmt: skip


def reference() -> dict[str, tuple[str, str]]:
    with REFERENCE.open(encoding="utf-8") as lines:
        return {row["codigo"]: (row["nome"], row["uf"]) for row in csv.DictReader(lines)}


def shipped() -> dict[str, tuple[str, str]]:
    return {city.code: (city.name, city.uf) for cities in table().values() for city in cities}


def test_the_codes_are_those_of_the_reference() -> None:
    assert shipped().keys() == reference().keys()


def test_the_names_are_those_of_the_reference_but_for_the_listed_ones() -> None:
    theirs = reference()
    different = {code for code, city in shipped().items() if city != theirs[code]}
    assert different == DIFFERENCES.keys()
    assert all(shipped()[code][1] == theirs[code][1] for code in DIFFERENCES)


def test_every_municipality_is_found_by_its_name_and_state() -> None:
    for name, uf in shipped().values():
        for form in (name, name.upper(), f" {name} "):
            place = find(form, uf)
            assert place is not None, name
            assert (place.name, place.uf) == (name, uf)


def test_a_city_keeps_its_name_where_a_nickname_looks_alike() -> None:
    place = find("Poá")
    assert place is not None
    assert (place.name, place.uf) == ("Poá", "SP")


@pytest.mark.parametrize(
    "name", ["Santa Maria", "Bom Jesus", "Santa Luzia", "São Francisco", "Planalto", "São Domingos"]
)
def test_a_shared_name_has_no_state_until_it_is_told(name: str) -> None:
    place = find(name)
    assert place is not None
    assert (place.name, place.uf, place.ask_state) == (name, "", True)
    assert len(choices(name)) > 1


@pytest.mark.parametrize(
    ("said", "name", "uf"),
    [
        ("BH", "Belo Horizonte", "MG"), ("poa", "Porto Alegre", "RS"), ("BSB", "Brasília", "DF"),
        ("floripa", "Florianópolis", "SC"), ("Sampa", "São Paulo", "SP"), ("Rio", "Rio de Janeiro", "RJ"),
        ("sjc", "São José dos Campos", "SP"), ("Sta Bárbara d'Oeste", "Santa Bárbara d'Oeste", "SP"),
        ("santa barbara doeste", "Santa Bárbara d'Oeste", "SP"), ("Gov. Valadares", "Governador Valadares", "MG"),
        ("pres prudente", "Presidente Prudente", "SP"), ("mogi-mirim", "Mogi Mirim", "SP"), ("parati", "Paraty", "RJ"),
        ("CUIABA", "Cuiabá", "MT"), ("sao thome das letras", "São Tomé das Letras", "MG"),
        ("santana do livramento", "Sant'Ana do Livramento", "RS"),
    ],
)  # fmt: skip
def test_what_people_call_a_city(said: str, name: str, uf: str) -> None:
    place = find(said)
    assert place is not None
    assert (place.name, place.uf, place.ask_state) == (name, uf, False)


@pytest.mark.parametrize(("name", "uf"), [("Xique-xique do Norte", None), ("", None), ("Curitiba", "SP")])
def test_no_such_place(name: str, uf: str | None) -> None:
    assert find(name, uf) is None


@pytest.mark.parametrize("said", ["BH", "rio", "Sampa"])
def test_short_forms_are_known_as_such(said: str) -> None:
    assert is_nickname(said)
    assert not is_nickname("Curitiba")


@pytest.mark.parametrize(
    ("said", "uf"),
    [("SP", "SP"), ("paraná", "PR"), ("Minas", "MG"), ("mato grosso do sul", "MS"), ("xx", None), ("", None)],
)
def test_states(said: str, uf: str | None) -> None:
    assert state(said) == uf
