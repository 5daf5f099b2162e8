"""The outside world as cheap as it can be: a model that answers after a fixed time, a provider that notes arrivals.

A bare ASGI application, so that what is measured is the product and not its surroundings. ``POST …/chat/completions``
answers after ``BENCH_MODEL_S`` seconds, ``POST …/audio/transcriptions`` after as many, and ``GET /voice/m-<s>.ogg`` is
a voice note of so many seconds; every send is kept as (phone, wall-clock seconds), read by ``GET /sends``.
"""

import asyncio
import itertools
import json
import os
import time
from collections.abc import Awaitable, Callable
from typing import Any

from sandbox.zapi import media

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

MODEL_S = float(os.environ.get("BENCH_MODEL_S", "0.8"))
ANSWER = json.dumps(
    {
        "reply": "Obrigado pela mensagem! Que produto você faz hoje?",
        "facts": [],
        "intents": ["outro"],
        "sources": [],
        "unanswered_question": None,
        "move": "perguntar",
    }
)
COMPLETION = json.dumps(
    {
        "id": "bench",
        "object": "chat.completion",
        "created": 0,
        "model": "bench",
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": ANSWER}}],
        "usage": {"prompt_tokens": 1500, "completion_tokens": 60, "total_tokens": 1560},
    }
).encode()

_ids = itertools.count(1)
_sends: list[tuple[str, float]] = []
_calls = 0


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] != "http":
        return
    body = await _body(receive)
    path: str = scope["path"]
    if path.endswith("/chat/completions"):
        await _respond(send, await _complete())
    elif path.endswith("/audio/transcriptions"):
        await _respond(send, await _hear())
    elif path.startswith("/voice/"):
        await _respond(send, (media.build(path.removeprefix("/voice/")) or ("", b""))[1])
    elif path.endswith("/send-text"):
        _sends.append((json.loads(body)["phone"], time.time()))
        await _respond(send, json.dumps({"zaapId": "z", "messageId": f"BENCH{next(_ids)}", "id": "z"}).encode())
    elif path == "/sends":
        await _respond(send, json.dumps({"sends": _sends, "model_calls": _calls}).encode())
    elif path == "/reset":
        _sends.clear()
        await _respond(send, b"{}")
    else:
        await _respond(send, b"", status=204)


async def _complete() -> bytes:
    global _calls
    _calls += 1
    await asyncio.sleep(MODEL_S)
    return COMPLETION


async def _hear() -> bytes:
    """Never twice the same words: who repeats themselves is taken for a machine and gets no answer."""
    await asyncio.sleep(MODEL_S)
    text = f"Quero saber da FB300 para fazer {next(_ids)} hambúrgueres por dia."
    sure = {"avg_logprob": -0.1, "compression_ratio": 1.1, "no_speech_prob": 0.01}
    segment = {"start": 0.0, "end": 3.0, "text": text, **sure}
    return json.dumps({"text": text, "language": "portuguese", "duration": 3.0, "segments": [segment]}).encode()


async def _body(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


async def _respond(send: Send, body: bytes, *, status: int = 200) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
