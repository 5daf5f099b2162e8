"""Leads as a load: webhooks over kept connections, and the replies they got."""

import json
import statistics
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import httpx

INSTANCE = "3C00000000000000000000000000BE0C"


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds."""

    p50: float
    p95: float
    p99: float
    n: int


@dataclass(frozen=True, slots=True)
class Target:
    """Where to send and where to look for what came of it."""

    webhook: str
    fakes: str


def timing(seconds: Iterable[float]) -> Timing:
    values = sorted(value * 1000 for value in seconds)
    if len(values) < 2:
        only = round(values[0], 1) if values else float("nan")
        return Timing(only, only, only, len(values))
    cuts = statistics.quantiles(values, n=100, method="inclusive")
    return Timing(round(cuts[49], 1), round(cuts[94], 1), round(cuts[98], 1), len(values))


def phone(number: int) -> str:
    """A fictional mobile of area code 11."""
    return f"55119{number:08d}"


def payload(to: str, text: str, message_id: str) -> bytes:
    fields: dict[str, Any] = {
        "type": "ReceivedCallback",
        "instanceId": INSTANCE,
        "messageId": message_id,
        "phone": to,
        "fromMe": False,
        "momment": int(time.time() * 1000),
        "text": {"message": text},
    }
    return json.dumps(fields).encode()


def voice(to: str, url: str, seconds: int, message_id: str) -> bytes:
    """A voice note that lies at ``url``."""
    fields = json.loads(payload(to, "", message_id))
    del fields["text"]
    audio = {"audioUrl": url, "mimeType": "audio/ogg; codecs=opus", "ptt": True, "seconds": seconds}
    return json.dumps({**fields, "audio": audio}).encode()


class Sender:
    """Posts webhooks from many threads over one pool of connections."""

    def __init__(self, target: Target, *, connections: int = 16) -> None:
        self._target = target
        limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
        self._http = httpx.Client(timeout=30, trust_env=False, limits=limits)
        self.fakes = target.fakes

    def post(self, body: bytes) -> float:
        """Seconds until the acknowledgement. Raises when it is not a 200."""
        began = time.perf_counter()
        self._http.post(
            self._target.webhook, content=body, headers={"Content-Type": "application/json"}
        ).raise_for_status()
        return time.perf_counter() - began

    def sends(self) -> dict[str, list[float]]:
        """Phone -> when each bubble reached the provider (wall-clock seconds)."""
        found: dict[str, list[float]] = {}
        for to, at in self._http.get(f"{self._target.fakes}/sends").json()["sends"]:
            found.setdefault(to, []).append(at)
        return found

    def model_calls(self) -> int:
        calls: int = self._http.get(f"{self._target.fakes}/sends").json()["model_calls"]
        return calls

    def reset(self) -> None:
        self._http.post(f"{self._target.fakes}/reset")

    def close(self) -> None:
        self._http.close()


def speak(sender: Sender, *, leads: int, turns: int, endpoints_s: float, start: int) -> Timing:
    """Our overhead per turn as in ``converse``, with voice notes of 3 to 30 seconds."""
    sender.reset()
    overheads: list[float] = []
    arrived = _Arrivals(sender)

    def lead(number: int) -> None:
        to = phone(start + number)
        for turn in range(turns):
            seconds = 3 + (number * 7 + turn * 5) % 28
            url, sent_at = f"{sender.fakes}/voice/m-{seconds}.ogg", time.time()
            sender.post(voice(to, url, seconds, f"V{start}-{number}-{turn}"))
            overheads.append(arrived.wait(to, turn + 1, 120) - sent_at - endpoints_s)

    with arrived, ThreadPoolExecutor(leads) as pool:
        for future in [pool.submit(lead, number) for number in range(leads)]:
            future.result()
    return timing(overheads)


class _Arrivals:
    """One poller for all leads: what the provider received, in the provider's own time."""

    def __init__(self, sender: Sender, *, every_s: float = 0.02) -> None:
        self._sender, self._every_s = sender, every_s
        self._changed = threading.Condition()
        self._found: dict[str, list[float]] = {}
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._poll, daemon=True)

    def __enter__(self) -> "_Arrivals":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def wait(self, to: str, count: int, patience_s: float) -> float:
        """When the ``count``-th bubble for ``to`` arrived. Raises TimeoutError."""
        with self._changed:
            ready: Callable[[], bool] = lambda: len(self._found.get(to, ())) >= count  # noqa: E731
            if not self._changed.wait_for(ready, patience_s):
                raise TimeoutError(f"No reply number {count} within {patience_s} s.")
            return self._found[to][count - 1]

    def _poll(self) -> None:
        while not self._done.wait(self._every_s):
            found = self._sender.sends()
            with self._changed:
                self._found = found
                self._changed.notify_all()


def until(condition: Callable[[], bool], *, patience_s: float, every_s: float = 0.1) -> bool:
    """Whether ``condition`` came true in time."""
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(every_s)
    return condition()


def together(jobs: Sequence[Callable[[], object]], *, threads: int = 32) -> None:
    """Run all at once; the first failure is raised."""
    with ThreadPoolExecutor(threads) as pool:
        for future in [pool.submit(job) for job in jobs]:
            future.result()
