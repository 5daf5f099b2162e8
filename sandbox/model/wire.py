"""Answers in the shape of the OpenAI API (contracts/openai.md). Pure: dicts out, no state."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Body = dict[str, Any]
CHARS_PER_TOKEN = 3


def tokens(text: str) -> int:
    return -(-len(text) // CHARS_PER_TOKEN)


def request_tokens(body: Mapping[str, Any]) -> int:
    """What a chat request costs to read: its messages, its tools and the form of the answer."""
    besides = [body[name] for name in ("tools", "response_format") if body.get(name)]
    said = "".join(text_of(message) for message in body["messages"])
    return tokens(said + "".join(json.dumps(part, ensure_ascii=False, separators=(",", ":")) for part in besides))


@dataclass(frozen=True)
class Reply:
    """What one completion says. ``tool_calls`` are (name, arguments as a JSON string) pairs."""

    content: str | None = None
    refusal: str | None = None
    finish_reason: str = "stop"
    tool_calls: tuple[tuple[str, str], ...] = ()

    @property
    def spent(self) -> int:
        said = (self.content or "") + (self.refusal or "") + "".join(name + args for name, args in self.tool_calls)
        return tokens(said)


@dataclass(frozen=True)
class Failure:
    """An error answer; ``headers`` as the real service sends them."""

    status: int
    message: str
    kind: str
    code: str | None = None
    param: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self) -> Body:
        return {"error": {"message": self.message, "type": self.kind, "param": self.param, "code": self.code}}


UNAUTHORIZED = Failure(401, "Incorrect API key provided.", "invalid_request_error", "invalid_api_key")
MODEL_NOT_FOUND = Failure(
    404,
    "The model `modelo-inexistente` does not exist or you do not have access to it.",
    "invalid_request_error",
    "model_not_found",
)
CONTEXT_LENGTH = Failure(
    400,
    "This model's maximum context length is 128000 tokens.",
    "invalid_request_error",
    "context_length_exceeded",
    "messages",
)
RATE_LIMIT = Failure(
    429,
    "Rate limit reached for requests. Please try again in 20s.",
    "requests",
    "rate_limit_exceeded",
    headers={"Retry-After": "20", "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "20s"},
)
QUOTA = Failure(
    429,
    "You exceeded your current quota, please check your plan and billing details.",
    "insufficient_quota",
    "insufficient_quota",
)
SERVER_ERROR = Failure(500, "The server had an error while processing your request.", "server_error")
OVERLOADED = Failure(
    503,
    "The engine is currently overloaded, please try again later.",
    "service_unavailable_error",
    "server_is_overloaded",
)


def invalid(message: str, param: str | None = None, code: str | None = None) -> Failure:
    return Failure(400, message, "invalid_request_error", code, param)


def completion(*, request_id: str, created: int, model: str, reply: Reply, prompt_tokens: int) -> Body:
    """A ``chat.completion`` object with ``usage`` at three characters a token."""
    message: Body = {"role": "assistant", "content": reply.content, "refusal": reply.refusal, "annotations": []}
    if reply.tool_calls:
        message["tool_calls"] = [
            {"id": f"call_{request_id[-8:]}_{index}", "type": "function", "function": {"name": name, "arguments": args}}
            for index, (name, args) in enumerate(reply.tool_calls)
        ]
    return {
        "id": f"chatcmpl-{request_id}",
        "object": "chat.completion",
        "created": created,
        "model": model,
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": reply.finish_reason}],
        "usage": {
            "prompt_tokens": prompt_tokens,
            "completion_tokens": reply.spent,
            "total_tokens": prompt_tokens + reply.spent,
            "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
            "completion_tokens_details": {
                "reasoning_tokens": 0,
                "audio_tokens": 0,
                "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0,
            },
        },
        "service_tier": "default",
        "system_fingerprint": None,
    }


def text_of(message: Mapping[str, Any]) -> str:
    """The text of a chat message, whether a string or a list of parts."""
    content = message.get("content")
    if isinstance(content, str):
        return content
    if isinstance(content, Sequence):
        return "".join(str(part.get("text", "")) for part in content if isinstance(part, Mapping))
    return ""


def blank(schema: Mapping[str, Any]) -> Any:
    """The emptiest value a JSON schema allows; what an unknown schema is answered with."""
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return schema["enum"][0]
    for key in ("anyOf", "oneOf"):
        if schema.get(key):
            return blank(schema[key][0])
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = "null" if "null" in kind else kind[0]
    if kind == "object":
        return {name: blank(part) for name, part in schema.get("properties", {}).items()}
    return {"array": [], "integer": 0, "number": 0, "boolean": False, "null": None}.get(str(kind), "")


def dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
