"""A turn of the old session running at the 24 h boundary must not commit after a human took the new session over."""

import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import respx
import time_machine

from seleto.lib import jobs
from tests import zapi
from tests.conversations.model import said
from tests.factories import IdentityFactory, PromptFactory, now, waiting

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _world(channel, settings):
    settings.LLM_API_KEY = "k"
    settings.TYPING_MAX_S = 0
    PromptFactory.create()


@pytest.mark.parametrize("who", ["human", "lead"])
def test_turn_running_over_the_boundary(who):
    # Monday 9h the lead wrote; the agent was switched off / the model away; it is switched on 24 h later.
    conversation = waiting("Vocês vendem formadora?", last_message_at=now() - timedelta(hours=24, seconds=2))
    IdentityFactory.create(lead=conversation.lead)
    texts = []
    with respx.mock(assert_all_called=False) as router:
        router.post(path__regex="/read-message$").respond(204)
        calls = []

        def model(request):
            calls.append(1)
            if len(calls) == 1:
                if who == "human":
                    zapi.post(zapi.received("Oi, aqui é o Carlos", fromMe=True, fromApi=False))
                else:
                    zapi.post(zapi.received("Alguém aí?"))
                jobs.run_due("ingest")
            return said("Vendemos sim!")

        router.post(path__regex="/chat/completions$").side_effect = model

        def send(request):
            texts.append(json.loads(request.content)["message"])
            return httpx.Response(200, json={"messageId": zapi.message_id(), "zaapId": "z"})

        router.post(path__regex="/send-text$").side_effect = send
        jobs.run_due("turn")
        with time_machine.travel(datetime.now(UTC) + timedelta(seconds=40)):
            jobs.run_due()
    assert len(texts) == (0 if who == "human" else 1)
