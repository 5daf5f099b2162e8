"""The incidents: how each begins in the sandbox, by which alert it is noticed, and how one sees that it is over."""

import contextlib
import itertools
import json
import os
import signal
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from conversations.evals.installation import Installation
from conversations.models import Channel, Outbox, Turn
from crm.models import CrmSync
from seleto.lib.models import Alert, Circuit

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
_FLOOD = 400
_phones = itertools.count(5511900004001)


class Stage:
    """The running installation as an incident sees it."""

    def __init__(self, running: Installation) -> None:
        self.running = running
        self.lead = str(next(_phones))

    def tell(self, path: str, body: Mapping[str, Any] | None = None) -> None:
        """Steer the sandbox. ``disco/livre`` is the one thing outside that is a file."""
        if path == "disco/livre":
            self.disk().unlink(missing_ok=True)
            return
        address = f"{self.running.product['ZAPI_BASE_URL'].removesuffix('/zapi')}/_sandbox/{path}"
        httpx.post(address, json=dict(body or {}), timeout=30, trust_env=False).raise_for_status()

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


@dataclass(frozen=True)
class Incident:
    """``alerts``: the beginnings of keys of which one tells of it."""

    slug: str
    title: str
    alerts: tuple[str, ...]
    begin: Callable[[Stage], None]
    over: Callable[[Stage], bool]
    settings: Mapping[str, str] = field(default_factory=dict)

    def alert(self) -> Alert | None:
        """The open alert that tells of it."""
        rows = Alert.objects.filter(closed_at=None).order_by("opened_at")
        return next((row for row in rows if row.key.startswith(self.alerts)), None)


def _disconnected(stage: Stage) -> None:
    stage.tell("zapi/connection", {"connected": False})


def _quota(stage: Stage) -> None:
    stage.tell("model", {"mode": "quota"})
    stage.writes("Quero conhecer a FB300.")


def _frozen(stage: Stage) -> None:
    stage.freeze()
    stage.writes("Quero conhecer a FB300.")


def _full(stage: Stage) -> None:
    stage.disk().write_text("1000", encoding="utf-8")


def _crm_down(stage: Stage) -> None:
    stage.tell("piperun/fault", {"name": "unavailable"})
    stage.writes("Sou a Patrícia, da Burger Exemplo de Itajaí, CNPJ 11.222.333/0001-81. Quero uma FB300 ainda hoje!")


def _connected(slug: str) -> Callable[[Stage], bool]:
    return lambda _: Channel.objects.filter(slug=slug, connected=True).exists() and _quiet(f"channel:{slug}")


def _quiet(*begins: str) -> bool:
    return not any(Alert.objects.filter(key__startswith=begin, closed_at=None).exists() for begin in begins)


def _crm_back(_: Stage) -> bool:
    synced = CrmSync.objects.filter(synced_at__isnull=False, reason="").exists()
    return synced and not Circuit.objects.filter(key="piperun").exclude(state="closed").exists()


def _rotated(stage: Stage) -> bool:
    """The stolen address opens nothing any more, and the lead is heard."""
    answer = httpx.post(stage.running.webhook, content="{}", timeout=10, trust_env=False)
    return answer.status_code == 401 and stage.answered()


INCIDENTS = (
    Incident(
        "provedor-desconectado",
        "O celular da empresa perdeu a conexão com o provedor",
        ("channel:principal",),
        _disconnected,
        _connected("principal"),
    ),
    Incident(
        "token-revogado",
        "O provedor recusa o token de um canal",
        ("channel:nuvem", "circuit:whatsapp:nuvem"),
        lambda stage: stage.tell("cloud/settings", {"token_revoked": True}),
        lambda _: _quiet("channel:nuvem", "circuit:whatsapp:nuvem"),
    ),
    Incident(
        "cota-esgotada",
        "A conta do modelo ficou sem cota",
        ("circuit:llm", "model"),
        _quota,
        lambda stage: stage.answered() and _quiet("model", "circuit:llm"),
    ),
    Incident(
        "fila-parada",
        "A fila parou: o worker vive e não trabalha",
        ("worker:", "late"),
        _frozen,
        lambda stage: stage.answered(),
    ),
    Incident("disco-cheio", "O disco está enchendo", ("disk",), _full, lambda _: _quiet("disk")),
    Incident("crm-fora-do-ar", "O CRM não responde", ("circuit:piperun",), _crm_down, _crm_back),
    Incident(
        "enxurrada",
        "Uma enxurrada de chamadas no webhook",
        ("flood:",),
        lambda stage: stage.deliver(_FLOOD),
        lambda stage: stage.answered() and _quiet("flood:"),
        {"WEBHOOK_MAX_PER_S": "10"},
    ),
    Incident(
        "segredo-vazado",
        "O segredo do webhook vazou",
        ("forged:",),
        lambda stage: stage.deliver(40),
        _rotated,
    ),
)


def named(slug: str) -> Incident:
    """Raises KeyError."""
    return {incident.slug: incident for incident in INCIDENTS}[slug]
