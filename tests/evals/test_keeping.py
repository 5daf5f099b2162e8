"""A rehearsed conversation that is put down and taken up again goes on as if it never had been."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import respx

from conversations.evals.keeping import kept, taken_up
from conversations.evals.rehearsal import Material, Rehearsal, Said
from knowledge.catalogue import shipped_products
from tests.conversations.model import said

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
MATERIAL = Material("Você atende.", "rascunho", shipped_products(), articles=lambda state: ())


@pytest.fixture
def model(settings):
    settings.LLM_API_KEY = "chave-de-teste"
    with respx.mock(assert_all_called=False) as router:
        yield router.post(path__regex="/chat/completions$")


def brief(call) -> str:
    return json.loads(call.request.content)["messages"][1]["content"]


@pytest.mark.parametrize("put_down", [False, True])
def test_the_next_turn_knows_the_same(model, put_down):
    model.side_effect = [said("Prazer, Rute! Qual máquina você procura?"), said("A FB300 é semiautomática.")]
    talk = Rehearsal(MATERIAL)
    talk.hear(Said("sou a Rute, da Hamburgueria Boa Brasa, de Itajaí. quanto custa?", AT))

    if put_down:
        talk = taken_up(json.loads(json.dumps(kept(talk))), MATERIAL)
    later = talk.hear(Said("a FB300", AT + timedelta(minutes=3)))

    told = brief(model.calls[1])
    assert 'campo="nome">Rute' in told
    assert 'de="agente"' in told
    assert later.facts["produto"] == "FB300"
    assert (later.decision.memory.price_refusals, later.score.temperature) == (1, "morno")


def test_a_handover_is_still_one_when_taken_up(model):
    talk = Rehearsal(MATERIAL)
    talk.hear(Said("quero falar com um vendedor", AT))

    later = taken_up(json.loads(json.dumps(kept(talk))), MATERIAL)

    assert (later.owner, later.handoffs) == ("human", ["pediu_humano"])


def test_nothing_kept_is_a_new_conversation():
    assert taken_up({}, MATERIAL).lines == []


def test_a_language_can_be_set_for_what_the_lead_writes(model):
    talk = Rehearsal(Material("Você atende.", "rascunho", shipped_products(), articles=lambda s: (), language="es"))

    take = talk.hear(Said("quero falar com um vendedor", AT))

    assert take.snapshot.heard.language == "es"
