"""The echo of bubble 1 worked while bubble 2 is in flight must not prove bubble 2 (I6)."""

import json

import httpx
import pytest
import respx

from conversations import outcomes
from conversations.models import Outbox
from seleto.lib import jobs
from tests.factories import PHONE, ConversationFactory, now, queued

pytestmark = pytest.mark.django_db


def test_echo_of_first_bubble_lands_on_second(channel):
    conversation = ConversationFactory.create(channel=channel)
    queued(conversation, "um", "dois")
    _first, _second = Outbox.objects.order_by("order")
    with respx.mock(assert_all_called=False) as router:
        router.post(path__regex="/read-message$").respond(204)

        def send(request):
            text = json.loads(request.content)["message"]
            if text == "um":
                return httpx.Response(200, json={"messageId": "3EB0UM", "zaapId": "z"})
            # ingest passed "known id?" before bubble 1 was recorded, and gets here while bubble 2 is in flight
            outcomes.on_own_echo(channel_id=channel.id, to=[PHONE], provider_id="3EB0UM", now=now())
            raise httpx.ReadTimeout("lost")

        router.post(path__regex="/send-text$").side_effect = send
        jobs.run_due("deliver")
    rows = list(Outbox.objects.order_by("order").values_list("text", "status", "provider_id"))
    assert rows == [("um", "sent", "3EB0UM"), ("dois", "unknown", "")]
