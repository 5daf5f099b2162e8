"""Posts webhooks: in order per lane, each at most once unless a fault or its sender says otherwise.

Z-API documents no retry and Chatwoot has none for its account and inboxes, so a refused or unreachable webhook is
written down and never repeated; only Chatwoot's agent bots ask for more ``attempts``.
"""

import asyncio
import json
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from sandbox.clock import Clock
from sandbox.faults import Fault, Faults

_REORDER_WAIT_S = 1.0
_WORTH_REPEATING = (429, 500)
_LOST = "dropped by a fault"


@dataclass(frozen=True)
class Outcome:
    """``status`` is the HTTP status, 0 when nothing came back (``error`` says why)."""

    status: int
    error: str = ""

    @property
    def accepted(self) -> bool:
        return 200 <= self.status < 300

    @property
    def lost(self) -> bool:
        """A fault swallowed it: nobody, its sender included, knows that it never arrived."""
        return self.error == _LOST


def _no_headers(copy: int) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True)
class Manner:
    """How a webhook is posted. ``headers`` is asked once per post with the number of the copy, 0 for the original.

    More than one of ``attempts`` repeats after 429 and 500, ``retry_s`` apart.
    """

    headers: Callable[[int], Mapping[str, str]] = _no_headers
    attempts: int = 1
    retry_s: float = 3.0


@dataclass
class _Item:
    kind: str
    url: str
    body: bytes
    manner: Manner
    done: "asyncio.Future[Outcome]"


@dataclass
class _Lane:
    queue: deque[_Item] = field(default_factory=deque)
    task: "asyncio.Task[None] | None" = None


class Hooks:
    """With a ``clock``, a late webhook waits on it and lets the others pass; without, it holds up its lane."""

    def __init__(
        self,
        *,
        faults: Faults,
        headers: Mapping[str, str] | None = None,
        timeout_s: float = 15.0,
        clock: Clock | None = None,
    ) -> None:
        self._faults = faults
        self._clock = clock
        self._headers = {"content-type": "application/json", **(headers or {})}
        limits = httpx.Limits(max_connections=200, max_keepalive_connections=200)
        self._client = httpx.AsyncClient(timeout=httpx.Timeout(timeout_s, connect=5.0), limits=limits, trust_env=False)
        self._lanes: dict[str, _Lane] = {}
        self._later: set[asyncio.Task[None]] = set()
        self._held: set[asyncio.Task[None]] = set()

    @property
    def pending(self) -> int:
        """Webhooks accepted for sending and not answered yet, deliveries still to come included.

        What a fault holds on the clock is shown by :meth:`Clock.pending` instead.
        """
        waiting = sum(len(lane.queue) + (lane.task is not None) for lane in self._lanes.values())
        return waiting + len(self._later)

    def post(self, lane: str, url: str, body: dict[str, Any]) -> "asyncio.Future[Outcome]":
        """Queue a webhook behind the others of its lane; the future tells how it went."""
        return self.post_raw(lane, url, json.dumps(body, ensure_ascii=False).encode(), str(body.get("type", "")))

    def post_raw(
        self, lane: str, url: str, body: bytes, kind: str, manner: Manner | None = None
    ) -> "asyncio.Future[Outcome]":
        done = asyncio.get_running_loop().create_future()
        item = _Item(kind=kind, url=url, body=body, manner=manner or Manner(), done=done)
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
        for task in [*self._later, *self._held]:
            task.cancel()
        self._later.clear()
        self._held.clear()

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
            if fault.latency_s and self._clock is not None:
                task = asyncio.create_task(self._late(item, fault, self._clock))
                self._held.add(task)
                task.add_done_callback(self._held.discard)
                continue
            if fault.latency_s:
                await asyncio.sleep(fault.latency_s)
            if fault.reorder and (following := await self._next(lane)) is not None:
                await self._send(following)
            await self._strike(item, fault)
        lane.task = None
        if self._lanes.get(name) is lane:
            del self._lanes[name]

    async def _late(self, item: _Item, fault: Fault, clock: Clock) -> None:
        await clock.hold(fault.latency_s)
        if (task := asyncio.current_task()) is not None:
            self._held.discard(task)
            self.keep(task)
        await self._strike(item, fault)

    async def _strike(self, item: _Item, fault: Fault) -> None:
        if fault.drop:
            _settle(item, Outcome(0, _LOST))
            return
        for copy in range(1 + fault.duplicate):
            await self._send(item, copy)

    async def _next(self, lane: _Lane) -> _Item | None:
        """The webhook that shall overtake; None when none comes within a second."""
        deadline = asyncio.get_running_loop().time() + _REORDER_WAIT_S
        while not lane.queue and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(0.02)
        return lane.queue.popleft() if lane.queue else None

    async def _send(self, item: _Item, copy: int = 0) -> None:
        for attempt in range(item.manner.attempts):
            if attempt:
                await asyncio.sleep(item.manner.retry_s)
            outcome = await self._post(item, copy)
            if outcome.status not in _WORTH_REPEATING:
                break
        _settle(item, outcome)

    async def _post(self, item: _Item, copy: int) -> Outcome:
        headers = {**self._headers, **item.manner.headers(copy)}
        try:
            answer = await self._client.post(item.url, content=item.body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Outcome(0, type(error).__name__)
        return Outcome(answer.status_code)


def _settle(item: _Item, outcome: Outcome) -> None:
    if not item.done.done():
        item.done.set_result(outcome)
