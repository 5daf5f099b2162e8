"""A CPF is taken out of what people write; phones, CNPJ and other numbers stay."""

import pytest

from seleto.lib.text.cpf import MASK, masked

# Fictional numbers with right check digits; the last one could be a mobile phone of São Paulo.
DOTTED, BARE, LIKE_A_PHONE = "529.982.247-25", "52998224725", "11987654455"


@pytest.mark.parametrize(
    "written",
    [
        DOTTED,
        BARE,
        "529.982.24725",
        "529.982.247/25",
        "529.982.247\u201125",
        "529 . 982 . 247 - 25",
        "５２９.９８２.２４７-２５",
    ],
)
def test_a_cpf_is_masked_however_it_is_written(written: str) -> None:
    assert masked(f"Sou a Patrícia, {written}, de Itajaí") == f"Sou a Patrícia, {MASK}, de Itajaí"


@pytest.mark.parametrize(
    "said", ["CPF 529 982 247 25", "meu cpf é: 529 982 247 25", "CPF do titular 529-982-247-25", f"Cpf {LIKE_A_PHONE}"]
)
def test_where_the_word_announces_it_other_forms_count_too(said: str) -> None:
    found = masked(said)

    assert found.endswith(MASK)
    assert found[: -len(MASK)] == said[: len(found) - len(MASK)]


def test_every_one_of_several_is_masked() -> None:
    assert masked(f"{DOTTED} e 111.444.777-35") == f"{MASK} e {MASK}"


@pytest.mark.parametrize(
    "text",
    [
        "12.345.678/0001-95",
        "12345678000195",
        "11.222.333/0001-81",
        "CNPJ 11222333000181",
        "+55 11 98765-4455",
        "5511987654455",
        LIKE_A_PHONE,
        "(11) 98765-4455",
        "cpf ou cnpj? meu fone é (47) 99999-0001",
        "529.982.247-26",
        "111.111.111-11",
        "529 982 247 25",
        "produzimos 100 200 300 50 por dia",
        "protocolo 1529982247250",
        "pedido 20261122175401",
        "",
    ],
)
def test_what_is_no_cpf_stays(text: str) -> None:
    assert masked(text) == text
