"""The echo of bubble 1 worked while bubble 2 is in flight must not prove bubble 2 (I6)."""

import json
from datetime import timedelta

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
            outcomes.on_own_echo(channel_id=channel.id, to=[PHONE], provider_id="3EB0UM", sent_at=now(), now=now())
            raise httpx.ReadTimeout("lost")

        router.post(path__regex="/send-text$").side_effect = send
        jobs.run_due("deliver")
    rows = list(Outbox.objects.order_by("order").values_list("text", "status", "provider_id"))
    assert rows == [("um", "sent", "3EB0UM"), ("dois", "unknown", "")]


@pytest.mark.parametrize(
    ("first", "left_ago", "proved"),
    [
        ({}, timedelta(seconds=30), False),
        ({}, timedelta(0), True),
        ({"provider_id": "3EB0UM"}, timedelta(0), False),
        ({"provider_extra_id": "3EB0UM"}, timedelta(0), False),
        ({"echo_id": "3EB0UM"}, timedelta(0), False),
    ],
    ids=["left before the claim", "left since", "known by its id", "known by its other id", "proved by it already"],
)
def test_an_echo_proves_what_is_in_flight_only_when_it_can_be_its_own(channel, first, left_ago, proved):
    conversation = ConversationFactory.create(channel=channel)
    queued(conversation, "um", "dois")
    one, two = Outbox.objects.order_by("order")
    # The first left without an answer and a person settled it; its echo comes while the second is under way.
    Outbox.objects.filter(pk=one.pk).update(status=Outbox.Status.SENT, **first)
    Outbox.objects.filter(pk=two.pk).update(status=Outbox.Status.SENDING, claimed_at=now())

    outcomes.on_own_echo(channel_id=channel.id, to=[PHONE], provider_id="3EB0UM", sent_at=now() - left_ago, now=now())

    assert Outbox.objects.get(pk=two.pk).echo_id == ("3EB0UM" if proved else "")
