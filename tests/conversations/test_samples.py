"""Every callback of the contract's samples goes through the door and ends in the handling that its index names."""

import json
from pathlib import Path

import pytest

from conversations.models import Channel, Conversation, Event, Message
from seleto.lib import jobs
from tests import zapi
from tests.channels.handling import ZAPI

pytestmark = [pytest.mark.django_db, pytest.mark.channels]

PAYLOADS = Path(__file__).parent.parent / "payloads"


def test_no_sample_is_left_out():
    samples = {path.stem for path in (PAYLOADS / "zapi").glob("webhook_*.json")}

    assert samples == set(ZAPI)


@pytest.mark.parametrize("name", sorted(ZAPI))
def test_a_sample_ends_where_the_contract_says(channel, name, time_machine):
    time_machine.move_to("2026-11-18T12:00:00+00:00")
    status, reason, author, owed = ZAPI[name]

    answer = zapi.post((PAYLOADS / "zapi" / f"{name}.json").read_bytes())
    jobs.run_due("ingest")

    event = Event.objects.get()
    message = Message.objects.first()
    assert (answer.status_code, event.status, event.reason) == (200, status, reason)
    assert (message.author if message else None) == author
    assert Conversation.objects.filter(turn_due_at__isnull=False).exists() == owed


def test_the_ad_a_lead_came_from_is_kept(channel, payload):
    zapi.post(payload("zapi/webhook_received_text_from_ad"))
    jobs.run_due("ingest")

    assert Conversation.objects.get().lead.referral["ctwaClid"] == "ctwa-exemplo-0001"


def test_a_disconnection_is_shown_on_the_channel(channel, payload):
    zapi.post(payload("zapi/webhook_disconnected"))
    jobs.run_due("ingest")

    assert Channel.objects.get().connected is False


def test_the_stored_body_is_the_received_one(channel):
    body = (PAYLOADS / "zapi" / "webhook_received_text.json").read_bytes()

    zapi.post(body)

    assert bytes(Event.objects.get().body) == body
    assert json.loads(body)["messageId"] in Event.objects.get().key
