"""The record of calls: what was asked, when, and what the caller heard, whatever a fault made of it."""

import re
import time
from collections import Counter, deque
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.clock import Clock

BASE = "/piperun/v1"
SCOPE_KEY = "sandbox.piperun"
_KEPT = 20_000


@dataclass
class Heard:
    """One call. ``at`` is the sandbox's clock, ``real_s`` a monotonic second of this machine.

    ``status`` is what reached the caller, 0 when the connection was dropped; ``effect`` tells whether the call was
    carried out all the same. ``ignored`` names filters and fields this endpoint does not know.
    """

    n: int
    at: str
    real_s: float
    method: str
    endpoint: str
    path: str
    query: dict[str, str]
    status: int = 0
    effect: bool = False
    token_in_query: bool = False
    ignored: list[str] = field(default_factory=list)
    body: Any = None


class Calls:
    """The newest calls and the count of all by endpoint."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.clear()

    def clear(self) -> None:
        self.rows: deque[Heard] = deque(maxlen=_KEPT)
        self.counts: Counter[str] = Counter()
        self.statuses: Counter[int] = Counter()

    def begin(self, method: str, path: str, query: str) -> Heard:
        words = dict(parse_qsl(query, keep_blank_values=True))
        leaked = words.pop("token", None) is not None
        below = path.removeprefix(BASE)
        endpoint = f"{method} {re.sub(r'/[0-9]+(?=/|$)', '/{id}', below)}"
        heard = Heard(
            n=sum(self.counts.values()) + 1,
            at=self._clock.now().isoformat(),
            real_s=time.monotonic(),
            method=method,
            endpoint=endpoint,
            path=below,
            query=words,
            token_in_query=leaked,
        )
        self.rows.append(heard)
        self.counts[endpoint] += 1
        return heard

    def end(self, heard: Heard, status: int) -> None:
        heard.status = status
        self.statuses[status] += 1

    def summary(self) -> dict[str, object]:
        return {
            "total": sum(self.counts.values()),
            "by_endpoint": dict(sorted(self.counts.items())),
            "by_status": {str(status): count for status, count in sorted(self.statuses.items())},
            "token_in_query": sum(row.token_in_query for row in self.rows),
        }

    def since(self, number: int, *, full: bool) -> list[dict[str, Any]]:
        """The calls after ``number``, oldest first; their bodies with ``full`` alone."""
        rows = [asdict(row) for row in self.rows if row.n > number]
        return rows if full else [{name: value for name, value in row.items() if name != "body"} for row in rows]


class Ledger:
    """Outside of the fault gate, so that a call that never got an answer is written down as well."""

    def __init__(self, app: ASGIApp, calls: Calls) -> None:
        self._app = app
        self._calls = calls

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not str(scope.get("path", "")).startswith(f"{BASE}/"):
            return await self._app(scope, receive, send)
        heard = self._calls.begin(scope["method"], scope["path"], scope["query_string"].decode("latin-1"))
        scope[SCOPE_KEY] = heard
        status = 0

        async def listen(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(message["status"])
            await send(message)

        try:
            return await self._app(scope, receive, listen)
        finally:
            self._calls.end(heard, status)
