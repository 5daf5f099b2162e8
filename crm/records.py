"""Creating a record once and keeping it true: what companies, persons and deals have in common.

Fields are those of the gateway's dataclasses by name; values as JSON holds them (tuples are lists).
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from crm import links
from crm.gateway import Company, Deal, Gone, InvalidFields, Person, Remote
from crm.models import CrmLink
from crm.values import Told
from seleto.lib.errors import Ambiguous, ProviderError, Rejected

Fields = Mapping[str, Any]
# Without these a record is none.
_NEEDED = frozenset({"name", "title", "pipeline_id", "stage_id"})
# Other records, which may be gone.
_REFERENCES = frozenset({"person_id", "company_id"})
_TICK = timedelta(seconds=1)


class Again(Exception):
    """Something we relied on is gone over there and forgotten here: begin anew."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of record is asked for."""

    get: Callable[[str], Remote[Any]]
    create: Callable[[Fields], str]
    update: Callable[[str, Fields], None]


@dataclass(slots=True)
class Record:
    """One link and what we know of its record; ``seen`` is what they showed in this run."""

    link: CrmLink
    kind: Kind
    token: UUID
    now: Callable[[], datetime]
    seen: Remote[Any] | None = None

    def offered(self, wanted: Fields) -> dict[str, Any]:
        """What there is to say, without what they refused as it is."""
        return {name: value for name, value in wanted.items() if value and not links.is_refused(self.link, name, value)}

    def changed(self, wanted: Fields) -> list[str]:
        """The fields that are not as we wrote them last."""
        return [name for name, value in self.offered(wanted).items() if self.link.written.get(name) != value]

    def create(
        self,
        wanted: Fields,
        *,
        instead: Mapping[str, Fields] | None = None,
        existing: Callable[[Collection[str]], Remote[Any] | None] = lambda refused: None,
    ) -> None:
        """Exactly one record, or one whose answer was lost (``Ambiguous``), which the next run looks for.

        ``instead`` says what to write in the place of a refused field; ``existing`` finds the record that makes theirs
        refuse a value because somebody has it already.
        """
        fields = self.offered(wanted)
        for name, others in (instead or {}).items():
            if name in wanted and name not in fields:
                fields |= self.offered(others)
        while True:
            links.begin(self.link, self.token, written=plain(fields))
            try:
                remote_id = self.kind.create({**fields, "code": self.link.code})
            except Ambiguous:
                links.rest(self.link)
                raise
            except InvalidFields as error:
                links.gave_up(self.link)
                found = existing(error.fields)
                if found is not None and self.adopt(found, ours=False):
                    return
                fields = self._without(error, fields, instead or {})
            except ProviderError:
                links.gave_up(self.link)
                raise
            else:
                if not links.made(self.link, remote_id, now=self.now(), written=plain(fields)):
                    raise Rejected("held_by_another_row")
                return

    def adopt(self, found: Remote[Any], *, ours: bool) -> bool:
        """Take a record that stands there; False when it is another lead's. ``ours``: made by a create of ours."""
        written = self.link.written if ours else {}
        if not links.made(self.link, found.id, now=self.now(), written=written):
            return False
        self.seen = found
        return True

    def look(self) -> Remote[Any]:
        """The record as it stands there now. Raises ``Again`` when it is gone, and forgets it."""
        if self.seen is None:
            try:
                self.seen = self.kind.get(self.link.remote_id)
            except Gone as error:
                links.forget(self.link)
                raise Again from error
        return self.seen

    def keep_true(self, wanted: Fields, told: Mapping[str, Told], *, locked: Collection[str] = ()) -> None:
        """Write what changed. What a person changed over there stays, unless the lead told us something newer.

        ``locked``: fields in which a person's word always stands. A record that is not ours is only filled in.
        """
        names = self.changed(wanted)
        if not names:
            return
        theirs, written = self.look(), self.link.written
        current = plain(asdict(theirs.record))
        changes = {}
        for name in names:
            ours, there = wanted[name], current.get(name)
            if says(there, ours):
                continue
            untouched = name in written and there == written[name]
            newer = name not in locked and bool(written) and is_newer(told.get(name), theirs.updated_at)
            if not there or untouched or newer or isinstance(ours, list):
                changes[name] = ours
        self._update(changes)
        links.wrote(self.link, {name: wanted[name] for name in names})

    def _update(self, changes: dict[str, Any]) -> None:
        while changes:
            links.still_ours(self.link, self.token)
            try:
                self.kind.update(self.link.remote_id, changes)
            except InvalidFields as error:
                changes = self._without(error, changes, {})
            except Gone as error:
                links.forget(self.link)
                raise Again from error
            else:
                return

    def _without(self, error: InvalidFields, fields: Fields, instead: Mapping[str, Fields]) -> dict[str, Any]:
        """The fields they would take. Raises the error when the record cannot do without one, or none was named."""
        named = [name for name in error.fields if name in fields]
        if not named:
            raise error
        if _REFERENCES & set(named):
            raise Gone("reference", status=error.status) from error
        left = {name: value for name, value in fields.items() if name not in named}
        for name in named:
            left |= {key: value for key, value in instead.get(name, {}).items() if value != fields.get(key)}
        if not self.link.remote_id and _NEEDED & set(fields) - set(left):
            raise error
        for name in named:
            links.refuse(self.link, name, fields[name], error.fields[name])
        return left


def plain(fields: Fields) -> dict[str, Any]:
    """Values as JSON holds them."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in fields.items()}


def says(theirs: Any, ours: Any) -> bool:
    """Whether they have it already; of a list, all of it."""
    return set(ours) <= set(theirs or ()) if isinstance(ours, list) else theirs == ours


def is_newer(told: Told | None, changed_at: datetime | None) -> bool:
    """Whether the lead said it in their own words after the record was changed last; what came within the same second,
    which is all that their times tell, is not newer."""
    return told is not None and told.own_words and (changed_at is None or told.at >= changed_at + _TICK)


def company_of(fields: Fields) -> Company:
    return Company(**fields)


def person_of(fields: Fields) -> Person:
    lists = {name: tuple(fields[name]) for name in ("phones", "emails") if name in fields}
    return Person(**{**fields, **lists})


def deal_of(fields: Fields) -> Deal:
    return Deal(**fields)
