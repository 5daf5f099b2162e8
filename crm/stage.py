"""The queue's side of the sync: which lead is next, what came of its run, when it is tried again.

``due_at`` belongs to those who bring news and is empty while a run is in hand: whatever they write meanwhile makes the
lead due again. A gateway reports to the circuit named by its ``slug``; while that rests nobody is claimed, so that a
CRM that is down costs no attempts and the order stays.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Min, Q, Value
from django.db.models.functions import Least

from crm import calls, gateways, links, plan, reading, rules
from crm.due import STAGE, wanted
from crm.gateway import CrmGateway, Forbidden
from crm.models import CrmSync
from crm.sync import Saga
from seleto.lib import alerts, circuits, clock, connections, jobs, metrics, tracing
from seleto.lib.errors import Misconfigured, ProviderError, Rejected
from seleto.lib.leases import extend_leases, last_attempt_alone
from seleto.lib.models import Alert, Circuit

_READY = "status = 'ready' AND ((leased_until IS NULL AND due_at <= %(now)s) OR leased_until < clock_timestamp())"
_CLAIMABLE = f"{_READY} AND {last_attempt_alone('crm_crmsync', _READY)}"
RUNS = metrics.counter("crm_syncs", "Runs of the sync with the CRM, by outcome.", ["outcome"])
PARKED_ALERT = "crm:parked"
# Leads refused with 403 at the same time that speak of the account, not of their records.
_FORBIDDEN_TO_ALL = 3
# No fault of the lead: its turn had not come.
_NOT_YET = frozenset({"paced", "circuit_open", "rate_limited"})
_TOKEN_REFUSED = "O CRM recusa a integração: confira o token e as permissões"  # noqa: S105 no password


@dataclass(frozen=True, slots=True)
class Claim:
    """A lead in hand; ``attempts`` counts this one. ``held``: links reserved on the way."""

    id: UUID
    lead_id: UUID
    attempts: int
    token: UUID
    held: list[int] = field(default_factory=list)


def claim(limit: int) -> Sequence[Claim]:
    """Take up to ``limit`` leads that are due, or whose run died; a single one while the CRM is tried again.

    SQL because the ORM cannot say UPDATE … RETURNING over SKIP LOCKED.
    """
    gateway, now = gateways.current(), clock.now()
    if gateway is None or not wanted():
        return []
    rest = _rest(gateway)
    if rest is not None:
        if now < rest:
            return []
        limit = 1
    with connection.cursor() as cursor:
        cursor.execute(
            # Materialized: a plan that scans the choice again for each row would take more than ``limit``.
            f"WITH ready AS MATERIALIZED (SELECT id, due_at FROM crm_crmsync WHERE {_CLAIMABLE}"  # noqa: S608
            " ORDER BY due_at NULLS FIRST LIMIT %(limit)s FOR UPDATE SKIP LOCKED)"
            " UPDATE crm_crmsync s SET attempts = attempts + 1, due_at = NULL, lease_token = gen_random_uuid(),"
            " leased_until = clock_timestamp() + make_interval(secs => %(lease)s) FROM ready WHERE s.id = ready.id"
            " RETURNING s.id, s.lead_id, s.attempts, s.lease_token, coalesce(ready.due_at, 'epoch')",
            {"now": now, "limit": limit, "lease": settings.LEASE_S, "most": settings.CRM_MAX_ATTEMPTS},
        )
        # RETURNING keeps no order.
        return [Claim(*row[:4]) for row in sorted(cursor.fetchall(), key=lambda row: row[4])]


@tracing.span("crm")
def run(item: Claim) -> None:
    """One lead to the end, or to what keeps it from there."""
    gateway, now = gateways.current(), clock.now()
    if gateway is None:
        _release(item, due_at=now + timedelta(seconds=settings.CRM_RETRY_MAX_S), fault=False)
        return
    if item.attempts > settings.CRM_MAX_ATTEMPTS:
        _park(item, "o processo caiu várias vezes", now)
        return
    with calls.about(item.lead_id):
        try:
            _sync(item, gateway, now)
        finally:
            links.give_back(item.held, item.token)


def _sync(item: Claim, gateway: CrmGateway, now: datetime) -> None:
    values, known = reading.read(item.lead_id), rules.current()
    if values is None:
        return  # erased with its row
    wishes = plan.make(values, known.settings, known.origins, now=now)
    saga = Saga(gateway, item.lead_id, wishes, token=item.token, held=item.held, now=clock.now)
    connections.release()
    try:
        saga.run()
    except links.Lost:
        outcome = "lost"
    except links.Busy as busy:
        _release(item, due_at=now + timedelta(seconds=busy.wait_s), fault=False)
        outcome = "busy"
    except ProviderError as error:
        _failed(item, gateway, error, saga)
        outcome = type(error).__name__.lower()
    else:
        _release(item, due_at=wishes.waits_until, done_at=now, refused=saga.refused())
        outcome = "done"
    RUNS.labels(outcome=outcome).inc()


def alone(item: Claim) -> bool:
    return item.attempts >= settings.CRM_MAX_ATTEMPTS > 1


def renew(items: Sequence[Claim]) -> None:
    extend_leases("crm_crmsync", [item.id for item in items], [item.token for item in items])
    held = [(link_id, item.token) for item in items for link_id in list(item.held)]
    extend_leases("crm_crmlink", [link_id for link_id, _ in held], [token for _, token in held])


def next_due() -> datetime | None:
    """When the next lead falls due, not before the CRM is tried again; those in hand do not count."""
    gateway = gateways.current()
    if gateway is None or not wanted():
        return None
    ready = CrmSync.objects.filter(status=CrmSync.Status.READY)
    due: datetime | None = ready.filter(leased_until=None, due_at__isnull=False).aggregate(due=Min("due_at"))["due"]
    if ready.extra(where=["leased_until < clock_timestamp()"]).exists():
        due = min(filter(None, (due, clock.now())))
    rest = _rest(gateway) if due else None
    return max(due, rest) if due and rest else due


def _rest(gateway: CrmGateway) -> datetime | None:
    """Until when nobody calls; past once a trial is due, None while all is well."""
    return (
        Circuit.objects.filter(~Q(state=Circuit.State.CLOSED), key=gateway.slug)
        .values_list("retry_at", flat=True)
        .first()
    )


def _failed(item: Claim, gateway: CrmGateway, error: ProviderError, saga: Saga) -> None:
    """What speaks of the whole CRM rests everybody; what speaks of one lead counts against it, and parks it at last."""
    now = clock.now()
    if isinstance(error, Misconfigured):
        circuits.trip(gateway.slug, error.reason, now, title=_TOKEN_REFUSED)
        _release(item, due_at=now, reason=error.reason, fault=False)
        return
    if isinstance(error, Forbidden) and _forbidden_to_all(item, error):
        circuits.trip(gateway.slug, error.reason, now, title=_TOKEN_REFUSED)
        _release(item, due_at=now, reason=error.reason, fault=False)
        return
    if error.reason in _NOT_YET:
        _release(item, due_at=now + timedelta(seconds=error.retry_after or 1), fault=False)
        return
    fault = isinstance(error, Rejected) or _rest(gateway) is None
    most = settings.CRM_MAX_REFUSALS if isinstance(error, Rejected) else settings.CRM_MAX_ATTEMPTS
    if fault and item.attempts >= most:
        _park(item, _words(error), now, refused=saga.refused())
        return
    wait_s = min(settings.CRM_RETRY_S * 2 ** min(item.attempts - 1, 12), settings.CRM_RETRY_MAX_S)
    due_at = now + timedelta(seconds=max(wait_s, error.retry_after or 0))
    _release(item, due_at=due_at, reason=error.reason, fault=fault, refused=saga.refused())


def _forbidden_to_all(item: Claim, error: ProviderError) -> bool:
    """One record may be closed to us; when so many leads are refused alike, the integration lacks a right."""
    others = CrmSync.objects.filter(status=CrmSync.Status.READY, reason=error.reason).exclude(pk=item.id)
    return others.count() + 1 >= _FORBIDDEN_TO_ALL


def _words(error: ProviderError) -> str:
    """The reason as a person reads it."""
    fields = getattr(error, "fields", {})
    said = "; ".join(f"{name}: {message}" if name else message for name, message in fields.items())
    return (
        f"recusada pelo CRM: {said or error.reason}" if isinstance(error, Rejected) else f"sem resposta: {error.reason}"
    )


def _release(
    item: Claim,
    *,
    due_at: datetime | None,
    reason: str = "",
    fault: bool = True,
    done_at: datetime | None = None,
    refused: dict[str, str] | None = None,
) -> None:
    """Give the row back, if it is ours still. News that came meanwhile are older or newer than ``due_at``: the earlier
    counts. ``fault`` False takes the attempt back."""
    changes: dict[str, object] = {"leased_until": None, "lease_token": None, "reason": reason[:160]}
    if done_at is not None:
        changes |= {"attempts": 0, "synced_at": done_at}
    elif not fault:
        changes["attempts"] = item.attempts - 1
    if refused is not None:
        changes["refused"] = refused
    if due_at is not None:
        changes["due_at"] = Least("due_at", Value(due_at))
    if not CrmSync.objects.filter(pk=item.id, lease_token=item.token).update(**changes):
        return
    at = CrmSync.objects.filter(pk=item.id).values_list("due_at", flat=True).first()
    if at is not None:
        jobs.wake(STAGE, at=at)


def _park(item: Claim, reason: str, now: datetime, refused: dict[str, str] | None = None) -> None:
    changes = {} if refused is None else {"refused": refused}
    parked = CrmSync.objects.filter(pk=item.id, lease_token=item.token).update(
        status=CrmSync.Status.PARKED,
        reason=reason[:160],
        parked_at=now,
        leased_until=None,
        lease_token=None,
        **changes,
    )
    if parked:
        title = "Há leads que não puderam ser levados ao CRM"
        alerts.open_(PARKED_ALERT, title=title, level=Alert.Level.WARNING, now=now)
    RUNS.labels(outcome="parked").inc()
