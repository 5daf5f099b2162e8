"""A chat that alternates between lid and phone is one lead: a human in charge is in charge of all of it (I5)."""

import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import respx
import time_machine

from seleto.lib import jobs
from tests import zapi
from tests.conversations.model import said
from tests.factories import PromptFactory

pytestmark = pytest.mark.django_db
LID = "100000000000001@lid"


def test_merge_when_both_appear(channel, settings):
    settings.LLM_API_KEY = "k"
    settings.TYPING_MAX_S = 0
    PromptFactory.create()
    zapi.post(zapi.received("Oi", phone=LID))  # first as lid only
    jobs.run_due("ingest")
    zapi.post(zapi.received("Vocês vendem formadora?"))  # then as phone only
    jobs.run_due("ingest")
    zapi.post(zapi.received("Hein?", chatLid=LID))  # then both together: they are one person
    jobs.run_due("ingest")
    zapi.post(zapi.received("Aqui é o Carlos, já te respondo", fromMe=True, fromApi=False, chatLid=LID))
    jobs.run_due("ingest")
    texts = []
    with respx.mock(assert_all_called=False) as router:
        router.post(path__regex="/read-message$").respond(204)
        router.post(path__regex="/chat/completions$").side_effect = lambda r: said("Vendemos sim!")

        def send(request):
            texts.append(json.loads(request.content)["message"])
            return httpx.Response(200, json={"messageId": zapi.message_id(), "zaapId": "z"})

        router.post(path__regex="/send-text$").side_effect = send
        with time_machine.travel(datetime.now(UTC) + timedelta(seconds=60)):
            jobs.run_due()
    assert texts == [], "the bot talked over the human in the same chat"
