"""Creating and changing records: what is checked, what is taken over, what a field of the wrong form is answered."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from starlette.responses import JSONResponse, Response

from sandbox.piperun import setup
from sandbox.piperun.door import Call, Errors, Refused, created, invalid, ok
from sandbox.piperun.reading import find, write
from sandbox.piperun.records import LOST, OPEN, WON, Records, Row, plain
from sandbox.piperun.shapes import TEMPLATES

API = "API"
_REQUIRED = {
    "companies": ("name",),
    "persons": ("name",),
    "deals": ("title", "pipeline_id", "stage_id"),
    "notes": ("text",),
    "activities": ("activity_type_id", "status", "owner_id"),
    "tags": ("name", "belongs"),
}
_REFERENCES = {
    "city_id": "cities",
    "company_id": "companies",
    "person_id": "persons",
    "deal_id": "deals",
    "pipeline_id": "pipelines",
    "stage_id": "stages",
    "origin_id": "origins",
    "owner_id": "users",
    "user_id": "users",
    "lost_reason_id": "lostReasons",
    "activity_type_id": "activityTypes",
}
_CHOICES = {
    ("deals", "status"): (OPEN, WON, LOST),
    ("deals", "temperature"): (1, 2, 3, 4, 5),
    ("activities", "status"): (0, 2, 4),
    ("tags", "belongs"): (1, 2, 3),
}
_NUMBERS = ("status", "temperature", "probability", "company_situation", "duration", "belongs")
_OWN = ("id", "account_id", "hash", "created_at", "updated_at")
_LINKS = {
    "contactPhones": "phones",
    "contact_phones": "phones",
    "contactEmails": "emails",
    "contact_emails": "emails",
    "customFields": "custom",
    "custom_fields": "custom",
    "tags": "tags",
    "persons": "persons",
    "companies": "companies",
}
_WEIGHTS = (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)
_WRONG = "O campo {name} selecionado é inválido."


@dataclass
class Given:
    """A body sorted out: the record's own values, and what hangs on it."""

    values: dict[str, Any] = field(default_factory=dict)
    links: dict[str, Any] = field(default_factory=dict)
    errors: Errors = field(default_factory=dict)


def creating(kind: str) -> Callable[[Call], Response]:
    def action(call: Call) -> Response:
        given = _read(call, kind, required=_REQUIRED[kind])
        _complete(call.records, kind, given.values)
        _check(call.records, kind, given)
        for name in call.records.settings.ignore_on_create:
            owner, _, key = name.partition(".")
            if owner == kind:
                given.values.pop(key, None)
        row = call.records.create(kind, given.values, who=API, **given.links)
        body = write(call, kind, row, "written")
        if kind == "activities":  # spelt so in the reference
            return JSONResponse({"message": "Created", "data": body, "sucess": True}, status_code=201)
        as_list = kind == "companies" and call.records.settings.company_data_as_list
        return created([body] if as_list else body)

    return action


def updating(kind: str) -> Callable[[Call], Response]:
    def action(call: Call) -> Response:
        row = find(call, kind)
        given = _read(call, kind, required=())
        _check(call.records, kind, given, row)
        call.records.change(kind, row, given.values, who=API)
        for name, value in given.links.items():
            setattr(row, name, {**row.custom, **value} if name == "custom" else value)
        return ok(write(call, kind, row, "written"))

    return action


def add_person(call: Call) -> Response:
    """A second contact on a deal."""
    deal, person = find(call, "deals"), find(call, "persons", "other")
    if person.id not in deal.persons:
        deal.persons.append(person.id)
        call.records.note(deal, API, f"Contato ligado: {person.values['name']}")
    return _related(call, deal)


def add_tag(call: Call) -> Response:
    deal, tag = find(call, "deals"), call.records.listed("tags", call.path["other"])
    if tag is None:
        raise Refused(404, "Not Found")
    if tag["id"] not in deal.tags:
        deal.tags.append(tag["id"])
        call.records.note(deal, API, f"Etiqueta: {tag['name']}")
    return _related(call, deal)


def _related(call: Call, deal: Row) -> Response:
    return Response(status_code=204) if call.records.settings.relations_204 else ok(write(call, "deals", deal, "one"))


def create_tag(call: Call) -> Response:
    given = _read(call, "tags", required=_REQUIRED["tags"])
    _check(call.records, "tags", given)
    values = given.values
    color = str(values.get("color") or "primary")
    number = call.records.new_id("tags")
    tag = setup.tag(number, str(values["name"]), values["belongs"], call.records.now(), color)
    call.records.setup["tags"].append(tag)
    call.records.touch()
    return created(tag)


# --- Reading a body -----------------------------------------------------------------------------------------------


def _read(call: Call, kind: str, *, required: tuple[str, ...]) -> Given:
    known = {"name", "belongs", "color"} if kind == "tags" else set(TEMPLATES[kind]) - set(_OWN)
    given = Given()
    for name in required:
        if call.body.get(name) in (None, "", []):
            given.errors[name] = f"O campo {name} é obrigatório."
    for name, value in call.body.items():
        if f"{kind}.{name}" in call.records.settings.refuse_fields:
            given.errors.setdefault(name, _WRONG.format(name=name))
        if name in _LINKS and kind != "tags":
            _link(given, name, value)
        elif name in known:
            given.values[name] = _number(given, name, value)
        elif name != "reminders":
            call.heard.ignored.append(name)
    return given


def _number(given: Given, name: str, value: Any) -> Any:
    """Ids and codes as numbers, whichever way they were written."""
    if value is None or not (name.endswith("_id") or name in _NUMBERS):
        return value
    if isinstance(value, str) and re.fullmatch(r"\d+", value.strip()):
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        given.errors.setdefault(name, f"O campo {name} deve ser um número inteiro.")
    return value


def _link(given: Given, name: str, value: Any) -> None:
    """Contacts come as text or as objects, everything else as ``[{"id": …}]`` (contract, section 2)."""
    kept, items = _LINKS[name], value if isinstance(value, list) else None
    try:
        if items is None:
            raise ValueError("not a list")
        if kept in ("phones", "emails"):
            key = kept.removesuffix("s")
            given.links[kept] = [str(item[key] if isinstance(item, Mapping) else item) for item in items]
        elif kept == "custom":
            given.links[kept] = {int(item["id"]): item["value"] for item in items}
        else:
            given.links[kept] = [int(item["id"] if isinstance(item, Mapping) else item) for item in items]
    except (KeyError, TypeError, ValueError):
        given.errors.setdefault(name, f"O campo {name} deve ser uma lista válida.")


def _complete(records: Records, kind: str, values: dict[str, Any]) -> None:
    """What PipeRun fills in by itself on creation. The token's user owns what names nobody."""
    if kind in ("companies", "persons", "deals"):
        values.setdefault("owner_id", setup.INTEGRATION)
    if kind == "deals":
        values |= {"started_in_stage_id": values.get("stage_id"), "last_stage_updated_at": records.now()}
    if kind == "notes":
        values["user_id"] = values.get("user_id") or setup.INTEGRATION
        user = records.listed("users", values["user_id"])
        values["user_name"] = user["name"] if user else ""
    if kind == "activities":
        values |= {"activity_type": values.get("activity_type_id"), "requester_id": setup.INTEGRATION}
        values["start_at"] = values.get("start_at") or records.now()
        values["end_at"] = values.get("end_at") or _end(values)


def _end(values: Mapping[str, Any]) -> str | None:
    try:
        start = datetime.strptime(str(values["start_at"]), "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 - no zone, as stored
        return (start + timedelta(minutes=int(values.get("duration") or 0))).strftime("%Y-%m-%d %H:%M:%S")
    except (ValueError, TypeError):
        return None


# --- Validation ---------------------------------------------------------------------------------------------------


def _check(records: Records, kind: str, given: Given, row: Row | None = None) -> None:
    """Raises the 422 of PipeRun."""
    errors, values = given.errors, given.values
    for name, table in _REFERENCES.items():
        value = values.get(name)
        if value is None or name in errors:
            continue
        if (records.get(table, value) if table in records.rows else records.listed(table, value)) is None:
            errors[name] = _WRONG.format(name=name)
    for (owner, name), choices in _CHOICES.items():
        if owner == kind and values.get(name) is not None and values[name] not in choices:
            errors.setdefault(name, _WRONG.format(name=name))
    if kind == "deals":
        _check_stage(records, given, row)
    if kind == "companies":
        _check_cnpj(records, given, row)
    if any(records.listed("tags", number) is None for number in given.links.get("tags", ())):
        errors["tags"] = _WRONG.format(name="tags")
    if errors:
        raise invalid(records, errors)


def _check_stage(records: Records, given: Given, row: Row | None) -> None:
    """A stage belongs to its funnel: moving to another one needs both."""
    before = row.values if row else {}
    stage = records.listed("stages", given.values.get("stage_id", before.get("stage_id")))
    if stage and stage["pipeline_id"] != given.values.get("pipeline_id", before.get("pipeline_id")):
        given.errors.setdefault("stage_id", _WRONG.format(name="stage_id"))


def _check_cnpj(records: Records, given: Given, row: Row | None) -> None:
    cnpj, settings = plain(given.values.get("cnpj")), records.settings
    if not cnpj:
        return
    if settings.refuse_alphanumeric_cnpj and not cnpj.isdigit():
        given.errors.setdefault("cnpj", "O campo cnpj deve conter apenas números.")
    elif settings.check_cnpj and not valid_cnpj(cnpj):
        given.errors.setdefault("cnpj", "O campo cnpj não é um CNPJ válido.")
    elif settings.refuse_duplicate_cnpj:
        others = (one for one in records.rows["companies"].values() if row is None or one.id != row.id)
        if any(plain(one.values["cnpj"]) == cnpj for one in others):
            given.errors.setdefault("cnpj", "O CNPJ que você está tentando cadastrar já existe.")


def valid_cnpj(cnpj: str) -> bool:
    """Check digits of a plain CNPJ, letters included (contract, section 5)."""
    if not re.fullmatch(r"[0-9A-Z]{12}[0-9]{2}", cnpj) or len(set(cnpj)) == 1:
        return False
    digits = [ord(letter) - 48 for letter in cnpj]
    for place in (12, 13):
        rest = sum(value * weight for value, weight in zip(digits[:place], _WEIGHTS[13 - place :], strict=True)) % 11
        if digits[place] != (0 if rest < 2 else 11 - rest):
            return False
    return True
