"""A model's proposal stands only on the lead's own words and a valid value."""

import pytest

from knowledge.catalogue import shipped_products
from leads.extraction import validate


def check(field: str, value: str, quote: str, message: str | None = None) -> str | None:
    return validate(field, value, quote=quote, message=message or quote, products=shipped_products())


GOOD: list[tuple[str, str, str, str]] = [
    ("nome", "Patrícia Leal", "sou a patricia leal", "Patrícia Leal"),
    ("empresa", "Burger Aurora", "da Burger Aurora", "Burger Aurora"),
    ("cidade", "itajai", "moro em Itajaí", "Itajaí"),
    ("cidade", "Belo Horizonte", "sou de BH", "Belo Horizonte"),
    ("uf", "sc", "Itajaí - SC", "SC"),
    ("uf", "SC", "moro em Itajaí", "SC"),
    ("uf", "MG", "aqui em Minas", "MG"),
    ("uf", "RS", "sou de Pelotas rs", "RS"),
    ("uf", "RS", "Gramado RS 👍", "RS"),
    ("produto", "fb300", "quero a FB 300", "FB300"),
    ("produto", "FBM100", "a manual", "FBM100"),
    ("volume", "1500 hamburgueres/dia", "mil e quinhentos por dia", "1500 hamburgueres/dia"),
    ("volume", "240 hamburgueres/dia", "20 dúzias por dia", "240 hamburgueres/dia"),
    ("urgencia", "Alta", "preciso pra ontem", "alta"),
    ("cnpj", "11.222.333/0001-81", "cnpj 11222333000181", "11222333000181"),
    ("cnpj", "12abc34501de35", "12.ABC.345/01DE-35", "12ABC34501DE35"),
    ("email", "Vendas@Loja.Example", "vendas@loja.example", "vendas@loja.example"),
    ("email", "vendas@loja.example", "vendas arroba loja ponto example", "vendas@loja.example"),
    ("telefone", "47999000001", "(47) 99900-0001", "+5547999000001"),
    ("conhece_seleto", "sim", "já comprei de vocês", "sim"),
    ("segmento", "food truck", "tenho um food truck", "food_truck"),
]


@pytest.mark.parametrize(("field", "value", "quote", "stored"), GOOD)
def test_what_the_lead_said_is_kept_in_its_stored_form(field: str, value: str, quote: str, stored: str) -> None:
    assert check(field, value, quote) == stored


BAD: list[tuple[str, str, str]] = [
    ("nome", "SmartPro", "e a SmartPro, faz quanto?"),
    ("uf", "RS", "sou de Sorocaba rs"),
    ("uf", "RS", "falo de Goiânia, rs"),
    ("nome", "Patrícia Leal", "sou a patricia"),
    ("nome", "{{nome}}", "{{nome}}"),
    ("empresa", "Seleto Industrial", "falo com a Seleto Industrial"),
    ("cidade", "Gotham", "sou de Gotham"),
    ("cidade", "Itajaí", "sou de Blumenau"),
    ("uf", "XX", "uf XX"),
    ("uf", "RS", "sou de Santa Maria"),
    ("uf", "SP", "DDD 11"),
    ("produto", "FB999", "quero a FB999"),
    ("produto", "FB300", "quero a FB700"),
    ("volume", "1500 hamburgueres/dia", "uns 200 por dia"),
    ("volume", "muito", "muito"),
    ("urgencia", "altíssima", "pra ontem"),
    ("cnpj", "11222333000182", "11222333000182"),
    ("cnpj", "11222333000181", "11444777000161"),
    ("cnpj", "00000000000000", "00.000.000/0000-00"),
    ("email", "vendas@loja", "vendas@loja"),
    ("email", "outro@loja.example", "vendas@loja.example"),
    ("telefone", "999000001", "99900-0001"),
    ("telefone", "11900000001", "(47) 99900-0001"),
    ("conhece_seleto", "talvez", "acho que sim"),
    ("segmento", "astronauta", "sou astronauta"),
    ("temperatura", "quente", "quente"),
    ("nome", "", "sou a Ana"),
]


@pytest.mark.parametrize(("field", "value", "quote"), BAD)
def test_what_does_not_follow_is_dropped(field: str, value: str, quote: str) -> None:
    assert check(field, value, quote) is None


@pytest.mark.parametrize("quote", ["sou a Ana", "", "   "])
def test_a_quotation_the_lead_never_wrote_is_dropped(quote: str) -> None:
    assert validate("nome", "Ana", quote=quote, message="oi, tudo bem?") is None


def test_case_accents_and_spacing_of_a_quotation_do_not_matter() -> None:
    assert validate("nome", "Patrícia", quote="SOU  A PATRICIA", message="oi, sou a\nPatrícia") == "Patrícia"
