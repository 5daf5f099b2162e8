"""Faults on demand: any endpoint can be slow, refuse, or drop the connection before or after its effect.

The gate is the outermost ASGI layer, so that a dropped connection is a closed socket and never an answer.
Rules whose ``endpoint`` starts with ``webhook:`` concern what the sandbox itself posts (see ``sandbox/hooks.py``).
"""

import asyncio
import contextlib
import fnmatch
import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from starlette.types import ASGIApp, Message, Receive, Scope, Send

Drop = Literal["before", "after"]
_UNTOUCHABLE = ("/_sandbox", "/static", "/page", "/sdr", "/crm")


class BadFault(ValueError):
    """The rule cannot be understood; the text says why."""


@dataclass
class Fault:
    """``times`` None lasts until cleared; ``rate`` is the share of calls hit, drawn from the seed.

    ``method`` empty means every method. The first ``skip`` matching calls pass unharmed.

    With ``after`` the call has its effect first, and ``latency_s`` and ``status`` strike the answer alone.
    """

    endpoint: str
    latency_s: float = 0.0
    status: int | None = None
    body: object = None
    drop: Drop | None = None
    times: int | None = None
    rate: float = 1.0
    duplicate: int = 0
    reorder: bool = False
    after: bool = False
    method: str = ""
    skip: int = 0
    headers: dict[str, str] = field(default_factory=dict)

    def describe(self) -> dict[str, object]:
        return {name: value for name, value in vars(self).items() if value not in (None, 0, 0.0, False, "", {})}


def parse(data: Mapping[str, Any]) -> Fault:
    """Read a rule from the admin call. Raises :class:`BadFault`."""
    known = set(Fault.__dataclass_fields__)
    if unknown := set(data) - known:
        raise BadFault(f"unknown keys: {', '.join(sorted(unknown))}")
    if not isinstance(data.get("endpoint"), str) or not data["endpoint"]:
        raise BadFault("endpoint must be a glob such as */send-text")
    if data.get("drop") not in (None, "before", "after"):
        raise BadFault("drop must be before or after")
    try:
        return Fault(
            endpoint=data["endpoint"],
            latency_s=float(data.get("latency_s") or 0),
            status=None if data.get("status") is None else int(data["status"]),
            body=data.get("body"),
            drop=data.get("drop"),
            times=None if data.get("times") is None else int(data["times"]),
            rate=float(data.get("rate", 1.0)),
            duplicate=int(data.get("duplicate") or 0),
            reorder=bool(data.get("reorder")),
            after=bool(data.get("after")),
            method=str(data.get("method") or "").upper(),
            skip=int(data.get("skip") or 0),
            headers={str(k): str(v) for k, v in dict(data.get("headers") or {}).items()},
        )
    except (TypeError, ValueError) as error:
        raise BadFault("latency_s, status, times, rate, skip and duplicate must be numbers") from error


class Faults:
    def __init__(self, seed: int) -> None:
        self.reseed(seed)
        self.rules: list[Fault] = []

    def reseed(self, seed: int) -> None:
        self._rng = random.Random(seed)  # noqa: S311 - reproducible faults, not a secret

    def add(self, fault: Fault) -> None:
        self.rules.append(fault)

    def clear(self) -> None:
        self.rules.clear()

    def hit(self, name: str, method: str = "") -> Fault | None:
        """The first rule that strikes ``name`` this time; its count is used up by the strike."""
        for fault in self.rules:
            if not fnmatch.fnmatchcase(name, fault.endpoint) or fault.method not in ("", method):
                continue
            if fault.skip > 0:
                fault.skip -= 1
                continue
            if fault.rate < 1 and self._rng.random() >= fault.rate:
                continue
            if fault.times is not None:
                fault.times -= 1
                if fault.times <= 0:
                    self.rules.remove(fault)
            return fault
        return None


class FaultGate:
    """Outermost layer: strikes a request according to the rules, else passes it on."""

    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        self._app = app
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = str(scope.get("path", ""))
        if scope["type"] != "http" or not self._faults.rules or path == "/" or path.startswith(_UNTOUCHABLE):
            return await self._app(scope, receive, send)
        fault = self._faults.hit(path, scope["method"])
        if fault is None:
            return await self._app(scope, receive, send)
        if fault.drop == "before":
            await _linger(fault.latency_s, receive)
            return await _hang_up(receive, send)
        if fault.latency_s and not fault.after:
            await asyncio.sleep(fault.latency_s)
        if not fault.after and fault.drop is None:
            return await (self._app(scope, receive, send) if fault.status is None else _answer(send, fault))
        return await self._strike_after(fault, scope, receive, send)

    async def _strike_after(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        """The effect happens; what the caller hears of it is another matter."""
        answer: list[Message] = []

        async def keep(message: Message) -> None:
            answer.append(message)

        await self._app(scope, receive, keep)
        if fault.after:
            await _linger(fault.latency_s, receive)
        if fault.drop == "after":
            return await _hang_up(receive, send)
        if fault.status is not None:
            return await _answer(send, fault)
        for message in answer:
            await send(message)
        return None


async def _answer(send: Send, fault: Fault) -> None:
    text = isinstance(fault.body, str)
    body = str(fault.body).encode() if text else json.dumps(fault.body if fault.body is not None else {}).encode()
    kind = "text/plain; charset=utf-8" if text else "application/json"
    lines = {"content-type": kind} | {name.lower(): value for name, value in fault.headers.items()}
    lines["content-length"] = str(len(body))
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in lines.items()]
    await send({"type": "http.response.start", "status": fault.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _linger(seconds: float, receive: Receive) -> None:
    """Wait on a request that goes no further, for no longer than its caller does."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while (await receive())["type"] != "http.disconnect":
                pass


async def _hang_up(receive: Receive, send: Send) -> None:
    """Close the socket without a byte of answer.

    ASGI has no word for this. uvicorn hands its request cycle over as the owner of ``receive``, and the cycle
    knows the transport; any other server gets an answer cut off after its head, the nearest thing there is.
    """
    transport = getattr(getattr(receive, "__self__", None), "transport", None)
    if isinstance(transport, asyncio.Transport):
        transport.abort()
        while (await receive())["type"] != "http.disconnect":
            pass
        return
    with contextlib.suppress(OSError):
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000000")]})
