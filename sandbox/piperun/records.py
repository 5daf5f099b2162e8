"""What the fake PipeRun keeps. Times are Brasília's, without a zone, as PipeRun writes them."""

import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from sandbox.clock import Clock
from sandbox.piperun import cities, setup
from sandbox.piperun.shapes import TEMPLATES

BRASILIA = timezone(timedelta(hours=-3))
KINDS = tuple(TEMPLATES)
OPEN, WON, LOST = 0, 1, 3

_FIRST_IDS = {
    "companies": 61_000_001,
    "persons": 15_000_001,
    "deals": 33_000_001,
    "notes": 92_000_001,
    "activities": 11_450_001,
    "tags": 273_101,
}
_SPREAD = 10_000


@dataclass
class Row:
    """One record. ``values`` is what every answer shows, the rest comes with ``with=``.

    ``custom`` maps a field's id to its value; ``persons`` and ``companies`` are those linked beside the main one.
    ``history`` holds ``{at, who, what}``, oldest first, in the words of the page.
    """

    id: int
    values: dict[str, Any]
    phones: list[str] = field(default_factory=list)
    emails: list[str] = field(default_factory=list)
    custom: dict[int, Any] = field(default_factory=dict)
    tags: list[int] = field(default_factory=list)
    persons: list[int] = field(default_factory=list)
    companies: list[int] = field(default_factory=list)
    history: list[dict[str, str]] = field(default_factory=list)

    def dump(self) -> dict[str, Any]:
        rest = {name: value for name, value in asdict(self).items() if name not in ("id", "values")}
        return {**self.values, **rest}


@dataclass
class Settings:
    """How this PipeRun behaves. What the contract marks as assumed or disputed can be had both ways.

    ``rate_per_s`` 0 is no limit; ``burst`` is the bucket's size. ``numbers``: ``mixed`` writes money in lists as text
    and after a write as a number, ``strings`` writes every number that way, ``plain`` none. ``contact_keys`` is
    ``camel`` (contactPhones) or ``snake`` (contact_phones). ``refuse_fields`` names fields answered with 422 when
    they are given (``deals.origin_id``); ``ignore_on_create`` names fields a POST takes without keeping them
    (``persons.external_code``). ``token_revoked`` answers 401 to everything.
    """

    rate_per_s: float = 0.0
    burst: int = 10
    company_data_as_list: bool = True
    errors_as_list: bool = False
    empty_as_404: bool = False
    numbers: str = "mixed"
    contact_keys: str = "camel"
    relations_204: bool = False
    check_cnpj: bool = True
    refuse_alphanumeric_cnpj: bool = False
    refuse_duplicate_cnpj: bool = False
    refuse_fields: list[str] = field(default_factory=list)
    ignore_on_create: list[str] = field(default_factory=list)
    token_revoked: bool = False


class Records:
    def __init__(self, seed: int, *, token: str, clock: Clock) -> None:
        self.token = token
        self.clock = clock
        self.version = 0
        self._begin(seed)
        self.clear()

    def _begin(self, seed: int) -> None:
        """Ids start where the seed says, so that a product that kept its rows meets no id it already knows."""
        self.seed = seed
        self._next = {kind: first + seed % 1_000 * _SPREAD for kind, first in _FIRST_IDS.items()}

    def reset(self, seed: int | None) -> None:
        """Forget everything; without a seed the ids run on."""
        if seed is not None:
            self._begin(seed)
        self.clear()

    def clear(self) -> None:
        self.settings = Settings()
        self.rows: dict[str, dict[int, Row]] = {kind: {} for kind in KINDS}
        self.setup = setup.tables()
        self.cities = {row["id"]: row for row in cities.table()}
        self.notes_of: defaultdict[int, list[int]] = defaultdict(list)
        self._tokens, self._filled_at = float(self.settings.burst), time.monotonic()
        self.touch()

    def touch(self) -> None:
        self.version += 1

    # --- time and ids -----------------------------------------------------------------------------------------

    def now(self) -> str:
        return self.clock.now().astimezone(BRASILIA).strftime("%Y-%m-%d %H:%M:%S")

    def new_id(self, kind: str) -> int:
        value = self._next[kind]
        self._next[kind] += 1
        return value

    def throttled(self) -> int:
        """Seconds to wait before the next call, 0 when this one may pass. Real time: the limit protects a server."""
        rate = self.settings.rate_per_s
        if rate <= 0:
            return 0
        now = time.monotonic()
        self._tokens = min(float(self.settings.burst), self._tokens + (now - self._filled_at) * rate)
        self._filled_at = now
        if self._tokens >= 1:
            self._tokens -= 1
            return 0
        return max(1, round((1 - self._tokens) / rate))

    def refill(self) -> None:
        """Begin with a full bucket, after the figures changed."""
        self._tokens, self._filled_at = float(self.settings.burst), time.monotonic()

    # --- rows -------------------------------------------------------------------------------------------------

    def create(self, kind: str, values: dict[str, Any], *, who: str, **links: Any) -> Row:
        """A new record from what is known of it; everything else is as in the template."""
        number, now = self.new_id(kind), self.now()
        body = {**TEMPLATES[kind], **values, "id": number, "created_at": now}
        if "hash" in body and kind != "activities":
            body["hash"] = setup.digest(self.seed, kind, number)
        if body["updated_at"] == "":
            body["updated_at"] = now
        row = Row(number, body, **links)
        self.rows[kind][number] = row
        if kind == "notes" and body["deal_id"]:
            self.notes_of[int(body["deal_id"])].append(number)
        self.note(row, who, "Criado")
        return row

    def change(self, kind: str, row: Row, values: dict[str, Any], *, who: str) -> None:
        """Take over what differs, with its consequences: a moved deal remembers when, a closed one too."""
        changed = {name: value for name, value in values.items() if row.values.get(name) != value}
        now = self.now()
        if kind == "deals" and "stage_id" in changed:
            changed |= {"stage_changed_at": now, "last_stage_updated_at": now}
        if kind == "deals" and "status" in changed:
            changed["closed_at"] = None if changed["status"] == OPEN else now
        if kind == "deals" and "freezed" in changed:
            changed["frozen_at"] = now if changed["freezed"] else None
        if changed:
            self.note(row, who, "Alterado: " + ", ".join(sorted(changed)))
        row.values.update(changed, updated_at=now)
        self.touch()

    def drop(self, kind: str, row: Row) -> None:
        del self.rows[kind][row.id]
        self.touch()

    def note(self, row: Row, who: str, what: str) -> None:
        row.history.append({"at": self.now(), "who": who, "what": what})
        self.touch()

    # --- questions --------------------------------------------------------------------------------------------

    def get(self, kind: str, number: object) -> Row | None:
        return self.rows[kind].get(number) if isinstance(number, int) else None

    def listed(self, name: str, number: object) -> dict[str, Any] | None:
        """The entry of a set-up list, or a city, with this id."""
        if name == "cities":
            return self.cities.get(number) if isinstance(number, int) else None
        return next((row for row in self.setup[name] if row["id"] == number), None)

    def twins(self) -> dict[str, list[list[int]]]:
        """Groups of records that stand for one thing: CNPJ, external code, phone, open deals of one reference."""
        open_deals = [row for row in self.rows["deals"].values() if not row.values["deleted"]]
        found = {
            "companies_by_cnpj": _groups((plain(row.values["cnpj"]), row) for row in self.rows["companies"].values()),
            "companies_by_external_code": _groups(
                (row.values["external_code"], row) for row in self.rows["companies"].values()
            ),
            "persons_by_external_code": _groups(
                (row.values["external_code"], row) for row in self.rows["persons"].values()
            ),
            "persons_by_phone": _groups((phone, row) for row in self.rows["persons"].values() for phone in row.phones),
            "open_deals_by_reference": _groups(
                (row.values["reference"], row) for row in open_deals if row.values["status"] == OPEN
            ),
            "notes_by_text": _groups(
                ((row.values["deal_id"], row.values["text"]), row) for row in self.rows["notes"].values()
            ),
        }
        return {name: groups for name, groups in found.items() if groups}

    # --- state file -------------------------------------------------------------------------------------------

    def snapshot(self) -> dict[str, Any]:
        return {
            "seed": self.seed,
            "next": self._next,
            "rows": {kind: [asdict(row) for row in rows.values()] for kind, rows in self.rows.items()},
            "tags": self.setup["tags"],
            "settings": asdict(self.settings),
        }

    def restore(self, data: dict[str, Any]) -> None:
        """Take over a snapshot. Raises KeyError, TypeError or ValueError when it is not one."""
        rows = {kind: [Row(**row) for row in data["rows"][kind]] for kind in KINDS}
        self._begin(int(data["seed"]))
        self._next = {kind: int(data["next"][kind]) for kind in _FIRST_IDS}
        self.clear()
        for kind, found in rows.items():
            for row in found:
                row.custom = {int(number): value for number, value in row.custom.items()}
                self.rows[kind][row.id] = row
                if kind == "notes" and row.values["deal_id"]:
                    self.notes_of[int(row.values["deal_id"])].append(row.id)
        self.setup["tags"] = list(data["tags"])
        self.settings = Settings(**data["settings"])
        self.touch()


def plain(cnpj: object) -> str:
    """A CNPJ without its mask, upper case; empty for none."""
    return "".join(letter for letter in str(cnpj or "").upper() if letter.isalnum())


def moment(text: str) -> datetime:
    """The instant of one of our own time stamps. Raises ValueError."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=BRASILIA)


def _groups(pairs: Iterable[tuple[object, Row]]) -> list[list[int]]:
    found: defaultdict[object, list[int]] = defaultdict(list)
    for key, row in pairs:
        if key not in (None, ""):
            found[key].append(row.id)
    return [ids for ids in found.values() if len(ids) > 1]
