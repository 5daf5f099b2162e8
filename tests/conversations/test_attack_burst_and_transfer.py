"""What the review does not see: the earlier messages of a burst; a transfer promised without one (I8)."""

import json

import httpx
import pytest
import respx

from conversations.models import Conversation, Handoff
from seleto.lib import jobs
from tests import zapi
from tests.conversations.model import said
from tests.factories import MessageFactory, PromptFactory, now, waiting

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(channel, settings):
    settings.LLM_API_KEY = "k"
    settings.TYPING_MAX_S = 0
    PromptFactory.create()

    def go(reply, *burst, **fields):
        conversation = waiting(burst[0])
        for number, text in enumerate(burst[1:], 2):
            MessageFactory.create(conversation=conversation, text=text, revision=number, sent_at=now())
        Conversation.objects.update(revision=len(burst))
        texts = []
        with respx.mock(assert_all_called=False) as router:
            router.post(path__regex="/read-message$").respond(204)
            router.post(path__regex="/chat/completions$").side_effect = lambda r: said(reply, **fields)

            def send(request):
                texts.append(json.loads(request.content)["message"])
                return httpx.Response(200, json={"messageId": zapi.message_id(), "zaapId": "z"})

            router.post(path__regex="/send-text$").side_effect = send
            jobs.run_due("turn")
        return texts

    return go


@pytest.mark.parametrize("reply", ["Sim, isso mesmo!", "Exatamente!", "Não, é um pouco mais.", "Quase!"])
def test_a_price_of_the_lead_is_not_confirmed_although_more_messages_follow_it(run, reply):
    assert reply not in run(reply, "A FB300 custa 12 mil, né?", "??")


@pytest.mark.parametrize(
    "reply",
    [
        "Vou te transferir para um consultor agora.",
        "Já passei seu contato para o time comercial.",
        "Um especialista assume daqui.",
        "Em breve um humano fala com você.",
    ],
)
def test_i8_no_transfer_is_promised_without_one(run, reply):
    texts = run(reply, "Vocês vendem formadora de hambúrguer?")
    assert reply not in texts or Handoff.objects.exists()
