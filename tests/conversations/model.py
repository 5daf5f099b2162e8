"""A scripted OpenAI-compatible endpoint for tests of the agent."""

import json
from typing import Any

import httpx


def answer(reply: str = "Posso ajudar?", **fields: Any) -> dict[str, Any]:
    return {
        "reply": reply,
        "facts": [],
        "intents": [],
        "sources": [],
        "unanswered_question": None,
        "move": "responder",
        **fields,
    }


def completion(content: Any, *, finish_reason: str = "stop", refusal: str | None = None) -> httpx.Response:
    text = content if isinstance(content, str) or content is None else json.dumps(content, ensure_ascii=False)
    return httpx.Response(
        200,
        json={
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1795003200,
            "model": "modelo-de-teste",
            "choices": [
                {
                    "index": 0,
                    "finish_reason": finish_reason,
                    "message": {"role": "assistant", "content": text, "refusal": refusal},
                }
            ],
            "usage": {"prompt_tokens": 800, "completion_tokens": 60, "total_tokens": 860},
        },
    )


def said(reply: str = "Posso ajudar?", **fields: Any) -> httpx.Response:
    """A well-formed answer."""
    return completion(answer(reply, **fields))
