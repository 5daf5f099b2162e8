"""PipeRun's endpoints, typed (contracts/piperun.md, section 2): their words, their ids, no rule of ours."""

from collections.abc import Mapping
from typing import TypeVar

import structlog
from pydantic import ValidationError

from crm.gateway import Gone
from crm.piperun.schemas import (
    ActivityBody,
    ActivityRow,
    Body,
    CityRow,
    CompanyBody,
    CompanyRow,
    DealBody,
    DealRow,
    NoteBody,
    NoteRow,
    PersonBody,
    PersonRow,
    Row,
    StageRow,
    UserRow,
)
from crm.piperun.wire import Wire
from seleto.lib.errors import Ambiguous, Rejected, Unavailable

log = structlog.get_logger(__name__)

PAGE_ROWS = 200  # the most they give
MAX_PAGES = 50  # all cities of Brazil are 28
# People who share a first name can be many; beyond these nobody is found by it.
SOME_PAGES = 5
_CONTACTS = {"with": "contactPhones,contactEmails"}

R = TypeVar("R", bound=Row)


class PipeRunClient:
    """Raises the outcomes of ``seleto.lib.errors`` with ``Gone`` and ``InvalidFields`` (their field names)."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def __repr__(self) -> str:
        return "<PipeRunClient>"

    # --- the account

    def cities(self, query: Mapping[str, str]) -> list[CityRow]:
        return self._list("cities", CityRow, query)

    def pipelines(self) -> list[Row]:
        return self._list("pipelines", Row)

    def stages(self) -> list[StageRow]:
        return self._list("stages", StageRow)

    def origins(self) -> list[Row]:
        return self._list("origins", Row)

    def users(self) -> list[UserRow]:
        return self._list("users", UserRow)

    def activity_types(self) -> list[Row]:
        return self._list("activityTypes", Row)

    # --- companies and persons

    def companies(self, query: Mapping[str, str]) -> list[CompanyRow]:
        return self._list("companies", CompanyRow, {**query, **_CONTACTS}, pages=SOME_PAGES)

    def company(self, id_: str) -> CompanyRow:
        return self._one("companies", CompanyRow, id_, _CONTACTS)

    def create_company(self, body: CompanyBody) -> int:
        return self._create("companies", body)

    def update_company(self, id_: str, body: CompanyBody) -> None:
        self._update("companies", id_, body)

    def persons(self, query: Mapping[str, str]) -> list[PersonRow]:
        return self._list("persons", PersonRow, {**query, **_CONTACTS}, pages=SOME_PAGES)

    def person(self, id_: str) -> PersonRow:
        return self._one("persons", PersonRow, id_, _CONTACTS)

    def create_person(self, body: PersonBody) -> int:
        return self._create("persons", body)

    def update_person(self, id_: str, body: PersonBody) -> None:
        self._update("persons", id_, body)

    # --- deals, and what hangs on them

    def deals(self, query: Mapping[str, str]) -> list[DealRow]:
        return self._list("deals", DealRow, query)

    def deal(self, id_: str) -> DealRow:
        return self._one("deals", DealRow, id_)

    def create_deal(self, body: DealBody) -> int:
        return self._create("deals", body)

    def update_deal(self, id_: str, body: DealBody) -> None:
        self._update("deals", id_, body)

    def notes(self, deal_id: str) -> list[NoteRow]:
        return self._list("notes", NoteRow, {"deal_id": deal_id})

    def create_note(self, body: NoteBody) -> int:
        return self._create("notes", body, of_deal=True)

    def activities(self, deal_id: str) -> list[ActivityRow]:
        return self._list("activities", ActivityRow, {"deal_id": deal_id})

    def create_activity(self, body: ActivityBody) -> int:
        return self._create("activities", body, of_deal=True)

    # --- plumbing

    def _list(
        self, endpoint: str, kind: type[R], query: Mapping[str, str] | None = None, *, pages: int = MAX_PAGES
    ) -> list[R]:
        """All pages. What does not fit in ``SOME_PAGES`` is left out; a list asked for whole raises Rejected."""
        rows: list[R] = []
        cursor = ""
        for _ in range(pages):
            asked = {**(query or {}), "show": str(PAGE_ROWS), **({"cursor": cursor} if cursor else {})}
            try:
                answer = self._wire.read("GET", endpoint, query=asked)
            except Gone:  # the reference lists a 404 for an empty list, too
                return rows
            found = _rows(answer.data, kind)
            rows += found
            if not found or not answer.next:
                return rows
            if answer.next == cursor:
                raise Unavailable("malformed_answer")
            cursor = answer.next
        if pages == MAX_PAGES:
            raise Rejected("too_many_results")
        log.warning("piperun_search_cut", endpoint=endpoint, rows=len(rows))
        return rows

    def _one(self, endpoint: str, kind: type[R], id_: str, query: Mapping[str, str] | None = None) -> R:
        rows = _rows(self._wire.read("GET", endpoint, id_=id_, query=query).data, kind)
        if len(rows) != 1:
            raise Unavailable("malformed_answer")
        return rows[0]

    def _create(self, endpoint: str, body: Body, *, of_deal: bool = False) -> int:
        """The new id. Something was created when they say so, however unreadable what they say of it: Ambiguous."""
        try:
            answer = self._wire.create(endpoint, body.sent())
        except Gone as error:
            if of_deal:
                raise
            failure = Rejected("http_404", status=error.status)
        else:
            try:
                rows = _rows(answer.data, Row)
            except Unavailable:
                rows = []
            if len(rows) == 1:
                return rows[0].id
            raise Ambiguous("malformed_answer")
        raise failure

    def _update(self, endpoint: str, id_: str, body: Body) -> None:
        """Writing the same values twice does no harm, so a lost answer is only Unavailable."""
        self._wire.read("PUT", endpoint, id_=id_, body=body.sent())


def _rows(data: object, kind: type[R]) -> list[R]:
    """A list, or a record alone: the creation of a company answers either (section 2)."""
    items = data if isinstance(data, list) else [data]
    rows = []
    malformed = False
    for item in items:
        try:
            rows.append(kind.model_validate(item))
        except ValidationError:  # quotes the record: neither kept nor chained
            malformed = True
    if malformed:
        raise Unavailable("malformed_answer")
    return rows
