"""What the steps of one run share: the gateway, the lease, and the links they touched."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from crm import drifts, links
from crm.gateway import CrmGateway, Gone, Remote
from crm.models import CrmLink
from crm.plan import Plan
from crm.records import Kind, Record
from seleto.lib.errors import Ambiguous, ProviderError, Rejected

_Kind = CrmLink.Kind


class Steps:
    """``token`` is the lease of the lead's row; ``held`` collects the links reserved on the way, to be renewed with it
    and given back by the caller."""

    def __init__(
        self,
        gateway: CrmGateway,
        lead_id: UUID,
        plan: Plan,
        *,
        token: UUID,
        held: list[int],
        now: Callable[[], datetime],
    ) -> None:
        self._gateway, self._lead_id, self._plan = gateway, lead_id, plan
        self._token, self._held, self._now = token, held, now
        self._companies: dict[UUID, str] = {}
        self._fresh: set[str] = set()
        self._person_id = ""
        self._touched: dict[int, CrmLink] = {}

    def _claim_ours(self, record: Record, found: Remote[Any]) -> None:
        """What bears our code is ours; should another of our rows hold it, a person has to look before more is made."""
        if not record.adopt(found, ours=True):
            kind = CrmLink.Kind(record.link.kind)
            self._drift(drifts.HELD_TWICE, kind, record.link.local_id, found.id, {})
            raise Rejected("held_by_another_row")

    def _create(self, link: CrmLink, make: Callable[[], str]) -> str:
        """A note or task: what they refuse of it they refuse as a whole."""
        links.begin(link, self._token)
        try:
            return make()
        except Ambiguous:
            links.rest(link)
            raise
        except ProviderError:
            links.gave_up(link)
            raise

    def _link(self, kind: CrmLink.Kind, local_id: UUID) -> CrmLink:
        link = links.get(kind, local_id, now=self._now())
        self._touched[link.pk] = link
        return link

    def _record(self, kind: CrmLink.Kind, local_id: UUID, how: Kind) -> Record:
        return Record(self._link(kind, local_id), how, self._token, self._now)

    def _drift(
        self, kind: str, local_kind: CrmLink.Kind, local_id: UUID, remote_id: str, evidence: dict[str, object]
    ) -> None:
        drifts.report(
            kind,
            local_kind=local_kind,
            local_id=local_id,
            lead_id=self._lead_id,
            remote_id=remote_id,
            evidence=evidence,
            now=self._now(),
        )

    def _forgets_what_is_gone(self) -> bool:
        """Something that a call relied on is gone over there: find out what. True when anything was."""
        getters: dict[str, Callable[[str], Remote[Any]]] = {
            _Kind.COMPANY: self._gateway.company,
            _Kind.PERSON: self._gateway.person,
            _Kind.DEAL: self._gateway.deal,
        }
        forgotten = False
        for link in list(self._touched.values()):
            if link.remote_id and link.kind in getters:
                try:
                    getters[link.kind](link.remote_id)
                except Gone:
                    links.forget(link)
                    forgotten = True
        return forgotten


def oldest(found: Sequence[Remote[Any]]) -> Remote[Any] | None:
    """The oldest of those that fit, so that everybody finds the same."""
    return min(found, key=age, default=None)


def age(found: Remote[Any]) -> tuple[int, str]:
    return (int(found.id), "") if found.id.isdecimal() else (0, found.id)
