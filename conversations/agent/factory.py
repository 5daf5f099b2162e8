"""Build the Agno agent. Imported only where a turn runs: Agno costs two seconds and 55 MiB to import."""

import json
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from agno.agent import Agent
from agno.exceptions import ModelProviderError
from agno.models.message import Message
from agno.models.openai.like import OpenAILike
from agno.models.response import ModelResponse
from agno.tools.function import Function
from django.conf import settings
from httpx import Timeout
from openai.types.chat import ChatCompletion, ChatCompletionMessage, ChatCompletionMessageFunctionToolCall
from pydantic import BaseModel

from conversations.agent import plain, schema, tokens
from conversations.agent.endpoints import JSON, SCHEMA, TOOL, Endpoint, endpoints
from conversations.agent.errors import BUDGET, ModelFailure, classify
from conversations.agent.tools import ToolBox, definitions
from seleto.lib import http

# Off before Agno reads it; `telemetry=False` below says it again per agent.
os.environ["AGNO_TELEMETRY"] = "false"

FINISHED = "stop"
ANSWER = "resposta"


@dataclass
class Ledger:
    """What the calls of one turn did; ``limit`` bounds them, since Agno's own limit does not stop a run."""

    limit: int
    deadline: float
    endpoint: Endpoint | None = None
    calls: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    model_ms: int = 0
    finish_reason: str = ""
    failure: ModelFailure | None = None
    chars: int = 0  # of the request that was sent last, everything in it counted


_current = threading.local()


@dataclass
class BoundedModel(OpenAILike):
    """One object per process, shared by its threads; what a call may cost and what became of it is kept per turn."""

    def invoke(self, messages: list[Message], *args: Any, **kwargs: Any) -> ModelResponse:
        ledger: Ledger = _current.ledger
        if ledger.calls >= ledger.limit or time.monotonic() >= ledger.deadline:
            ledger.failure = ModelFailure(BUDGET, retryable=True)
            raise ModelProviderError("turn budget used up")
        ledger.calls += 1
        ledger.chars = sum(len(message.content or "") for message in messages)
        began = time.monotonic()
        try:
            return super().invoke(messages, *args, **kwargs)
        except ModelProviderError as error:
            ledger.failure = classify(error)
            raise
        finally:
            ledger.model_ms += round((time.monotonic() - began) * 1000)

    def _format_all_messages(self, *args: Any, **kwargs: Any) -> list[dict[str, Any]]:
        _current.messages = super()._format_all_messages(*args, **kwargs)
        return []

    def get_request_params(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """A call begun late gets only what is left of the turn's time.

        Messages, schema and tools travel beside the client's typed parameters: it would look through all of them at
        every call, which took as long as the rest of the call.
        """
        params: dict[str, Any] = super().get_request_params(*args, **kwargs)
        beside = {name: params.pop(name) for name in ("response_format", "tools") if name in params}
        params["extra_body"] = {**params.get("extra_body", {}), **beside, "messages": _current.messages}
        left = max(_current.ledger.deadline - time.monotonic(), 0.1)
        if left < settings.LLM_READ_TIMEOUT_S:
            params["timeout"] = Timeout(left, connect=min(left, settings.LLM_CONNECT_TIMEOUT_S))
        return params

    def _parse_provider_response(  # type: ignore[override]  # Agno's own classes disagree about it
        self, response: ChatCompletion, response_format: dict[str, Any] | type[BaseModel] | None = None
    ) -> ModelResponse:
        ledger: Ledger = _current.ledger
        if response.usage is not None:
            ledger.prompt_tokens += response.usage.prompt_tokens
            ledger.cached_tokens += plain.cached_tokens(response.usage)
            ledger.completion_tokens += response.usage.completion_tokens
            _learn(ledger, response.usage.prompt_tokens)
        choice = response.choices[0] if response.choices else None
        refused = choice is not None and getattr(choice.message, "refusal", None)
        ledger.finish_reason = "refusal" if refused else choice.finish_reason if choice else "empty"
        if choice is not None:
            _unwrap_answer(choice.message)
        return super()._parse_provider_response(response, response_format=response_format)


def _learn(ledger: Ledger, prompt_tokens: int) -> None:
    if ledger.endpoint is not None:
        sent = ledger.chars + _besides(ledger.endpoint.mode, ledger.endpoint.tools)
        tokens.learn(ledger.endpoint.name, chars=sent, tokens=prompt_tokens)


def _unwrap_answer(message: ChatCompletionMessage) -> None:
    """An answer that came as the arguments of a tool call becomes the content; other calls beside it are dropped."""
    for call in message.tool_calls or ():
        if isinstance(call, ChatCompletionMessageFunctionToolCall) and call.function.name == ANSWER:
            message.content, message.tool_calls = call.function.arguments, None
            return


_lock = threading.Lock()
_models: dict[Endpoint, BoundedModel] = {}


def model(endpoint: Endpoint) -> BoundedModel:
    """The process's model object of an endpoint: a new one per turn would cost 30 ms. Made after the fork."""
    with _lock:
        if endpoint not in _models:
            _models[endpoint] = BoundedModel(
                id=endpoint.model,
                base_url=endpoint.base_url,
                api_key=endpoint.api_key or "not-set",
                max_retries=0,
                max_tokens=settings.LLM_MAX_COMPLETION_TOKENS,
                http_client=http.session(
                    "llm", connect_s=settings.LLM_CONNECT_TIMEOUT_S, read_s=settings.LLM_READ_TIMEOUT_S
                ),
                request_params=_form(endpoint.mode),
            )
        return _models[endpoint]


def forget() -> None:
    """Build the model objects again at the next turn (another endpoint, or a fresh fork)."""
    global _lock
    _lock = threading.Lock()
    _models.clear()


os.register_at_fork(after_in_child=forget)


def build(prompt: str, endpoint: Endpoint) -> Agent:
    """An agent for one turn: no history and no database of its own. ``resolve_in_context`` is off because it would
    replace ``{…}`` in the lead's text."""
    given: list[Function | dict[str, Any]] = list(_functions()) if endpoint.tools else []
    if endpoint.mode == TOOL:
        given.append({"type": "function", "function": {"name": ANSWER, **_answer_tool()}})
    return Agent(
        model=model(endpoint),
        tools=given or None,
        tool_choice="required" if endpoint.mode == TOOL else None,
        system_message=_system(prompt, endpoint),
        telemetry=False,
        resolve_in_context=False,
        markdown=False,
    )


def _form(mode: str) -> dict[str, Any]:
    if mode == SCHEMA:
        return {"response_format": schema.response_format()}
    return {"response_format": {"type": "json_object"}} if mode == JSON else {}


def _system(prompt: str, endpoint: Endpoint) -> str:
    if endpoint.mode != JSON:
        return prompt
    return f"{prompt}\n\n# Esquema da saída\n{schema.described()}"


def room(prompt: str, endpoint: Endpoint, *, share: float = 1.0) -> int:
    """How many characters are left for the brief of a request within ``share`` of ``PROMPT_BUDGET_TOKENS``."""
    budget = settings.PROMPT_BUDGET_TOKENS * tokens.chars_per_token(endpoint.name) * share
    return round(budget) - len(_system(prompt, endpoint)) - _besides(endpoint.mode, endpoint.tools)


@cache
def _besides(mode: str, tools: bool) -> int:
    """Characters that a request carries besides its messages."""
    sent: list[Any] = [_answer_tool() if mode == TOOL else _form(mode)]
    if tools:
        sent += [function.to_dict() for function in _functions()]
    return len(json.dumps(sent, ensure_ascii=False, separators=(",", ":")))


def _answer_tool() -> dict[str, Any]:
    return {"description": "Entrega a resposta deste turno.", "parameters": schema.parameters()}


@cache
def _functions() -> tuple[Function, ...]:
    """The tools as Agno wants them, their schemas ready: building these per turn would cost more than a turn may."""
    return tuple(
        Function(
            name=name,
            description=description,
            parameters=parameters,
            entrypoint=_entrypoint(name),
            skip_entrypoint_processing=True,
        )
        for name, (description, parameters) in definitions().items()
    )


def _entrypoint(name: str) -> Callable[..., str]:
    def call(**arguments: Any) -> str:
        box: ToolBox = _current.tools
        return box.call(name, arguments)

    return call


def lend(ledger: Ledger, tools: ToolBox | None = None) -> None:
    """Have the calls of this thread counted in ``ledger`` and its tool calls done by ``tools``."""
    _current.ledger, _current.tools = ledger, tools


__all__ = ["FINISHED", "Agent", "Endpoint", "Ledger", "Message", "build", "endpoints", "forget", "lend", "room"]
