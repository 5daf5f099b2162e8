"""A price question answered without a word of money, and figures that count something else."""

from decimal import Decimal

import pytest

from conversations.guardrails import Kind, ReviewContext, review
from knowledge.catalogue import shipped_products

ASKED = "Quanto custa a FB300?"


@pytest.mark.parametrize(
    "reply",
    [
        "Para você, 12.500!",
        "Para o senhor, doze mil!",
        "Só para você: 9.800!",
        "O número que você quer é 12.500",
        "Doze mil e quinhentos, pode ser?",
        "Que tal 12.500?",
        "It costs twelve thousand reais",
        "Custa 一万二千五百",
        "https://seleto.example/fb300?preco=12500",
        "De graça",
    ],
)
def test_a_bare_amount_is_a_price_where_one_was_asked(reply):
    assert Kind.PRICE in review(reply, ReviewContext(lead_last=ASKED)).kinds


@pytest.mark.parametrize(
    "reply",
    [
        "A FB300 faz de 300 a 350 hambúrgueres por hora.",
        "A FB700 forma 700 por hora e a SE3000 até 3.000.",
        "Você produz 1.500 por dia, certo?",
        "Sobre valores, quem passa é o nosso consultor. Qual o seu volume?",
    ],
)
@pytest.mark.parametrize("asked", [ASKED, "Oi"])
def test_figures_of_production_are_no_answer_to_it(reply, asked):
    assert review(reply, ReviewContext(lead_last=asked, products=shipped_products())).ok


def test_the_configured_price_may_be_told_to_a_cold_lead():
    context = ReviewContext(lead_last=ASKED, temperature="frio", price_exception={"FB300": Decimal(18900)})

    assert review("A FB300 sai por 18.900.", context).ok
    assert not review("A FB300 sai por 19.900.", context).ok
