"""What people and other apps may ask of the sync."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from crm import due, plan, reading, rules
from crm.models import CrmSync
from crm.plan import Plan
from crm.repairs import CannotRepair as CannotRepair
from crm.repairs import ignore as ignore
from crm.repairs import repair as repair
from seleto.lib import alerts, audit, clock, jobs


@dataclass(frozen=True, slots=True)
class Preview:
    """What a sync would want to see in the CRM now; ``words`` are Portuguese sentences, one per thing."""

    plan: Plan
    words: tuple[str, ...]
    refused: dict[str, str]


def mark_due(lead_id: UUID, *, now: datetime, at_once: bool = False) -> None:
    """Have a lead brought up to date; nothing while no CRM is configured."""
    due.mark(lead_id, now=now, at_once=at_once)


def preview(lead_id: UUID) -> Preview | None:
    """What stands to be written and why; None for a lead that is gone. Asks nobody and writes nothing."""
    values, known = reading.read(lead_id), rules.current()
    if values is None:
        return None
    wishes = plan.make(values, known.settings, known.origins, now=clock.now())
    refused: dict[str, str] = CrmSync.objects.filter(lead_id=lead_id).values_list("refused", flat=True).first() or {}
    return Preview(wishes, wishes.words, refused)


def retry(sync_id: UUID, *, by: str, now: datetime) -> bool:
    """Try a lead again at once, parked or not; False when there is no such row. ``by`` names the person (audit)."""
    fresh = {"status": CrmSync.Status.READY, "reason": "", "attempts": 0, "parked_at": None}
    return _decide(sync_id, "retry", by=by, now=now, due_at=now, **fresh)


def park(sync_id: UUID, *, reason: str, by: str, now: datetime) -> bool:
    """Leave a lead out until somebody says otherwise; a run in hand ends without creating anything more."""
    return _decide(
        sync_id,
        "park",
        by=by,
        now=now,
        status=CrmSync.Status.PARKED,
        reason=(reason.strip() or "parada por uma pessoa")[:160],
        parked_at=now,
        leased_until=None,
        lease_token=None,
    )


def skip(sync_id: UUID, *, by: str, now: datetime) -> bool:
    """Do nothing for this lead until there are news of it."""
    fresh = {"status": CrmSync.Status.READY, "reason": "", "attempts": 0, "parked_at": None}
    return _decide(sync_id, "skip", by=by, now=now, due_at=None, **fresh)


@transaction.atomic
def _decide(sync_id: UUID, action: str, *, by: str, now: datetime, **changes: object) -> bool:
    row = CrmSync.objects.select_for_update().filter(pk=sync_id).first()
    if row is None:
        return False
    CrmSync.objects.filter(pk=row.pk).update(**changes)
    if not CrmSync.objects.filter(status=CrmSync.Status.PARKED).exists():
        alerts.close("crm:parked", now=now)
    audit.record(actor=by, action=f"crm.{action}", subject_kind="lead", subject_id=row.lead_id, now=now)
    if changes.get("due_at"):
        jobs.wake(due.STAGE)
    return True
