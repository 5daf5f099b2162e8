"""Every night leads are compared with the CRM: those that changed first, then those not looked at for longest.

The night is worked in slices between ``CRM_RECONCILE_HOUR`` and ``CRM_RECONCILE_UNTIL_HOUR``; where it stops, the next
one goes on, because each lead keeps when it was compared last. One question is under way at a time, so the sync never
waits for more than one slot of the common pace. Nothing is written to the CRM.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from time import monotonic
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.db.models import Case, F, Q, QuerySet, When

from conversations.models import Handoff
from crm import calls, due, findings, gateways, reconcile_report
from crm.comparing import RECENT, Comparison, Finding
from crm.gateway import CrmGateway, Gone
from crm.models import CrmLink, CrmSync, Drift, Reconciliation
from leads.models import Lead
from seleto.lib import clock, connections, jobs, logs, poison
from seleto.lib.errors import Misconfigured, ProviderError, Rejected
from seleto.lib.ids import new_id
from seleto.lib.leases import extend_leases

log = logs.get(__name__)

NAME: Final = "crm_reconcile"
LOCAL: Final = ZoneInfo("America/Sao_Paulo")
WINDOW_OVER, CALLS_USED, SWITCHED_OFF = "fim_da_janela", "limite_de_chamadas", "crm_desligado"
# A lead whose news are about to be written is compared when they are.
_SETTLES = timedelta(minutes=1)
_PARKED = "Um lead derrubou o processo ao ser comparado com o CRM e foi deixado de fora da comparação"
# After the CRM did not answer.
_PATIENCE_S = 60.0
# No fault of the lead in hand.
_NOT_YET = frozenset({"paced", "circuit_open", "rate_limited"})


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of one step; ``skipped`` is the reason why a lead could not be compared."""

    requests: int
    lead_id: UUID | None = None
    found: tuple[Finding, ...] = ()
    new: int = 0
    gone: int = 0
    skipped: str = ""


# --- The night, as the queue knows it ------------------------------------------------------------------------------


def register() -> None:
    """Called once per process when Django is ready."""
    jobs.register(
        jobs.Stage(name=NAME, cluster="background", claim=claim, run=run, renew=renew, next_due=next_due, concurrency=1)
    )


def next_due() -> datetime | None:
    """When the comparison goes on or begins; None while switched off, in hand, or with nobody to compare."""
    if not _wanted():
        return None
    now = clock.now()
    under_way = Reconciliation.objects.filter(day__isnull=False, finished_at=None).order_by("day")
    row = under_way.first()
    if row is not None:
        held = under_way.filter(pk=row.pk).extra(where=["leased_until > clock_timestamp()"]).exists()
        return None if held else row.resume_at or row.started_at
    if not CrmSync.objects.exists():
        return None
    today = now.astimezone(LOCAL).date()
    done = Reconciliation.objects.filter(day=today).exists()
    begins = _at(today, settings.CRM_RECONCILE_HOUR)
    return _at(today + timedelta(days=1), settings.CRM_RECONCILE_HOUR) if done or now >= _ends(today) else begins


def claim(_limit: int) -> Sequence[UUID]:
    """At most one night. SQL because making it and taking over an abandoned one must each be one statement."""
    due_at, now = next_due(), clock.now()
    if due_at is None or due_at > now:
        return []
    values: dict[str, Any] = {
        "id": new_id(),
        "day": now.astimezone(LOCAL).date(),
        "now": now,
        "lease": settings.LEASE_S,
    }
    lease = "clock_timestamp() + make_interval(secs => %(lease)s)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE crm_reconciliation SET leased_until = {lease} WHERE id = ANY(ARRAY("  # noqa: S608 our constants
            "SELECT id FROM crm_reconciliation WHERE day IS NOT NULL AND finished_at IS NULL"
            " AND coalesce(resume_at <= %(now)s, true)"
            " AND coalesce(leased_until <= clock_timestamp(), true) ORDER BY day LIMIT 1 FOR UPDATE SKIP LOCKED))"
            " RETURNING id",
            values,
        )
        taken = [row[0] for row in cursor.fetchall()]
        if not taken and not Reconciliation.objects.filter(day__isnull=False, finished_at=None).exists():
            cursor.execute(
                "INSERT INTO crm_reconciliation (id, day, started_at, leased_until, leads, requests, found, gone,"  # noqa: S608 our constants
                f" ended) VALUES (%(id)s, %(day)s, %(now)s, {lease}, 0, 0, 0, 0, '')"
                " ON CONFLICT (day) DO NOTHING RETURNING id",
                values,
            )
            taken = [row[0] for row in cursor.fetchall()]
    return taken


def renew(ids: Sequence[UUID]) -> None:
    extend_leases("crm_reconciliation", ids)


def run(run_id: UUID) -> None:
    """One slice of a night: until its time is up, the CRM wants a pause, or everything is compared."""
    row, gateway = Reconciliation.objects.get(pk=run_id), gateways.current()
    began = monotonic()
    if row.leads == row.requests == 0:
        enlist(clock.now())
    while True:
        ended = _why_stop(row)
        if gateway is None or ended:
            _finish(row, ended or SWITCHED_OFF)
            return
        if monotonic() - began > settings.CRM_RECONCILE_SLICE_S:
            _rest(row, clock.now())
            return
        try:
            seen = step(gateway, since=row.started_at)
        except Misconfigured as error:
            _finish(row, error.reason)
            return
        except ProviderError as error:
            _rest(row, clock.now() + timedelta(seconds=error.retry_after or _PATIENCE_S))
            return
        if seen is None:
            _finish(row, "")
            return
        _count(row, seen)


def _wanted() -> bool:
    return bool(settings.CRM_RECONCILE_REQUESTS) and due.wanted()


def _why_stop(row: Reconciliation) -> str:
    if row.requests >= settings.CRM_RECONCILE_REQUESTS:
        return CALLS_USED
    return WINDOW_OVER if row.day is not None and clock.now() >= _ends(row.day) else ""


def _ends(day: date) -> datetime:
    """The end of a night's window; always after its beginning."""
    return _at(day, max(settings.CRM_RECONCILE_UNTIL_HOUR, settings.CRM_RECONCILE_HOUR + 1))


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, clock_time(), LOCAL) + timedelta(hours=hour)


def _count(row: Reconciliation, seen: Seen) -> None:
    row.leads += seen.lead_id is not None
    row.requests += seen.requests
    row.found += seen.new
    row.gone += seen.gone
    row.save(update_fields=["leads", "requests", "found", "gone"])


def _rest(row: Reconciliation, resume_at: datetime) -> None:
    Reconciliation.objects.filter(pk=row.pk).update(leased_until=None, resume_at=resume_at)
    jobs.wake(NAME, at=resume_at)


def _finish(row: Reconciliation, ended: str) -> None:
    now = clock.now()
    first = Reconciliation.objects.filter(pk=row.pk, finished_at=None).update(
        finished_at=now, leased_until=None, ended=ended
    )
    if first:
        row.finished_at, row.ended = now, ended
        reconcile_report.tell(row, now=now)


# --- One step ------------------------------------------------------------------------------------------------------


def step(gateway: CrmGateway, *, since: datetime) -> Seen | None:
    """Look again at one open finding that no lead leads to, or compare the next lead; None when all were, ``since``
    then. Passes on what speaks of the CRM as a whole (``seleto.lib.errors``)."""
    drift = Drift.objects.filter(closed_at=None, kind__in=findings.LINGERING, seen_at__lt=since).order_by("seen_at")
    lingering = drift.exclude(pk__in=poison.parked(NAME)).first()
    if lingering is not None:
        return _tried(lingering.pk, lambda: _look_again(gateway, lingering))
    row = queue(since).first()
    if row is None:
        return None
    # Before it is compared: a lead at which a process dies must not be the first one again.
    CrmSync.objects.filter(pk=row.pk).update(checked_at=clock.now())
    try:
        return _tried(row.lead_id, lambda: compare(gateway, row.lead_id))
    except ProviderError as error:
        if error.reason in _NOT_YET:
            CrmSync.objects.filter(pk=row.pk).update(checked_at=row.checked_at)
        raise


def _tried(key: UUID, work: Callable[[], Seen]) -> Seen:
    """Work that counts as a try until it ends. An answer of the CRM is an end."""
    refusal: ProviderError
    with poison.counted(NAME, [key], title=_PARKED):
        try:
            return work()
        except ProviderError as error:
            refusal = error
    raise refusal


def enlist(now: datetime) -> None:
    """Rows for leads that the sync never met: those of deals from before it, and those handed over without it."""
    handed = Handoff.objects.filter(reason=Handoff.Reason.HOT, opened_at__gte=now - RECENT)
    known = Q(orcamentos__oportunidade_pipe_id__isnull=False) | Q(pk__in=handed.values("conversation__lead_id"))
    leads = Lead.objects.filter(known, crm_sync=None).distinct()
    CrmSync.objects.bulk_create([CrmSync(lead=lead) for lead in leads], ignore_conflicts=True)


def queue(since: datetime) -> QuerySet[CrmSync]:
    """Who is still to be compared: changed since the last time first, then the longest ago. Not those in work."""
    now = clock.now()
    rows = CrmSync.objects.filter(Q(checked_at=None) | Q(checked_at__lt=since)).exclude(lead_id__in=poison.parked(NAME))
    in_work = Q(leased_until__isnull=False) | Q(status=CrmSync.Status.READY, due_at__lte=now + _SETTLES)
    changed = When(synced_at__gt=F("checked_at"), then=0)
    return (
        rows.exclude(in_work)
        .annotate(turn=Case(changed, default=1))
        .order_by("turn", F("checked_at").asc(nulls_first=True), "pk")
    )


def compare(gateway: CrmGateway, lead_id: UUID, *, keep: bool = True) -> Seen:
    """Compare one lead; ``keep`` False leaves no trace but the calls. A refusal of this lead's data is no failure."""
    before = _state(lead_id)
    comparison = Comparison(gateway, lead_id, now=clock.now())
    connections.release()
    skipped = ""
    with calls.about(lead_id):
        try:
            comparison.run()
        except Misconfigured:
            raise
        except Rejected as error:
            skipped = error.reason
    new = gone = 0
    # What was written meanwhile may be what was found.
    if keep and not skipped and _state(lead_id) == before:
        new, gone = findings.settle(comparison.findings, comparison.examined, lead_id=lead_id, now=clock.now())
    if skipped:
        log.warning("crm_lead_not_compared", lead=lead_id, reason=skipped)
    return Seen(comparison.requests, lead_id, tuple(comparison.findings), new, gone, skipped)


def _state(lead_id: UUID) -> tuple[object, ...] | None:
    return CrmSync.objects.filter(lead_id=lead_id).values_list("synced_at", "due_at", "lease_token").first()


def _look_again(gateway: CrmGateway, drift: Drift) -> Seen:
    """Whether the record of a finding is still there."""
    getters: dict[str, Callable[[str], object]] = {
        CrmLink.Kind.COMPANY: gateway.company,
        CrmLink.Kind.PERSON: gateway.person,
        CrmLink.Kind.DEAL: gateway.deal,
    }
    now = clock.now()
    get = getters.get(drift.local_kind)
    if get is not None:
        try:
            get(drift.remote_id)
        except Gone:
            return Seen(1, gone=findings.vanish(drift, now=now))
    Drift.objects.filter(pk=drift.pk).update(seen_at=now)
    return Seen(1 if get else 0)


# --- By command ----------------------------------------------------------------------------------------------------


def everything(
    gateway: CrmGateway, *, lead_ids: Sequence[UUID] = (), keep: bool = True, most: int = 0
) -> Iterator[Seen]:
    """Compare at once: the leads named, or all; ``most`` calls at the most (0: no limit). Raises ``ProviderError``."""
    asked = 0
    for seen in _each(gateway, lead_ids, keep=keep):
        yield seen
        asked += seen.requests
        if most and asked >= most:
            return


def _each(gateway: CrmGateway, lead_ids: Sequence[UUID], *, keep: bool) -> Iterator[Seen]:
    since = clock.now()
    if lead_ids or not keep:
        ids = lead_ids or list(queue(since).values_list("lead_id", flat=True))
        yield from (compare(gateway, lead_id, keep=keep) for lead_id in ids)
        return
    enlist(since)
    while (seen := step(gateway, since=since)) is not None:
        yield seen
