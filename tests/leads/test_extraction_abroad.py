"""Leads who write English or Spanish are read by the same rules, and a machine may be told by what it does."""

import pytest

from knowledge.catalogue import shipped_products
from leads.extraction import asks_opt_out, extract

PRODUCTS = shipped_products()


@pytest.mark.parametrize(
    ("text", "field", "stored", "quote"),
    [
        ("we make 500 burgers per day", "volume", "500 hamburgueres/dia", "500 burgers per day"),
        ("Hola, hacemos 800 hamburguesas por día", "volume", "800 hamburgueres/dia", "800 hamburguesas por día"),
        ("I need a mixer of 70 liters", "produto", "MIX70", "mixer of 70 liters"),
        ("My name is John Smith", "nome", "John Smith", "John Smith"),
        ("how much is the FB300?", "pede_preco", "sim", "how much is"),
        ("¿cuánto cuesta la SE6000?", "pede_preco", "sim", "cuánto cuesta"),
        ("I want to talk to a person", "pede_humano", "sim", "talk to a person"),
        ("quiero hablar con una persona", "pede_humano", "sim", "hablar con una persona"),
    ],
)
def test_the_fact_is_read_and_quoted_in_the_leads_words(text, field, stored, quote):
    item = extract([text], products=PRODUCTS).get(field)

    assert item is not None
    assert (item.stored, item.quote) == (stored, quote)
    assert text[item.start : item.end] == quote


@pytest.mark.parametrize(
    "text", ["unsubscribe", "stop", "please stop sending me messages", "no me escriban más", "quiero darme de baja"]
)
def test_no_more_messages_are_wanted(text):
    assert asks_opt_out(text)


@pytest.mark.parametrize("text", ["the machine should not stop", "don't stop, go on", "quiero recibir el catálogo"])
def test_talk_of_stopping_is_no_opt_out(text):
    assert not asks_opt_out(text)


@pytest.mark.parametrize(
    ("text", "product"),
    [
        ("pode ser só a de cortar a carne então", "CT200"),
        ("quero só a que corta a carne", "CT200"),
        ("então a de fazer filé", "FS150"),
        ("a parte de cortar a carne é manual", None),
        ("a que corta grama", None),
        ("minha faca não corta mais", None),
    ],
)
def test_a_machine_told_by_what_it_does(text, product):
    item = extract([text], products=PRODUCTS).get("produto")

    assert (item.stored if item else None) == product
