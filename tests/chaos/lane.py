"""A running installation under faults: what the flow tests drive, with kill points, a history and a verdict."""

import itertools
import random
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from django.conf import settings
from django.db import connection
from django.db.models import Q

from conversations.evals import product
from conversations.evals.installation import Installation
from conversations.models import Channel, ChatwootLink, Conversation
from crm.models import CrmSync
from knowledge.models import BusinessHours, Flag, FollowUpRule
from seleto.lib import clock, ownership
from tests.chaos import history, inside, verdict
from tests.chaos.history import History, Row
from tests.chaos.journal import JOURNAL
from tests.flows.pipe import SETTINGS, Pipe

# As the flow tests, with the lease of the fault tests and the waits that only cost time shortened.
LANE = {
    **SETTINGS,
    "FAULTS_MODULE": "tests.chaos.inside",
    "LEASE_S": "2",
    "LEASE_RENEW_S": "0.6",
    "SWEEP_S": "0.3",
    "QUIET_FRAGMENT_S": "1",
    "JOBS_LINGER_S": "1",
    "HEARTBEAT_TIMEOUT_S": "8",
    "TURN_MAX_ATTEMPTS": "4",
    "MEDIA_RETRY_S": "0.3",
    "MEDIA_MIRROR_WAIT_S": "2",
    "READING_RETRY_S": "0.3",
    "CRM_DEBOUNCE_S": "0.2",
    "CRM_RETRY_S": "0.3",
    "CRM_LOOK_AFTER_S": "1",
    "PIPERUN_READ_TIMEOUT_S": "2",
    "FOLLOW_UP_JITTER_MIN": "0",
    "CHANNEL_POLL_S": "86400",
    "EVAL_SAMPLE": "0",  # a night falls in every long outage; its lease is longer than a run
}
# Rows that fall due later than this are no part of a run: the next step of a follow-up, a handoff's alarm.
HORIZON_S = 5.0
REST_PATIENCE_S = 60.0

_phones = itertools.count(random.SystemRandom().randrange(1, 8_000_000))


class NoRest(AssertionError):
    """The pipe does not come to rest; the text says what it is busy with."""


def new_lead() -> str:
    """A fictional phone that no other run of this database has used."""
    return f"55119{10_000_000 + next(_phones):08d}"


class Lane(Pipe):
    """One installation; ``posted`` is what this harness had the product accept, whose answers it heard."""

    def __init__(self, running: Installation, directory: Path) -> None:
        super().__init__(running)
        self.directory = directory
        self.posted: list[Row] = []
        self._logged: dict[str, int] = {}
        with ownership.owning(), connection.cursor() as cursor:
            cursor.execute(inside.MARKERS)
            cursor.execute("SELECT to_regclass('commits')")
            if cursor.fetchone()[0] is None:
                cursor.execute(JOURNAL)
        settings.PIPERUN_TOKEN = settings.PIPERUN_TOKEN or "of-the-worker-alone"

    @property
    def running(self) -> Installation:
        return self._running

    # --- kill points

    def arm(self, point: str, passes: int = 0) -> None:
        """The next process that passes the point after ``passes`` others dies there."""
        (self.directory / f"{point}.{passes}").touch()

    def disarm(self) -> None:
        for armed in self.directory.iterdir():
            armed.unlink(missing_ok=True)

    def death(self, point: str, *, since: int) -> Row | None:
        """The marker of a death at ``point`` after the marker ``since``, once its process is really gone."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id, pid, started, at FROM chaos_death WHERE point = %s AND id > %s ORDER BY id LIMIT 1",
                [point, since],
            )
            found = cursor.fetchone()
        if found is None or inside.started(found[1]) == found[2]:
            return None
        return {"id": found[0], "pid": found[1], "at": found[3]}

    def deaths(self) -> int:
        """The number of the latest marker."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT coalesce(max(id), 0) FROM chaos_death")
            return int(cursor.fetchone()[0])

    # --- what leads do

    def says(self, lead: str, text: str, **fields: Any) -> None:
        """A lead's text at the webhook, delivered again until the product has accepted it, as a provider does."""
        body = self.message(lead, text, at=clock.now())
        provider_id = body.partition(b'"messageId": "')[2].partition(b'"')[0].decode()
        self.deliver(body, lead=lead, provider_id=provider_id, **fields)

    def deliver(self, body: bytes, *, lead: str, provider_id: str, **fields: Any) -> None:
        deadline = time.monotonic() + REST_PATIENCE_S
        while True:
            try:
                status = self.post(body)
            except httpx.TransportError:
                status = 0
            self.posted.append({"lead": lead, "id": provider_id, "status": status, **fields})
            if status == 200:
                return
            if time.monotonic() > deadline:
                raise NoRest(f"The webhook is not accepted: last answer {status}.")
            time.sleep(0.1)

    # --- rest and verdict

    def rest(self, patience_s: float = REST_PATIENCE_S) -> None:
        """Wait until nothing goes on and nothing falls due soon; two looks in a row have to agree."""
        deadline, quiet = time.monotonic() + patience_s, 0
        while quiet < 2:
            busy = self._busy()
            quiet = 0 if busy else quiet + 1
            if time.monotonic() > deadline:
                raise NoRest(f"No rest within {patience_s:.0f} s: {busy}")
            time.sleep(0.1)
        self._running.check()

    def _busy(self) -> str:
        if pending := int(self.get("clock")["webhooks_pending"]):
            return f"{pending} webhooks of the sandbox"
        if not self.idle():
            return "ingest, turns or outbox"
        syncs = CrmSync.objects.filter(status=CrmSync.Status.READY)
        if syncs.filter(~Q(leased_until=None) | Q(due_at__lt=clock.now())).exists():
            return "the CRM"
        links = ChatwootLink.objects.filter(status=ChatwootLink.Status.READY)
        if links.filter(~Q(leased_until=None)).exists():
            return "the mirror"
        if Conversation.objects.filter(summary_due_at__isnull=False).exists():
            return "a summary"
        # One in hand, or in the hand of a process that died at it.
        if Conversation.objects.filter(follow_up_at__isnull=False, follow_up_leased_until__isnull=False).exists():
            return "a follow-up"
        state = product.activity()
        if state.busy or state.running:
            return state.busy or "a turn or a reading"
        if state.next_due and (state.next_due - clock.now()).total_seconds() < HORIZON_S:
            return "something due in a moment"
        return ""

    def history(self, leads: Sequence[str], *, part: str = "", seed: str = "") -> History:
        """Everything about these leads, now."""
        hooks = [row for row in self.posted if row["lead"] in leads]
        told = [row for row in self.get("zapi/messages")["messages"] if row["lead"] in leads]
        rows = history.rows_of(leads)
        shown = {row["display_id"] for row in rows["links"]}
        chatwoot = [row for row in self.get("chatwoot/state")["messages"] if row["conversation_id"] in shown]
        crm = self.get("piperun/state")
        return History(
            part=part,
            seed=seed,
            webhooks=hooks,
            provider=told,
            chatwoot=chatwoot,
            crm={"twins": crm["twins"]},
            logs=self._leaks(leads),
            rows=rows,
        )

    def verdict(self, leads: Sequence[str], *, part: str, seed: str, keep: Path | None = None) -> list[verdict.Broken]:
        """What the leads' history breaks; one that breaks something is kept under ``keep``."""
        found = self.history(leads, part=part, seed=seed)
        broken = verdict.judge(found)
        if broken and keep is not None:
            found.keep(keep)
        return broken

    def _leaks(self, leads: Sequence[str]) -> list[str]:
        """Log lines of web and worker since the last look that name a lead, told without the lead's number."""
        found = []
        for name in ("web", "worker"):
            path = self._running.logs / f"{name}.log"
            with path.open(encoding="utf-8", errors="replace") as file:
                file.seek(self._logged.get(name, 0))
                for number, line in enumerate(file):
                    if lead := next((lead for lead in leads if lead in line), None):
                        found.append(f"{name}:{number}: {line.strip().replace(lead, '<lead>')[:200]}")
                self._logged[name] = file.tell()
        return found

    # --- preparing

    def prepare(self) -> None:
        """What the stories need besides the seed: an office that is always open and follow-ups that are on."""
        BusinessHours.objects.all().delete()
        BusinessHours.objects.bulk_create(BusinessHours(weekday=day, opens="00:00", closes="00:00") for day in range(7))
        FollowUpRule.objects.all().delete()
        for temperature in FollowUpRule.For.values:
            for hours, text in ((2, "Oi! Ainda posso ajudar?"), (6, "Sigo por aqui, se precisar.")):
                FollowUpRule.objects.create(temperature=temperature, after_h=hours, text=text)
        Flag.objects.update_or_create(name="follow_ups", scope="global", defaults={"on": True})
        Channel.objects.update(min_interval_ms=0)

    def fresh(self) -> None:
        """Forget every lead, here and outside."""
        self.disarm()
        self._sandbox.delete("faults").raise_for_status()
        self.rest()
        product._empty()
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM commits")
        self._running.outside.reset()
        self.posted.clear()

    def owner(self, lead: str) -> str:
        return str(Conversation.objects.filter(address=lead).order_by("-opened_at").values_list("owner", flat=True)[0])


@contextmanager
def point_directory(path: Path) -> Iterator[Path]:
    """A directory for armed points, gone afterwards."""
    path.mkdir(parents=True, exist_ok=True)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
