"""What salespeople do in the CRM themselves, for the page and for tests. Nothing tells the product of it."""

from collections.abc import Mapping
from typing import Any

from sandbox.piperun import setup
from sandbox.piperun.records import KINDS, LOST, OPEN, WON, Records, Row
from sandbox.piperun.shapes import TEMPLATES

_LISTS = ("phones", "emails", "tags", "persons", "companies")


class CannotDo(ValueError):
    """The action names something the CRM does not hold, or makes no sense; the text says which."""


class ByHand:
    def __init__(self, records: Records) -> None:
        self._records = records

    def find(self, kind: str, number: object) -> Row:
        if kind not in KINDS:
            raise CannotDo(f"kind must be one of {', '.join(KINDS)}")
        row = self._records.get(kind, number)
        if row is None:
            raise CannotDo(f"there is no such record in {kind}")
        return row

    def add(self, kind: str, given: Mapping[str, Any], *, who: str) -> Row:
        """A record typed in by hand: any key of the answers, and phones, emails, tags, custom."""
        if kind not in KINDS:
            raise CannotDo(f"kind must be one of {', '.join(KINDS)}")
        values: dict[str, Any] = {"owner_id": setup.RENATA} if "owner_id" in TEMPLATES[kind] else {}
        if kind == "deals":
            values |= {"pipeline_id": setup.PIPELINE, "stage_id": setup.NEW_LEAD}
        own, links = _sorted(kind, given)
        values |= own
        if kind == "deals":
            values |= {"started_in_stage_id": values["stage_id"], "last_stage_updated_at": self._records.now()}
        return self._records.create(kind, values, who=who, **links)

    def edit(self, kind: str, row: Row, given: Mapping[str, Any], *, who: str) -> None:
        own, links = _sorted(kind, given)
        self._records.change(kind, row, own, who=who)
        for name, value in links.items():
            setattr(row, name, value)
            self._records.note(row, who, f"Alterado: {name}")

    def move(self, deal: Row, stage_id: object, *, who: str) -> None:
        stage = self._records.listed("stages", stage_id)
        if stage is None:
            raise CannotDo("there is no such stage")
        if stage["id"] == deal.values["stage_id"]:
            return
        values = {"stage_id": stage["id"], "pipeline_id": stage["pipeline_id"]}
        self._records.change("deals", deal, values, who=who)
        deal.history[-1]["what"] = f"Movido para {stage['name']}"

    def close(self, deal: Row, *, won: bool, reason_id: int | None = None, who: str) -> None:
        values = {"status": WON if won else LOST, "lost_reason_id": None if won else reason_id}
        self._records.change("deals", deal, values, who=who)
        deal.history[-1]["what"] = "Ganho" if won else "Perdido"

    def reopen(self, deal: Row, *, who: str) -> None:
        self._records.change("deals", deal, {"status": OPEN, "deleted": 0, "freezed": 0}, who=who)
        deal.history[-1]["what"] = "Reaberto"

    def freeze(self, deal: Row, *, who: str) -> None:
        self._records.change("deals", deal, {"freezed": 1}, who=who)
        deal.history[-1]["what"] = "Congelado"

    def delete(self, kind: str, row: Row, *, for_good: bool = False, who: str) -> None:
        """A deal goes to the bin and is still answered, marked ``deleted``; everything else is gone."""
        if kind != "deals" or for_good:
            self._records.drop(kind, row)
            return
        self._records.change("deals", row, {"deleted": 1}, who=who)
        row.history[-1]["what"] = "Excluído"

    def write_note(self, deal: Row, text: str, *, user_id: int = setup.RENATA) -> Row:
        user = self._records.listed("users", user_id)
        if user is None:
            raise CannotDo("there is no such user")
        values = {"deal_id": deal.id, "text": text, "user_id": user["id"], "user_name": user["name"]}
        note = self._records.create("notes", values, who=user["name"])
        self._records.note(deal, user["name"], "Nota escrita")
        return note

    def twin(self, kind: str, row: Row, *, who: str) -> Row:
        """The same thing typed in a second time: the keys that only a program writes stay empty."""
        own = {name: value for name, value in row.values.items() if name not in ("external_code", "reference")}
        return self.add(kind, {**own, "phones": list(row.phones), "emails": list(row.emails)}, who=who)


def _sorted(kind: str, given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What belongs to the record itself, and what hangs on it. Raises :class:`CannotDo` for unknown keys."""
    links: dict[str, Any] = {name: list(given[name]) for name in _LISTS if name in given}
    if "custom" in given:
        links["custom"] = {int(number): value for number, value in dict(given["custom"]).items()}
    rest = {name: value for name, value in given.items() if name not in links}
    if unknown := set(rest) - set(TEMPLATES[kind]):
        raise CannotDo(f"unknown keys: {', '.join(sorted(unknown))}")
    made = ("id", "account_id", "hash", "created_at", "updated_at")
    return {name: value for name, value in rest.items() if name not in made}, links
