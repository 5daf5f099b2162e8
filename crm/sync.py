"""One run for one lead: company, person, then each orçamento's deal, note and task, as the plan wishes them.

A run holds the lead's lease and continues where the last one stopped: every id is kept as soon as it is known, and what
stands there as we wrote it is not asked for again. A create whose answer was lost is looked up before it is repeated
(I9). Raises the outcomes of ``seleto.lib.errors``, ``Busy`` and ``Lost``; no transaction is open around a call.
"""

from typing import Any
from uuid import UUID

from crm import cities, drifts, links, records
from crm.deals import Deals
from crm.gateway import Company, Gone, Person, Remote
from crm.models import CrmLink
from crm.notes import cnpj_words
from crm.plan import CompanyWish
from crm.records import Again, Fields, Kind, Record
from crm.steps import age, oldest
from leads.models import Empresa, Lead
from seleto.lib.errors import Misconfigured, Rejected

# How often a run begins anew because a record that it relied on is gone.
ROUNDS = 4
_Kind = CrmLink.Kind


class Saga(Deals):
    """From company to task, begun anew when something it relied on is gone."""

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
        if link.unsure and not ours:
            made = oldest(self._gateway.companies(code=link.code))
            if found is None:
                found, ours = made, True
            elif made is not None and made.id != found.id:
                self._drift(drifts.LEFT_OVER, _Kind.COMPANY, wish.id, made.id, {"outra": found.id})
        if found is None and not cnpj and wanted.get("city_id"):
            same = self._gateway.companies(name=wish.fields["name"], city_id=str(wanted["city_id"]))
            found, ours = oldest(same), False
        if found is not None:
            record.adopt(found, ours=ours)

    def _by_cnpj(self, wish: CompanyWish) -> Remote[Company] | None:
        found = sorted(self._gateway.companies(cnpj=wish.fields["cnpj"]), key=age)
        for twin in found[1:]:
            self._drift(drifts.TWO_COMPANIES, _Kind.COMPANY, wish.id, twin.id, {"outra": found[0].id})
        return oldest(found)

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
            found = oldest(self._gateway.persons(code=link.code))
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
