"""One agent turn without network, run in the worker's parent so that its forks share everything Agno loads:
64 waiting conversations then cost megabytes, not gigabytes (dependencies.md, section 3)."""

import time
from typing import Any

import httpx
from agno.agent import Agent
from agno.run.base import RunStatus

from conversations import guardrails
from conversations.agent import factory, schema
from knowledge import catalogue, search
from leads import extraction, municipalities

NO_KEY = "offline"  # pragma: allowlist secret
_ANSWER = schema.Answer(reply="ok", facts=[], intents=[], sources=[], unanswered_question=None, move="responder")


def run_once() -> None:
    """Raises ``RuntimeError`` when the agent libraries do not work together as this code expects."""
    http = httpx.Client(transport=httpx.MockTransport(_answer), trust_env=False)
    factory.lend(factory.Ledger(limit=1, deadline=time.monotonic() + 30))
    agent = Agent(
        model=factory.BoundedModel(id="offline", base_url="http://offline.invalid", api_key=NO_KEY, http_client=http),
        system_message="offline",
        telemetry=False,
        resolve_in_context=False,
    )
    output = agent.run([factory.Message(role="user", content="oi")], session_state={})
    http.close()
    if output.status != RunStatus.completed:
        raise RuntimeError("The offline turn of the warm-up failed: check the versions of agno and openai.")
    schema.parse(str(output.content))


def read_once() -> None:
    """One message and one reply through the rules, so that the forks share their tables and compiled patterns."""
    products = catalogue.shipped_products()
    extraction.extract(["Faço 300 hambúrgueres por dia em Itajaí"], products=products)
    guardrails.review("A FB300 faz de 300 a 350 por hora.", guardrails.ReviewContext(products=products))
    search.search_shipped("Como funciona a FB300?")
    municipalities.find("Itajaí")


def _answer(request: httpx.Request) -> httpx.Response:
    body: dict[str, Any] = {
        "id": "offline",
        "object": "chat.completion",
        "created": 0,
        "model": "offline",
        "choices": [
            {
                "index": 0,
                "finish_reason": "stop",
                "message": {"role": "assistant", "content": _ANSWER.model_dump_json()},
            }
        ],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }
    return httpx.Response(200, json=body)
