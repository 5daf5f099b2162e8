"""Which forms of answer the configured model servers know, found out by tiny real requests.

A server that knows the configured form costs one request of at most ``MAX_TOKENS`` tokens; any other at most
``MAX_PROBES``. A refused form is told apart from a wrong key, a missing model and a server out of order.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.conf import settings

from conversations.agent import plain
from conversations.agent.endpoints import FIRST, JSON, SCHEMA, TOOL, Endpoint, advice, endpoints
from conversations.agent.errors import NO_API, ModelFailure
from seleto.findings import Finding, Level

if TYPE_CHECKING:
    from openai.types.chat import ChatCompletion

MAX_TOKENS = 20
MAX_PROBES = 3
_QUESTION = [{"role": "user", "content": 'Responda só com o JSON {"ok": true}.'}]
_PARAMETERS: dict[str, Any] = {
    "type": "object",
    "properties": {"ok": {"type": "boolean"}},
    "required": ["ok"],
    "additionalProperties": False,
}
_ANSWER = {"type": "function", "function": {"name": "resposta", "description": "Responde.", "parameters": _PARAMETERS}}
_OTHER = {"type": "function", "function": {"name": "consultar", "description": "Não use.", "parameters": _PARAMETERS}}
_FORMS: dict[str, dict[str, Any]] = {
    SCHEMA: {
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "teste", "strict": True, "schema": _PARAMETERS},
        }
    },
    JSON: {"response_format": {"type": "json_object"}},
    TOOL: {},
}


@dataclass(frozen=True, slots=True)
class Way:
    """A form of answer, with or without tools beside it."""

    mode: str
    tools: bool

    def label(self) -> str:
        if self.mode == TOOL:
            return "tool"
        return f"{self.mode} {'com' if self.tools else 'sem'} ferramentas"

    def request(self) -> dict[str, Any]:
        form = dict(_FORMS[self.mode])
        tools = [*([_OTHER] if self.tools else []), *([_ANSWER] if self.mode == TOOL else [])]
        if tools:
            form["tools"] = tools
        if self.mode == TOOL:
            form["tool_choice"] = "required"
        return form


# The best first: look-ups beside a schema are worth most.
PREFERRED = (
    Way(SCHEMA, True),
    Way(TOOL, True),
    Way(JSON, True),
    Way(SCHEMA, False),
    Way(TOOL, False),
    Way(JSON, False),
)


@dataclass(frozen=True, slots=True)
class Probe:
    """``about`` names what a refusal was about: ``tools``, ``form``, or nothing that could be told."""

    ok: bool
    about: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0


def examine(*, every: bool) -> Iterator[Finding]:
    """The model and its stand-in; with ``every``, all forms instead of the configured one."""
    for endpoint in endpoints():
        yield from _endpoint(endpoint, every=every)


def _endpoint(endpoint: Endpoint, *, every: bool) -> Iterator[Finding]:
    check = "model" if endpoint.name == FIRST else "model:reserva"
    if not endpoint.api_key:
        text = f"{endpoint.prefix}_API_KEY está vazia: só um servidor próprio aceita isso."
        yield Finding(check, Level.WARNING, text)
    if _unpriced(endpoint):
        text = f"O limite de gasto não vale para {endpoint.model}: preencha o preço em Agente › Preços de modelos."
        yield Finding(check, Level.WARNING, text)
    try:
        tried = _try_out(endpoint, every=every)
    except ModelFailure as failure:
        yield Finding(check, *_failed(endpoint, failure))
    else:
        yield Finding(check, *_judged(endpoint, tried, every=every))


def _try_out(endpoint: Endpoint, *, every: bool) -> dict[Way, Probe]:
    """Raises ``ModelFailure`` for what has nothing to do with the form of an answer."""
    first = Way(SCHEMA, True) if every else Way(endpoint.mode, endpoint.tools)
    tried = {first: _probe(endpoint, first)}
    for way in _others(tried[first]):
        done = not every and any(probe.ok for probe in tried.values())
        if done or len(tried) >= MAX_PROBES:
            break
        if way not in tried:
            tried[way] = _probe(endpoint, way)
    return tried


def _others(first: Probe) -> tuple[Way, ...]:
    if first.ok:
        return Way(TOOL, True), Way(JSON, True)
    if first.about == "tools":
        return Way(SCHEMA, False), Way(JSON, False)
    if first.about == "form":
        return Way(TOOL, True), Way(JSON, False)
    return Way(TOOL, True), Way(SCHEMA, False)


def _probe(endpoint: Endpoint, way: Way) -> Probe:
    try:
        completion = plain.chat(
            endpoint,
            _QUESTION,
            max_tokens=MAX_TOKENS,
            connect_s=settings.LLM_CONNECT_TIMEOUT_S,
            read_s=settings.LLM_READ_TIMEOUT_S,
            **way.request(),
        )
    except ModelFailure as failure:
        body = json.dumps(getattr(failure.__cause__, "body", None), default=str).casefold()
        if failure.reason not in ("http_400", "http_422") or "max_tokens" in body:
            raise
        return Probe(ok=False, about=_about(body))
    usage = completion.usage
    tokens = (usage.prompt_tokens, usage.completion_tokens) if usage else (0, 0)
    ok = _is_formed(completion, way)
    return Probe(ok, "" if ok else "form", *tokens)


def _about(body: str) -> str:
    tools = "tool" in body
    form = any(word in body for word in ("response_format", "response format", "json_schema", "json_object"))
    return "" if tools == form else "tools" if tools else "form"


def _is_formed(completion: "ChatCompletion", way: Way) -> bool:
    choice = completion.choices[0]
    if choice.finish_reason == "length" and not choice.message.content:
        return True  # a model that thinks first took the form and had no room to answer
    calls = [call for call in choice.message.tool_calls or () if call.type == "function"]
    if way.mode == TOOL:
        return any(_object(call.function.arguments) is not None for call in calls)
    answer = _object(choice.message.content or "")
    if answer is None:
        return bool(calls)
    return way.mode == JSON or isinstance(answer.get("ok"), bool)


def _object(text: str) -> Mapping[str, Any] | None:
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _judged(endpoint: Endpoint, tried: dict[Way, Probe], *, every: bool) -> tuple[Level, str]:
    configured = Way(endpoint.mode, endpoint.tools)
    known = [way for way in PREFERRED if way in tried and tried[way].ok]
    cost = _cost(endpoint, tried)
    if every:
        labels = ", ".join(way.label() for way in known) or "nenhuma forma testada"
        cost = f"{cost}; o servidor conhece: {labels}"
    if configured in known or Way(endpoint.mode, True) in known:
        return Level.OK, f"O modelo {endpoint.model} responde em {configured.label()}; este teste custou {cost}."
    if not known:
        text = f"O modelo {endpoint.model} não aceita {configured.label()} nem o resto do que foi testado: tente"
        return Level.ERROR, f"{text} {_setting(endpoint, Way(JSON, False))} ou outro modelo. O teste custou {cost}."
    if configured not in tried:
        text = f"O modelo {endpoint.model} responde em {known[0].label()}; {configured.label()} não foi testado."
        return Level.WARNING, f"{text} Para garantir, use {_setting(endpoint, known[0])}. O teste custou {cost}."
    text = f"O modelo {endpoint.model} não aceita {configured.label()}: use {_setting(endpoint, known[0])}."
    return Level.ERROR, f"{text} O teste custou {cost}."


def _setting(endpoint: Endpoint, way: Way) -> str:
    mode = f"{endpoint.prefix}_ANSWER_MODE={way.mode}"
    return mode if way.tools == endpoint.tools else f"{mode} e {endpoint.prefix}_TOOLS={'on' if way.tools else 'off'}"


def _failed(endpoint: Endpoint, failure: ModelFailure) -> tuple[Level, str]:
    if failure.reason == NO_API:
        text = f"{endpoint.prefix}_BASE_URL não fala a API de /chat/completions: confira o endereço, que costuma"
        return Level.ERROR, f"{text} terminar em /v1."
    if failure.reason in ("http_400", "http_422"):
        return Level.ERROR, f"O modelo {endpoint.model} recusa max_tokens, que o agente envia: use outro modelo."
    level = Level.WARNING if failure.reason == "rate_limit" else Level.ERROR
    return level, advice(endpoint, failure.reason)


def _cost(endpoint: Endpoint, tried: Mapping[Way, Probe]) -> str:
    read = sum(probe.prompt_tokens for probe in tried.values())
    written = sum(probe.completion_tokens for probe in tried.values())
    if not read + written:
        return "um número de tokens que o servidor não informa"
    dollars = endpoint.cost_usd(read, written)
    return f"{read + written} tokens (US$ {dollars:.6f})" if dollars else f"{read + written} tokens"


def _unpriced(endpoint: Endpoint) -> bool:
    ceiling = Decimal(str(settings.LLM_SPEND_MAX_DAY_USD + settings.LLM_SPEND_MAX_CONVERSATION_USD))
    return bool(ceiling) and not endpoint.price.prompt and not endpoint.price.completion
