"""One running installation as the flow tests see it: the outside over HTTP, the product's rows in its database."""

import contextlib
import itertools
import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from django.conf import settings
from django.db.models import Q

from conversations.evals.installation import Installation
from conversations.models import Channel, Conversation, Event, Outbox, Turn
from seleto.lib import clock

# Never a measure of speed: only how long a broken pipe may hold up the run.
PATIENCE_S = 90.0

# Short enough for tests, in the proportions of the defaults. What a lead writes chooses its quiet period: a fragment
# waits long enough for a burst, a whole sentence is answered almost at once.
SETTINGS = {
    "QUIET_AFTER_ANSWER_S": "0.1",
    "QUIET_DEFAULT_S": "0.3",
    "QUIET_FRAGMENT_S": "2",
    "TYPING_MAX_S": "0",
    "WORKERS_CONVERSATION": "2",
    "LEASE_S": "3",
    "LEASE_RENEW_S": "0.7",
    "SWEEP_S": "0.5",
    "HEARTBEAT_EVERY_S": "1",
    # Longer than a starved sandbox takes: a model that seems dead has a holding phrase said first.
    "LLM_READ_TIMEOUT_S": "6",
    "TURN_RETRY_S": "0.5",
    "TURN_RETRY_MAX_S": "1",
    "ZAPI_TEXT_TIMEOUT_S": "3",
    "WHATSAPP_PAIR_INTERVAL_S": "0",
    "CHANNEL_POLL_S": "1",
    "CHANNEL_DEAF_S": "3",
    "OUTBOX_RETRY_S": "0.2",
    "OUTBOX_AMBIGUOUS_WAIT_S": "2",
    "CHANNEL_CACHE_S": "0.2",
    "CHATWOOT_RETRY_S": "0.05",
    "CHATWOOT_RETRY_MAX_S": "0.2",
    "CHATWOOT_READ_TIMEOUT_S": "1.5",
    "CHATWOOT_MAX_REFUSALS": "50",
    "CHATWOOT_RECEIPTS_S": "0.1",
    # Circuits have tests of their own; here one test's faults must not silence the next.
    "CIRCUIT_FAILURES": "1000",
    "CIRCUIT_OPEN_S": "1",
}

_phones = itertools.count(5511900003001)
_ids = itertools.count(1)


def until(true: Callable[[], object], *, what: str) -> None:
    """Wait for ``true``; ``what`` says in the failure what never happened."""
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline, f"Never happened: {what}."
        time.sleep(0.05)


def new_lead() -> str:
    """A fictional phone that nobody has used yet."""
    return str(next(_phones))


@contextlib.contextmanager
def later(passed: timedelta) -> Iterator[None]:
    """So much time passes for our processes, and is taken back afterwards."""
    clock.move_to(datetime.now(UTC) + passed)
    time.sleep(2 * settings.CLOCK_CACHE_S)  # every process has seen it
    try:
        yield
    finally:
        clock.move_to(datetime.now(UTC))


class Pipe:
    def __init__(self, running: Installation) -> None:
        self._running = running
        # None is kept: on a starved machine the sandbox closes one at the moment in which it is used again.
        anew = httpx.Limits(max_keepalive_connections=0)
        self._sandbox = httpx.Client(base_url=running.outside._http.base_url, timeout=30, trust_env=False, limits=anew)
        limits = httpx.Limits(max_connections=64, max_keepalive_connections=64)
        self.http = httpx.Client(timeout=30, trust_env=False, limits=limits)
        self.web = running.webhook.partition("/webhooks/")[0]
        self.webhook = running.webhook
        self.instance = Channel.objects.get(provider=Channel.Provider.ZAPI).instance_id
        Channel.objects.update(min_interval_ms=0)

    def close(self) -> None:
        self.http.close()
        self._sandbox.close()

    def calm(self) -> None:
        """Nothing left to do and everybody well-behaved: how each test finds and leaves the pipe."""
        self._sandbox.delete("faults").raise_for_status()
        self.model(mode="normal", latency_s=0, personality="competent")
        self.tell("zapi/settings", receipts=True, receipt_delays_s=[0, 0.05, 0.1], notify_sent_by_me=True)
        self.tell("cloud/settings", window_h=24, pair_interval_s=0, token_revoked=False)
        if not self.get("zapi/settings")["connected"]:
            self.tell("zapi/connection", connected=True)
        until(lambda: self.idle(), what="the pipe is idle")
        self._running.check()

    def idle(self) -> bool:
        return not (
            Event.objects.filter(status=Event.Status.NEW).exists()
            or Conversation.objects.filter(turn_due_at__isnull=False, owner=Conversation.Owner.AGENT).exists()
            or Turn.objects.filter(status=Turn.Status.RUNNING).exists()
            or Outbox.objects.filter(
                Q(status__in=[Outbox.Status.QUEUED, Outbox.Status.SENDING]) | Q(status="unknown", reason="")
            ).exists()
            or int(self.get("clock")["webhooks_pending"])
        )

    # --- The outside world

    def tell(self, path: str, **body: Any) -> dict[str, Any]:
        answer = self._sandbox.post(path, json=body)
        assert answer.is_success, answer.text
        data: dict[str, Any] = answer.json()
        return data

    def get(self, path: str, **query: str) -> dict[str, Any]:
        data: dict[str, Any] = self._sandbox.get(path, params=query).raise_for_status().json()
        return data

    def model(self, **settings: Any) -> None:
        self.tell("model", times=None, **settings)

    def fault(self, endpoint: str, **rule: Any) -> None:
        self.tell("faults", endpoint=endpoint, **rule)

    def writes(self, lead: str, text: str) -> str:
        """The lead writes; the message's provider id. The product has accepted the webhook when this returns."""
        answer = self.tell("zapi/lead-message", lead=lead, text=text)
        assert answer["webhook"]["status"] == 200, answer
        return str(answer["messageId"])

    def received(self, lead: str) -> list[dict[str, Any]]:
        """What the provider accepted from the product for this lead, oldest first."""
        return [row for row in self.get("zapi/messages", lead=lead)["messages"] if row["origin"] == "api"]

    def told(self, lead: str) -> list[str]:
        """The texts the provider accepted for this lead, in order."""
        return [row["text"] for row in self.received(lead)]

    def reached(self) -> set[str]:
        """The leads for whom the provider accepted anything."""
        return {row["lead"] for row in self.get("zapi/messages")["messages"] if row["origin"] == "api"}

    def replies(self, lead: str) -> list[list[str]]:
        """The bubbles of each reply the product meant to give this lead."""
        turns = Turn.objects.filter(conversation__address=lead, status=Turn.Status.REPLIED).order_by("started_at")
        return [list(turn.outbox.order_by("order").values_list("text", flat=True)) for turn in turns]

    def answered_once(self, lead: str) -> bool:
        """One reply, every bubble of which reached the provider once and in order."""
        replies = self.replies(lead)
        return len(replies) == 1 and self.told(lead) == replies[0]

    # --- The product's doors

    def message(self, lead: str, text: str, *, message_id: str = "", at: datetime | None = None) -> bytes:
        """The webhook of a lead's text, as the provider writes it."""
        fields = {
            "type": "ReceivedCallback",
            "instanceId": self.instance,
            "messageId": message_id or f"FLOW{next(_ids):08d}",
            "phone": lead,
            "fromMe": False,
            "momment": int((at or datetime.now(UTC)).timestamp() * 1000),
            "text": {"message": text},
        }
        return json.dumps(fields, ensure_ascii=not text.isprintable()).encode()

    def post(self, body: bytes, *, content_type: str = "application/json") -> int:
        """Deliver raw bytes to the webhook; the status of the answer."""
        return self.http.post(self.webhook, content=body, headers={"content-type": content_type}).status_code

    # --- The processes

    def kill_workers(self) -> None:
        """SIGKILL every cluster's process group; their supervisor forks them again."""
        supervisor = self._running.processes["worker"].pid
        leaders = _children(supervisor)
        for leader in leaders:
            assert os.getpgid(leader) == leader, "Not a group of its own: killing it would kill the test."
            os.killpg(leader, signal.SIGKILL)
        until(lambda: not set(leaders) & set(_children(supervisor)), what="the dead clusters are buried")

    def kill_web(self) -> None:
        """SIGKILL the process that serves; gunicorn's master starts another."""
        for child in _children(self._running.processes["web"].pid):
            os.kill(child, signal.SIGKILL)


def _children(pid: int) -> list[int]:
    """Pids of the children; none when the process is gone."""
    with contextlib.suppress(FileNotFoundError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []
