"""Every callback of the contract's samples goes through the door and ends in the handling that its index names."""

import json
from pathlib import Path

import pytest

from conversations.models import Channel, Conversation, Event, Message
from seleto.lib import jobs
from tests import zapi

pytestmark = [pytest.mark.django_db, pytest.mark.channels]

PAYLOADS = Path(__file__).parent.parent / "payloads"

# sample -> (event's end, reason, author of the message stored, whether an answer is owed)
ANSWERED = (Event.Status.DONE, "", Message.Author.LEAD, True)
WAITING_FOR_OURS = (Event.Status.NEW, "", None, False)


def shown_only(kind: str) -> tuple:
    return (Event.Status.IGNORED, f"so_registro:{kind}", Message.Author.LEAD, False)


def ignored(reason: str) -> tuple:
    return (Event.Status.IGNORED, reason, None, False)


EXPECTED = {
    "webhook_connected": (Event.Status.DONE, "", None, False),
    "webhook_disconnected": (Event.Status.DONE, "", None, False),
    # What we never sent: offered again for a while, as the answer to our own call may still be on its way.
    "webhook_delivery_callback": WAITING_FOR_OURS,
    "webhook_delivery_callback_error": WAITING_FOR_OURS,
    # What it says of the instance counts, whatever message it speaks of.
    "webhook_delivery_callback_shadow_ban": ignored("mensagem_desconhecida"),
    "webhook_status_many_ids": WAITING_FOR_OURS,
    "webhook_status_played": WAITING_FOR_OURS,
    "webhook_status_read": WAITING_FOR_OURS,
    "webhook_status_received": WAITING_FOR_OURS,
    "webhook_status_sent": WAITING_FOR_OURS,
    "webhook_status_read_by_me": ignored("read_by_me"),
    "webhook_presence_composing": ignored("presenca"),
    "webhook_received_audio": ANSWERED,
    "webhook_received_broadcast_list": ignored("broadcast"),
    "webhook_received_button_reply": ANSWERED,
    "webhook_received_contact": shown_only("contact"),
    "webhook_received_document": ANSWERED,
    "webhook_received_fromme_api": ignored("eco_proprio"),
    "webhook_received_fromme_phone": (Event.Status.DONE, "", Message.Author.PHONE, False),
    "webhook_received_group_text": ignored("group"),
    "webhook_received_image_caption": ANSWERED,
    "webhook_received_image_download_error": ANSWERED,
    "webhook_received_lid_only": ANSWERED,
    "webhook_received_list_reply": ANSWERED,
    "webhook_received_location": ANSWERED,
    "webhook_received_newsletter": ignored("newsletter"),
    "webhook_received_notification_call_missed": ignored("notification:CALL_MISSED_VOICE"),
    "webhook_received_notification_revoke": WAITING_FOR_OURS,
    "webhook_received_reaction": shown_only("reaction"),
    "webhook_received_reaction_removed": shown_only("reaction"),
    "webhook_received_status_reply": shown_only("status_reply"),
    "webhook_received_sticker": shown_only("sticker"),
    "webhook_received_text": ANSWERED,
    "webhook_received_text_edited": ANSWERED,
    "webhook_received_text_from_ad": ANSWERED,
    "webhook_received_text_reply": ANSWERED,
    "webhook_received_unknown_content": shown_only("unknown"),
    "webhook_received_unsigned_min": ANSWERED,
    "webhook_received_video": ANSWERED,
    "webhook_received_waiting_message": ignored("aguarda_conteudo"),
}


def test_no_sample_is_left_out():
    samples = {path.stem for path in (PAYLOADS / "zapi").glob("webhook_*.json")}

    assert samples == set(EXPECTED)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_sample_ends_where_the_contract_says(channel, name, time_machine):
    time_machine.move_to("2026-11-18T12:00:00+00:00")
    status, reason, author, owed = EXPECTED[name]

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
