"""What a person may have done about a disagreement: the repair that was proposed, or nothing, for it is right so.

A repair looks first whether the finding still holds. It writes nothing to the CRM itself: it sets our rows right and
has the sync do the rest, with all its care.
"""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from crm import calls, due, findings, gateways, links, plan, reading, rules
from crm.gateway import CrmGateway, Gone, Remote
from crm.models import CrmLink, CrmSync, Drift
from crm.records import plain
from leads import deals
from leads.models import Orcamento
from seleto.lib import audit, jobs

NO_CRM: Final = "nenhum CRM está configurado"
CLOSED: Final = "já está resolvida"
BY_HAND: Final = "só uma pessoa pode resolver, no CRM"
CHANGED: Final = "mudou desde que foi vista; a próxima conferência olha de novo"
_Kind = CrmLink.Kind


class CannotRepair(Exception):
    """``reason`` is Portuguese, for the person who asked."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def repair(drift_id: UUID, *, by: str, now: datetime) -> None:
    """Do what was proposed. Raises ``CannotRepair``, and ``ProviderError`` when the CRM cannot be asked. Call with no
    transaction open."""
    drift = _open(drift_id)
    how = _REPAIRS.get(drift.repair)
    if how is None:
        raise CannotRepair(BY_HAND)
    gateway = gateways.current()
    if gateway is None:
        raise CannotRepair(NO_CRM)
    if drift.lead_id is None:
        raise CannotRepair(BY_HAND)
    with calls.about(drift.lead_id):
        how(drift, gateway, now)
    _close(drift, Drift.Closed.REPAIRED, by=by, now=now)


def ignore(drift_id: UUID, *, by: str, now: datetime) -> None:
    """It is right as it is: not told again while it stays so. Raises ``CannotRepair``."""
    _close(_open(drift_id), Drift.Closed.IGNORED, by=by, now=now)


def _open(drift_id: UUID) -> Drift:
    drift = Drift.objects.filter(pk=drift_id, closed_at=None).first()
    if drift is None:
        raise CannotRepair(CLOSED)
    return drift


@transaction.atomic
def _close(drift: Drift, end: Drift.Closed, *, by: str, now: datetime) -> None:
    Drift.objects.filter(pk=drift.pk, closed_at=None).update(closed_at=now, closed_by=by[:80], closed_as=end)
    audit.record(
        actor=by,
        action="crm.ignore" if end == Drift.Closed.IGNORED else "crm.repair",
        subject_kind="drift",
        subject_id=drift.pk,
        detail={"repair": drift.repair, "remote": drift.remote_id},
        now=now,
    )
    findings.quieten(now=now)


# --- The repairs ---------------------------------------------------------------------------------------------------


def _write_again(drift: Drift, gateway: CrmGateway, now: datetime) -> None:
    """Have the sync write the fields named, over what a person may have put there; without fields, just run."""
    fields = drift.evidence.get("campos") or []
    if fields:
        link = _link(drift)
        there = plain(asdict(_read(gateway, drift).record))
        # What stands there counts as written by us, so that the sync may change it.
        links.wrote(link, {name: there.get(name) for name in fields})
    _run_sync(drift, now)


def _forget(drift: Drift, gateway: CrmGateway, now: datetime) -> None:
    try:
        _read(gateway, drift)
    except Gone:
        link = CrmLink.objects.filter(kind=drift.local_kind, local_id=drift.local_id).first()
        if link is not None and link.remote_id == drift.remote_id:
            links.forget(link)
        elif drift.local_kind == _Kind.DEAL:
            known = Orcamento.objects.filter(pk=drift.local_id, oportunidade_pipe_id=_number(drift.remote_id))
            if known.exists():
                deals.keep_deal_id(drift.local_id, "")
        _run_sync(drift, now)
    else:
        raise CannotRepair(CHANGED)


def _relink(drift: Drift, gateway: CrmGateway, now: datetime) -> None:
    link = links.get(_Kind(drift.local_kind), drift.local_id, now=now)
    if link.remote_id or link.unsure or _read(gateway, drift).record.code != link.code:
        raise CannotRepair(CHANGED)
    if not links.made(link, drift.remote_id, now=now):
        raise CannotRepair("o registro é de outro lead")
    _run_sync(drift, now)


def _close_need(drift: Drift, gateway: CrmGateway, now: datetime) -> None:
    """The deal is over, so the need is; what the lead asked for since is a new one."""
    theirs = _read(gateway, drift)
    values, known = reading.read(drift.lead_id) if drift.lead_id else None, rules.current()
    if theirs.open or values is None:
        raise CannotRepair(CHANGED)
    wishes = plan.make(values, known.settings, known.origins, now=now).deals
    asked_at = next((wish.asked_at for wish in wishes if wish.orcamento_id == drift.local_id), None)
    again = asked_at is not None and theirs.updated_at is not None and asked_at > theirs.updated_at
    if deals.close_orcamento(drift.local_id, reopen=again, now=now) is None:
        raise CannotRepair("o orçamento já está encerrado")


_REPAIRS: dict[str, Callable[[Drift, CrmGateway, datetime], None]] = {
    Drift.Repair.SYNC: _write_again,
    Drift.Repair.FORGET: _forget,
    Drift.Repair.RELINK: _relink,
    Drift.Repair.CLOSE: _close_need,
}


def _link(drift: Drift) -> CrmLink:
    """Our link to the record of the finding. Raises ``CannotRepair`` when it leads elsewhere by now."""
    link = CrmLink.objects.filter(
        kind=drift.local_kind, local_id=drift.local_id, remote_id=drift.remote_id, unsure=False
    ).first()
    if link is None:
        raise CannotRepair(CHANGED)
    return link


def _read(gateway: CrmGateway, drift: Drift) -> Remote[Any]:
    getters: dict[str, Callable[[str], Remote[Any]]] = {
        _Kind.COMPANY: gateway.company,
        _Kind.PERSON: gateway.person,
        _Kind.DEAL: gateway.deal,
    }
    return getters[drift.local_kind](drift.remote_id)


def _run_sync(drift: Drift, now: datetime) -> None:
    """At once, parked or not."""
    fresh = {"status": CrmSync.Status.READY, "reason": "", "attempts": 0, "parked_at": None, "due_at": now}
    if drift.lead_id is None or not due.wanted():
        return
    with transaction.atomic():
        if CrmSync.objects.filter(lead_id=drift.lead_id).update(**fresh):
            jobs.wake(due.STAGE)
        else:
            due.mark(drift.lead_id, now=now, at_once=True)


def _number(remote_id: str) -> int | None:
    return int(remote_id) if remote_id.isdecimal() else None
