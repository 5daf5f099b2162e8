"""The language of a short message, where its words leave no doubt."""

import pytest

from seleto.lib.text.language import language


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("bom dia, vocês vendem formadora?", "pt"),
        ("oi quero uma maquina de hamburguer", "pt"),
        ("sou da hamburgueria Zebu, quanto fica a FB300 e qual a produção?", "pt"),
        ("Hello, I need a burger machine", "en"),
        ("hi, how much is the FB300?", "en"),
        ("No, I don't have a company yet", "en"),
        ("hola, quisiera saber el precio de la máquina", "es"),
        ("somos una carnicería en Asunción", "es"),
        ("Bonjour, je voudrais une machine", "other"),
        ("Guten Tag, ich brauche eine Maschine", "other"),
        ("здравствуйте, сколько стоит", "other"),
        ("你好,我想买一台汉堡机", "other"),
    ],
)
def test_the_commonest_words_tell_the_language(text, expected):
    assert language(text) == expected


@pytest.mark.parametrize(
    "text", ["ok", "SAIR", "FB300", "👍", "", "12.345.678/0001-95", "Burger House", "thanks", "The King"]
)
def test_a_word_or_a_name_tells_nothing(text):
    assert language(text) is None
