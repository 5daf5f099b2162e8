"""What becomes of a row once the provider was called: sent, parked, later, or unknown (I6)."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
import respx
import time_machine

from conversations import outbox
from conversations.models import Conversation, Message, Outbox
from seleto.lib import jobs
from seleto.lib.models import Alert, Circuit
from tests import zapi
from tests.factories import PHONE, ConversationFactory, IdentityFactory, queued

pytestmark = pytest.mark.django_db

ACCEPTED = {"zaapId": "019E", "messageId": "3EB0NOSSO1", "id": "3EB0NOSSO1"}


@pytest.fixture
def conversation(channel) -> Conversation:
    conversation = ConversationFactory.create(channel=channel)
    IdentityFactory.create(lead=conversation.lead)
    return conversation


@pytest.fixture
def provider():
    with respx.mock(assert_all_called=False) as router:
        router.post(path__regex="/read-message$", name="read").respond(204)
        route = router.post(path__regex="/send-text$")
        route.read = router["read"]
        yield route


def deliver() -> Outbox:
    jobs.run_due("deliver")
    return Outbox.objects.earliest("order")


def later(seconds: float) -> time_machine.travel:
    return time_machine.travel(datetime.now(UTC) + timedelta(seconds=seconds))


def test_an_accepted_message_is_sent_under_the_providers_id(conversation, provider):
    provider.respond(200, json=ACCEPTED)
    queued(conversation, "Posso ajudar?")

    row = deliver()

    assert (row.status, row.provider_id, row.provider_extra_id) == (Outbox.Status.SENT, "3EB0NOSSO1", "019E")
    assert (row.message.status, row.message.provider_id) == (Message.Status.SENT, "3EB0NOSSO1")
    assert provider.call_count == 1


def test_the_outgoing_request_carries_the_correlation_id(conversation, provider):
    provider.respond(200, json=ACCEPTED)
    row = queued(conversation, "Posso ajudar?")[0]
    Outbox.objects.filter(pk=row.pk).update(correlation_id="corr-1")

    deliver()

    assert provider.calls[0].request.headers["X-Correlation-Id"] == "corr-1"


def test_the_lead_sees_that_we_read(conversation, provider):
    provider.respond(200, json=ACCEPTED)
    queued(conversation, "Posso ajudar?", "Conte mais", answers_id="3EB0DOLEAD")

    deliver()

    assert provider.read.call_count == 1
    assert b"3EB0DOLEAD" in provider.read.calls[0].request.content


@pytest.mark.parametrize("answer", [httpx.Response(500), httpx.ConnectError("away")])
def test_a_failed_read_receipt_changes_nothing(conversation, provider, answer):
    provider.respond(200, json=ACCEPTED)
    provider.read.side_effect = [answer]
    queued(conversation, "Posso ajudar?", answers_id="3EB0DOLEAD")

    assert deliver().status == Outbox.Status.SENT


def test_all_bubbles_leave_in_order(conversation, provider):
    provider.side_effect = [httpx.Response(200, json={"messageId": f"3EB0{n}", "zaapId": "z"}) for n in range(3)]
    queued(conversation, "um", "dois", "três")

    jobs.run_due("deliver")

    assert [b"um" in call.request.content for call in provider.calls] == [True, False, False]
    assert provider.call_count == 3


def test_a_refused_message_is_parked_and_shown(conversation, provider):
    provider.respond(400, json={"error": "phone invalid"})
    queued(conversation, "Posso ajudar?")

    row = deliver()

    assert row.status == Outbox.Status.PARKED
    assert row.reason.startswith("recusada:")
    assert row.message.status == Message.Status.FAILED
    assert Alert.objects.filter(key="outbox:parked", closed_at=None).exists()


def test_what_was_certainly_not_accepted_is_tried_again_later(conversation, provider):
    provider.side_effect = [httpx.ConnectError("away"), httpx.Response(200, json=ACCEPTED)]
    queued(conversation, "Posso ajudar?")

    assert deliver().status == Outbox.Status.QUEUED
    with later(5):
        assert deliver().status == Outbox.Status.SENT
    assert provider.call_count == 2


def test_retry_after_is_honoured(conversation, provider):
    provider.respond(429, headers={"Retry-After": "120"})
    queued(conversation, "Posso ajudar?")

    row = deliver()

    assert row.due_at > datetime.now(UTC) + timedelta(seconds=100)


def test_after_too_many_tries_it_is_parked(conversation, provider, settings):
    settings.OUTBOX_MAX_ATTEMPTS, settings.CIRCUIT_FAILURES = 1, 100
    provider.side_effect = httpx.ConnectError("away")
    queued(conversation, "Posso ajudar?")

    assert deliver().status == Outbox.Status.PARKED


def test_an_instance_that_refuses_us_makes_rows_wait_and_alerts(conversation, provider):
    provider.respond(403, json={"error": "null not allowed"})
    queued(conversation, "Posso ajudar?")

    row = deliver()

    assert (row.status, row.attempts) == (Outbox.Status.QUEUED, 0)
    assert Alert.objects.filter(key="channel:principal", closed_at=None).exists()


def test_behind_an_open_circuit_nothing_is_tried(conversation, provider):
    Circuit.objects.create(
        key="zapi:principal", state=Circuit.State.OPEN, retry_at=datetime.now(UTC) + timedelta(minutes=1)
    )
    queued(conversation, "Posso ajudar?")

    row = deliver()

    assert (row.status, row.attempts, provider.call_count) == (Outbox.Status.QUEUED, 0, 0)


def test_a_reply_that_could_not_leave_for_hours_is_parked(conversation, provider):
    queued(conversation, "Posso ajudar?")

    with later(3 * 60 * 60):
        row = deliver()

    assert (row.reason, provider.call_count) == ("velha_demais", 0)


def test_i6_a_lost_answer_is_never_repeated(conversation, provider):
    provider.side_effect = httpx.ReadTimeout("slow")
    queued(conversation, "Posso ajudar?", "Conte mais")

    assert deliver().status == Outbox.Status.UNKNOWN
    with later(30):
        assert deliver().status == Outbox.Status.UNKNOWN
    assert provider.call_count == 1


def test_i6_unknown_for_too_long_is_shown_to_a_person_and_the_rest_goes_on(conversation, provider):
    provider.side_effect = [httpx.ReadTimeout("slow"), httpx.Response(200, json=ACCEPTED)]
    queued(conversation, "Posso ajudar?", "Conte mais")
    deliver()

    with later(61):
        row = deliver()
        jobs.run_due("deliver")

    assert (row.status, row.reason) == (Outbox.Status.UNKNOWN, "sem_confirmacao")
    assert Alert.objects.filter(key="outbox:unknown", closed_at=None).exists()
    assert Outbox.objects.get(order=2).status == Outbox.Status.SENT


def test_i6_our_echo_proves_that_it_was_sent(conversation, provider):
    provider.side_effect = httpx.ReadTimeout("slow")
    queued(conversation, "Posso ajudar?")
    deliver()

    zapi.post(zapi.received("Posso ajudar?", fromMe=True, fromApi=True, messageId="3EB0ECO"))
    jobs.run_due("ingest")

    row = Outbox.objects.get()
    assert (row.status, row.provider_id) == (Outbox.Status.SENT, "3EB0ECO")
    assert row.message.status == Message.Status.SENT


def test_i6_an_echo_that_overtakes_the_lost_answer_is_remembered(conversation, provider):
    row = queued(conversation, "Posso ajudar?")[0]

    def echo_first(_request: httpx.Request) -> httpx.Response:
        zapi.post(zapi.received("Posso ajudar?", fromMe=True, fromApi=True, messageId="3EB0ECO"))
        jobs.run_due("ingest")
        raise httpx.ReadTimeout("slow")

    provider.side_effect = echo_first
    deliver()

    row.refresh_from_db()
    assert (row.status, row.provider_id) == (Outbox.Status.SENT, "3EB0ECO")


def test_i6_a_sender_that_died_leaves_an_unknown_row(conversation, provider):
    queued(conversation, "Posso ajudar?")
    outbox.claim(1)
    Outbox.objects.update(leased_until=datetime.now(UTC) - timedelta(hours=1))

    jobs.run_due("deliver")

    assert Outbox.objects.get().status == Outbox.Status.UNKNOWN
    assert provider.call_count == 0


def test_our_own_message_that_looked_like_a_persons_gives_the_conversation_back(conversation, provider):
    def human_looking_echo(_request: httpx.Request) -> httpx.Response:
        zapi.post(zapi.received("Posso ajudar?", fromMe=True, fromApi=False, messageId="3EB0NOSSO1"))
        zapi.post(zapi.received("Quero a FB300"))
        jobs.run_due("ingest")
        assert Conversation.objects.get().owner == Conversation.Owner.HUMAN
        return httpx.Response(200, json=ACCEPTED)

    provider.side_effect = human_looking_echo
    queued(conversation, "Posso ajudar?")
    deliver()

    conversation.refresh_from_db()
    assert conversation.owner == Conversation.Owner.AGENT
    assert conversation.turn_due_at is not None
    assert not Message.objects.filter(author=Message.Author.PHONE).exists()
    assert Outbox.objects.get().status == Outbox.Status.SENT


@pytest.mark.parametrize(
    ("reported", "expected"),
    [
        (["SENT"], "sent"),
        (["RECEIVED"], "delivered"),
        (["READ"], "read"),
        (["READ", "RECEIVED", "SENT"], "read"),
        (["PLAYED", "READ"], "played"),
    ],
)
def test_receipts_move_a_message_forward_only(conversation, provider, reported, expected):
    provider.respond(200, json=ACCEPTED)
    queued(conversation, "Posso ajudar?")
    deliver()

    for value in reported:
        zapi.post(zapi.status(["3EB0NOSSO1", "3EB0OUTRO"], value))
        jobs.run_due("ingest")

    assert Message.objects.get(author="agent").status == expected


def test_a_failure_reported_later_is_shown_and_not_repeated(conversation, provider):
    provider.respond(200, json=ACCEPTED)
    queued(conversation, "Posso ajudar?")
    deliver()

    zapi.post(
        {
            "type": "DeliveryCallback",
            "instanceId": zapi.INSTANCE,
            "phone": PHONE,
            "messageId": "3EB0NOSSO1",
            "zaapId": "019E",
            "error": "Phone number does not exist",
        }
    )
    jobs.run_due()

    row = Outbox.objects.get()
    assert (row.status, row.message.status, provider.call_count) == (Outbox.Status.PARKED, Message.Status.FAILED, 1)


def test_a_restricted_instance_stops_sending(conversation, provider):
    provider.respond(200, json=ACCEPTED)
    queued(conversation, "Posso ajudar?")
    deliver()
    zapi.post(
        {
            "type": "DeliveryCallback",
            "instanceId": zapi.INSTANCE,
            "phone": PHONE,
            "messageId": "3EB0NOSSO1",
            "error": "Temporary restriction",
            "errorCode": "SHADOW_BAN",
        }
    )
    jobs.run_due()
    queued(Conversation.objects.get(), "Mais uma coisa")

    jobs.run_due("deliver")

    assert provider.call_count == 1


def test_off_line_nothing_is_sent_and_on_line_it_goes_on(conversation, provider):
    provider.respond(200, json=ACCEPTED)
    connection = {"instanceId": zapi.INSTANCE, "momment": 1795000300}
    zapi.post(
        {**connection, "type": "DisconnectedCallback", "disconnected": True, "error": "Device has been disconnected"}
    )
    jobs.run_due("ingest")
    queued(conversation, "Posso ajudar?")
    jobs.run_due("deliver")
    assert provider.call_count == 0
    assert Alert.objects.filter(key="channel:principal", closed_at=None).exists()

    zapi.post({**connection, "type": "ConnectedCallback", "connected": True, "momment": 1795000400})
    jobs.run_due()

    assert provider.call_count == 1
    assert not Alert.objects.filter(closed_at=None).exists()


def test_a_late_word_about_the_connection_does_not_count(conversation, provider):
    connection = {"instanceId": zapi.INSTANCE}
    zapi.post({**connection, "type": "ConnectedCallback", "connected": True, "momment": 1795000400})
    zapi.post({**connection, "type": "DisconnectedCallback", "disconnected": True, "momment": 1795000300})

    jobs.run_due("ingest")

    conversation.channel.refresh_from_db()
    assert conversation.channel.connected is True
