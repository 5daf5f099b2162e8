"""An echo of row 2 must not 'prove' row 1, which was declared unknown and shown to a person (I6, I12)."""

import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import respx
import time_machine

from conversations.models import Outbox
from seleto.lib import jobs
from tests import zapi
from tests.factories import ConversationFactory, IdentityFactory, queued

pytestmark = pytest.mark.django_db


def later(s):
    return time_machine.travel(datetime.now(UTC) + timedelta(seconds=s))


def test_echo_of_the_second_row_deletes_the_first(channel):
    conversation = ConversationFactory.create(channel=channel)
    IdentityFactory.create(lead=conversation.lead)
    queued(conversation, "primeira", "segunda")
    _first, _second = Outbox.objects.order_by("order")
    with respx.mock(assert_all_called=False) as router:
        router.post(path__regex="/read-message$").respond(204)

        def send(request):
            text = json.loads(request.content)["message"]
            if text == "primeira":
                raise httpx.ReadTimeout("lost")  # never reached WhatsApp
            # the provider's echo overtakes its HTTP answer, as the contract says it may
            zapi.post(zapi.received("segunda", messageId="3EB0SEGUNDA", fromMe=True, fromApi=True))
            jobs.run_due("ingest")
            return httpx.Response(200, json={"messageId": "3EB0SEGUNDA", "zaapId": "z"})

        router.post(path__regex="/send-text$").side_effect = send
        jobs.run_due("deliver")
        with later(70):
            jobs.run_due("deliver")
            jobs.run_due("deliver")
    rows = list(Outbox.objects.order_by("order").values_list("text", "status", "reason", "provider_id"))
    assert [r[0] for r in rows] == ["primeira", "segunda"], rows  # the unknown row vanished
    assert rows[0][1] == "unknown"
