"""A CRM in memory that takes twins like the real ones, and a lead to sync with it.

Faults are planned by the position of a call: ``before`` (certainly not done), ``lost`` (not done, nobody knows),
``after`` (done, nobody knows), ``killed_before`` and ``killed_after`` (the process died there).
"""

import itertools
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection

from crm import due, gateways, stage
from crm.gateway import (
    Activity,
    Choice,
    City,
    Company,
    Deal,
    Gone,
    InvalidFields,
    Note,
    Person,
    Remote,
)
from crm.models import CrmLink, CrmSettings, CrmSync
from leads.models import Empresa, Fact, Identity, Lead, Orcamento, Temperature
from leads.phones import variants
from seleto.lib.errors import Ambiguous, ProviderError, Unavailable
from seleto.lib.ids import new_id
from seleto.lib.text.fold import fold
from tests.factories import ConversationFactory, IdentityFactory, LeadFactory, MessageFactory

CREATES = ("create_company", "create_person", "create_deal", "create_note", "create_activity")
CNPJ = "47081823000152"


class Killed(BaseException):
    """The process died at this call."""


class MemoryCrm:
    """``faults`` maps the number of a call, from 1 on, to one of the words above; ``calls`` are the names in order."""

    slug = "memoria"

    def __init__(self) -> None:
        self.companies_: dict[str, tuple[Company, datetime]] = {}
        self.persons_: dict[str, tuple[Person, datetime]] = {}
        self.deals_: dict[str, tuple[Deal, datetime]] = {}
        self.closed: set[str] = set()
        self.notes_: list[tuple[str, Note]] = []
        self.activities_: list[tuple[str, Activity]] = []
        self.calls: list[str] = []
        self.faults: dict[int, str] = {}
        self.fail: Callable[[str], ProviderError | None] = lambda name: None
        self.during: Callable[[str], None] = lambda name: None
        self.refuses: dict[str, Mapping[str, str]] = {}
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)
        self._lock = threading.Lock()
        # A test's own transaction around everything is none of the product's.
        self._around = len(connection.atomic_blocks)
        self._ids = itertools.count(101)

    # --- faults

    def _call(self, name: str, effect: Callable[[], Any], *, refused: Mapping[str, object] | None = None) -> Any:
        assert len(connection.atomic_blocks) <= self._around, f"{name} was called inside a transaction."
        with self._lock:
            self.calls.append(name)
            number = len(self.calls)
        fault = self.faults.get(number, "")
        writes = name in CREATES
        failure = self.fail(name)
        if failure is not None:
            raise failure
        if fault == "before" or (fault == "lost" and not writes):
            raise Unavailable("connect_error")
        if fault == "lost":
            raise Ambiguous("timeout")
        if fault == "killed_before":
            raise Killed
        wrong = {key: said for key, said in self.refuses.get(name, {}).items() if (refused or {}).get(key)}
        if wrong:
            raise InvalidFields("invalid_fields", fields=wrong, status=422)
        with self._lock:
            answer = effect()
        self.during(name)
        if fault == "killed_after":
            raise Killed
        if fault == "after":
            raise Ambiguous("timeout") if writes else Unavailable("timeout")
        return answer

    # --- reading

    def cities(self, *, name: str = "", uf: str = "") -> Sequence[City]:
        return self._call("cities", lambda: [City("4208203", name, uf)])

    def pipelines(self) -> Sequence[Choice]:
        return []

    stages = origins = owners = activity_types = pipelines

    def companies(
        self, *, code: str = "", cnpj: str = "", name: str = "", city_id: str = ""
    ) -> Sequence[Remote[Company]]:
        def fits(one: Company) -> bool:
            return (
                (not code or one.code == code)
                and (not cnpj or one.cnpj == cnpj)
                and (not name or fold(one.name) == fold(name))
                and (not city_id or one.city_id == city_id)
            )

        return self._call("companies", lambda: self._found(self.companies_, fits))

    def persons(
        self, *, code: str = "", name: str = "", phones: Sequence[str] = (), email: str = "", company_id: str = ""
    ) -> Sequence[Remote[Person]]:
        known = {form for phone in phones for form in variants(phone)}

        def fits(one: Person) -> bool:
            return (
                bool(code and one.code == code) or bool(known & set(one.phones)) or bool(email and email in one.emails)
            )

        return self._call("persons", lambda: self._found(self.persons_, fits))

    def deals(self, *, person_id: str = "", company_id: str = "", code: str = "") -> Sequence[Remote[Deal]]:
        def fits(one: Deal) -> bool:
            of = one.person_id == person_id if person_id else one.company_id == company_id
            return of and (not code or one.code == code)

        return self._call("deals", lambda: self._found(self.deals_, fits))

    def company(self, id_: str) -> Remote[Company]:
        return self._call("company", lambda: self._one(self.companies_, id_))

    def person(self, id_: str) -> Remote[Person]:
        return self._call("person", lambda: self._one(self.persons_, id_))

    def deal(self, id_: str) -> Remote[Deal]:
        return self._call("deal", lambda: self._one(self.deals_, id_))

    def find_note(self, *, deal_id: str, mark: str) -> str:
        rows = self.notes_
        return self._call(
            "find_note",
            lambda: next((str(at) for at, (of, one) in enumerate(rows, 1) if (of, one.mark) == (deal_id, mark)), ""),
        )

    def find_activity(self, *, deal_id: str, mark: str) -> str:
        rows = self.activities_
        return self._call(
            "find_activity",
            lambda: next((str(at) for at, (of, one) in enumerate(rows, 1) if (of, one.mark) == (deal_id, mark)), ""),
        )

    # --- writing

    def create_company(self, company: Company) -> str:
        return self._call("create_company", lambda: self._add(self.companies_, company), refused=asdict(company))

    def create_person(self, person: Person) -> str:
        return self._call(
            "create_person",
            lambda: self._needs(self.companies_, person.company_id) or self._add(self.persons_, person),
            refused=asdict(person),
        )

    def create_deal(self, deal: Deal) -> str:
        return self._call(
            "create_deal",
            lambda: (
                self._needs(self.persons_, deal.person_id)
                or self._needs(self.companies_, deal.company_id)
                or self._add(self.deals_, deal)
            ),
            refused=asdict(deal),
        )

    def update_company(self, id_: str, changes: Mapping[str, object]) -> None:
        self._call("update_company", lambda: self._change(self.companies_, id_, changes), refused=changes)

    def update_person(self, id_: str, changes: Mapping[str, object]) -> None:
        self._call("update_person", lambda: self._change(self.persons_, id_, changes), refused=changes)

    def update_deal(self, id_: str, changes: Mapping[str, object]) -> None:
        self._call("update_deal", lambda: self._change(self.deals_, id_, changes), refused=changes)

    def create_note(self, *, deal_id: str, person_id: str, company_id: str, note: Note) -> str:
        return self._call(
            "create_note",
            lambda: self._needs(self.deals_, deal_id) or _append(self.notes_, (deal_id, note)),
        )

    def create_activity(self, *, deal_id: str, activity: Activity) -> str:
        return self._call(
            "create_activity",
            lambda: self._needs(self.deals_, deal_id) or _append(self.activities_, (deal_id, activity)),
        )

    # --- people who work there

    def edit(self, kind: str, id_: str, *, at: datetime | None = None, **changes: Any) -> None:
        rows = getattr(self, f"{kind}_")
        record, _ = rows[id_]
        rows[id_] = (replace(record, **changes), at or self.now())

    def type_in(self, kind: str, record: Any) -> str:
        return self._add(getattr(self, f"{kind}_"), record)

    def counts(self) -> tuple[int, ...]:
        rows = (self.companies_, self.persons_, self.deals_, self.notes_, self.activities_)
        return tuple(len(row) for row in rows)

    def orphans(self) -> list[str]:
        """What no row of ours knows of."""
        known = set(CrmLink.objects.exclude(remote_id="").values_list("kind", "remote_id"))
        there: dict[str, Mapping[str, Any]] = {
            "empresa": self.companies_,
            "pessoa": self.persons_,
            "oportunidade": self.deals_,
        }
        return [f"{kind} {id_}" for kind, rows in there.items() for id_ in rows if (kind, id_) not in known]

    def twins(self) -> list[str]:
        """What stands there twice: a CNPJ, a person's code, a deal's code, a note's mark, a task's mark."""
        keys = [
            *(f"cnpj {row.cnpj}" for row, _ in self.companies_.values() if row.cnpj),
            *(f"empresa {row.code}" for row, _ in self.companies_.values() if row.code),
            *(f"pessoa {row.code}" for row, _ in self.persons_.values() if row.code),
            *(f"fone {phone}" for row, _ in self.persons_.values() for phone in row.phones),
            *(f"oportunidade {row.code}" for id_, (row, _) in self.deals_.items() if row.code),
            *(f"nota {of} {note.mark}" for of, note in self.notes_),
            *(f"atividade {of} {one.mark}" for of, one in self.activities_),
        ]
        return sorted({key for key in keys if keys.count(key) > 1})

    # --- inside

    def _found(self, rows: Mapping[str, tuple[Any, datetime]], fits: Callable[[Any], bool]) -> list[Remote[Any]]:
        return [self._one(rows, id_) for id_, (record, _) in rows.items() if fits(record)]

    def _one(self, rows: Mapping[str, tuple[Any, datetime]], id_: str) -> Remote[Any]:
        if id_ not in rows:
            raise Gone("gone", status=404)
        record, at = rows[id_]
        return Remote(id_, record, updated_at=at, open=id_ not in self.closed)

    def _add(self, rows: dict[str, tuple[Any, datetime]], record: Any) -> str:
        id_ = str(next(self._ids))
        rows[id_] = (record, self.now())
        return id_

    def _change(self, rows: dict[str, tuple[Any, datetime]], id_: str, changes: Mapping[str, object]) -> None:
        self._one(rows, id_)
        plain = {name: tuple(value) if isinstance(value, list) else value for name, value in changes.items()}
        rows[id_] = (replace(rows[id_][0], **plain), self.now())

    @staticmethod
    def _needs(rows: Mapping[str, Any], id_: str) -> None:
        if id_ and id_ not in rows:
            raise Gone("gone", status=404)


def _append(rows: list[Any], row: Any) -> str:
    rows.append(row)
    return str(len(rows))


# --- A lead ------------------------------------------------------------------------------------------------------


@dataclass
class Told:
    """What a lead said so far."""

    nome: str = "Patrícia Exemplo"
    empresa: str = "Restaurante Lenha Fictícia"
    cnpj: str = CNPJ
    cidade: str = "Itajaí"
    uf: str = "SC"
    produto: str = "FB300"
    volume: str = "500 hamburgueres/dia"
    urgencia: str = "alta"
    email: str = ""
    extra: dict[str, str] = field(default_factory=dict)

    def facts(self) -> dict[str, str]:
        named = {name: value for name, value in asdict(self).items() if name != "extra"}
        return {name: value for name, value in {**named, **self.extra}.items() if value}


def told(lead: Lead, *, at: datetime | None = None, evidence: str = "said", **facts: Any) -> None:
    """Store facts as a turn does, without news to anybody."""
    moment = at or datetime.now(UTC)
    for name, value in facts.items():
        Fact.objects.filter(lead=lead, field=name, superseded_at=None).update(superseded_at=moment)
        Fact.objects.create(
            lead=lead,
            field=name,
            value=value,
            evidence=evidence,
            quote=value,
            source_kind="message",
            source_id=new_id(),
            given_by="usuário:1" if evidence == "given" else "",
            created_at=moment,
        )


def lead_with(
    facts: Told | None = None,
    *,
    phone: str = "5511900000001",
    temperature: str = Temperature.HOT,
    said_ago: timedelta = timedelta(minutes=1),
    **fields: Any,
) -> Lead:
    """A lead with company, orçamento and one message; due nowhere yet."""
    known = (facts or Told()).facts()
    lead = LeadFactory.create(temperature=temperature, **fields)
    IdentityFactory.create(lead=lead, kind=Identity.Kind.PHONE, value=phone, display_name="Perfil")
    stored: dict[str, Any] = {**known}
    told(lead, **stored)
    firm = company_of(known)
    Lead.objects.filter(pk=lead.pk).update(empresa=firm)
    need(lead, firm, **{name: known.get(name, "") for name in ("produto", "volume", "urgencia")})
    conversation = ConversationFactory.create(lead=lead, address=phone)
    MessageFactory.create(conversation=conversation, sent_at=datetime.now(UTC) - said_ago)
    lead.refresh_from_db()
    return lead


def company_of(known: Mapping[str, str]) -> Empresa | None:
    if not known.get("empresa") and not known.get("cnpj"):
        return None
    shown = {"nome": known.get("empresa", ""), "cidade": known.get("cidade", ""), "uf": known.get("uf", "")}
    if known.get("cnpj"):
        found, _ = Empresa.objects.get_or_create(
            cnpj=known["cnpj"], defaults={**shown, "created_at": datetime.now(UTC)}
        )
        return found
    return Empresa.objects.create(**shown, created_at=datetime.now(UTC))


def need(lead: Lead, firm: Empresa | None = None, *, work: str = "hamburguer", **fields: str) -> Orcamento:
    return Orcamento.objects.create(lead=lead, empresa=firm, necessidade=work, created_at=datetime.now(UTC), **fields)


def reclass(lead: Lead, temperature: str) -> None:
    Lead.objects.filter(pk=lead.pk).update(temperature=temperature)
    lead.refresh_from_db()


# --- Running -----------------------------------------------------------------------------------------------------


def use(crm: MemoryCrm, monkeypatch: Any, settings: Any, **rules: Any) -> None:
    """Have the product write to this CRM; creates that were not answered are looked for at once."""
    monkeypatch.setattr(gateways, "current", lambda **_: crm)
    if settings.CRM_LOOK_AFTER_S:  # each assignment is one more layer over the settings
        settings.CRM_LOOK_AFTER_S = settings.CRM_RETRY_S = 0
    CrmSettings.objects.update_or_create(pk=1, defaults={"stage_qualified_id": "647559", **rules})


def sync(lead: Lead, *, times: int = 1) -> CrmSync:
    """Make the lead due and run it."""
    for _ in range(times):
        due.mark(lead.pk, now=datetime.now(UTC), at_once=True)
        run_due()
    return CrmSync.objects.get(lead=lead)


def run_due(limit: int = 100) -> int:
    """Work what is due now, once each. A process that dies leaves its leases, which end at once."""
    items = stage.claim(limit)
    for item in items:
        held = list(item.held)
        try:
            stage.run(item)
        except Killed:
            past = datetime.now(UTC) - timedelta(seconds=1)
            CrmSync.objects.filter(pk=item.id).update(leased_until=past)
            CrmLink.objects.filter(pk__in=held).update(leased_until=past)
    return len(items)


def until_done(*, most: int = 12) -> None:
    """Run what is due, retries included but not what waits for a lead's silence, until nothing is; in the order in
    which it fell due."""
    for _ in range(most):
        now = datetime.now(UTC)
        waiting = CrmSync.objects.filter(status="ready", due_at__gt=now, due_at__lt=now + timedelta(minutes=1))
        waiting.update(due_at=now)
        if not run_due():
            return
    raise AssertionError("Never settled.")
