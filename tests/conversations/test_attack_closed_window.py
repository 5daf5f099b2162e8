"""I10: nothing of the agent leaves outside the 24-hour window (a switch turned on again after a weekend, a requeue)."""

import json
from datetime import timedelta

import httpx
import pytest
import respx

from conversations.models import Conversation, Message, Outbox
from seleto.lib import jobs
from tests import zapi
from tests.conversations.model import said
from tests.factories import ConversationFactory, PromptFactory, now, queued, waiting

pytestmark = pytest.mark.django_db


@pytest.fixture
def texts(channel, settings):
    settings.LLM_API_KEY = "k"
    settings.TYPING_MAX_S = 0
    PromptFactory.create()
    found = []
    with respx.mock(assert_all_called=False) as router:
        router.post(path__regex="/read-message$").respond(204)
        router.post(path__regex="/chat/completions$").side_effect = lambda r: said("Vendemos sim!")

        def send(request):
            found.append(json.loads(request.content)["message"])
            return httpx.Response(200, json={"messageId": zapi.message_id(), "zaapId": "z"})

        router.post(path__regex="/send-text$").side_effect = send
        yield found


def test_a_lead_who_wrote_three_days_ago_is_not_answered_by_the_bot_now(texts):
    past = now() - timedelta(days=3)
    waiting("Vocês vendem formadora?", last_message_at=past)
    Conversation.objects.update(turn_due_at=past, pending_since=past)
    Message.objects.update(sent_at=past)
    jobs.run_due()
    assert texts == []


def test_a_parked_reply_of_three_days_ago_is_not_sent_by_a_requeue(texts):
    past = now() - timedelta(days=3)
    conversation = ConversationFactory.create(last_message_at=past, opened_at=past)
    (_row,) = queued(conversation, "Qual o seu nome?")
    Outbox.objects.update(status="parked", reason="x", created_at=past)
    jobs.run_due()
    assert texts == []
