"""A row queued in the old session must not leave after a person took the new session over (I5)."""

from datetime import timedelta

import httpx
import pytest
import respx

from conversations.models import Conversation, Outbox
from seleto.lib import jobs
from tests import zapi
from tests.factories import ConversationFactory, IdentityFactory, now, queued

pytestmark = pytest.mark.django_db


def test_old_sessions_queue(channel):
    old = now() - timedelta(hours=24, minutes=1)
    conversation = ConversationFactory.create(channel=channel, opened_at=old, last_message_at=old)
    IdentityFactory.create(lead=conversation.lead)
    queued(conversation, "Qual o seu nome?")  # put back in the queue by a person a minute ago; the provider was away
    zapi.post(zapi.received("Oi, aqui é o Carlos", fromMe=True, fromApi=False))
    jobs.run_due("ingest")
    calls = []
    with respx.mock(assert_all_called=False) as router:
        router.post(path__regex="/read-message$").respond(204)
        router.post(path__regex="/send-text$").side_effect = lambda r: (
            calls.append(1) or httpx.Response(200, json={"messageId": "X", "zaapId": "z"})
        )
        jobs.run_due("deliver")
    assert not calls, list(Conversation.objects.values_list("owner", "closed_at"))


def test_a_receipt_of_failure_that_overtakes_a_slow_answer_is_kept(channel):
    """The send's answer may take 20 s; the failure it overtook must still be known then."""
    import time
    from datetime import UTC, datetime

    import time_machine

    from tests.factories import INSTANCE

    conversation = ConversationFactory.create(channel=channel)
    queued(conversation, "uma")
    with respx.mock(assert_all_called=False) as router:
        router.post(path__regex="/read-message$").respond(204)

        def slow(request):
            zapi.post(
                {
                    "type": "DeliveryCallback",
                    "instanceId": INSTANCE,
                    "phone": "5511900000001",
                    "messageId": "3EB0F",
                    "zaapId": "z",
                    "error": "boom",
                    "momment": int(time.time() * 1000),
                }
            )
            jobs.run_due("ingest")
            with time_machine.travel(datetime.now(UTC) + timedelta(seconds=12)):
                jobs.run_due("ingest")
            return httpx.Response(200, json={"messageId": "3EB0F", "zaapId": "z"})

        router.post(path__regex="/send-text$").side_effect = slow
        jobs.run_due("deliver")
        with time_machine.travel(datetime.now(UTC) + timedelta(seconds=20)):
            jobs.run_due("ingest")
    row = Outbox.objects.get()
    assert row.status == "parked", (row.status, row.message.status)


def test_alerts_end_when_what_they_say_has_ended(channel):
    """Credentials mended: the critical alert about them closes at the first success."""
    from datetime import UTC, datetime

    import time_machine

    from seleto.lib.models import Alert

    conversation = ConversationFactory.create(channel=channel)
    queued(conversation, "uma")
    with respx.mock(assert_all_called=False) as router:
        router.post(path__regex="/read-message$").respond(204)
        router.post(path__regex="/send-text$").side_effect = [
            httpx.Response(403),
            httpx.Response(200, json={"messageId": "X", "zaapId": "z"}),
        ]
        jobs.run_due("deliver")
        with time_machine.travel(datetime.now(UTC) + timedelta(seconds=60)):
            jobs.run_due("deliver")
    assert Outbox.objects.get().status == "sent"
    assert not Alert.objects.filter(closed_at=None).exists(), list(Alert.objects.values_list("key", "title"))
