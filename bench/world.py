"""Everything outside the product in one event loop: leads, the model, the provider.

Leads are a closed loop without think time: who is answered writes again. The model answers after a fixed time; the
provider at once, and its own clock says when a bubble arrived. Both may be told to fail.
"""

import asyncio
import itertools
import json
import threading
import time
from collections import Counter
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlsplit

from bench.wire import Call, Connection, Server, request

T = TypeVar("T")
MODEL_S = 0.8
_CHARS_PER_TOKEN = 3  # design: tokens are budgeted as characters ÷ 3, which is more than servers count
_ANSWER = {
    "reply": "Obrigado pela mensagem! Anotei aqui o que você contou.",
    "facts": [],
    "intents": ["outro"],
    "sources": [],
    "unanswered_question": None,
    "move": "responder",
}


# In the body of a bubble that the model wrote, and of none that is ours (JSON may escape what is not ASCII).
_SAID = b"Anotei aqui"


@dataclass
class Outside:
    """How model and provider behave. ``model_faults`` and ``provider_faults`` are spent one per call: a status to
    answer, ``malformed`` (model: JSON of another shape) or ``lost`` (provider: took it, never says so)."""

    model_s: float = MODEL_S
    model_faults: list[int | str] = field(default_factory=list)
    provider_faults: list[int | str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Turns:
    """What a closed loop came to; seconds. An overhead is webhook sent to bubble at the provider, less the model."""

    per_s: float
    overheads: list[float]
    acks: list[float]
    model_calls: int


class World:
    """Start with ``world()``. Methods are for one caller's thread; the loop runs on its own."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._ids = itertools.count(1)
        self._waiting: dict[str, asyncio.Event] = {}
        self._idle: dict[str, list[Connection]] = {}
        self.outside = Outside()
        self.sends: dict[str, list[float]] = {}
        self.answers: Counter[str] = Counter()  # of the bubbles those that the model wrote
        self.prompt_tokens: list[int] = []
        self.last_prompt: dict[str, str] = {}
        self.model_calls = 0
        self.address = ""

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def reset(self) -> None:
        self.sends.clear()
        self.prompt_tokens.clear()
        self.outside = Outside()

    # --- Answering

    async def listen(self) -> None:
        server = await self._loop.create_server(lambda: Server(self._handle), "127.0.0.1", 0, backlog=1024)
        self.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"

    def _handle(self, call: Call) -> None:
        if call.path.endswith("/chat/completions"):
            self._think(call)
        elif call.path.endswith(("/send-text", "/messages")):
            self._take(call)
        else:
            call.answer(b'{"value": true}')

    def _think(self, call: Call) -> None:
        self.model_calls += 1
        tokens = len(call.body.decode()) // _CHARS_PER_TOKEN
        self.prompt_tokens.append(tokens)
        fault = self.outside.model_faults.pop(0) if self.outside.model_faults else None
        if isinstance(fault, int):
            refused = b'{"error": {"message": "no", "type": "server_error", "code": null}}'
            call.answer(refused, status=fault)
            return
        text = '{"reply": 7}' if fault == "malformed" else json.dumps(_ANSWER)
        self._loop.call_later(self.outside.model_s, call.answer, _completion(text, tokens))

    def _take(self, call: Call) -> None:
        told = json.loads(call.body)
        to = str(told.get("phone") or told.get("to") or "")
        if not to or told.get("status") == "read":
            call.answer(b"{}")
            return
        fault = self.outside.provider_faults.pop(0) if self.outside.provider_faults else None
        if isinstance(fault, int):
            call.answer(b'{"error": "no"}', status=fault)
            return
        self.sends.setdefault(to, []).append(time.time())
        self.answers[to] += _SAID in call.body
        if event := self._waiting.get(to):
            event.set()
        if fault == "lost":
            call.hang_up()
            return
        number = f"BENCH{next(self._ids)}"
        call.answer(json.dumps({"zaapId": number, "messageId": number, "messages": [{"id": number}]}).encode())

    # --- Asking

    async def post(self, url: str, body: bytes, headers: dict[str, str] | None = None) -> tuple[int, float]:
        """(status, seconds until the answer)."""
        parts = urlsplit(url)
        idle = self._idle.setdefault(parts.netloc, [])
        connection = next((idle.pop() for _ in range(len(idle)) if not idle[-1].closed), None)
        if connection is None:
            idle.clear()
            _, connection = await self._loop.create_connection(Connection, parts.hostname or "", parts.port or 80)
        data = request(parts.path, parts.netloc, body, headers or {})
        began = time.perf_counter()
        status = await connection.send(data)
        took = time.perf_counter() - began
        if not connection.closed:
            idle.append(connection)
        return status, took

    async def answered(self, to: str, patience_s: float) -> float:
        """When the model's first answer to ``to`` was here. Raises TimeoutError."""
        count = 1
        at = await self.arrived(to, count, patience_s)
        while not self.answers[to]:
            count += 1
            at = await self.arrived(to, count, patience_s)
        return at

    async def arrived(self, to: str, count: int, patience_s: float) -> float:
        """When the ``count``-th bubble for ``to`` was here (wall clock). Raises TimeoutError."""
        event = self._waiting.setdefault(to, asyncio.Event())
        async with asyncio.timeout(patience_s):
            while len(self.sends.get(to, ())) < count:
                event.clear()
                await event.wait()
        return self.sends[to][count - 1]


@contextmanager
def world() -> Iterator[World]:
    """A world that listens until the end of the block."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="world", daemon=True)
    thread.start()
    made = World(loop)
    try:
        made.run(made.listen())
        yield made
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)


def together(work: World, jobs: Sequence[Coroutine[Any, Any, T]]) -> list[T]:
    """Run all at once; the first failure is raised."""

    async def gather() -> list[T]:
        return list(await asyncio.gather(*jobs))

    return work.run(gather())


def _completion(text: str, tokens: int) -> bytes:
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
    usage = {"prompt_tokens": tokens, "completion_tokens": 60, "total_tokens": tokens + 60}
    return json.dumps(
        {"id": "b", "object": "chat.completion", "created": 0, "model": "b", "choices": [choice], "usage": usage}
    ).encode()
