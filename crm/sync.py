"""One run for one lead: company, person, then each orçamento's deal, note and task, as the plan wishes them.

A run holds the lead's lease and continues where the last one stopped: every id is kept as soon as it is known, and what
stands there as we wrote it is not asked for again. A create whose answer was lost is looked up before it is repeated
(I9). Raises the outcomes of ``seleto.lib.errors``, ``Busy`` and ``Lost``; no transaction is open around a call.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from crm import cities, drifts, links, records
from crm.gateway import Activity, Company, CrmGateway, Deal, Gone, Person, Remote
from crm.models import CrmLink
from crm.notes import cnpj_words
from crm.plan import CompanyWish, DealWish, Plan
from crm.records import Again, Fields, Kind, Record
from knowledge import calendar
from leads import services
from leads.models import Empresa, Lead, Orcamento
from seleto.lib.errors import Ambiguous, Misconfigured, ProviderError, Rejected

# How often a run begins anew because a record that it relied on is gone.
ROUNDS = 4
TASK_LENGTH = timedelta(minutes=30)
_Kind = CrmLink.Kind


class Saga:
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

    def run(self) -> None:
        for _ in range(ROUNDS):
            try:
                self._walk()
            except Again:
                continue
            except Gone:
                if not self._forgets_what_is_gone():
                    raise
                continue
            return
        raise Gone("keeps_vanishing")

    def refused(self) -> dict[str, str]:
        """What the CRM does not take, by kind and field, in its words."""
        return {
            f"{link.kind}.{name}": message
            for link in self._touched.values()
            for name, (_, message) in link.refused.items()
        }

    def _walk(self) -> None:
        self._companies, self._person_id = {}, ""
        for wish in self._plan.companies:
            self._companies[wish.id] = self._company(wish)
        if self._plan.person is not None:
            self._person_id = self._person()
        for deal in self._plan.deals:
            self._deal(deal)

    # --- company

    def _company(self, wish: CompanyWish) -> str:
        record = self._record(_Kind.COMPANY, wish.id, self._company_kind())
        link = record.link
        wanted = {**wish.fields, "city_id": _city(wish.cidade, wish.uf)}
        if links.is_refused(link, "cnpj", wanted.get("cnpj")):
            wanted["observation"] = _cnpj_told(wish)
        if link.remote_id and not link.unsure and not record.changed(wanted):
            return link.remote_id
        self._reserve(link)
        if link.unsure or not link.remote_id:
            self._find_company(record, wish, wanted)
        if not link.remote_id:
            record.create(
                wanted,
                instead={"cnpj": {"observation": _cnpj_told(wish)}},
                existing=lambda refused: self._by_cnpj(wish) if "cnpj" in refused else None,
            )
            self._fresh.add(link.remote_id)
        elif "cnpj" in record.changed(wanted):
            self._follow_cnpj(record, wish)
        record.keep_true(wanted, wish.told)
        return link.remote_id

    def _company_kind(self) -> Kind:
        gateway = self._gateway
        return Kind(gateway.company, lambda fields: gateway.create_company(Company(**fields)), gateway.update_company)

    def _reserve(self, link: CrmLink) -> None:
        self._held.append(link.pk)
        links.reserve(link, self._token)

    def _find_company(self, record: Record, wish: CompanyWish, wanted: Fields) -> None:
        """By CNPJ; by our code when a create of ours may have made it; without a CNPJ by its exact name and city."""
        link, found = record.link, None
        cnpj = wish.fields.get("cnpj", "")
        if cnpj:
            found = self._by_cnpj(wish)
        else:
            self._share_name(record, wish)
            if link.remote_id:
                return
        ours = found is not None and found.record.code == link.code
        if found is None and link.unsure:
            found, ours = _first(self._gateway.companies(code=link.code)), True
        if found is None and not cnpj and wanted.get("city_id"):
            same = self._gateway.companies(name=wish.fields["name"], city_id=str(wanted["city_id"]))
            found, ours = _first(same), False
        if found is not None:
            record.adopt(found, ours=ours)

    def _by_cnpj(self, wish: CompanyWish) -> Remote[Company] | None:
        found = sorted(self._gateway.companies(cnpj=wish.fields["cnpj"]), key=_age)
        for twin in found[1:]:
            self._drift(drifts.TWO_COMPANIES, _Kind.COMPANY, wish.id, twin.id, {"outra": found[0].id})
        return _first(found)

    def _share_name(self, record: Record, wish: CompanyWish) -> None:
        """Of our companies without a CNPJ that bear the same name in the same city, the oldest one's link decides: two
        leads of it may be under way at once."""
        same = Empresa.objects.filter(
            cnpj=None, nome__iexact=wish.fields["name"], cidade__iexact=wish.cidade, uf=wish.uf
        ).exclude(cidade="")
        first = same.order_by("created_at", "pk").values_list("pk", flat=True).first()
        if first is None or first == wish.id:
            return
        link = links.get(_Kind.COMPANY, first, now=self._now())
        self._reserve(link)
        if link.remote_id and not link.unsure:
            links.made(record.link, link.remote_id, now=self._now(), written={})

    def _follow_cnpj(self, record: Record, wish: CompanyWish) -> None:
        """A company that we knew without its CNPJ: the one that bears it over there is the true one."""
        true, former = self._by_cnpj(wish), record.link.remote_id
        if true is not None and true.id != former:
            record.adopt(true, ours=False)
            self._drift(drifts.LEFT_OVER, _Kind.COMPANY, wish.id, former, {"outra": true.id})

    # --- person

    def _person(self) -> str:
        wish = self._plan.person
        assert wish is not None  # noqa: S101 asked by the caller
        gateway = self._gateway
        kind = Kind(
            gateway.person, lambda fields: gateway.create_person(records.person_of(fields)), gateway.update_person
        )
        record = self._record(_Kind.PERSON, self._lead_id, kind)
        link = record.link
        wanted = {
            "name": wish.name,
            "phones": list(wish.phones),
            "emails": list(wish.emails),
            "company_id": self._companies.get(wish.company, "") if wish.company else "",
            "city_id": _city(wish.cidade, wish.uf),
        }
        if link.strays:
            self._seek_strays(record)
        if link.unsure or not link.remote_id:
            self._find_person(record, wanted)
        if not link.remote_id:
            record.create(wanted)
        record.keep_true(wanted, wish.told)
        return link.remote_id

    def _find_person(self, record: Record, wanted: dict[str, Any]) -> None:
        """By our code when a create of ours may have made it, then by phone, then by e-mail."""
        link = record.link
        if link.unsure:
            links.check_rested(link, self._token)
            found = _first(self._gateway.persons(code=link.code))
            if found is not None:
                self._claim_ours(record, found)
                return
        if not wanted["phones"] and not wanted["emails"]:
            return
        # Nobody works at a company that was made a moment ago.
        company_id = "" if wanted["company_id"] in self._fresh else wanted["company_id"]
        candidates = self._gateway.persons(
            name=wanted["name"],
            phones=wanted["phones"],
            email=next(iter(wanted["emails"]), ""),
            company_id=company_id,
        )
        found = next((one for one in candidates if self._may_be_theirs(one, link)), None)
        if found is not None and record.adopt(found, ours=False):
            record.seen = None  # lists do not tell everything of a person

    def _claim_ours(self, record: Record, found: Remote[Any]) -> None:
        """What bears our code is ours; should another of our rows hold it, a person has to look before more is made."""
        if not record.adopt(found, ours=True):
            kind = CrmLink.Kind(record.link.kind)
            self._drift(drifts.HELD_TWICE, kind, record.link.local_id, found.id, {})
            raise Rejected("held_by_another_row")

    def _may_be_theirs(self, found: Remote[Person], link: CrmLink) -> bool:
        """Not somebody who is, or is just becoming, the person of another lead."""
        if CrmLink.objects.filter(kind=_Kind.PERSON, remote_id=found.id).exclude(pk=link.pk).exists():
            return False
        _, _, other = found.record.code.rpartition(f"seleto:{_Kind.PERSON}:")
        return found.record.code == link.code or not (_is_uuid(other) and Lead.objects.filter(pk=other).exists())

    def _seek_strays(self, record: Record) -> None:
        """Persons that may stand there for a lead that became this one, of which nobody has seen the answer."""
        link = record.link
        links.check_rested(link, self._token)
        for code in list(link.strays):
            for found in self._gateway.persons(code=code):
                if not link.remote_id and not link.unsure:
                    record.adopt(found, ours=False)
                elif found.id != link.remote_id:
                    self._drift(drifts.TWO_PERSONS, _Kind.PERSON, self._lead_id, found.id, {"outra": link.remote_id})
            link.strays = [other for other in link.strays if other != code]
            CrmLink.objects.filter(pk=link.pk).update(strays=link.strays)

    # --- deal, note, task

    def _deal(self, wish: DealWish) -> None:
        gateway = self._gateway
        kind = Kind(gateway.deal, lambda fields: gateway.create_deal(Deal(**fields)), gateway.update_deal)
        record = self._record(_Kind.DEAL, wish.orcamento_id, kind)
        link = record.link
        shown = {
            "title": wish.title,
            "temperature": wish.temperature,
            "person_id": self._person_id,
            "company_id": self._companies.get(wish.company, "") if wish.company else "",
        }
        self._find_deal(record, wish)
        fresh = not link.remote_id
        if fresh and not wish.may_create:
            return
        if fresh:
            made = {
                **shown,
                "pipeline_id": wish.pipeline_id,
                "stage_id": wish.advance_to or wish.stage_new_id,
                "origin_id": wish.origin_id,
                "owner_id": wish.owner_id,
            }
            record.create(made, instead={"stage_id": {"stage_id": wish.stage_new_id}})
        advance = {"stage_id": wish.advance_to} if wish.advance_to else {}
        wanted = {**shown, **advance}
        note = self._link(_Kind.NOTE, wish.orcamento_id)
        moved = bool(note.remote_id) and note.written.get("deal") != link.remote_id
        news = moved or (wish.note_due and (note.unsure or note.digest != wish.note_digest))
        if not fresh and (news or record.changed(wanted)) and not record.look().open:
            self._closed(wish, record.look())
            return
        record.keep_true(wanted, {}, locked=tuple(wanted))
        if news:
            self._note(note, wish, link.remote_id)
        if wish.follow_up is not None:
            self._task(wish, link.remote_id)

    def _find_deal(self, record: Record, wish: DealWish) -> None:
        """The deal that we know of but have no link to, or the one that an unanswered create of ours may have made."""
        link = record.link
        if link.unsure:
            links.check_rested(link, self._token)
            # Two leads may have become one since: the deal would be the former person's.
            for person_id in dict.fromkeys([self._person_id, str(link.written.get("person_id") or "")]):
                found = _first(self._gateway.deals(person_id=person_id, code=link.code)) if person_id else None
                if found is not None:
                    self._claim_ours(record, found)
                    return
            links.gave_up(link)
        elif not link.remote_id:
            known = (
                Orcamento.objects.filter(pk=wish.orcamento_id).values_list("oportunidade_pipe_id", flat=True).first()
            )
            if known:
                # From before there were links; one that stands elsewhere than new ones do was moved by a person.
                links.made(link, str(known), now=self._now(), written={"stage_id": wish.stage_new_id})

    def _closed(self, wish: DealWish, theirs: Remote[Deal]) -> None:
        """People won, lost or removed it: it stays as it is. What the lead asked for since is a new need."""
        asked_again = wish.asked_at is not None and theirs.updated_at is not None and wish.asked_at > theirs.updated_at
        services.close_orcamento(wish.orcamento_id, reopen=asked_again, now=self._now())

    def _note(self, link: CrmLink, wish: DealWish, deal_id: str) -> None:
        gateway, note_id = self._gateway, ""
        if link.unsure:
            links.check_rested(link, self._token)
            note_id = gateway.find_note(deal_id=deal_id, mark=wish.note.mark)
        if not note_id:
            company_id = self._companies.get(wish.company, "") if wish.company else ""
            note_id = self._create(
                link,
                lambda: gateway.create_note(
                    deal_id=deal_id, person_id=self._person_id, company_id=company_id, note=wish.note
                ),
            )
        written = {"at": self._now().isoformat(), "deal": deal_id}
        links.made(link, note_id, now=self._now(), written=written, digest=wish.note_digest)

    def _task(self, wish: DealWish, deal_id: str) -> None:
        follow_up, gateway = wish.follow_up, self._gateway
        link = self._link(_Kind.ACTIVITY, wish.orcamento_id)
        if follow_up is None or (link.remote_id and not link.unsure):
            return
        mark, task_id = f"retorno:{wish.orcamento_id}", ""
        if link.unsure:
            links.check_rested(link, self._token)
            task_id = gateway.find_activity(deal_id=deal_id, mark=mark)
        if not task_id:
            starts_at = _business(follow_up.since, follow_up.business_hours)
            activity = Activity(
                type_id=follow_up.type_id,
                owner_id=wish.owner_id,
                title=follow_up.title,
                description=follow_up.description,
                starts_at=starts_at,
                ends_at=starts_at + TASK_LENGTH,
                mark=mark,
            )
            task_id = self._create(link, lambda: gateway.create_activity(deal_id=deal_id, activity=activity))
        links.made(link, task_id, now=self._now(), written={"at": self._now().isoformat()})

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

    # --- common

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


def _first(found: Sequence[Remote[Any]]) -> Remote[Any] | None:
    """The oldest of those that fit, so that everybody finds the same."""
    return min(found, key=_age, default=None)


def _age(found: Remote[Any]) -> tuple[int, str]:
    return (int(found.id), "") if found.id.isdecimal() else (0, found.id)


def _business(since: datetime, hours: int) -> datetime:
    try:
        return calendar.add_business_minutes(since, hours * 60)
    except calendar.NeverOpens:
        return since + timedelta(hours=hours)


def _city(cidade: str, uf: str) -> str:
    """A city that they cannot be asked for is left out; the rest of the record does not wait for it."""
    try:
        return cities.remote_city(cidade, uf) if cidade else ""
    except Misconfigured:
        raise
    except Rejected:
        return ""


def _cnpj_told(wish: CompanyWish) -> str:
    return f"CNPJ informado pelo lead: {cnpj_words(wish.fields.get('cnpj', ''))}"


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
