"""Posts the provider's webhooks: in order per lead, each at most once unless a fault says otherwise.

Z-API documents no retry, so a refused or unreachable webhook is written down and never repeated.
"""

import asyncio
import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from sandbox.faults import Faults

_REORDER_WAIT_S = 1.0


@dataclass(frozen=True)
class Outcome:
    """``status`` is the HTTP status, 0 when nothing came back (``error`` says why)."""

    status: int
    error: str = ""

    @property
    def accepted(self) -> bool:
        return 200 <= self.status < 300


@dataclass
class _Item:
    kind: str
    url: str
    body: bytes
    done: "asyncio.Future[Outcome]"


@dataclass
class _Lane:
    queue: deque[_Item] = field(default_factory=deque)
    task: "asyncio.Task[None] | None" = None


class Hooks:
    def __init__(self, *, faults: Faults, instance_token: str, timeout_s: float = 15.0) -> None:
        self._faults = faults
        self._headers = {"content-type": "application/json", "z-api-token": instance_token}
        limits = httpx.Limits(max_connections=200, max_keepalive_connections=200)
        self._client = httpx.AsyncClient(timeout=httpx.Timeout(timeout_s, connect=5.0), limits=limits, trust_env=False)
        self._lanes: dict[str, _Lane] = {}
        self._later: set[asyncio.Task[None]] = set()

    @property
    def pending(self) -> int:
        """Webhooks accepted for sending and not answered yet, deliveries still to come included."""
        waiting = sum(len(lane.queue) + (lane.task is not None) for lane in self._lanes.values())
        return waiting + len(self._later)

    def post(self, lane: str, url: str, body: dict[str, Any]) -> "asyncio.Future[Outcome]":
        """Queue a webhook behind the others of its lane; the future tells how it went."""
        return self.post_raw(lane, url, json.dumps(body, ensure_ascii=False).encode(), str(body.get("type", "")))

    def post_raw(self, lane: str, url: str, body: bytes, kind: str) -> "asyncio.Future[Outcome]":
        item = _Item(kind=kind, url=url, body=body, done=asyncio.get_running_loop().create_future())
        row = self._lanes.setdefault(lane, _Lane())
        row.queue.append(item)
        if row.task is None:
            row.task = asyncio.create_task(self._drain(lane, row))
        return item.done

    def later(self, delay_s: float, act: Callable[[], object]) -> None:
        """Do ``act`` after a real delay; at once, in the same breath, for no delay."""
        if delay_s <= 0:
            act()
            return

        async def wait() -> None:
            await asyncio.sleep(delay_s)
            act()

        task = asyncio.create_task(wait())
        self._later.add(task)
        task.add_done_callback(self._later.discard)

    def keep(self, task: "asyncio.Task[None]") -> None:
        """Count a task among the work still to come, and cancel it on reset."""
        self._later.add(task)
        task.add_done_callback(self._later.discard)

    def cancel(self) -> None:
        """Forget what is still to be posted."""
        for lane in self._lanes.values():
            for item in lane.queue:
                item.done.cancel()
            if lane.task is not None:
                lane.task.cancel()
        self._lanes.clear()
        for task in list(self._later):
            task.cancel()
        self._later.clear()

    async def aclose(self) -> None:
        self.cancel()
        await self._client.aclose()

    async def _drain(self, name: str, lane: _Lane) -> None:
        while lane.queue:
            item = lane.queue.popleft()
            fault = self._faults.hit(f"webhook:{item.kind}") if self._faults.rules else None
            if fault is None:
                await self._send(item)
                continue
            if fault.latency_s:
                await asyncio.sleep(fault.latency_s)
            if fault.reorder and (following := await self._next(lane)) is not None:
                await self._send(following)
            if fault.drop:
                _settle(item, Outcome(0, "dropped by a fault"))
                continue
            for _ in range(1 + fault.duplicate):
                await self._send(item)
        lane.task = None
        if self._lanes.get(name) is lane:
            del self._lanes[name]

    async def _next(self, lane: _Lane) -> _Item | None:
        """The webhook that shall overtake; None when none comes within a second."""
        deadline = asyncio.get_running_loop().time() + _REORDER_WAIT_S
        while not lane.queue and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(0.02)
        return lane.queue.popleft() if lane.queue else None

    async def _send(self, item: _Item) -> None:
        try:
            answer = await self._client.post(item.url, content=item.body, headers=self._headers)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            _settle(item, Outcome(0, type(error).__name__))
        else:
            _settle(item, Outcome(answer.status_code))


def _settle(item: _Item, outcome: Outcome) -> None:
    if not item.done.done():
        item.done.set_result(outcome)
