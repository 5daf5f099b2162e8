"""Build the Agno agent. Imported only where a turn runs: Agno costs two seconds and 55 MiB to import."""

import os
import threading
import time
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from agno.agent import Agent
from agno.exceptions import ModelProviderError
from agno.models.message import Message
from agno.models.openai.like import OpenAILike
from agno.models.response import ModelResponse
from django.conf import settings
from openai.types.chat import ChatCompletion
from pydantic import BaseModel

from conversations.agent import schema
from conversations.agent.errors import ModelFailure, classify
from seleto.lib import http

# Off before Agno reads it; `telemetry=False` below says it again per agent.
os.environ["AGNO_TELEMETRY"] = "false"

FINISHED = "stop"


@dataclass
class Ledger:
    """What the calls of one turn did; ``limit`` bounds them, since Agno's own limit does not stop a run."""

    limit: int
    deadline: float
    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    model_ms: int = 0
    finish_reason: str = ""
    failure: ModelFailure | None = None

    def cost_usd(self) -> Decimal:
        millions = Decimal(1_000_000)
        return (
            Decimal(str(settings.LLM_PROMPT_PRICE)) * self.prompt_tokens
            + Decimal(str(settings.LLM_COMPLETION_PRICE)) * self.completion_tokens
        ) / millions


_current = threading.local()


@dataclass
class BoundedModel(OpenAILike):
    """One object per process, shared by its threads; what a call may cost and what became of it is kept per turn."""

    def invoke(self, messages: list[Message], *args: Any, **kwargs: Any) -> ModelResponse:
        ledger: Ledger = _current.ledger
        if ledger.calls >= ledger.limit or time.monotonic() >= ledger.deadline:
            ledger.failure = ModelFailure("budget", retryable=True)
            raise ModelProviderError("turn budget used up")
        ledger.calls += 1
        began = time.monotonic()
        try:
            return super().invoke(messages, *args, **kwargs)
        except ModelProviderError as error:
            ledger.failure = classify(error)
            raise
        finally:
            ledger.model_ms += round((time.monotonic() - began) * 1000)

    def _parse_provider_response(  # type: ignore[override]  # Agno's own classes disagree about it
        self, response: ChatCompletion, response_format: dict[str, Any] | type[BaseModel] | None = None
    ) -> ModelResponse:
        ledger: Ledger = _current.ledger
        if response.usage is not None:
            ledger.prompt_tokens += response.usage.prompt_tokens
            ledger.completion_tokens += response.usage.completion_tokens
        choice = response.choices[0] if response.choices else None
        refused = choice is not None and getattr(choice.message, "refusal", None)
        ledger.finish_reason = "refusal" if refused else choice.finish_reason if choice else "empty"
        return super()._parse_provider_response(response, response_format=response_format)


_lock = threading.Lock()
_model: BoundedModel | None = None


def model() -> BoundedModel:
    """The process's model object: a new one per turn would cost 30 ms. Made after the fork."""
    global _model
    with _lock:
        if _model is None:
            _model = BoundedModel(
                id=settings.LLM_MODEL,
                base_url=settings.LLM_BASE_URL,
                api_key=settings.LLM_API_KEY or "not-set",
                max_retries=0,
                max_tokens=settings.LLM_MAX_COMPLETION_TOKENS,
                http_client=http.session(
                    "llm", connect_s=settings.LLM_CONNECT_TIMEOUT_S, read_s=settings.LLM_READ_TIMEOUT_S
                ),
                request_params={"response_format": schema.response_format()},
            )
        return _model


def forget() -> None:
    """Build the model object again at the next turn (another endpoint, or a fresh fork)."""
    global _model, _lock
    _lock = threading.Lock()
    _model = None


os.register_at_fork(after_in_child=forget)


def build(prompt: str) -> Agent:
    """An agent for one turn: no tools, no history and no database of its own. ``resolve_in_context`` is off because it
    would replace ``{…}`` in the lead's text."""
    return Agent(
        model=model(),
        system_message=prompt,
        telemetry=False,
        resolve_in_context=False,
        markdown=False,
    )


def lend(ledger: Ledger) -> None:
    """Have the calls of this thread counted in ``ledger``."""
    _current.ledger = ledger


__all__ = ["FINISHED", "Agent", "Ledger", "Message", "build", "forget", "lend", "model"]
