"""I5: after a human's message is committed, no bot message leaves, also not one given back by a failed send."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
import respx
import time_machine

from conversations import handoff, repair
from conversations.models import Handoff, Outbox
from seleto.lib import jobs
from tests import zapi
from tests.factories import ConversationFactory, IdentityFactory, now, queued

pytestmark = pytest.mark.django_db


def later(s):
    return time_machine.travel(datetime.now(UTC) + timedelta(seconds=s))


@pytest.mark.parametrize("notice", [True, False])
def test_a_send_that_failed_while_a_human_took_over_is_not_repeated(channel, notice):
    conversation = ConversationFactory.create(channel=channel, revision=1, answered_revision=1)
    IdentityFactory.create(lead=conversation.lead)
    queued(conversation, "Vou chamar um consultor.", survives_handoff=notice)
    if notice:
        handoff.open_handoff(conversation, reason=Handoff.Reason.ASKED_HUMAN, now=now())
        conversation.save()
    calls = []
    with respx.mock(assert_all_called=False) as router:
        router.post(path__regex="/read-message$").respond(204)

        def send(request):
            calls.append(1)
            if len(calls) == 1:
                zapi.post(zapi.received("Oi, aqui é o Carlos", fromMe=True, fromApi=False))
                jobs.run_due("ingest")
                return httpx.Response(503)
            return httpx.Response(200, json={"messageId": "3EB0X", "zaapId": "z"})

        router.post(path__regex="/send-text$").side_effect = send
        jobs.run_due("deliver")
        with later(10):
            jobs.run_due("deliver")
        assert len(calls) == 1, "the bot's message left after the human's"
        row = Outbox.objects.get()
        # and after a resume, the stale draft must not leave either
        repair.resume(conversation.id, actor="x", now=now())
        with later(600):
            jobs.run_due("deliver")
    assert len(calls) == 1, f"a stale draft left after resume ({row.status})"
