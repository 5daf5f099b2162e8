"""Provider times at the edge of the calendar must not make a conversation unanswerable or its page unreadable."""

import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import respx
import time_machine
from django.contrib.auth.models import User
from django.test import Client

from conversations.models import Conversation
from seleto.lib import jobs
from tests import zapi
from tests.conversations.model import said
from tests.factories import PromptFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("momment", [-62135596800, -62135596799000, "-62135596800", -6e10, 0, -1])
def test_year_one(channel, settings, momment):
    settings.LLM_API_KEY = "k"
    settings.TYPING_MAX_S = 0
    PromptFactory.create()
    texts = []
    zapi.post(zapi.received("antiga", momment=momment))
    zapi.post(zapi.received("Vocês vendem formadora de hambúrguer?"))
    with respx.mock(assert_all_called=False) as router:
        router.post(path__regex="/read-message$").respond(204)
        router.post(path__regex="/chat/completions$").side_effect = lambda r: said(
            "Vendemos sim! A conversa fica registrada."
        )

        def send(request):
            texts.append(json.loads(request.content)["message"])
            return httpx.Response(200, json={"messageId": zapi.message_id(), "zaapId": "z"})

        router.post(path__regex="/send-text$").side_effect = send
        jobs.run_due("ingest")
        problems = []
        with time_machine.travel(datetime.now(UTC) + timedelta(seconds=40)):
            jobs.run_due()
        User.objects.create_superuser("a", "a@example.com", "x")
        c = Client(raise_request_exception=False)
        c.force_login(User.objects.get())
        conv = Conversation.objects.get()
        for url in (
            f"/admin/conversations/conversation/{conv.pk}/change/",
            "/admin/conversations/message/",
            "/admin/conversations/conversation/",
        ):
            r = c.get(url)
            if r.status_code >= 400:
                problems.append((url, r.status_code))
    assert problems == []
    assert texts == ["Vendemos sim! A conversa fica registrada."]
