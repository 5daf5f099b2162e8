"""The OpenAI-compatible endpoints under ``/v1`` (contracts/openai.md)."""

import asyncio
import contextlib
import json
import random
from collections import deque
from collections.abc import Coroutine
from dataclasses import asdict, dataclass
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.clock import Clock
from sandbox.model import embeddings, misbehave, speaker, wire
from sandbox.model.misbehave import Mode
from sandbox.model.wire import Failure, Reply
from sandbox.world import World
from sandbox.zapi import media

MODEL_NAME = "sandbox-sdr"
_MAX_AUDIO = 25 * 1024 * 1024
# How much text one call speaks, and how fast.
_MAX_SPOKEN, _CHARS_A_SECOND = 4096, 15
_AUDIO_SUFFIXES = (".flac", ".mp3", ".mp4", ".mpeg", ".mpga", ".m4a", ".ogg", ".wav", ".webm")
_KEPT_CALLS = 5000
_KEPT_BODIES = 300
_HANG_S = 600.0


@dataclass
class Call:
    """One request to the model, as ``/_sandbox/model/calls`` shows it."""

    n: int
    at: str
    kind: str
    mode: str
    personality: str
    status: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    request_id: str = ""


class Refused(Exception):
    def __init__(self, failure: Failure) -> None:
        self.failure = failure


class ModelServer:
    def __init__(self, *, world: World, clock: Clock, personality: str) -> None:
        self._world = world
        self._clock = clock
        self._first_personality = personality
        self.reset()

    def reset(self) -> None:
        self.mode = Mode()
        self.personality = self._first_personality
        self.count = 0
        self.calls: deque[Call] = deque(maxlen=_KEPT_CALLS)
        self.bodies: deque[tuple[int, Any, Any]] = deque(maxlen=_KEPT_BODIES)
        self.rng = random.Random(self._world.seed)  # noqa: S311 - reproducible mistakes, not a secret

    def routes(self) -> list[Route]:
        return [
            Route("/v1/chat/completions", self.chat, methods=["POST"]),
            Route("/v1/embeddings", self.embed, methods=["POST"]),
            Route("/v1/audio/transcriptions", self.transcribe, methods=["POST"]),
            Route("/v1/audio/speech", self.speak, methods=["POST"]),
            Route("/v1/models", self.models, methods=["GET"]),
        ]

    def describe(self) -> dict[str, object]:
        return {
            "mode": self.mode.name,
            "times": self.mode.times,
            "latency_s": self.mode.latency_s,
            "personality": self.personality,
        }

    def summary(self, *, full: bool) -> dict[str, object]:
        """How often the model was called and with what outcome; ``full`` adds the latest requests and answers."""
        found: dict[str, object] = {"count": self.count, "calls": [asdict(call) for call in self.calls]}
        if full:
            found["bodies"] = [{"n": n, "request": asked, "answer": answer} for n, asked, answer in self.bodies]
        return found

    # --- endpoints --------------------------------------------------------------------------------------------

    async def chat(self, request: Request) -> Response:
        mode = self.mode.take()
        call = self._open("chat", mode, request)
        body: Any = None
        try:
            body = await _json(request)
            _check_chat(body)
            prompt = wire.request_tokens(body)
            call.prompt_tokens = prompt
            if (failed := misbehave.failure(mode, body)) is not None:
                raise Refused(failed)
            if not await self._think(request, mode):
                call.status = 499
                return Response(status_code=499)
            reply = misbehave.spoil(mode, self._answer(body, eager=mode == "look_up"))
        except Refused as refused:
            return self._close_failed(call, body, refused.failure)
        call.completion_tokens = reply.spent
        answer = wire.completion(
            request_id=self._world.new_id("", 16),
            created=int(self._clock.now().timestamp()),
            model=str(body["model"]),
            reply=reply,
            prompt_tokens=prompt,
        )
        return self._close(call, body, answer)

    async def embed(self, request: Request) -> Response:
        call = self._open("embeddings", "normal", request)
        body: Any = None
        try:
            body = await _json(request)
            texts = _embedding_input(body)
            size = body.get("dimensions", embeddings.DEFAULT_DIMENSIONS)
            if not isinstance(size, int) or not 1 <= size <= 4096:
                raise Refused(wire.invalid("dimensions is out of range", "dimensions"))
        except Refused as refused:
            return self._close_failed(call, body, refused.failure)
        vectors = [embeddings.vector(text, size) for text in texts]
        packed = body.get("encoding_format") == "base64"
        data = [
            {"object": "embedding", "index": index, "embedding": embeddings.encoded(row) if packed else row}
            for index, row in enumerate(vectors)
        ]
        spent = sum(wire.tokens(text) for text in texts)
        call.prompt_tokens = spent
        usage = {"prompt_tokens": spent, "total_tokens": spent}
        answer = {"object": "list", "data": data, "model": str(body["model"]), "usage": usage}
        return self._close(call, {"input": len(texts)}, answer, keep=False)

    async def transcribe(self, request: Request) -> Response:
        call = self._open("transcription", "normal", request)
        try:
            _authenticate(request)
            form = await request.form(max_part_size=_MAX_AUDIO + 1)
            name, data = await _upload(form.get("file"))
            text = self._transcript(name, data)
            if text is None:
                _check_audio(name, data)
            if not form.get("model"):
                raise Refused(wire.invalid("you must provide a model parameter", "model"))
        except Refused as refused:
            return self._close_failed(call, None, refused.failure)
        if self._clock.virtual and not await self._hold(request, self._clock.model_s):
            return Response(status_code=499)
        text = text or ""
        spent = max(1, len(data) // 1000)
        usage = {"type": "duration", "seconds": spent}
        answer: dict[str, Any] = {"text": text, "usage": usage}
        wanted = str(form.get("response_format") or "json")
        if wanted == "verbose_json":
            segment = {"id": 0, "seek": 0, "start": 0.0, "end": float(spent), "text": f" {text}", "tokens": []}
            segment |= {"temperature": 0.0, "avg_logprob": -0.2, "compression_ratio": 1.0}
            segment |= {"no_speech_prob": 0.01 if text else 0.95}
            answer |= {"task": "transcribe", "language": "portuguese", "duration": float(spent), "segments": [segment]}
        call.status = 200
        if wanted == "text":
            return Response(text + "\n", media_type="text/plain")
        return self._close(call, {"file": name}, answer)

    async def speak(self, request: Request) -> Response:
        """A voice note that hums for as long as the text takes, and that the fake transcription hears as that text."""
        call = self._open("speech", "normal", request)
        body: Any = None
        try:
            body = await _json(request)
            text = body.get("input")
            if not isinstance(text, str) or not 1 <= len(text) <= _MAX_SPOKEN:
                raise Refused(wire.invalid(f"input must have 1 to {_MAX_SPOKEN} characters", "input"))
            if not isinstance(body.get("voice"), str) or not body["voice"]:
                raise Refused(wire.invalid("you must provide a voice parameter", "voice"))
            if body.get("response_format", "mp3") != "opus":
                raise Refused(wire.invalid("this fake speaks opus only", "response_format"))
        except Refused as refused:
            return self._close_failed(call, body, refused.failure)
        if self._clock.virtual and not await self._hold(request, self._clock.model_s):
            return Response(status_code=499)
        name = media.voice_note_name(
            self._world.new_id("fala", 12), max(1, len(text) // _CHARS_A_SECOND), corrupt=False
        )
        self._world.transcripts[name] = text
        _, sound = media.build(name) or ("", b"")
        call.status = 200
        self.bodies.append((call.n, body, {"audio": name}))
        return Response(sound, media_type="audio/ogg", headers={"x-request-id": f"req_sandbox_{call.n}"})

    async def models(self, request: Request) -> Response:
        try:
            _authenticate(request)
        except Refused as refused:
            return JSONResponse(refused.failure.body(), status_code=refused.failure.status)
        row = {"id": MODEL_NAME, "object": "model", "created": 1790000000, "owned_by": "sandbox"}
        return JSONResponse({"object": "list", "data": [row]})

    # --- inside -----------------------------------------------------------------------------------------------

    def _answer(self, body: dict[str, Any], *, eager: bool) -> Reply:
        rng = self.rng if self.personality == "careless" else None
        return speaker.answer(body, careless=rng, eager=eager)

    async def _think(self, request: Request, mode: str) -> bool:
        """The time an answer takes; False when the caller has gone."""
        latency = self.mode.latency_s
        if mode == "hang":
            return await self._race(request, asyncio.sleep(_HANG_S))
        if mode == "slow":
            latency = latency or misbehave.SLOW_S
        if self._clock.virtual:
            return await self._hold(request, self._clock.model_s + latency)
        return not latency or await self._race(request, asyncio.sleep(latency))

    async def _hold(self, request: Request, seconds: float) -> bool:
        return await self._race(request, self._clock.hold(seconds))

    async def _race(self, request: Request, wait: Coroutine[Any, Any, None]) -> bool:
        """Wait, but no longer than the caller does."""
        waiting = asyncio.ensure_future(wait)
        leaving = asyncio.ensure_future(_disconnected(request))
        try:
            await asyncio.wait((waiting, leaving), return_when=asyncio.FIRST_COMPLETED)
            return waiting.done()
        finally:
            for task in (waiting, leaving):
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task

    def _transcript(self, name: str, data: bytes) -> str | None:
        """By the name inside our own voice notes, else by the uploaded file name with or without its suffix."""
        known = self._world.transcripts
        for key in (media.marked_name(data) or name, name, name.rsplit(".", 1)[0]):
            if key in known:
                return known[key]
        return None

    def _open(self, kind: str, mode: str, request: Request) -> Call:
        self.count += 1
        call = Call(
            n=self.count,
            at=self._clock.now().isoformat(),
            kind=kind,
            mode=mode,
            personality=self.personality,
            request_id=request.headers.get("x-request-id", ""),
        )
        self.calls.append(call)
        return call

    def _close(self, call: Call, asked: Any, answer: Any, *, keep: bool = True) -> Response:
        call.status = 200
        if keep:
            self.bodies.append((call.n, asked, answer))
        return JSONResponse(answer, headers={"x-request-id": f"req_sandbox_{call.n}"})

    def _close_failed(self, call: Call, asked: Any, failure: Failure) -> Response:
        call.status = failure.status
        self.bodies.append((call.n, asked, failure.body()))
        return JSONResponse(failure.body(), status_code=failure.status, headers=dict(failure.headers))


def _authenticate(request: Request) -> None:
    """Any bearer key will do; none at all will not."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise Refused(wire.UNAUTHORIZED)


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _json(request: Request) -> dict[str, Any]:
    """The body as an object. Raises :class:`Refused`."""
    _authenticate(request)
    try:
        body = json.loads(await request.body())
    except (ValueError, RecursionError):
        raise Refused(wire.invalid("We could not parse the JSON body of your request.")) from None
    if not isinstance(body, dict):
        raise Refused(wire.invalid("The body must be a JSON object."))
    if not isinstance(body.get("model"), str) or not body["model"]:
        raise Refused(wire.invalid("you must provide a model parameter", "model"))
    return body


def _check_chat(body: dict[str, Any]) -> None:
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages or not all(isinstance(row, dict) for row in messages):
        raise Refused(wire.invalid("messages must be a list of messages", "messages"))
    if body.get("stream"):
        raise Refused(wire.invalid("streaming is not supported here", "stream", "unsupported_value"))


def _embedding_input(body: dict[str, Any]) -> list[str]:
    given = body.get("input")
    texts = [given] if isinstance(given, str) else given
    if not isinstance(texts, list) or not 1 <= len(texts) <= 2048:
        raise Refused(wire.invalid("input must be a string or a list of at most 2048", "input"))
    if not all(isinstance(text, str) and text for text in texts):
        raise Refused(wire.invalid("input items cannot be empty", "input"))
    return list(texts)


async def _upload(upload: object) -> tuple[str, bytes]:
    if not isinstance(upload, UploadFile):
        raise Refused(wire.invalid("file is required", "file"))
    data = await upload.read()
    if len(data) > _MAX_AUDIO:
        limit = f"Maximum content size limit ({_MAX_AUDIO}) exceeded"
        raise Refused(Failure(413, limit, "invalid_request_error"))
    return upload.filename or "", data


def _check_audio(name: str, data: bytes) -> None:
    """A supported suffix and bytes that begin like audio, as the real service insists on."""
    known = data.startswith((b"OggS", b"RIFF", b"ID3", b"fLaC", b"\xff", b"\x1aE\xdf\xa3")) or data[4:8] == b"ftyp"
    if not name.lower().endswith(_AUDIO_SUFFIXES) or not known:
        raise Refused(wire.invalid("Invalid file format.", "file"))
