"""The agent behind Agno's AgentOS, for teams that use Agno's control plane. Needs the extra ``agentos``.

A run is a talk as in the playground (``conversations/evals/rehearsal``): published prompt, knowledge, guardrails, and a
database that refuses to write. So no lead, conversation or message comes of it, whatever a tool proposes. Talks live in
this process's memory, by key and session; a restart forgets them.
"""

import asyncio
import threading
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import structlog
from agno.agents.base import BaseExternalAgent
from agno.os import AgentOS
from agno.run.agent import RunContentEvent, RunOutputEvent
from django.db import DatabaseError
from django.http import HttpRequest
from rest_framework import exceptions
from rest_framework.request import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from conversations import spending
from conversations.evals.rehearsal import Material, Rehearsal, Said
from conversations.models import ModelUse
from conversations.spending import Ceiling
from knowledge import prompts, queries
from seleto.lib import clock, connections, tokens
from seleto.lib.readonly import read_only

log = structlog.get_logger(__name__)

AGENT_ID = "sdr"
MAX_CHARS = 4_000
MAX_BYTES = 64 * 1024
MAX_TALKS = 200
PERSON = "Uma pessoa atende: o agente não responde."
_RUNS = f"/agents/{AGENT_ID}/runs"
# What a control plane needs to see who is there and to run them. All else of AgentOS is closed.
_OPEN = {
    ("GET", "/health"): tokens.Scope.READ,
    ("GET", "/config"): tokens.Scope.READ,
    ("GET", "/agents"): tokens.Scope.READ,
    ("GET", f"/agents/{AGENT_ID}"): tokens.Scope.READ,
    ("POST", _RUNS): tokens.Scope.OPERATE,
}
_caller: ContextVar[str] = ContextVar("agentos_caller")


class CannotAnswer(RuntimeError):
    """What a run's error says: nothing of what went wrong inside."""


@dataclass
class _Talk:
    rehearsal: Rehearsal
    lock: threading.Lock = field(default_factory=threading.Lock)


_talks: OrderedDict[tuple[str, str], _Talk] = OrderedDict()
_lock = threading.Lock()


class SdrAgent(BaseExternalAgent):
    """What AgentOS runs. It has no database of Agno's, so nothing is stored there either."""

    async def _arun_adapter(self, input: Any, **options: Any) -> str:  # noqa: A002 - Agno's name
        return await asyncio.to_thread(answer, _caller.get(), str(options.get("session_id") or ""), str(input))

    async def _arun_adapter_stream(self, input: Any, **options: Any) -> AsyncIterator[RunOutputEvent]:  # noqa: A002
        """In one piece: a reply is reviewed as a whole before anybody reads it."""
        yield RunContentEvent(content=await self._arun_adapter(input, **options))


def answer(caller: str, session: str, text: str) -> str:
    """The agent's reply to the next message of a talk. Raises ``CannotAnswer``."""
    now = clock.now()
    try:
        if spending.reached(None, now) is not Ceiling.NONE:
            raise CannotAnswer("the day's ceiling of spending is reached")
        with read_only():
            talk = _talk(caller, session)
            with talk.lock:
                take = talk.rehearsal.hear(Said(text[:MAX_CHARS], now), now=now)
        if take.decision.usage.calls:
            version = take.snapshot.prompt_version if take.snapshot else ""
            spending.record(ModelUse.Purpose.PLAYGROUND, None, take.decision.usage, prompt_version=version, now=now)
    except (DatabaseError, prompts.PromptError, queries.NoPrompt) as error:
        log.exception("agentos.failed", error=type(error).__name__)
        raise CannotAnswer("the agent cannot answer now") from None
    finally:
        connections.release()
    if take.decision.retry_reason and not take.reply:
        raise CannotAnswer("the model does not answer now")
    return take.reply if take.decided else PERSON


def _talk(caller: str, session: str) -> _Talk:
    """Another key never reads on in a talk; the one unused for longest makes room."""
    key = (caller, session)
    with _lock:
        found = _talks.get(key)
        if found is None:
            found = _talks[key] = _Talk(Rehearsal(Material.published(today=clock.now())))
        _talks.move_to_end(key)
        if len(_talks) > MAX_TALKS:
            _talks.popitem(last=False)
    return found


class Guard:
    """Around AgentOS, whose own door is open by default: a key of our API for everything, and few addresses."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            try:
                _caller.set(await asyncio.to_thread(_admitted, scope))
            except exceptions.APIException as refusal:
                wait_s = getattr(refusal, "wait", None)
                headers = {"Retry-After": str(int(wait_s))} if wait_s else {}
                await JSONResponse({"detail": str(refusal.detail)}, refusal.status_code, headers)(scope, receive, send)
            else:
                await self._app(scope, receive, send)


def _admitted(scope: Scope) -> str:
    """The key's name. Raises ``APIException``: without a key nobody learns which addresses exist."""
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    request = HttpRequest()
    request.META["REMOTE_ADDR"] = scope["client"][0] if scope.get("client") else ""
    for name in ("authorization", "x-forwarded-for"):
        if name in headers:
            request.META[f"HTTP_{name.upper().replace('-', '_')}"] = headers[name]
    try:
        found = tokens.BearerAuthentication().authenticate(Request(request))
    finally:
        connections.release()
    if found is None:
        raise exceptions.NotAuthenticated
    needed = _OPEN.get((scope["method"], scope["path"]))
    if needed is None:
        raise exceptions.NotFound
    if needed not in found[0].scopes:
        raise exceptions.PermissionDenied(f"The token lacks the scope {needed}.")
    length = headers.get("content-length", "")
    if scope["method"] == "POST" and not (length.isdecimal() and int(length) <= MAX_BYTES):
        raise exceptions.ValidationError(f"A run takes a Content-Length of at most {MAX_BYTES}.")
    return found[0].name


def forget() -> None:
    """Begin every talk anew."""
    _talks.clear()


def application() -> ASGIApp:
    """AgentOS with one agent: no database, interface (WhatsApp or other), schedule or telemetry."""
    agent = SdrAgent(id=AGENT_ID, name="Agente de atendimento")
    system = AgentOS(agents=[agent], interfaces=[], telemetry=False, auto_provision_dbs=False, scheduler=False)
    return Guard(system.get_app())
