"""What a reply says of money is judged by what was asked and by who speaks of whose money."""

import pytest

from conversations.guardrails import Kind, ReviewContext, review
from knowledge.catalogue import shipped_products


def kinds(text: str, lead_last: str = "") -> set[Kind]:
    return set(review(text, ReviewContext(lead_last=lead_last, products=shipped_products())).kinds)


@pytest.mark.parametrize(
    ("text", "lead_last"),
    [
        ("Confere!", "22.400 então?"),
        ("Menos da metade disso.", "é 50 mil?"),
        ("Com esse valor, só a manual.", "tenho 8 mil"),
        ("Uma viagem pra Europa, mais ou menos.", "qual o preço?"),
        ("o seu chute de 20 tá bom", "é uns 20 mil?"),
    ],
)
def test_a_short_answer_to_a_question_of_price_tells_it(text: str, lead_last: str) -> None:
    assert Kind.PRICE in kinds(text, lead_last)


@pytest.mark.parametrize(
    ("text", "lead_last"),
    [
        ("Perfeito! Já registrei aqui.", "meu orçamento é 30 mil"),
        ("Ótimo, isso ajuda o consultor.", "posso gastar até 30 mil"),
        ("Claro! Me diz seu nome.", "quero um orçamento da fb300"),
        ("Isso, 14 cm.", "vai até 14?"),
        ("Três mil!", "e a se3000 faz quanto por hora?"),
        ("1500.", "quantos faço por dia se rodar 5 horas na fb300?"),
    ],
)
def test_taking_down_a_budget_or_answering_about_output_tells_no_price(text: str, lead_last: str) -> None:
    assert kinds(text, lead_last) == set()


def test_a_question_the_reply_asks_itself_gives_the_next_words_their_sense() -> None:
    assert kinds("Frete? Já tá tudo embutido.") == {Kind.FREIGHT}
    assert kinds("Frete? Quem vê é o consultor.") == set()


def test_a_figure_of_another_machine_explains_no_amount() -> None:
    assert kinds("FBM100: 1.200") == {Kind.PRICE}
    assert kinds("LINHA FB700: 700, EPE1200: 1.400") == set()


@pytest.mark.parametrize("text", ["É coisa de dezoitão.", "quinzão a manual", "10 de 1.500 no boleto"])
def test_slang_of_teens_and_counted_instalments_are_amounts(text: str) -> None:
    assert Kind.PRICE in kinds(text)


@pytest.mark.parametrize(
    "text",
    [
        "Esse é um real problema pra quem molda na mão.",
        "Um milhão de obrigados pela paciência!",
        "Não falo em reais, nem em milhares, nem em parcelas.",
        "O barato da semi é o pedal.",
        "Caro Marcelo, tudo bem?",
        "Cheque o seu e-mail, por favor.",
    ],
)
def test_look_alikes_of_money_pass(text: str) -> None:
    assert kinds(text) == set()
