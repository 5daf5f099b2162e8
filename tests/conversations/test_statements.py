"""The hot path is written in few statements (design.md, Scale)."""

import httpx
import pytest
import respx
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conversations.ingest import stage as ingest
from conversations.turns import stage as turns
from knowledge import queries
from seleto.lib import circuits
from tests import zapi
from tests.conversations.model import said
from tests.factories import PromptFactory

pytestmark = pytest.mark.django_db

# Transaction control included.
INGEST = 10
TURN = 14


def test_a_message_and_its_answer_cost_few_statements(channel, settings, monkeypatch):
    # What is kept for seconds must not run out between the two on a slow machine.
    settings.CHANNEL_CACHE_S = 3600
    monkeypatch.setattr(circuits, "CACHE_S", 3600.0)
    monkeypatch.setattr(queries, "FLAG_CACHE_S", 3600.0)
    monkeypatch.setattr(queries._cached, "__defaults__", (3600.0,))
    settings.QUIET_FRAGMENT_S = settings.QUIET_DEFAULT_S = settings.QUIET_AFTER_ANSWER_S = 0
    PromptFactory.create()
    with respx.mock(assert_all_called=False) as router:
        router.post(path__regex="/read-message$").respond(204)
        router.post(path__regex="/send-text$").side_effect = lambda _: httpx.Response(
            200, json={"messageId": zapi.message_id(), "zaapId": "z"}
        )
        router.post(path__regex="/chat/completions$").side_effect = lambda _: said("Olá!")
        exchange()  # the first of a conversation makes its rows

        ingested, answered = exchange()

    assert ingested <= INGEST
    assert answered <= TURN


def exchange() -> tuple[int, int]:
    """The statements of taking in one message, and of answering it up to the first bubble."""
    zapi.post(zapi.received("Oi de novo"))
    with CaptureQueriesContext(connection) as taking_in:
        (event,) = ingest.claim(1)
        ingest.run(event)
    with CaptureQueriesContext(connection) as answering:
        (turn,) = turns.claim(1)
        turns.run(turn)
    return len(taking_in), len(answering)
