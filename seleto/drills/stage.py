"""What a drill plays on: a running installation that incidents steer, and the shape of an incident."""

import contextlib
import itertools
import json
import os
import signal
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from django.conf import settings
from django.db import connection

from conversations.evals.installation import Installation
from conversations.models import Outbox, Turn
from seleto.lib import clock, ownership
from seleto.lib.models import Alert

# In the proportions of the defaults, so that a drill takes seconds where the real thing takes minutes.
FAST = {
    "QUIET_AFTER_ANSWER_S": "0.2",
    "QUIET_DEFAULT_S": "0.5",
    "QUIET_FRAGMENT_S": "1",
    "TYPING_MAX_S": "0",
    "CHANNEL_POLL_S": "2",
    "CHANNEL_CACHE_S": "1",
    "WATCH_EVERY_S": "1",
    "CIRCUIT_FAILURES": "2",
    "CIRCUIT_OPEN_S": "5",
    "CRM_DEBOUNCE_S": "0.5",
    "TURN_RETRY_S": "2",
    "TURN_RETRY_MAX_S": "5",
}
_phones = itertools.count(5511900004001)


class Stage:
    """The running installation as an incident sees it."""

    def __init__(self, running: Installation) -> None:
        self.running = running
        self.lead = str(next(_phones))

    def tell(self, path: str, body: Mapping[str, Any] | None = None) -> None:
        """Steer the sandbox, or with one of ``_OURS`` what an operator does to a machine of ours."""
        if path in _OURS:
            _OURS[path](self)
            return
        httpx.post(self._outside(path), json=dict(body or {}), timeout=30, trust_env=False).raise_for_status()

    def _outside(self, path: str) -> str:
        return f"{self.running.product['ZAPI_BASE_URL'].removesuffix('/zapi')}/_sandbox/{path}"

    def get(self, path: str) -> httpx.Response | None:
        """What our web answers; None when it does not."""
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(f"{self.running.product['PUBLIC_URL']}{path}", timeout=2, trust_env=False)
        return None

    def no_faults(self) -> None:
        httpx.delete(self._outside("faults"), timeout=30, trust_env=False).raise_for_status()

    def writes(self, text: str) -> None:
        """A lead writes; what the product answers to the webhook is left alone."""
        self.tell("zapi/lead-message", {"lead": self.lead, "text": text})

    def answered(self) -> bool:
        """Whether the lead's last message has its reply, and the reply left."""
        turns = Turn.objects.filter(conversation__address=self.lead, status=Turn.Status.REPLIED)
        waiting = Outbox.objects.filter(to=self.lead).exclude(status=Outbox.Status.SENT)
        return turns.exists() and not waiting.exists()

    def disk(self) -> Path:
        return Path(self.running.product["DISK_FAULT_FILE"])

    def deliver(self, count: int, **changes: Any) -> None:
        """Post bodies at the webhook's door, as whoever knows its address can."""
        fields = {"type": "ReceivedCallback", "instanceId": "F" * 32, "phone": self.lead, "fromMe": False, **changes}

        def post(number: int) -> None:
            body = {**fields, "messageId": f"DRILL{number:06d}", "text": {"message": "oi"}, "momment": 1}
            with contextlib.suppress(httpx.HTTPError):
                http.post(self.running.webhook, content=json.dumps(body))

        with httpx.Client(timeout=10, trust_env=False) as http, ThreadPoolExecutor(8) as pool:
            list(pool.map(post, range(count)))

    def freeze(self) -> None:
        """Every cluster stands still, as when whoever holds the queue's lock has died."""
        supervisor = self.running.processes["worker"].pid
        for child in Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text().split():
            os.killpg(int(child), signal.SIGSTOP)

    def web_stands_still(self) -> None:
        """Nobody behind the web's door answers any more."""
        os.killpg(self.running.processes["web"].pid, signal.SIGSTOP)

    def restart_web(self) -> None:
        """As the service manager does: whoever served is gone, the master starts another."""
        master = self.running.processes["web"].pid
        for child in Path(f"/proc/{master}/task/{master}/children").read_text().split():
            os.kill(int(child), signal.SIGKILL)
        os.killpg(master, signal.SIGCONT)

    def database_takes(self, *, writing: bool) -> None:
        """Whether the database takes writing, for every connection from now on."""
        name = connection.settings_dict["NAME"]
        with ownership.owning(), connection.cursor() as cursor:  # only who owns it may say so
            cursor.execute("SET default_transaction_read_only = off")
            cursor.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = {"off" if writing else "on"}')
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
                [name],
            )
        connection.close()

    def later(self, passed: timedelta) -> None:
        """Let time pass for everybody."""
        offset = clock.move_to(clock.now() + passed)
        time.sleep(2 * settings.CLOCK_CACHE_S)
        self.tell("clock", {"offset_s": offset.total_seconds()})


_OURS: dict[str, Callable[[Stage], None]] = {
    "disco/livre": lambda stage: stage.disk().unlink(missing_ok=True),
    "falhas/fim": Stage.no_faults,
    "web/reinicia": Stage.restart_web,
    "banco/aceita-escrita": lambda stage: stage.database_takes(writing=True),
}


@dataclass(frozen=True)
class Incident:
    """``alerts``: the beginnings of keys of which one tells of it. ``seen``: of what our own database cannot tell, the
    words of the monitoring's alert once its condition holds, else ""."""

    slug: str
    title: str
    alerts: tuple[str, ...]
    begin: Callable[[Stage], None]
    over: Callable[[Stage], bool]
    settings: Mapping[str, str] = field(default_factory=dict)
    seen: Callable[[Stage], str] | None = None

    def noticed(self, stage: Stage) -> tuple[str, str] | None:
        """The key and the words of what tells of it."""
        if self.seen is not None:
            words = self.seen(stage)
            return ("monitoramento", words) if words else None
        row = self.alert()
        return (row.key, row.title) if row else None

    def alert(self) -> Alert | None:
        """The open alert that tells of it."""
        rows = Alert.objects.filter(closed_at=None).order_by("opened_at")
        return next((row for row in rows if row.key.startswith(self.alerts)), None)


def quiet(*begins: str) -> bool:
    """Whether no alert is open whose key begins so."""
    return not any(Alert.objects.filter(key__startswith=begin, closed_at=None).exists() for begin in begins)
