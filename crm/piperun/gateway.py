"""``CrmGateway`` of one PipeRun account: our questions in as few of its calls as they take.

What its search only approximates is compared here. It has no filter by phone, e-mail or a deal's ``reference``
(contracts/piperun.md, section 2): people are looked for under a name or a company, deals under a person or a company.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from crm.gateway import Activity, Choice, City, Company, Deal, Gone, InvalidFields, Note, Person, Remote
from crm.piperun import mapping
from crm.piperun.client import PipeRunClient
from crm.piperun.schemas import Row

_LINKS = frozenset({"deal_id", "person_id", "company_id"})


class PipeRunGateway:
    """Safe to use from many threads; builds in no time."""

    slug = "piperun"

    def __init__(self, client: PipeRunClient) -> None:
        self._client = client

    # --- the account

    def cities(self, *, name: str = "", uf: str = "") -> Sequence[City]:
        query = _query(name=name, uf=uf)
        return [City(str(row.id), row.name, row.uf.upper()) for row in self._client.cities(query)]

    def pipelines(self) -> Sequence[Choice]:
        return _choices(self._client.pipelines())

    def stages(self) -> Sequence[Choice]:
        return [Choice(str(row.id), row.name, of=str(row.pipeline_id or "")) for row in self._client.stages()]

    def origins(self) -> Sequence[Choice]:
        return _choices(self._client.origins())

    def owners(self) -> Sequence[Choice]:
        return _choices([row for row in self._client.users() if row.active != 0])

    def activity_types(self) -> Sequence[Choice]:
        return _choices(self._client.activity_types())

    # --- companies

    def companies(
        self, *, code: str = "", cnpj: str = "", name: str = "", city_id: str = ""
    ) -> Sequence[Remote[Company]]:
        """One call, by the most telling criterion; those that fit every criterion given."""
        cnpj = mapping.plain_cnpj(cnpj)
        query = _query(external_code=code) or _query(cnpj=cnpj) or _query(name=name, city_id=city_id)
        if not query:
            raise ValueError("A search for companies needs a criterion.")
        try:
            with _our_names(mapping.COMPANY):
                rows = self._client.companies(query)
        except InvalidFields as error:
            if set(error.fields) == {"cnpj"}:  # none of theirs can have a number that they refuse to look for
                return []
            raise
        return [
            remote
            for remote in map(mapping.company, rows)
            if (not code or remote.record.code == code)
            and (not cnpj or remote.record.cnpj == cnpj)
            and (not name or mapping.same_name(remote.record.name, name))
            and (not city_id or remote.record.city_id == city_id)
        ]

    def company(self, id_: str) -> Remote[Company]:
        return mapping.company(self._client.company(id_))

    def create_company(self, company: Company) -> str:
        with _our_names(mapping.COMPANY):
            return str(self._client.create_company(mapping.new_company(company)))

    def update_company(self, id_: str, changes: Mapping[str, object]) -> None:
        """Numbers and addresses that people added over there stay: a list is assumed to replace theirs (section 2)."""
        body = mapping.company_body(changes)
        if body.contactPhones:
            mapping.keep_theirs(body, self._client.company(id_))
        with _our_names(mapping.COMPANY):
            self._client.update_company(id_, body)

    # --- persons

    def persons(
        self, *, code: str = "", name: str = "", phones: Sequence[str] = (), email: str = "", company_id: str = ""
    ) -> Sequence[Remote[Person]]:
        """At most one call per place to look in, none after the first that holds somebody who fits: our code, then
        people of that name, then those of the company. Best match first: code, phone, e-mail.

        ``company_id`` of those found under their code or name is "": lists do not tell it.
        """

        def rank(remote: Remote[Person]) -> int:
            fits = (
                bool(code) and remote.record.code == code,
                mapping.shares_phone(remote.record.phones, phones),
                any(mapping.same_email(theirs, email) for theirs in remote.record.emails),
            )
            return fits.index(True) if any(fits) else len(fits)

        places = [_query(external_code=code)]
        if phones or email:
            places += [_query(name=name), _query(company_id=company_id)]
        for place in filter(None, places):
            rows = self._client.persons(place)
            people = [mapping.person(row, company_id=place.get("company_id", "")) for row in rows]
            found = sorted((remote for remote in people if rank(remote) < 3), key=rank)
            if found:
                return found
        return []

    def person(self, id_: str) -> Remote[Person]:
        return mapping.person(self._client.person(id_))

    def create_person(self, person: Person) -> str:
        with _our_names(mapping.PERSON):
            return str(self._client.create_person(mapping.new_person(person)))

    def update_person(self, id_: str, changes: Mapping[str, object]) -> None:
        """As with companies, what people added stays."""
        body = mapping.person_body(changes)
        if body.contactPhones or body.contactEmails:
            mapping.keep_theirs(body, self._client.person(id_))
        with _our_names(mapping.PERSON):
            self._client.update_person(id_, body)

    # --- deals, and what hangs on them

    def deals(self, *, person_id: str = "", company_id: str = "", code: str = "") -> Sequence[Remote[Deal]]:
        query = _query(person_id=person_id, company_id=company_id)
        if not query:
            raise ValueError("A search for deals needs a person or a company.")
        found = map(mapping.deal, self._client.deals(query))
        return [remote for remote in found if not code or remote.record.code == code]

    def deal(self, id_: str) -> Remote[Deal]:
        return mapping.deal(self._client.deal(id_))

    def create_deal(self, deal: Deal) -> str:
        with _our_names(mapping.DEAL):
            return str(self._client.create_deal(mapping.new_deal(deal)))

    def update_deal(self, id_: str, changes: Mapping[str, object]) -> None:
        with _our_names(mapping.DEAL):
            self._client.update_deal(id_, mapping.deal_body(changes))

    def notes(self, *, deal_id: str) -> Sequence[str]:
        return [row.text for row in self._client.notes(deal_id)]

    def find_note(self, *, deal_id: str, mark: str) -> str:
        rows = self._client.notes(deal_id)
        return next((str(row.id) for row in rows if mapping.has_mark(row.text, mark)), "")

    def create_note(self, *, deal_id: str, person_id: str, company_id: str, note: Note) -> str:
        body = mapping.note_body(deal_id=deal_id, person_id=person_id, company_id=company_id, note=note)
        with _hung_on_a_record(), _our_names(mapping.NOTE):
            return str(self._client.create_note(body))

    def find_activity(self, *, deal_id: str, mark: str) -> str:
        rows = self._client.activities(deal_id)
        return next((str(row.id) for row in rows if mapping.has_mark(row.description, mark)), "")

    def create_activity(self, *, deal_id: str, activity: Activity) -> str:
        with _hung_on_a_record(), _our_names(mapping.ACTIVITY):
            return str(self._client.create_activity(mapping.activity_body(deal_id=deal_id, activity=activity)))


@contextmanager
def _our_names(names: Mapping[str, str]) -> Iterator[None]:
    """Refused fields under our names. Two of theirs may be one of ours; what we do not know is the whole record's."""
    try:
        yield
    except InvalidFields as error:
        fields: dict[str, str] = {}
        for theirs, message in error.fields.items():
            ours = mapping.field_of(theirs, names)
            fields[ours] = f"{fields[ours]} {message}" if ours in fields else message
        failure = InvalidFields(error.reason, fields=fields, status=error.status)
    else:
        return
    raise failure


@contextmanager
def _hung_on_a_record() -> Iterator[None]:
    """A note or task whose deal, person or company they do not know (any more) is refused by a field's name."""
    try:
        yield
    except InvalidFields as error:
        if not _LINKS & set(error.fields):
            raise
        failure = Gone("reference", status=error.status)
    else:
        return
    raise failure


def _query(**criteria: str) -> dict[str, str]:
    return {name: " ".join(value.split()) for name, value in criteria.items() if value}


def _choices(rows: Sequence[Row]) -> Sequence[Choice]:
    return [Choice(str(row.id), row.name) for row in rows]
