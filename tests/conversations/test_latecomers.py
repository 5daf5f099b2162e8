"""What comes after somebody was erased brings nothing of them back; whatever they write anew begins clean."""

import base64
import json
from typing import Any

import pytest
import respx
from django.utils import timezone

from conversations import outcomes, provider_ids
from conversations.channels.base import Sent
from conversations.models import Channel, ChatwootLink, Conversation, Event, Message, Outbox
from leads import erasing, erasure
from leads.models import ErasureStep, Identity, Lead
from seleto.lib import jobs
from tests import cloud_api, zapi
from tests.channels.test_cloud_api_channel import cloud_channel
from tests.conversations import chatwoot
from tests.factories import ChannelFactory, IdentityFactory, now, queued, waiting
from tests.leads.test_erasure import places

pytestmark = pytest.mark.django_db
PHONE, OLD_FORM = "5511987650001", "551187650001"
WAMID = "wamid." + base64.b64encode(b"\x1d\x0c" + PHONE.encode() + b"\x15\x02\x00\x12\x18").decode()


@pytest.fixture(autouse=True)
def settings_for_orphans(settings):
    settings.INGEST_ORPHAN_WAIT_S = settings.ECHO_WAIT_S = 0
    return settings


def erased(channel: Channel | None = None) -> Outbox:
    """The row of an answer that was sent to somebody."""
    talk = waiting(channel=channel or ChannelFactory.create(), address=PHONE)
    IdentityFactory.create(lead=talk.lead, value=PHONE)
    talk.messages.update(provider_id="3EB0QUESTION")
    (row,) = queued(talk, "Olá")
    Outbox.objects.update(status="sent", provider_id="3EB0ANSWER", to=PHONE)
    Message.objects.filter(pk=row.message_id).update(status="sent", provider_id="3EB0ANSWER")
    return Outbox.objects.select_related("channel", "conversation").get()


def gone(row: Outbox) -> None:
    erasure.anonymise(row.conversation.lead_id, actor="usuário:1", now=now())
    assert places(PHONE, OLD_FORM) == set()


def worked() -> None:
    jobs.run_due("ingest")
    assert not Event.objects.filter(status__in=("new", "parked")).exists()


def of_zapi(said: str | None = None, **fields: Any) -> dict[str, Any]:
    return zapi.received(said, phone=PHONE, senderName="Zulmira", **fields)


LATE = {
    "receipt": lambda: zapi.status(["3EB0ANSWER"], "READ", phone=PHONE),
    "receipt of nobody's": lambda: zapi.status(["3EB0OTHER"], "READ", phone=PHONE),
    "own echo": lambda: of_zapi("Olá", fromMe=True, fromApi=True, messageId="3EB0ANSWER"),
    "own echo under another id": lambda: of_zapi("Olá", fromMe=True, fromApi=True),
    "reaction": lambda: of_zapi(reaction={"value": "👍", "referencedMessage": {"messageId": "3EB0ANSWER"}}),
    "deletion": lambda: of_zapi(notification="REVOKE", messageId="3EB0QUESTION"),
    "edit": lambda: of_zapi("Oi de novo", isEdit=True, messageId="3EB0QUESTION"),
    "presence": lambda: {"type": "PresenceChatCallback", "instanceId": "x", "phone": PHONE, "status": "COMPOSING"},
}


@pytest.mark.parametrize("name", LATE)
def test_nothing_late_brings_the_number_back(name):
    row = erased()
    gone(row)
    event = LATE[name]()
    event["instanceId"] = row.channel.instance_id

    assert zapi.post(event).status_code == 200
    worked()

    assert places(PHONE, OLD_FORM, "Zulmira") == set()
    assert Lead.objects.count() == 1


def test_a_receipt_of_the_cloud_api_still_counts_and_tells_no_number():
    row = erased(cloud_channel())
    Outbox.objects.update(provider_id=WAMID)
    Message.objects.filter(pk=row.message_id).update(provider_id=WAMID)
    gone(row)

    told = cloud_api.status("read", of=WAMID, at=timezone.now(), recipient_id=OLD_FORM)
    assert cloud_api.post(told).status_code == 200
    worked()

    assert Message.objects.get(pk=row.message_id).status == "read"
    assert bytes(Event.objects.get().body) == b""
    assert places(PHONE, OLD_FORM, WAMID) == set()


def test_an_answer_to_a_call_that_was_under_way_keeps_no_number():
    row = erased()
    Outbox.objects.update(provider_id="", status="sending")
    gone(row)

    outcomes.record_sent(row.pk, Sent(WAMID), now())

    row.refresh_from_db()
    assert (row.status, row.provider_id) == ("sent", provider_ids.sealed(WAMID))
    assert Message.objects.get(pk=row.message_id).provider_id == row.provider_id


def test_news_of_chatwoot_about_the_contact_keep_no_number():
    row = erased()
    chatwoot.inbox(row.channel)
    gone(row)
    event = chatwoot.written("Oi, tudo bem?")
    event["conversation"]["meta"] = {"sender": {"phone_number": f"+{PHONE}", "name": "Zulmira"}}

    chatwoot.post(event)
    worked()

    assert places(PHONE, "Zulmira") == set()


def test_a_new_message_begins_clean_and_stays(settings):
    row = erased()
    Lead.objects.update(opted_out_at=now())
    gone(row)

    zapi.post(of_zapi("Oi, voltei"))
    worked()

    new = Identity.objects.get(value=PHONE).lead
    assert new.pk != row.conversation.lead_id
    assert new.opted_out_at is not None
    assert Conversation.objects.get(lead=new).messages.get().text == "Oi, voltei"
    assert "voltei" in bytes(Event.objects.get().body).decode()


def test_what_known_people_cause_is_kept():
    erased()
    zapi.post(zapi.status(["3EB0ANSWER"], "READ", phone=PHONE))
    worked()

    assert json.loads(bytes(Event.objects.get().body))["phone"] == PHONE


def test_a_contact_that_the_mirror_made_meanwhile_goes_too(settings):
    settings.CHATWOOT_RETRY_S = 0
    row = erased()
    chatwoot.inbox(row.channel)
    account = chatwoot.Account()
    lead_id = row.conversation.lead_id
    ChatwootLink.objects.create(lead_id=lead_id, channel=row.channel, due_at=now())

    def erase(method: str, path: str) -> None:
        if (method, path) == ("POST", "/contacts"):
            erasure.anonymise(lead_id, actor="usuário:1", now=now())

    account.fail = erase
    with respx.mock(assert_all_called=False) as router:
        router.route(host="chatwoot.example").side_effect = account.handle
        jobs.run_due("mirror")
        assert PHONE in json.dumps(account.contacts)
        for item in erasing.claim(9):
            erasing.run(item)

    assert f"DELETE /contacts/{account.contacts[0]['id']}" in account.calls
    assert ErasureStep.objects.get(store="chatwoot").status == "done"
    assert places(PHONE, OLD_FORM) == set()
