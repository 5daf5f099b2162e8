"""The product under measurement: its own web, worker and PostgreSQL, with a world of the bench around it."""

import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection

from bench import processes
from bench.leads import Target
from bench.load import INSTANCE
from bench.world import World, world
from conversations.evals import installation
from conversations.evals.installation import Installation
from conversations.models import Channel, ChatwootInbox

# The waits that are made on purpose and the pace that protects an account; nothing else differs from what ships.
NO_WAITING = {
    "QUIET_AFTER_ANSWER_S": "0",
    "QUIET_DEFAULT_S": "0",
    "QUIET_FRAGMENT_S": "0",
    "TYPING_MAX_S": "0",
    # Of the caches, so that the bench need not wait for them.
    "CHANNEL_CACHE_S": "2",
    # Nobody moves the clock here, and in production none is read from the database.
    "CLOCK_CACHE_S": "3600",
    "WORKERS_CONVERSATION": "2",
    # One address sends everything here, and is no flood.
    "WEBHOOK_MAX_PER_S": "100000",
    "WEBHOOK_MAX_PER_S_ADDRESS": "100000",
    "WEB_PROCESSES": "1",
    "WEB_THREADS": "16",
}
# Longer than CHANNEL_CACHE_S, so that every process has read what was changed.
SETTLE_S = 2.5


@dataclass(frozen=True, slots=True)
class System:
    """A running product; ``server`` is PostgreSQL's first process, None when it runs elsewhere."""

    installation: Installation
    world: World
    target: Target
    server: int | None

    @property
    def web(self) -> int:
        return self.installation.processes["web"].pid

    @property
    def worker(self) -> int:
        return self.installation.processes["worker"].pid

    def roots(self) -> Sequence[int]:
        return [self.web, self.worker, *([self.server] if self.server else [])]

    def cpu_s(self) -> dict[str, float]:
        """CPU seconds used so far, by part."""
        named = {"web": self.web, "worker": self.worker, **({"postgresql": self.server} if self.server else {})}
        return {name: processes.cpu_s([pid]) for name, pid in named.items()}

    def memory_mb(self) -> float | None:
        """PSS of everything; None when PostgreSQL runs elsewhere or the kernel does not tell."""
        return processes.pss_mb(self.roots()) if self.server else None


@contextlib.contextmanager
def started(overrides: Mapping[str, str] | None = None, *, mirrored: bool = False) -> Iterator[System]:
    """The product with a bench's world outside; ``mirrored`` has the sandbox's Chatwoot and CRM beside it."""
    with world() as around:
        settings = {**NO_WAITING, "ZAPI_BASE_URL": around.address, "LLM_BASE_URL": f"{around.address}/v1"}
        if not mirrored:
            settings |= {"PIPERUN_TOKEN": "", "PIPERUN_URL": ""}
        with installation.running({**settings, **(overrides or {})}, durable=True) as running:
            Channel.objects.update(min_interval_ms=0, instance_id=INSTANCE)
            if not mirrored:
                ChatwootInbox.objects.all().delete()
            time.sleep(SETTLE_S)
            yield System(running, around, Target(running.webhook), _server())


def _server() -> int | None:
    """The parent of the process that serves our connection, if it is one of this machine."""
    if not connection.settings_dict["HOST"].startswith("/"):
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return processes.parent(cursor.fetchone()[0])
