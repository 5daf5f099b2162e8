"""Which product a reply names, and which fact it asks for."""

import pytest

from conversations.speech import ASKABLE, asks_for, names_product


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("FB300", "Conheça a FB 300!"),
        ("FBM100", "a fbm-100 é manual"),
        ("SE3000", "A SE 3.000 tem esteira"),
        ("SMARTPRO", "a SE SmartPro é elétrica"),
        ("SMARTPRO", "a Smart Pro"),
        ("ENS15", "A ensacadeira vem em 15 kg e 30 kg."),
        ("ENS30", "A ensacadeira vem em 15 kg e 30 kg."),
        ("MIX70", "temos misturadores de 25, 70, 140 e 210 L"),
        ("MIX140", "o misturador de 140 litros"),
        ("LINHA_ESPETO", "A linha de Espetos volta depois"),
        ("LINHA_FB700", "a linha automática com a FB700"),
        ("EPE1200", "EPE 1.200"),
    ],
)
def test_a_product_is_named_in_many_ways(code: str, text: str) -> None:
    assert names_product(code, text)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("FB300", "a FB3000 não existe"),
        ("FB700", "produz 700 por hora"),
        ("ENS15", "A ensacadeira tem 3 bicos."),
        ("MIX25", "a cuba tem 125 litros"),
        ("LINHA_FB700", "a FB700 tem esteira"),
        ("SE3000", "até 3.000 por hora"),
    ],
)
def test_a_number_alone_names_nothing(code: str, text: str) -> None:
    assert not names_product(code, text)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("nome", "Como posso te chamar?"),
        ("nome", "Com quem eu falo?"),
        ("nome", "Me passa seu nome, por favor."),
        ("empresa", "Qual é o nome da sua empresa?"),
        ("empresa", "Como sua hamburgueria se chama? Qual o nome do restaurante?"),
        ("cidade", "De qual cidade você fala?"),
        ("cidade", "Onde fica a sua loja?"),
        ("uf", "Qual o seu estado?"),
        ("produto", "Qual máquina você procura?"),
        ("produto", "O que você pretende produzir: hambúrguer, linguiça?"),
        ("volume", "Quantos hambúrgueres você faz por dia?"),
        ("volume", "Qual é a sua produção hoje?"),
        ("urgencia", "Para quando você precisa da máquina?"),
        ("cnpj", "Pode me informar o CNPJ?"),
        ("email", "Qual o seu e-mail?"),
        ("telefone", "Me passa um telefone?"),
        ("conhece_seleto", "Você já conhece a Seleto?"),
        ("segmento", "Qual o segmento do seu negócio?"),
    ],
)
def test_a_question_for_a_fact_is_noticed(field: str, text: str) -> None:
    assert asks_for(field, text)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("nome", "Anotado o nome da empresa! Posso ajudar em mais algo?"),
        ("nome", "Qual é o nome da sua empresa?"),
        ("cidade", "Itajaí, anotado."),
        ("cidade", "Atendemos a sua cidade."),
        ("volume", "A FB300 produz de 300 a 350 hambúrgueres por hora."),
        ("urgencia", "Quando quiser, é só chamar."),
        ("cnpj", "Recebi o seu CNPJ, obrigado!"),
        ("empresa", "Qual o segmento da sua empresa?"),
    ],
)
def test_what_asks_for_nothing_is_left_alone(field: str, text: str) -> None:
    assert not asks_for(field, text)


def test_the_asking_sentence_is_shown() -> None:
    assert asks_for("cidade", "Boa tarde! De qual cidade você fala? Obrigado.") == "De qual cidade você fala?"


def test_only_facts_can_be_asked_for() -> None:
    assert "pede_humano" not in ASKABLE
