"""/api/v1: the timeline, for whoever holds a token."""

import json

import httpx
import pytest
import respx

from conversations.models import Conversation
from seleto.lib import jobs, tokens
from tests import zapi
from tests.conversations.model import said
from tests.factories import PromptFactory, now, waiting

pytestmark = pytest.mark.django_db


@pytest.fixture
def get(client):
    _, plain = tokens.create(name="teste", now=now())

    def call(address: str):
        return client.get(address, headers={"Authorization": f"Bearer {plain}"})

    return call


@pytest.fixture
def answered(channel, settings) -> Conversation:
    settings.TYPING_MAX_S = 0
    PromptFactory.create()
    conversation = waiting("Sou a Marina, quanto custa?")
    fact = {"field": "nome", "value": "Marina", "quote": "Sou a Marina", "message": "m1"}
    with respx.mock as router:
        router.post(path__regex="/read-message$").respond(204)
        router.post(path__regex="/send-text$").side_effect = lambda _: httpx.Response(
            200, json={"messageId": zapi.message_id(), "zaapId": "z"}
        )
        router.post(path__regex="/chat/completions$").side_effect = [
            said("Custa R$ 18.900,00.", facts=[fact]),
            said("Quem passa os valores é o consultor, Marina.", facts=[fact], intents=["pede_humano"]),
        ]
        jobs.run_due()
    return conversation


def test_a_message_leads_to_its_conversation(get, answered):
    message_id = answered.messages.get(author="lead").provider_id

    answer = get(f"/api/v1/conversations?provider_message_id={message_id}")

    assert [row["id"] for row in answer.json()["results"]] == [str(answered.id)]


def test_an_empty_id_is_refused_by_name(get):
    answer = get("/api/v1/conversations?provider_message_id=")

    assert answer.status_code == 400
    assert "provider_message_id" in answer.json()["errors"]


def test_the_timeline_tells_every_stage_in_order(get, answered):
    answer = get(f"/api/v1/conversations/{answered.id}/timeline").json()

    stages = [entry["stage"] for entry in answer["entries"]]
    assert {"message", "turn", "fact", "guardrail", "outbox"} <= set(stages)
    assert [entry["at"] for entry in answer["entries"]] == sorted(entry["at"] for entry in answer["entries"])
    (fact,) = answer["conversation"]["facts"]
    assert (fact["label"], fact["value"], fact["evidence"]) == ("nome", "Marina", "Sou a Marina")


def test_a_stopped_draft_is_shown_with_its_reasons(get, answered):
    entries = get(f"/api/v1/conversations/{answered.id}/timeline").json()["entries"]

    (hit,) = [entry for entry in entries if entry["stage"] == "guardrail"]
    details = {pair["label"]: pair["value"] for pair in hit["detail"]}
    assert details["Rascunho"] == "Custa R$ 18.900,00."
    assert "preço" in details["Regras"]


@pytest.mark.parametrize("header", [None, "Bearer slt_errado", "Token x"])
def test_without_a_token_there_is_nothing(client, answered, header):
    answer = client.get(
        f"/api/v1/conversations/{answered.id}/timeline", headers={"Authorization": header} if header else {}
    )

    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_an_unknown_conversation_is_not_found(get, db):
    assert get("/api/v1/conversations/00000000-0000-7000-8000-000000000000/timeline").status_code == 404


def test_the_schema_describes_it(client, db):
    schema = client.get("/api/schema/?format=json")

    assert "/api/v1/conversations/{conversation_id}/timeline" in json.loads(schema.content)["paths"]
