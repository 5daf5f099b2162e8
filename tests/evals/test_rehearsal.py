"""A conversation that is only thought: each turn knows what the one before left behind, and nothing is stored."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import httpx
import pytest
import respx

from conversations.evals.rehearsal import Material, Rehearsal, Said
from conversations.models import Conversation, Message, Turn
from knowledge.catalogue import shipped_products
from leads.models import Fact, Lead
from tests.conversations.model import said

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture
def model(settings):
    settings.LLM_API_KEY = "chave-de-teste"
    with respx.mock(assert_all_called=False) as router:
        yield router.post(path__regex="/chat/completions$")


def rehearsal(**fields) -> Rehearsal:
    values = {"prompt": "Você atende.", "prompt_version": "rascunho", "products": shipped_products()}
    return Rehearsal(Material(**{**values, "articles": lambda state: (), **fields}))


def at(minutes: float) -> datetime:
    return AT + timedelta(minutes=minutes)


def brief(call) -> str:
    return json.loads(call.request.content)["messages"][1]["content"]


def test_a_turn_knows_what_the_one_before_heard_and_said(model):
    model.side_effect = [said("Prazer, Rute! Qual máquina você procura?"), said("Certo.")]
    talk = rehearsal()

    first = talk.hear(Said("oi", at(0)), Said("sou a Rute, de Itajaí", at(0.1)))
    second = talk.hear(Said("a FB300", at(3)))

    assert first.facts["nome"] == "Rute"
    assert "Prazer, Rute!" in first.reply
    assert (second.facts["cidade"], second.facts["produto"]) == ("Itajaí", "FB300")
    assert 'campo="nome">Rute' in brief(model.calls[1])
    assert 'de="agente"' in brief(model.calls[1])
    assert second.brief() == brief(model.calls[1])
    assert talk.temperature == "morno"


def test_nothing_is_stored(model):
    model.side_effect = [said("Olá!")]

    rehearsal().hear(Said("oi, sou a Rute", at(0)))

    assert not any(table.objects.exists() for table in (Lead, Conversation, Message, Turn, Fact))


def test_after_a_handover_the_agent_is_silent_until_it_is_given_back(model):
    model.side_effect = [said("Oi de novo!")]
    talk = rehearsal()

    handed = talk.hear(Said("quero falar com um vendedor", at(0)))
    silent = talk.hear(Said("alô?", at(2)))
    talk.resume()
    answered = talk.hear(Said("oi", at(9)))

    assert (handed.owner, talk.handoffs) == ("human", ["pediu_humano"])
    assert (silent.decided, silent.reply) == (False, "")
    assert answered.reply == "Oi de novo!"


def test_what_the_guardrails_stopped_is_shown_with_the_draft(model):
    model.side_effect = [said("A FB300 custa R$ 18.900."), said("O valor quem passa é o consultor.")]

    take = rehearsal().hear(Said("quanto custa a FB300?", at(0)))

    assert take.draft == "A FB300 custa R$ 18.900."
    assert [str(kind) for kind in take.decision.stopped[0].verdict.kinds] == ["price"]
    assert "18.900" not in take.reply
    assert take.decision.usage.calls == 2


def test_a_price_reaches_the_brief_only_for_a_cold_lead_who_asks(model):
    model.side_effect = lambda _: said("O consultor passa os valores.")
    prices = {"FBM100": Decimal(6490)}

    rehearsal(prices=prices).hear(Said("sou do Restaurante Lenha Boa, quanto custa a FBM100?", at(0)))
    rehearsal(prices=prices).hear(Said("é só curiosidade, não tenho negócio. quanto custa a FBM100?", at(0)))

    assert ["6.490" in brief(call) for call in model.calls] == [False, True]


def test_without_a_model_what_waits_is_answered_later(model):
    model.side_effect = [httpx.Response(500), said("A FB300 é semiautomática.")]
    talk = rehearsal()

    held = talk.hear(Said("a FB300 é automática?", at(0)))
    later = talk.hear(now=at(1))

    assert held.decision.retry_reason.startswith("modelo:")
    assert [line.text for line in later.said] == ["a FB300 é automática?"]
    assert later.reply.startswith("A FB300 é semiautomática.")


def test_a_new_session_begins_after_a_day_and_greets_nobody_anew(model):
    model.side_effect = [said("Qual cidade?"), said("Bem-vinda de volta.")]
    talk = rehearsal()

    talk.hear(Said("oi, sou a Rute", at(0)))
    later = talk.hear(Said("voltei", at(60 * 24 * 3)))

    assert later.facts["nome"] == "Rute"
    assert 'primeira_resposta="nao"' in brief(model.calls[1])
    assert "voltou_apos" in brief(model.calls[1])


def test_there_must_be_something_to_answer():
    with pytest.raises(ValueError, match="nobody"):
        rehearsal().hear()
