"""How the model can be told to misbehave, one answer at a time."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.model import wire
from sandbox.model.wire import Failure, Reply

MODES = (
    "normal",
    "price_leak",
    "four_questions",
    "broken_json",
    "wrong_schema",
    "empty",
    "length",
    "refusal",
    "content_filter",
    "hang",
    "rate_limit",
    "quota",
    "server_error",
    "overloaded",
    "unauthorized",
    "model_not_found",
    "context_length",
    "no_schema",
    "no_tools",
    "no_tools_with_format",
    "look_up",
    "slow",
)
SLOW_S = 10.0
FAILURES = {
    "rate_limit": wire.RATE_LIMIT,
    "quota": wire.QUOTA,
    "server_error": wire.SERVER_ERROR,
    "overloaded": wire.OVERLOADED,
    "unauthorized": wire.UNAUTHORIZED,
    "model_not_found": wire.MODEL_NOT_FOUND,
    "context_length": wire.CONTEXT_LENGTH,
}
# Servers that know less than the real one.
_NO_SCHEMA = wire.invalid(
    "'response_format' of type 'json_schema' is not supported with this model.", "response_format"
)
_NO_TOOLS = wire.invalid("This model does not support tools.", "tools")
_NOT_TOGETHER = wire.invalid("Tools cannot be combined with a response format.")
_LEAK = "A FB300 sai por R$ 18.900,00, e dá para parcelar em 10x no cartão."
_FOUR = "Qual é o seu nome? E a sua cidade? Quanto você produz por dia? E para quando precisa?"


@dataclass
class Mode:
    """``times`` None lasts until changed; else the mode is used up and the model is normal again."""

    name: str = "normal"
    times: int | None = None
    latency_s: float = 0.0

    def take(self) -> str:
        """The mode of this call."""
        taken = self.name
        if self.name != "normal" and self.times is not None:
            self.times -= 1
            if self.times <= 0:
                self.name, self.times = "normal", None
        return taken


def failure(mode: str, body: Mapping[str, Any]) -> Failure | None:
    """What the mode answers to ``body`` instead of a completion."""
    form, tools = body.get("response_format"), body.get("tools")
    if mode == "no_schema" and isinstance(form, dict) and form.get("type") == "json_schema":
        return _NO_SCHEMA
    if mode == "no_tools" and tools:
        return _NO_TOOLS
    if mode == "no_tools_with_format" and tools and form:
        return _NOT_TOGETHER
    return FAILURES.get(mode)


def spoil(mode: str, reply: Reply) -> Reply:
    """The answer as the mode would have it; untouched for a mode that does not concern the text."""
    change = _SPOILERS.get(mode)
    return change(reply) if change else reply


def _said(extra: str, *, instead: bool) -> Callable[[Reply], Reply]:
    def change(reply: Reply) -> Reply:
        try:
            data = json.loads(reply.content or "")
            text = data["reply"]
        except (ValueError, KeyError, TypeError):
            return Reply(content=extra)
        data["reply"] = extra if instead else f"{text}\n\n{extra}"
        return Reply(content=wire.dump(data))

    return change


def _cut(reply: Reply) -> Reply:
    text = reply.content or ""
    return Reply(content=text[: max(10, len(text) // 2)], finish_reason="length")


_SPOILERS: dict[str, Callable[[Reply], Reply]] = {
    "price_leak": _said(_LEAK, instead=False),
    "four_questions": _said(_FOUR, instead=True),
    "broken_json": lambda reply: Reply(content='{"reply": "Olá! Tudo bem com você'),
    "wrong_schema": lambda reply: Reply(content='{"answer": "Olá!", "confidence": 0.9}'),
    "empty": lambda reply: Reply(content=""),
    "length": _cut,
    "refusal": lambda reply: Reply(content=None, refusal="Não posso ajudar com isso."),
    "content_filter": lambda reply: Reply(content="", finish_reason="content_filter"),
}
