"""A scripted conversation as values, read from JSON lines (``eval/README.md``, section 3).

Two kinds of turn are ours: ``edit`` and ``delete`` change an earlier message of the lead, named by ``of`` (its number).
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("America/Sao_Paulo")
SHIPPED = Path(__file__).parent / "cases"

CHANNELS = ("whatsapp_direct", "whatsapp_ad", "whatsapp_group")
SENDERS = ("lead", "sdr_chatwoot", "sdr_phone", "clock")
TYPES = (
    *("text", "audio", "image", "video", "document", "sticker", "reaction", "location", "contact"),
    *("edit", "delete"),
)
CLOCK_EVENTS = ("tick", "crm_down", "crm_up", "llm_down", "llm_up", "sdr_resume")
_IDLE = {"off_hours": "resume_idle_min_off_hours", "business": "resume_idle_min_business"}
_SETUP = frozenset({"price_exception", "crm_companies", "audio_max_s", *_IDLE.values()})
_CNPJ = re.compile(r"[\dA-Za-z.]{8,11}/?[\dA-Za-z]{4}-?\d{2}")
_AT = re.compile(r"\+(\d{1,9}(?:\.\d+)?)s")


class BadCase(ValueError):
    """A line that is no case. The text names the key; ``case_id`` is empty when the line has none."""

    def __init__(self, problem: str, case_id: str = "") -> None:
        super().__init__(problem)
        self.case_id = case_id


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing that happens. ``number`` counts from 1 over all senders; ``at_s`` are seconds from the start."""

    number: int
    at_s: float
    sender: str
    type: str
    text: str
    duration_s: int = 5
    corrupt: bool = False
    of: int = 0


@dataclass(frozen=True, slots=True)
class Setup:
    """``prices`` in BRL by product code. ``idle_min``: minutes of a person's silence ("off_hours", "business") after
    which the lead's next message wakes the agent. ``crm_companies``: name and CNPJ of companies that the CRM holds from
    the start. ``other`` holds keys that the product cannot set up."""

    prices: Mapping[str, Decimal] = field(default_factory=dict)
    idle_min: Mapping[str, int | None] = field(default_factory=dict)
    audio_max_s: int | None = None
    crm_companies: tuple[Mapping[str, str], ...] = ()
    other: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Case:
    """One conversation; ``must`` are (key, expected) pairs, all of which have to hold."""

    id: str
    title: str
    channel: str
    start: datetime
    setup: Setup
    turns: tuple[Turn, ...]
    must: tuple[tuple[str, Any], ...]

    def instant(self, at_s: float) -> datetime:
        return self.start + timedelta(seconds=at_s)


def read_lines(lines: Iterable[str]) -> Iterator[tuple[int, Case | BadCase]]:
    """(line number from 1, case or what is wrong with the line), blank lines left out."""
    seen: set[str] = set()
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            case = parse(line)
            if case.id in seen:
                raise BadCase("id: used by an earlier line", case.id)
            seen.add(case.id)
            yield number, case
        except BadCase as problem:
            yield number, problem


def shipped() -> Iterator[Case]:
    """The cases that come with the product. Raises BadCase naming file and line."""
    for path in sorted(SHIPPED.glob("*.jsonl")):
        for number, case in read_lines(path.read_text(encoding="utf-8").splitlines()):
            if isinstance(case, BadCase):
                raise BadCase(f"{path.name}, line {number}: {case}", case.case_id)
            yield case


def parse(line: str) -> Case:
    """One line. Keys that this reader does not know are left alone. Raises BadCase."""
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        raise BadCase("not JSON") from None
    return read(data)


def read(data: object) -> Case:
    """A case that was read from JSON. Raises BadCase."""
    if not isinstance(data, dict):
        raise BadCase("not an object")
    case_id = data.get("id")
    if not isinstance(case_id, str) or not case_id:
        raise BadCase("id: a text is required")
    try:
        return _case(case_id, data)
    except BadCase as problem:
        raise BadCase(str(problem), case_id) from None


def _case(case_id: str, data: dict[str, Any]) -> Case:
    expect = data.get("expect", {})
    if not isinstance(expect, dict):
        raise BadCase("expect: must be an object")
    return Case(
        id=case_id,
        title=str(data.get("title", "")),
        channel=_one_of("channel", data.get("channel", "whatsapp_direct"), CHANNELS),
        start=_start(data.get("start")),
        setup=_setup(data.get("setup", {})),
        turns=_turns(data.get("turns")),
        must=tuple(_must(number, item) for number, item in enumerate(_list("expect.must", expect.get("must", [])), 1)),
    )


def _start(value: object) -> datetime:
    try:
        start = datetime.fromisoformat(str(value))
    except ValueError:
        raise BadCase("start: must be a date and time in ISO 8601") from None
    return start if start.tzinfo else start.replace(tzinfo=LOCAL)


def _setup(value: object) -> Setup:
    if not isinstance(value, dict):
        raise BadCase("setup: must be an object")
    prices = value.get("price_exception", {})
    if not isinstance(prices, dict):
        raise BadCase("setup.price_exception: must map product codes to prices")
    return Setup(
        prices={str(code): _price(price) for code, price in prices.items()},
        idle_min={name: _minutes(key, value[key]) for name, key in _IDLE.items() if key in value},
        audio_max_s=_seconds(value.get("audio_max_s")),
        crm_companies=tuple(_company(item) for item in _list("setup.crm_companies", value.get("crm_companies", []))),
        other={key: item for key, item in value.items() if key not in _SETUP},
    )


def _seconds(value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise BadCase("setup.audio_max_s: must be a number of seconds above 0")
    return value


def _minutes(key: str, value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise BadCase(f"setup.{key}: must be a number of minutes, or null for never")
    return value


def _company(value: object) -> dict[str, str]:
    """``{"name", "cnpj"}``; a text alone is the name, or the CNPJ when it is one."""
    if isinstance(value, str) and value.strip():
        value = {"cnpj" if _CNPJ.fullmatch(value.strip()) else "name": value.strip()}
    if not isinstance(value, dict) or not any(isinstance(value.get(key), str) for key in ("name", "nome", "cnpj")):
        raise BadCase("setup.crm_companies: each needs a name or a cnpj")
    cnpj = str(value.get("cnpj") or "")
    found = {"name": str(value.get("name") or value.get("nome") or f"Empresa {cnpj}")}
    return found | ({"cnpj": cnpj} if cnpj else {})


def _price(value: object) -> Decimal:
    try:
        price = Decimal(str(value))
    except InvalidOperation:
        price = Decimal(0)
    if isinstance(value, bool) or not price.is_finite() or price <= 0:
        raise BadCase("setup.price_exception: a price must be a number above 0")
    return price


def _turns(value: object) -> tuple[Turn, ...]:
    turns: list[Turn] = []
    for number, item in enumerate(_list("turns", value), start=1):
        if not isinstance(item, dict):
            raise BadCase(f"turns[{number}]: must be an object")
        turn = _turn(number, item)
        if turns and turn.at_s < turns[-1].at_s:
            raise BadCase(f"turns[{number}].at: goes back in time")
        if turn.type in ("edit", "delete") and not any(turn.of == old.number and old.sender == "lead" for old in turns):
            raise BadCase(f"turns[{number}].of: must be the number of an earlier turn of the lead")
        turns.append(turn)
    if not turns:
        raise BadCase("turns: at least one is required")
    return tuple(turns)


def _turn(number: int, item: dict[str, Any]) -> Turn:
    key = f"turns[{number}]"
    found = _AT.fullmatch(str(item.get("at", "")))
    if not found:
        raise BadCase(f"{key}.at: must look like +30s")
    sender = _one_of(f"{key}.from", item.get("from"), SENDERS)
    text = item.get("text", "")
    if not isinstance(text, str):
        raise BadCase(f"{key}.text: must be a text")
    if sender == "clock" and text.removeprefix("event:") not in CLOCK_EVENTS:
        raise BadCase(f"{key}.text: must be event: and one of {', '.join(CLOCK_EVENTS)}")
    media = item.get("media") or {}
    if not isinstance(media, dict):
        raise BadCase(f"{key}.media: must be an object")
    duration, of = media.get("duration_s", 5), item.get("of", 0)
    if not isinstance(duration, int | float) or not isinstance(of, int):
        raise BadCase(f"{key}: media.duration_s and of must be numbers")
    return Turn(
        number=number,
        at_s=float(found[1]),
        sender=sender,
        type=_one_of(f"{key}.type", item.get("type", "text"), TYPES),
        text=text,
        duration_s=int(duration),
        corrupt=bool(media.get("corrupt")),
        of=of,
    )


def _must(number: int, item: object) -> tuple[str, Any]:
    if not isinstance(item, dict) or len(item) != 1:
        raise BadCase(f"expect.must[{number}]: must be an object with one key")
    [(key, expected)] = item.items()
    return str(key), expected


def _list(key: str, value: object) -> list[Any]:
    if not isinstance(value, list):
        raise BadCase(f"{key}: must be a list")
    return value


def _one_of(key: str, value: object, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise BadCase(f"{key}: must be one of {', '.join(allowed)}")
    return str(value)
