"""Turns against managers' own wording, merges under way and replies that never left."""

import json

import httpx
import pytest
import respx

from conversations import handoff
from conversations.agent.state import Decision
from conversations.models import Outbox
from conversations.turns import commit, reading
from knowledge import loader
from knowledge.models import Phrase
from leads.models import Fact, Identity
from leads.services import IdentityKey, resolve_lead
from seleto.lib import jobs
from tests import zapi
from tests.conversations.model import said
from tests.conversations.test_routes import again
from tests.factories import IdentityFactory, TurnFactory, now, waiting

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _world(channel, settings):
    settings.LLM_API_KEY = "chave-de-teste"
    settings.TYPING_MAX_S = 0
    loader.load()


@pytest.fixture
def provider():
    with respx.mock(assert_all_called=False) as router:
        router.post(path__regex="/read-message$").respond(204)
        sends = router.post(path__regex="/send-text$")
        sends.side_effect = lambda request: httpx.Response(200, json={"messageId": zapi.message_id(), "zaapId": "z"})
        model = router.post(path__regex="/chat/completions$")
        model.sends = sends
        yield model


def told(provider) -> str:
    return "\n".join(json.loads(call.request.content)["message"] for call in provider.sends.calls)


def test_a_managers_own_wording_of_the_notice_is_told_once(provider):
    notice = "Este atendimento fica salvo conforme a LGPD."
    Phrase.objects.filter(situation="lgpd_aviso").update(text=notice)
    conversation = waiting("Oi", memory={})
    provider.mock(return_value=said("Como posso ajudar?"))

    jobs.run_due()
    again(conversation, "quero saber das máquinas")
    again(conversation, "e a garantia?")

    assert told(provider).count(notice) == 1


def test_a_managers_own_wording_of_the_better_machine_is_told_once(provider):
    words = "Temos também a semiautomática, que rende bem mais."
    Phrase.objects.filter(situation="apresentar_fb300").update(text=words)
    conversation = waiting("quero a FBM100")
    provider.mock(return_value=said("Certo!"))

    jobs.run_due()
    again(conversation, "ela é de inox?")

    assert told(provider).count(words) == 1


def test_what_was_told_while_two_leads_became_one_stays_with_the_one():
    phone, lid = "5511900000001", "100000000000001@lid"
    kept = IdentityFactory.create(kind="lid", value=lid).lead
    conversation = waiting("sou de Itajaí")
    IdentityFactory.create(kind="phone", value=phone, lead=conversation.lead)
    turn = TurnFactory.create(conversation=conversation)
    state = reading.read_state(
        turn_id=turn.id, lease_token=turn.lease_token, conversation_id=conversation.id, correlation_id="", now=now()
    )
    snapshot = reading.read_snapshot(state, now=now())
    keys = [IdentityKey(Identity.Kind.LID, lid), IdentityKey(Identity.Kind.PHONE, phone)]
    resolve_lead(keys, display_name="", origin="", referral={}, now=now())

    outcome = commit.commit(state, snapshot, Decision(bubbles=(), facts=snapshot.heard.facts), now=now())

    assert outcome.status == "silent"
    assert Fact.objects.get(field="cidade").lead_id == kept.pk


def test_a_notice_that_a_person_cut_off_is_told_when_the_agent_is_back(provider, settings):
    conversation = waiting("Oi", memory={})
    provider.mock(return_value=said("Como posso ajudar?"))
    provider.sends.side_effect = lambda request: httpx.Response(429)
    jobs.run_due("turn")
    conversation.refresh_from_db()
    handoff.take_over(conversation, reason=handoff.PHONE, actor="sdr:celular", now=now())
    conversation.save()
    assert not Outbox.objects.filter(status="queued").exists()
    handoff.resume(conversation, reason="painel", actor="usuário:1", now=now())
    conversation.save()
    provider.sends.side_effect = None
    provider.sends.respond(200, json={"messageId": zapi.message_id(), "zaapId": "z"})
    before = len(provider.sends.calls)
    again(conversation, "oi?")

    sent = [json.loads(call.request.content)["message"] for call in list(provider.sends.calls)[before:]]
    assert any("registr" in text for text in sent)


def test_a_buyer_whom_a_person_took_at_once_is_not_handed_over_again(provider):
    conversation = waiting(
        "Sou da Burger da Vila, CNPJ 69.882.044/0077-97, preciso da FB300 pra essa semana, é urgente", memory={}
    )
    provider.mock(return_value=said("Ótimo!"))
    provider.sends.respond(429)
    jobs.run_due("turn")
    conversation.refresh_from_db()
    assert conversation.memory.get("hot_handed_over")

    handoff.take_over(conversation, reason=handoff.PHONE, actor="sdr:celular", now=now())

    assert conversation.memory.get("hot_handed_over")
    assert not conversation.memory.get("notice_given")
