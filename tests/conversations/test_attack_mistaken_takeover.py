"""After a mistaken takeover is undone the lead gets the cancelled rest and nothing else."""

import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import respx
import time_machine

from seleto.lib import jobs
from tests import zapi
from tests.conversations.model import said
from tests.factories import IdentityFactory, PromptFactory, waiting

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _world(channel, settings):
    settings.LLM_API_KEY = "k"
    settings.TYPING_MAX_S = 0
    PromptFactory.create()


def later(s):
    return time_machine.travel(datetime.now(UTC) + timedelta(seconds=s))


def test_echo_without_fromapi_overtakes_slow_answer_of_send():
    conversation = waiting("Vocês vendem formadora de hambúrguer?")
    IdentityFactory.create(lead=conversation.lead)
    texts = []
    with respx.mock(assert_all_called=False) as router:
        router.post(path__regex="/read-message$").respond(204)
        router.post(path__regex="/chat/completions$").side_effect = lambda r: said(
            "Vendemos sim!\n\nQual produto o senhor produz?"
        )

        def slow_send(request):
            body = json.loads(request.content)
            texts.append(body["message"])
            pid = f"3EB0OWN{len(texts)}"
            if len(texts) == 1:
                # the echo of an older payload (no fromApi) is worked 12 s later while the call is still open (< 20 s)
                zapi.post(zapi.received(body["message"], messageId=pid, fromMe=True))
                with later(12):
                    jobs.run_due("ingest")
            return httpx.Response(200, json={"messageId": pid, "zaapId": "z"})

        router.post(path__regex="/send-text$").side_effect = slow_send
        jobs.run_due("turn")
        conversation.refresh_from_db()
        with later(60):
            jobs.run_due()
            jobs.run_due()
    assert texts == ["Vendemos sim!", "Qual produto o senhor produz?"]
