"""Erasing in other systems: one step of the receipt at a time, tried again until it is done or a person is needed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Min

from leads.erasure import STAGE
from leads.models import ErasureStep
from seleto.lib import alerts, audit, clock, jobs, privacy
from seleto.lib.errors import Ambiguous, ProviderError, Rejected
from seleto.lib.leases import extend_leases
from seleto.lib.models import Alert

log = structlog.get_logger(__name__)

Status = ErasureStep.Status
_FIRST_WAIT_S = 60
_MOST_WAIT_S = 6 * 3600
_ALERT = "erasure:stuck"
OPEN = (Status.PENDING, Status.UNAVAILABLE, Status.AMBIGUOUS, Status.REJECTED, Status.BY_HAND)


@dataclass(frozen=True, slots=True)
class Claim:
    """A step in hand."""

    id: UUID
    token: UUID


class Refused(Exception):
    """This step is not waiting for anybody."""


def register() -> None:
    jobs.register(jobs.Stage(name=STAGE, cluster="background", claim=claim, run=run, renew=renew, next_due=next_due))


def claim(limit: int) -> Sequence[Claim]:
    """SQL because the ORM cannot say UPDATE … RETURNING over SKIP LOCKED."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE leads_erasurestep SET attempts = attempts + 1, lease_token = gen_random_uuid(),"
            " leased_until = now() + make_interval(secs => %s) WHERE id = ANY(ARRAY("
            "SELECT id FROM leads_erasurestep WHERE due_at <= %s AND (leased_until IS NULL OR leased_until < now())"
            " ORDER BY due_at LIMIT %s FOR UPDATE SKIP LOCKED)) RETURNING id, lease_token",
            [settings.LEASE_S, clock.now(), limit],
        )
        return [Claim(*row) for row in cursor.fetchall()]


def run(item: Claim) -> None:
    """One attempt. Erasing is safe to repeat, so an unknown outcome is tried again like any other."""
    step = ErasureStep.objects.get(pk=item.id)
    store, now = privacy.remote_by_key(step.store), clock.now()
    if store is None or store.erase is None:
        _settle(item, status=Status.BY_HAND, due_at=None, reason="sistema não está mais configurado")
        return
    try:
        store.erase(step.reference)
    except ProviderError as error:
        _failed(item, step, error, now)
        return
    _settle(item, status=Status.DONE, due_at=None, reference="", reason="", finished_at=now, finished_by="sistema")
    _note(step, "sistema", now)


def renew(items: Sequence[Claim]) -> None:
    extend_leases("leads_erasurestep", [item.id for item in items], [item.token for item in items])


def next_due() -> datetime | None:
    rows = ErasureStep.objects.extra(where=["(leased_until IS NULL OR leased_until < now())"])
    due: datetime | None = rows.aggregate(due=Min("due_at"))["due"]
    return due


def retry(step_id: UUID, *, actor: str, now: datetime) -> None:
    """Try again what was refused or rests. Raises ``Refused``."""
    with transaction.atomic():
        waiting = ErasureStep.objects.filter(
            pk=step_id, status__in=(Status.REJECTED, Status.UNAVAILABLE, Status.AMBIGUOUS)
        )
        if not waiting.update(status=Status.PENDING, due_at=now, attempts=0):
            raise Refused
        audit.record(
            actor=actor, action="erasure.retry", subject_kind="erasure_step", subject_id=step_id, detail={}, now=now
        )
        jobs.wake(STAGE)


def done_by_hand(step_id: UUID, *, actor: str, now: datetime) -> None:
    """Somebody removed it over there and says so. Raises ``Refused``."""
    with transaction.atomic():
        row = ErasureStep.objects.select_for_update().filter(pk=step_id, status__in=OPEN).first()
        if row is None:
            raise Refused
        row.status, row.due_at, row.reference, row.reason = Status.DONE, None, "", ""
        row.finished_at, row.finished_by = now, actor
        row.save()
        _note(row, actor, now)
        _calm(now)


def _failed(item: Claim, step: ErasureStep, error: ProviderError, now: datetime) -> None:
    if isinstance(error, Rejected):
        _settle(item, status=Status.REJECTED, due_at=None, reason=error.reason[:120])
        alerts.open_(
            _ALERT,
            title="Um sistema recusou apagar dados de um titular: veja o recibo",
            level=Alert.Level.WARNING,
            now=now,
        )
        return
    status = Status.AMBIGUOUS if isinstance(error, Ambiguous) else Status.UNAVAILABLE
    wait_s = min(_FIRST_WAIT_S * 2 ** min(step.attempts - 1, 10), _MOST_WAIT_S)
    due_at = now + timedelta(seconds=max(wait_s, error.retry_after or 0))
    _settle(item, status=status, due_at=due_at, reason=error.reason[:120])
    log.info("erasure.later", step_id=str(step.pk), store=step.store, reason=error.reason)
    jobs.wake(STAGE, at=due_at)


def _settle(item: Claim, **columns: object) -> None:
    ErasureStep.objects.filter(pk=item.id, lease_token=item.token).update(leased_until=None, **columns)


def _note(step: ErasureStep, actor: str, now: datetime) -> None:
    audit.record(
        actor=actor,
        action="erasure.step",
        subject_kind="lead",
        subject_id=step.lead_id,
        detail={"part": step.store},
        now=now,
    )


def _calm(now: datetime) -> None:
    if not ErasureStep.objects.filter(status=Status.REJECTED).exists():
        alerts.close(_ALERT, now=now)
