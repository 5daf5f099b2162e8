"""The agent behind Agno's AgentOS: only with a key, few addresses, and nothing is left behind.

Importing AgentOS takes seconds, so one application serves every test here.
"""

import asyncio
from typing import Any

import httpx
import pytest
import respx
from django.core.management import CommandError, call_command

from conversations.models import Conversation, Message, ModelUse, Outbox, Turn
from knowledge import loader
from leads.models import Fact, Lead
from seleto.lib import clock, tokens
from seleto.lib.tokens import Scope
from tests.conversations.model import said

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("agentos")]

RUN = "/agents/sdr/runs"
OF_A_LEAD = (Lead, Conversation, Message, Turn, Fact, Outbox)


@pytest.fixture(scope="module")
def door() -> Any:
    from conversations.agent import agentos

    return agentos.application()


@pytest.fixture
def model(settings):
    from conversations.agent import agentos

    agentos.forget()
    tokens.forget()
    loader.load()
    settings.LLM_API_KEY = "chave-de-teste"
    with respx.mock(assert_all_called=False) as router:
        yield router.post(path__regex="/chat/completions$")


def key(*scopes: Scope, name: str = "plano") -> str:
    return tokens.create(name=name, now=clock.now(), scopes=scopes)[1]


def call(door: Any, method: str, path: str, token: str = "", **given: Any) -> httpx.Response:
    async def once() -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with httpx.AsyncClient(transport=httpx.ASGITransport(door), base_url="http://door") as client:
            return await client.request(method, path, headers=headers, **given)

    return asyncio.run(once())


def run(door: Any, token: str, text: str, *, session: str = "s1", stream: str = "false") -> httpx.Response:
    return call(door, "POST", RUN, token, data={"message": text, "stream": stream, "session_id": session})


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/agents"), ("GET", "/docs"), ("GET", "/openapi.json"), ("POST", RUN), ("GET", "/nothing")],
)
def test_without_a_key_nothing_is_told(door, db, method, path):
    assert call(door, method, path).status_code == 401
    assert call(door, method, path, "slt_wrong").status_code == 401


def test_the_key_of_the_api_opens_what_its_scope_allows(door, model):
    reader = key(Scope.READ)

    listed = call(door, "GET", "/agents", reader)

    assert [agent["id"] for agent in listed.json()] == ["sdr"]
    assert run(door, reader, "oi").status_code == 403
    assert not model.called


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/docs"), ("GET", "/openapi.json"), ("GET", "/sessions"), ("POST", "/whatsapp/webhook"), ("POST", "/mcp")],
)
def test_the_rest_of_agentos_is_closed(door, model, method, path):
    assert call(door, method, path, key(Scope.READ, Scope.OPERATE)).status_code == 404


def test_the_agent_answers_by_its_own_rules_and_leaves_nothing(door, model):
    model.side_effect = [said("A FB300 custa R$ 18.900."), said("O valor quem passa é o consultor.")]

    answered = run(door, key(Scope.OPERATE), "sou a Rute, de Itajaí, quanto custa a FB300?")

    assert answered.status_code == 200
    assert "consultor" in answered.json()["content"]
    assert "18.900" not in answered.text
    assert not any(table.objects.exists() for table in OF_A_LEAD)
    assert ModelUse.objects.count() == 1


def test_a_talk_goes_on_for_its_key_alone(door, model):
    model.side_effect = [said("Prazer, Rute! Qual máquina?"), said("Certo."), said("Olá!")]
    mine, other = key(Scope.OPERATE), key(Scope.OPERATE, name="outro")

    run(door, mine, "sou a Rute, de Itajaí")
    run(door, mine, "a FB300")
    run(door, other, "a FB300")

    briefs = [sent.request.content.decode() for sent in model.calls]
    assert "Rute" in briefs[1]
    assert "Rute" not in briefs[2]


def test_a_stream_holds_the_reviewed_reply(door, model):
    model.side_effect = [said("Olá! Qual máquina você procura?")]

    streamed = run(door, key(Scope.OPERATE), "oi, queria saber das máquinas", stream="true").text

    assert "RunCompleted" in streamed
    assert "Qual máquina você procura?" in streamed


def test_a_long_body_is_refused_before_it_is_read(door, model):
    assert call(door, "POST", RUN, key(Scope.OPERATE), content=b"x" * 70_000).status_code == 400


def test_it_is_off_until_it_is_switched_on(settings):
    assert settings.AGENTOS is False
    with pytest.raises(CommandError, match="AGENTOS=on"):
        call_command("agentos")
