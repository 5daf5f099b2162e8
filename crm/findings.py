"""What a comparison found becomes rows that people see, once each; what it no longer finds is closed by itself."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from crm import drifts
from crm.comparing import Finding
from crm.models import Drift
from seleto.lib import alerts

ALERT: Final = "crm:drift"
SYSTEM: Final = "sistema"
# Met by the sync, a merge or an erasure: nothing that a lead's own comparison would meet again.
LINGERING: Final = (drifts.TWO_PERSONS, drifts.LEFT_OVER, drifts.OWNERLESS, drifts.ERASED)


@transaction.atomic
def settle(
    found: Iterable[Finding], examined: Collection[tuple[str, UUID]], *, lead_id: UUID, now: datetime
) -> tuple[int, int]:
    """Keep what was found about the rows ``examined``; how many are new, and how many are not met any more.

    What a person called right as it is stays untold while its evidence is the same.
    """
    news = {finding.key: finding for finding in found}
    ids = [local_id for _, local_id in examined]
    rows = list(Drift.objects.select_for_update().filter(local_id__in=ids).order_by("found_at", "pk"))
    last = {(row.kind, row.local_kind, row.local_id, row.remote_id): row for row in rows}
    new = gone = 0
    for key, finding in news.items():
        known = last.get(key)
        if known is not None and known.closed_at is None:
            changes = {"evidence": dict(finding.evidence), "repair": finding.repair, "seen_at": now}
            Drift.objects.filter(pk=known.pk).update(**changes)
        elif known is None or known.closed_as != Drift.Closed.IGNORED or known.evidence != finding.evidence:
            new += _open(finding, lead_id, now)
    for key, row in last.items():
        told = row.kind in drifts.COMPARED and (row.local_kind, row.local_id) in examined
        if row.closed_at is None and told and key not in news:
            gone += vanish(row, now=now)
    return new, gone


def vanish(row: Drift, *, now: datetime) -> int:
    """It is not met any more; 0 when somebody closed it meanwhile."""
    return Drift.objects.filter(pk=row.pk, closed_at=None).update(
        closed_at=now, closed_by=SYSTEM, closed_as=Drift.Closed.VANISHED
    )


def quieten(*, now: datetime) -> None:
    """End the alert once nothing is open."""
    if not Drift.objects.filter(closed_at=None).exists():
        alerts.close(ALERT, now=now)


def _open(finding: Finding, lead_id: UUID, now: datetime) -> int:
    _, made = Drift.objects.get_or_create(
        kind=finding.kind,
        local_kind=finding.local_kind,
        local_id=finding.local_id,
        remote_id=finding.remote_id,
        closed_at=None,
        defaults={
            "lead_id": lead_id,
            "evidence": dict(finding.evidence),
            "repair": finding.repair,
            "found_at": now,
            "seen_at": now,
        },
    )
    return int(made)
