"""News of the connection: a wrong clock or an unknown message must not keep a channel off line, nor on."""

import time
from datetime import UTC, datetime, timedelta

import pytest
import respx
import time_machine

from conversations.models import Outbox
from seleto.lib import jobs
from tests import zapi
from tests.factories import INSTANCE, ConversationFactory, queued

pytestmark = pytest.mark.django_db


def news(type_, **f):
    return {"type": type_, "instanceId": INSTANCE, **f}


def test_a_disconnection_from_the_future_does_not_last_for_ever(channel):
    zapi.post(news("DisconnectedCallback", disconnected=True, error="x", momment=int(time.time()) + 86400 * 400))
    jobs.run_due("ingest")
    zapi.post(news("ConnectedCallback", connected=True, momment=int(time.time() * 1000)))
    jobs.run_due("ingest")
    channel.refresh_from_db()
    assert channel.connected is True


def test_a_restriction_told_with_an_unknown_message_counts(channel):
    zapi.post(
        news(
            "DeliveryCallback",
            phone="5511900000001",
            messageId="3EB0UNKNOWN",
            zaapId="z",
            error="restricted",
            errorCode="SHADOW_BAN",
            momment=int(time.time() * 1000),
        )
    )
    jobs.run_due("ingest")
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=20)):
        jobs.run_due("ingest")
    channel.refresh_from_db()
    assert channel.connected is False


def test_a_failure_after_delivery_does_not_invite_to_send_again(channel):
    conversation = ConversationFactory.create(channel=channel)
    with respx.mock(assert_all_called=False) as router:
        router.post(path__regex="/read-message$").respond(204)
        router.post(path__regex="/send-text$").respond(200, json={"messageId": "3EB0N", "zaapId": "z"})
        queued(conversation, "uma")
        jobs.run_due("deliver")
    zapi.post(zapi.status(["3EB0N"], "READ"))
    zapi.post(
        news(
            "DeliveryCallback",
            phone="5511900000001",
            messageId="3EB0N",
            zaapId="z",
            error="boom",
            momment=int(time.time() * 1000),
        )
    )
    jobs.run_due("ingest")
    row = Outbox.objects.get()
    assert row.status == "sent"
