"""One lead compared: what we know of it, what the plan wishes, and what the CRM holds. Reads and writes nothing here.

What a person changed over there is no disagreement, unless the lead told us something newer in their own words. The
evidence of a finding is ids, names of fields and constant words, never a value that a person gave (I11).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, TypeVar
from uuid import UUID

from django.conf import settings

from conversations.models import Handoff
from crm import cities, drifts, links, plan, reading, rules
from crm.gateway import CrmGateway, Deal, Gone, Person, Remote
from crm.models import CrmLink, CrmSync, Drift
from crm.plan import CompanyWish, DealWish, Plan
from crm.records import is_newer, plain, says
from crm.values import Told, Values
from leads.models import Orcamento, Temperature
from seleto.lib.errors import Misconfigured, Rejected

T = TypeVar("T")
LEAD = "lead"
# A drain has to come to its end: a lead whose answers take longer together is left for the next night.
PATIENCE_S = 30.0
# A lead who was handed over longer ago than this was dealt with by people.
RECENT = timedelta(days=30)
_Kind, _Repair = CrmLink.Kind, Drift.Repair


@dataclass(frozen=True, slots=True)
class Finding:
    """A disagreement about one of our rows; the key of an open ``Drift`` is kind, local kind, local id, remote id."""

    kind: str
    local_kind: str
    local_id: UUID
    remote_id: str = ""
    repair: str = ""
    evidence: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str, UUID, str]:
        return self.kind, self.local_kind, self.local_id, self.remote_id


class Comparison:
    """``run`` fills ``findings`` and ``examined`` (our rows that were compared). It asks at most one question at a
    time, some seven for a lead with one need, and passes on how one failed (``seleto.lib.errors``)."""

    def __init__(self, gateway: CrmGateway, lead_id: UUID, *, now: datetime) -> None:
        self._gateway, self._lead_id, self._now = gateway, lead_id, now
        self.findings: list[Finding] = []
        self.examined: set[tuple[str, UUID]] = set()
        self.requests = 0
        self._began = monotonic()

    def run(self) -> None:
        values, known = reading.read(self._lead_id), rules.current()
        if values is None:
            return
        wishes = plan.make(values, known.settings, known.origins, now=self._now)
        self.examined.add((LEAD, self._lead_id))
        self._parked()
        for wish in wishes.companies:
            self._company(wish)
        person = self._person(wishes)
        self._deals(wishes, person)
        self._handed_over(values, wishes)

    def _ask(self, question: Callable[[], T]) -> T:
        if monotonic() - self._began > PATIENCE_S:
            raise Rejected("slow")
        self.requests += 1
        return question()

    def _found(self, kind: str, link: CrmLink, repair: str = "", remote_id: str = "", **evidence: Any) -> None:
        remote_id = remote_id or link.remote_id
        self.findings.append(Finding(kind, link.kind, link.local_id, remote_id, repair, evidence))

    # --- here alone

    def _parked(self) -> None:
        since = self._now - timedelta(hours=settings.CRM_PARKED_LONG_H)
        row = CrmSync.objects.filter(lead_id=self._lead_id, status=CrmSync.Status.PARKED, parked_at__lte=since).first()
        if row is not None:
            self.findings.append(Finding(drifts.PARKED, LEAD, self._lead_id, repair=_Repair.SYNC))

    def _handed_over(self, values: Values, wishes: Plan) -> None:
        """A hot lead whom somebody is to call, and no deal to find them by."""
        handed = Handoff.objects.filter(
            conversation__lead_id=self._lead_id, reason=Handoff.Reason.HOT, opened_at__gte=self._now - RECENT
        )
        without = not Orcamento.objects.filter(lead=self._lead_id).exclude(oportunidade_pipe_id=None).exists()
        without &= not any(need.deal_id for need in values.needs)
        if values.temperature == Temperature.HOT and without and handed.exists():
            repair = _Repair.SYNC if any(wish.may_create for wish in wishes.deals) else _Repair.NONE
            evidence = {} if repair else {"sem_orcamento": not values.needs}
            self.findings.append(Finding(drifts.HANDED_OVER, LEAD, self._lead_id, "", repair, evidence))

    # --- companies and the person

    def _company(self, wish: CompanyWish) -> None:
        link = self._link(_Kind.COMPANY, wish.id)
        if link is None:
            return
        self.examined.add((link.kind, wish.id))
        cnpj = wish.fields.get("cnpj", "")
        same = self._ask(lambda: self._gateway.companies(cnpj=cnpj)) if cnpj else []
        theirs = next((one for one in same if one.id == link.remote_id), None)
        if theirs is None:
            theirs = self._seen(link, self._gateway.company)
        if theirs is None:
            return
        for twin in (one for one in same if one.id != theirs.id):
            self._found(drifts.TWO_COMPANIES, link, remote_id=twin.id, outra=theirs.id)
        self._same_code(link, self._ask(lambda: self._gateway.companies(code=link.code)))
        wanted = {**wish.fields, "city_id": self._city(wish.cidade, wish.uf)}
        self._told_since(link, theirs, wanted, wish.told)

    def _person(self, wishes: Plan) -> Remote[Person] | None:
        wish, link = wishes.person, self._link(_Kind.PERSON, self._lead_id)
        theirs = self._seen(link, self._gateway.person) if link else None
        if link is None or theirs is None or wish is None:
            return theirs
        wanted = {
            "name": wish.name,
            "phones": list(wish.phones),
            "emails": list(wish.emails),
            "city_id": self._city(wish.cidade, wish.uf),
        }
        self._told_since(link, theirs, wanted, wish.told)
        company = self._link(_Kind.COMPANY, wish.company) if wish.company else None
        company_id = company.remote_id if company else ""
        if company_id and theirs.record.company_id != company_id:
            ids = {"la": theirs.record.company_id, "aqui": company_id}
            self._found(drifts.OTHER_COMPANY, link, _Repair.SYNC, campos=["company_id"], **ids)
        coded = self._ask(lambda: self._gateway.persons(code=link.code))
        self._same_code(link, coded)
        known = {theirs.id, *(one.id for one in coded)}
        for twin in self._by_phone(wish.name, wish.phones, company_id):
            if twin.id not in known:
                known.add(twin.id)
                self._found(drifts.SAME_PHONE, link, remote_id=twin.id, outra=theirs.id)
        return theirs

    def _by_phone(self, name: str, phones: Sequence[str], company_id: str) -> list[Remote[Person]]:
        """People who share a number: of the same name, and of the same company."""
        if not phones:
            return []
        gateway = self._gateway
        found = list(self._ask(lambda: gateway.persons(name=name, phones=phones)))
        if company_id:
            found += self._ask(lambda: gateway.persons(phones=phones, company_id=company_id))
        return found

    def _same_code(self, link: CrmLink, found: Sequence[Remote[Any]]) -> None:
        for twin in found:
            if twin.id != link.remote_id:
                self._found(drifts.SAME_CODE, link, remote_id=twin.id, outra=link.remote_id)

    def _told_since(
        self, link: CrmLink, theirs: Remote[Any], wanted: Mapping[str, Any], told: Mapping[str, Told]
    ) -> None:
        """Fields in which they say something else than what the lead said after they changed the record last."""
        there = plain(asdict(theirs.record))
        stale = [
            name
            for name, ours in wanted.items()
            if ours
            and not links.is_refused(link, name, ours)
            and not says(there.get(name), ours)
            and is_newer(told.get(name), theirs.updated_at)
        ]
        if stale:
            self._found(drifts.OUTDATED, link, _Repair.SYNC, campos=stale)

    # --- deals

    def _deals(self, wishes: Plan, person: Remote[Person] | None) -> None:
        listed = {one.id: one for one in self._ask(lambda: self._gateway.deals(person_id=person.id))} if person else {}
        wanted = {wish.orcamento_id: wish for wish in wishes.deals}
        for need in Orcamento.objects.filter(lead=self._lead_id).order_by("created_at", "pk"):
            link = self._link(_Kind.DEAL, need.pk) or self._unlinked(need)
            theirs = listed.get(link.remote_id) if link.remote_id else None
            if theirs is None and link.remote_id:
                theirs = self._seen(link, self._gateway.deal)
            self.examined.add((link.kind, need.pk))
            self._same_need(link, listed.values())
            if theirs is not None:
                self._deal(need, link, theirs, wanted.get(need.pk), person)

    def _deal(
        self,
        need: Orcamento,
        link: CrmLink,
        theirs: Remote[Deal],
        wish: DealWish | None,
        person: Remote[Person] | None,
    ) -> None:
        if need.status == Orcamento.Status.CLOSED:
            if theirs.open:
                self._found(drifts.OPEN_THERE, link)
            return
        if not theirs.open:
            self._found(drifts.CLOSED_THERE, link, _Repair.CLOSE, desfecho=theirs.end)
            return
        deal = theirs.record
        if person is not None and deal.person_id != person.id:
            kind = drifts.OTHER_PERSON if deal.person_id else drifts.WITHOUT_PERSON
            self._found(kind, link, _Repair.SYNC, campos=["person_id"], la=deal.person_id, aqui=person.id)
        if wish is not None and wish.advance_to and deal.stage_id == wish.stage_new_id != wish.advance_to:
            by_hand = link.written.get("stage_id") == wish.advance_to
            ids = {"la": deal.stage_id, "aqui": wish.advance_to, "movida_por_pessoa": by_hand}
            self._found(drifts.STAGE, link, _Repair.SYNC, campos=["stage_id"], **ids)

    def _same_need(self, link: CrmLink, listed: Iterable[Remote[Deal]]) -> None:
        """Deals that bear the code of this need and are not the one we know."""
        for one in listed:
            if one.record.code != link.code or one.id == link.remote_id or not one.open:
                continue
            if link.remote_id:
                self._found(drifts.SAME_CODE, link, remote_id=one.id, outra=link.remote_id)
            elif not link.unsure:
                self._found(drifts.UNLINKED, link, _Repair.RELINK, remote_id=one.id)

    # --- common

    def _link(self, kind: CrmLink.Kind, local_id: UUID) -> CrmLink | None:
        return CrmLink.objects.filter(kind=kind, local_id=local_id).exclude(remote_id="").first()

    def _unlinked(self, need: Orcamento) -> CrmLink:
        """The link as it stands without an id, or would: an orçamento from before may know its deal alone."""
        link = CrmLink.objects.filter(kind=_Kind.DEAL, local_id=need.pk).first()
        link = link or CrmLink(kind=_Kind.DEAL, local_id=need.pk, code=f"seleto:{_Kind.DEAL}:{need.pk}")
        link.remote_id = str(need.oportunidade_pipe_id or "")
        return link

    def _seen(self, link: CrmLink, get: Callable[[str], Remote[T]]) -> Remote[T] | None:
        """The record of a link; one that is gone is a finding."""
        self.examined.add((link.kind, link.local_id))
        try:
            return self._ask(lambda: get(link.remote_id))
        except Gone:
            self._found(drifts.GONE if link.pk else drifts.UNKNOWN_DEAL, link, _Repair.FORGET)
            return None

    def _city(self, cidade: str, uf: str) -> str:
        try:
            return cities.remote_city(cidade, uf) if cidade else ""
        except Misconfigured:
            raise
        except Rejected:
            return ""
