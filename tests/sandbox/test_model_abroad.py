"""The stand-in model follows the brief: the lead's language, a return after days, what is still open."""

import json
from typing import Any
from xml.sax.saxutils import escape

import pytest

from sandbox.model import speaker

ARTICLES = {
    "fb300.producao": ("FB300", "A FB300 produz de 300 a 350 hambúrgueres por hora."),
    "smartpro.motor": ("SMARTPRO", "O motor da SE SmartPro é de 0,75 cv."),
    "se3000.producao": ("SE3000", "A SE3000 produz até 3.000 hambúrgueres por hora."),
    "geral.garantia": ("", "As máquinas da Seleto têm 6 meses de garantia."),
}


def answer(
    text: str,
    *,
    about: str = "",
    first: bool = False,
    known: dict[str, str] | None = None,
    still_open: str = "",
    moves: str = "responder perguntar recusar_preco registrar_interesse encaminhar encerrar",
    missing: str = "",
) -> dict[str, Any]:
    articles = "".join(
        f'<artigo id="{name}" produto="{code}">{escape(said)}</artigo>' for name, (code, said) in ARTICLES.items()
    )
    facts = "".join(f'<fato campo="{name}">{escape(value)}</fato>' for name, value in (known or {}).items())
    opened = f"<em_aberto><pergunta>{escape(still_open)}</pergunta></em_aberto>" if still_open else ""
    about += f' primeira_resposta="{"sim" if first else "nao"}"'
    brief = (
        f'<turno><contexto saudacao="bom dia" max_perguntas="2" {about}/>'
        f"<jogadas>{moves}</jogadas><fatos>{facts}</fatos><faltam>{missing}</faltam>{opened}"
        f"<conhecimento>{articles}</conhecimento><conversa></conversa>"
        f'<responder><msg id="m1">{escape(text)}</msg></responder></turno>'
    )
    body = {"messages": [{"role": "user", "content": brief}]}
    data: dict[str, Any] = json.loads(speaker.answer(body, careless=None).content or "{}")
    return data


@pytest.mark.parametrize(
    ("language", "text", "told"),
    [
        ("en", "How many burgers does the FB300 make per hour?", "The FB300 forms 300 to 350 burgers per hour."),
        ("en", "and the SE3000, how many per hour?", "The SE3000 forms up to 3,000 burgers per hour."),
        ("en", "what is the motor of the Smart Pro?", "0.75 hp"),
        ("en", "what about the warranty?", "6 months"),
        ("en", "how much is it?", "Our consultant handles pricing"),
        ("en", "do you ship to Miami?", "Shipping is handled by our consultant."),
        ("en", "do you have a skewer machine?", "unavailable"),
        ("en", "does it play music?", "specialist"),
        ("es", "¿Cuántas hamburguesas hace la FB300 por hora?", "La FB300 hace 300 a 350 hamburguesas por hora."),
        ("es", "¿cuánto cuesta?", "consultor"),
        ("es", "¿qué garantía tiene?", "6 meses"),
        ("es", "¿tienen máquina de brochetas?", "no está disponible"),
    ],
)
def test_a_lead_is_answered_in_their_language(language, text, told):
    assert told in answer(text, about=f'idioma="{language}"')["reply"]


def test_a_first_reply_in_english_greets_by_name_and_asks():
    said = answer("Hello, my name is Sarah", about='idioma="en"', first=True, missing="produto nome cidade")

    assert said["reply"].startswith("Hello, Sarah!")
    assert said["reply"].endswith("?")
    assert {"field": "nome", "value": "Sarah", "quote": "my name is Sarah", "message": "m1"} in said["facts"]


def test_who_comes_back_is_welcomed_and_answered():
    known = {"nome": "Rafael", "produto": "FB300", "volume": "600 hamburgueres/dia"}
    reply = answer("bom dia, e a garantia?", about='voltou_apos="2 dias"', known=known)["reply"]

    assert "de volta, Rafael" in reply or "de novo, Rafael" in reply
    assert "600 hambúrgueres por dia" in reply
    assert "6 meses de garantia" in reply
    assert "assistente virtual" not in reply


def test_the_state_of_a_city_with_namesakes_is_asked():
    reply = answer("sou de Santa Maria", about='perguntar_estado="sim"', missing="produto nome")["reply"]

    assert "estado?" in reply


def test_an_open_question_is_answered_once_it_can_be():
    reply = answer("faço 300 por dia", still_open="qual a garantia?")["reply"]

    assert "6 meses de garantia" in reply


def test_the_machine_the_lead_wants_is_the_one_asked_about():
    reply = answer("quanto ela produz por hora?", known={"produto": "SE3000"})["reply"]

    assert "3.000" in reply


@pytest.mark.parametrize("text", ["faço umas 1000 por dia", "é pro mês que vem", "sou de Itajaí"])
def test_a_reply_is_never_a_bare_word(text):
    assert len(answer(text)["reply"]) > 40


@pytest.mark.parametrize(
    ("language", "text", "told"),
    [
        ("en", "hi, are you a robot?", "automatic service"),
        ("es", "¿es usted un robot?", "atención automática"),
        ("en", "is it over 5k?", "consultant"),
        ("en", "come on, how much", "consultant"),
    ],
)
def test_what_asks_for_no_fact_gets_none(language, text, told):
    reply = answer(text, about=f'idioma="{language}"', known={"produto": "FB300"})["reply"]

    assert told in reply
    assert "300 to 350" not in reply
