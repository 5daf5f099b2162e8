"""What the model is told, and what it is never told."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4
from xml.etree import ElementTree

import pytest

from conversations.agent import brief
from conversations.agent.memory import Memory
from conversations.agent.state import Line, Snapshot, TurnState
from conversations.agent.understanding import listen
from knowledge.catalogue import ArticleFacts, shipped_products

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


def build(the_state: TurnState, *articles: ArticleFacts, prices=None, now=NOW) -> ElementTree.Element:
    products = shipped_products()
    snapshot = Snapshot(prompt="", prompt_version="v1", products=products, articles=articles, prices=prices or {})
    return ElementTree.fromstring(brief.build(the_state, snapshot, listen(the_state, products), now=now))


def test_time_greeting_and_limits_are_given():
    context = build(state()).find("contexto")

    assert context.attrib == {
        "agora": "2026-11-24T09:15",
        "dia": "terça-feira",
        "saudacao": "bom dia",
        "primeira_resposta": "sim",
        "max_perguntas": "2",
        "canal": "whatsapp",
        "idioma": "pt",
    }


@pytest.mark.parametrize(
    ("utc_hour", "greeting"),
    [(7, "boa noite"), (8, "bom dia"), (14, "bom dia"), (15, "boa tarde"), (20, "boa tarde"), (21, "boa noite")],
)
def test_the_greeting_follows_the_clock_of_sao_paulo(utc_hour, greeting):
    root = build(state(), now=NOW.replace(hour=utc_hour, minute=0))

    assert root.find("contexto").get("saudacao") == greeting


def test_the_greeting_follows_the_leads_own_clock_once_their_state_is_known():
    root = build(state(facts={"uf": "AC"}), now=NOW.replace(hour=16))

    assert (root.find("contexto").get("agora"), root.find("contexto").get("saudacao")) == (
        "2026-11-24T11:15",
        "bom dia",
    )


def test_a_lead_who_returns_after_days_is_said_to_have_returned():
    back = state(first_reply=False, silence=timedelta(days=3), history=(line("Oi"), line("Olá!", author="agent")))

    assert build(back).find("contexto").get("voltou_apos") == "3 dias"
    assert build(state(first_reply=False, silence=timedelta(hours=1))).find("contexto").get("voltou_apos") is None


def test_what_the_lead_tells_now_is_not_missing_any_more():
    root = build(state(pending=(line("sou a Marina, de Itajaí, e quero a FB300"),)))

    assert root.find("faltam").text == "volume urgencia empresa conhece_seleto"


def test_the_question_nobody_could_answer_and_the_summary_stand_in_the_brief():
    root = build(state(memory=Memory(open_questions=("Funciona a gás?",)), summary="Quer montar um açougue."))

    assert [row.text for row in root.iterfind("em_aberto/pergunta")] == ["Funciona a gás?"]
    assert root.find("resumo").text == "Quer montar um açougue."


def test_a_long_talk_stays_within_the_budget_and_keeps_its_end(settings):
    settings.PROMPT_BUDGET_TOKENS = 2500
    talk = tuple(line(f"{number} " + "palavra " * 40, key=f"m{number}") for number in range(60))

    root = build(state(history=talk))

    kept = [row.get("id") for row in root.iterfind("conversa/msg")]
    assert len(ElementTree.tostring(root, encoding="unicode")) <= 2500 * 3
    assert kept[-1] == "m59"
    assert "m0" not in kept


def test_a_flood_of_long_messages_stays_within_the_budget_too(settings):
    settings.PROMPT_BUDGET_TOKENS = 2500
    root = build(state(pending=tuple(line("a" * 2000, key=f"m{number}") for number in range(25))))

    assert len(root.findall("responder/msg")) == 25
    assert len(ElementTree.tostring(root, encoding="unicode")) <= 2500 * 3 + 1000


def test_what_is_known_is_not_missing():
    root = build(state(facts={"nome": "Marina", "produto": "FB300"}))

    assert {fact.get("campo"): fact.text for fact in root.iter("fato")} == {"nome": "Marina", "produto": "FB300"}
    assert root.find("faltam").text == "cidade volume urgencia empresa conhece_seleto"


def test_after_two_unanswered_questions_none_is_allowed():
    root = build(state(unanswered_question_replies=2))

    assert root.find("contexto").get("max_perguntas") == "0"
    assert "perguntar" not in root.find("jogadas").text


def test_the_fb300_is_presented_once_to_whoever_wants_the_fbm100():
    wants = state(pending=(line("quero a FBM100"),))
    heard_of_it = state(pending=(line("quero a FBM100"),), memory=Memory(fb300_presented=True))

    assert "apresentar_fb300" in build(wants).find("jogadas").text
    assert "apresentar_fb300" not in build(heard_of_it).find("jogadas").text
    assert "apresentar_fb300" not in build(state()).find("jogadas").text


def test_interest_is_recorded_only_in_what_cannot_be_had():
    assert "registrar_interesse" in build(state(pending=(line("quero a linha de espetos"),))).find("jogadas").text
    assert "registrar_interesse" not in build(state(pending=(line("quero a FB300"),))).find("jogadas").text


def test_a_price_is_turned_down_only_where_one_was_asked_for():
    assert "recusar_preco" in build(state(pending=(line("quanto custa a FB300?"),))).find("jogadas").text
    assert "recusar_preco" not in build(state(pending=(line("quero a FB300"),))).find("jogadas").text


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


def test_the_end_of_a_persons_stretch_is_marked():
    talk = (
        line("Oi", key="m1"),
        line("Já te mandei o catálogo", key="m2", author="phone"),
        line("Recebi", key="m3"),
        line("Que bom!", key="m4", author="agent"),
    )

    told = build(state(history=talk, resumed_at=NOW, first_reply=False)).find("conversa")

    assert [child.tag for child in told] == ["msg", "msg", "retomada", "msg", "msg"]
    assert told.find("retomada").attrib == {"hora": "09:15"}


def test_without_a_person_in_sight_nothing_is_marked():
    told = build(state(history=(line("Oi"),), resumed_at=NOW)).find("conversa")

    assert told.find("retomada") is None
