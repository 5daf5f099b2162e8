"""English and Spanish are put into the Portuguese words that rules know, with the offsets of the original."""

import pytest

from seleto.lib.text.foreign import in_portuguese, words_in_portuguese
from seleto.lib.text.reading import read


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("It costs five thousand two hundred dollars.", "5.200 dólares"),
        ("It costs twenty grand.", "20 mil reais"),
        ("It makes 6,000 burgers per hour", "6.000 hambúrgueres por hora"),
        ("It has a 0.75 hp motor", "motor de 0,75 cv"),
        ("All our machines have a 12-month warranty", "garantia de 12 meses"),
        ("We form 300 to 350 burgers an hour", "300 a 350 hambúrgueres por hora"),
        ("La máquina cuesta cinco mil dólares", "custa cinco mil dólares"),
        ("El envío es gratis para usted", "frete é grátis"),
        ("Sí, el consultor habla con usted", "sim, o consultor fala com você"),
        ("Si necesita una persona, dígame", "se precisa uma pessoa"),
    ],
)
def test_words_of_trade_become_portuguese(text, told):
    assert told in in_portuguese(read(text)).text


@pytest.mark.parametrize(
    "text",
    [
        "A FB300 produz de 300 a 350 hambúrgueres por hora.",
        "O frete é grátis? Quem fala disso é o consultor.",
        "Anotei: Los Pollos Hermanos, em Curitiba!",
        "menos de dez mil, seis vezes no cartão",
        "função get_city_id em https://seleto.example/the-price-of-it",
        "",
        "???",
    ],
)
def test_portuguese_is_left_alone(text):
    reading = read(text)

    assert in_portuguese(reading) is reading


def test_a_span_of_the_result_is_one_of_the_original():
    original = "Hello! It costs **five thousand dollars**, my friend."
    told = in_portuguese(read(original))
    start = told.text.index("5.000")

    first, end = told.span(start, start + len("5.000"))

    assert original[first:end] == "five thousand"
    assert len(told.text) == len(told.starts) == len(told.ends)


def test_only_the_foreign_sentences_of_a_mixed_text_change():
    text = "Esta conversa fica registrada para você. How much do you want to make per day?"

    assert words_in_portuguese(text).startswith("Esta conversa fica registrada para você.")
    assert "por dia" in words_in_portuguese(text)


def test_names_may_be_kept():
    assert "Price House" in words_in_portuguese("hello, we are from the Price House in Miami")
