"""What the model is told, and what it is never told."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4
from xml.etree import ElementTree

import pytest

from conversations.agent import brief
from conversations.agent.state import Line, Snapshot, TurnState
from knowledge.catalogue import ArticleFacts

NOW = datetime(2026, 11, 24, 12, 15, tzinfo=UTC)


def line(text: str, **fields) -> Line:
    return Line(**{"id": uuid4(), "key": "m1", "author": "lead", "type": "text", "text": text, "at": NOW, **fields})


def state(**fields) -> TurnState:
    values = {
        "turn_id": uuid4(),
        "lease_token": uuid4(),
        "conversation_id": uuid4(),
        "lead_id": uuid4(),
        "revision": 1,
        "answered_revision": 0,
        "channel_slug": "principal",
        "origin": "",
        "temperature": "morno",
        "opted_out": False,
        "first_reply": True,
        "awaiting_answer": False,
        "unanswered_question_replies": 0,
        "turn_failures": 0,
        "waiting_since": NOW,
        "due_at": NOW,
        "facts": {},
        "history": (),
        "pending": (line("Bom dia"),),
    }
    return TurnState(**{**values, **fields})


def build(the_state: TurnState, *articles: ArticleFacts, prices=None) -> ElementTree.Element:
    snapshot = Snapshot(prompt="", prompt_version="v1", products=(), articles=articles, prices=prices or {})
    return ElementTree.fromstring(brief.build(the_state, snapshot, articles, now=NOW))


def test_time_greeting_and_limits_are_given():
    context = build(state()).find("contexto")

    assert context.attrib == {
        "agora": "2026-11-24T09:15",
        "dia": "terça-feira",
        "saudacao": "bom dia",
        "primeira_resposta": "sim",
        "max_perguntas": "2",
        "canal": "whatsapp",
    }


@pytest.mark.parametrize(
    ("utc_hour", "greeting"),
    [(7, "boa noite"), (8, "bom dia"), (14, "bom dia"), (15, "boa tarde"), (20, "boa tarde"), (21, "boa noite")],
)
def test_the_greeting_follows_the_clock_of_sao_paulo(utc_hour, greeting):
    assert brief.greeting(NOW.replace(hour=utc_hour, minute=0)) == greeting


def test_what_is_known_is_not_missing():
    root = build(state(facts={"nome": "Marina", "produto": "FB300"}))

    assert {fact.get("campo"): fact.text for fact in root.iter("fato")} == {"nome": "Marina", "produto": "FB300"}
    assert root.find("faltam").text == "cidade volume urgencia empresa conhece_seleto"


def test_after_two_unanswered_questions_none_is_allowed():
    root = build(state(unanswered_question_replies=2))

    assert root.find("contexto").get("max_perguntas") == "0"
    assert "perguntar" not in root.find("jogadas").text


def test_the_fb300_is_presented_once():
    said = line("Conheça também a FB300", author="agent")

    assert "apresentar_fb300" in build(state()).find("jogadas").text
    assert "apresentar_fb300" not in build(state(history=(said,))).find("jogadas").text


def test_prices_stand_in_the_brief_only_when_given():
    assert build(state()).find("precos") is None
    root = build(state(), prices={"FB300": Decimal("18900.00"), "FBM100": Decimal("6490.50")})
    assert [price.text for price in root.iter("preco")] == ["18.900", "6.490,50"]


def test_articles_carry_their_ids():
    root = build(state(), ArticleFacts(id="fb300.producao", title="t", text="300 a 350 < 400/h", products=("FB300",)))

    article = root.find("conhecimento/artigo")
    assert (article.get("id"), article.get("produto"), article.text) == ("fb300.producao", "FB300", "300 a 350 < 400/h")


def test_what_cannot_be_read_has_a_placeholder_and_what_is_too_long_is_cut():
    root = build(state(pending=(line("", type="audio"), line("a" * 60_000))))

    audio, long = root.findall("responder/msg")
    assert audio.text == "[áudio que não pode ser ouvido aqui]"
    assert len(long.text) < 2100


@pytest.mark.parametrize(("author", "shown"), [("lead", "lead"), ("agent", "agente"), ("phone", "humano")])
def test_who_said_what_is_marked(author, shown):
    root = build(state(history=(line("Oi", author=author),)))

    assert root.find("conversa/msg").get("de") == shown
