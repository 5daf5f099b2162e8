"""What the sync asks of a CRM, in our words: another CRM is one folder that fulfils ``CrmGateway``.

Every call raises the outcomes of ``seleto.lib.errors`` and never repeats itself. ``create_*`` has no idempotency in any
CRM we know of: after ``Ambiguous`` the caller looks for ``code`` (or the note's mark) before it asks again. Remote ids
are strings; "" is "none". Times are aware UTC.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from seleto.lib.errors import Rejected

T = TypeVar("T")


class InvalidFields(Rejected):
    """They refuse named fields of a record; the rest may be accepted.

    ``fields`` maps a name of ours (a key of ``changes``) to their message, shortened; "" stands for the whole record.
    """

    def __init__(self, reason: str, *, fields: Mapping[str, str], status: int | None = None) -> None:
        super().__init__(reason, status=status)
        self.fields = dict(fields)


class Forbidden(Rejected):
    """They let us in and refuse this: one record of theirs, or a right that the integration lacks."""


class Gone(Rejected):
    """The record with this id is no longer there: forget the id and resolve it again."""


@dataclass(frozen=True, slots=True)
class City:
    """A city of the CRM's own table."""

    id: str
    name: str
    uf: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A pipeline, stage, origin, owner or kind of activity to choose from; ``of`` is a stage's pipeline."""

    id: str
    name: str
    of: str = ""


@dataclass(frozen=True, slots=True)
class Company:
    """``code`` is ours. ``cnpj`` has 14 characters without punctuation."""

    name: str
    code: str = ""
    cnpj: str = ""
    city_id: str = ""
    website: str = ""
    email: str = ""
    phone: str = ""
    observation: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """``phones`` are digits with country code."""

    name: str
    code: str = ""
    company_id: str = ""
    city_id: str = ""
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Deal:
    """``temperature`` is a value of ``leads.models.Temperature``; ``code`` is ours."""

    title: str
    pipeline_id: str
    stage_id: str
    code: str = ""
    person_id: str = ""
    company_id: str = ""
    origin_id: str = ""
    owner_id: str = ""
    temperature: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """Paragraphs of plain text under their titles; the gateway escapes them. ``mark`` is ours and stays findable."""

    sections: tuple[tuple[str, tuple[str, ...]], ...]
    mark: str


@dataclass(frozen=True, slots=True)
class Activity:
    """A task for ``owner_id`` in the interval given; ``mark`` is ours and stays findable."""

    type_id: str
    owner_id: str
    title: str
    description: str
    starts_at: datetime
    ends_at: datetime
    mark: str


@dataclass(frozen=True, slots=True)
class Remote(Generic[T]):
    """A record as the CRM holds it. ``open`` tells of a deal that it is neither closed, deleted nor frozen; ``end``
    how it ended then: ganha, perdida, excluida or congelada."""

    id: str
    record: T
    updated_at: datetime | None = None
    open: bool = True
    end: str = ""


class CrmGateway(Protocol):
    """One account of a CRM. Cheap to build; safe to use from many threads.

    It keeps the CRM's pace and reports to the circuit named by its ``slug`` by itself: before a call it may raise
    ``Unavailable`` with the reasons ``circuit_open`` and ``paced``, and the seconds to wait. Never call it with a
    transaction open.
    """

    slug: str

    def cities(self, *, name: str = "", uf: str = "") -> Sequence[City]:
        """All that match, as they spell them; everything when nothing is asked for."""

    def pipelines(self) -> Sequence[Choice]: ...

    def stages(self) -> Sequence[Choice]: ...

    def origins(self) -> Sequence[Choice]: ...

    def owners(self) -> Sequence[Choice]:
        """Doubles as the test of the credentials."""

    def activity_types(self) -> Sequence[Choice]: ...

    def companies(
        self, *, code: str = "", cnpj: str = "", name: str = "", city_id: str = ""
    ) -> Sequence[Remote[Company]]:
        """Those that fit every criterion given (at least one) exactly, whatever the CRM's search takes for a match."""

    def company(self, id_: str) -> Remote[Company]: ...

    def create_company(self, company: Company) -> str: ...

    def update_company(self, id_: str, changes: Mapping[str, object]) -> None:
        """``changes`` are fields of ``Company`` by name; what is absent stays as it is."""

    def persons(
        self, *, code: str = "", name: str = "", phones: Sequence[str] = (), email: str = "", company_id: str = ""
    ) -> Sequence[Remote[Person]]:
        """Those that fit ``code``, one of ``phones`` or ``email``; ``name`` and ``company_id`` say where to look."""

    def person(self, id_: str) -> Remote[Person]: ...

    def create_person(self, person: Person) -> str: ...

    def update_person(self, id_: str, changes: Mapping[str, object]) -> None: ...

    def deals(self, *, person_id: str = "", company_id: str = "", code: str = "") -> Sequence[Remote[Deal]]:
        """All deals of a person or company, narrowed to ``code``; closed ones too."""

    def deal(self, id_: str) -> Remote[Deal]: ...

    def create_deal(self, deal: Deal) -> str: ...

    def update_deal(self, id_: str, changes: Mapping[str, object]) -> None: ...

    def notes(self, *, deal_id: str) -> Sequence[str]:
        """The texts of all notes of a deal, as they stand there."""

    def find_note(self, *, deal_id: str, mark: str) -> str: ...

    def create_note(self, *, deal_id: str, person_id: str, company_id: str, note: Note) -> str:
        """``Gone`` when one of the records it hangs on is; the same for an activity."""

    def find_activity(self, *, deal_id: str, mark: str) -> str: ...

    def create_activity(self, *, deal_id: str, activity: Activity) -> str: ...


@dataclass(frozen=True, slots=True)
class Exchange:
    """One call as the history shows it: no token, no personal value. ``outcome``: a reason word, or "ok"."""

    endpoint: str
    method: str
    status: int | None
    outcome: str
    duration_ms: int
    request: Mapping[str, object] = field(default_factory=dict)
    answer: Mapping[str, object] = field(default_factory=dict)
