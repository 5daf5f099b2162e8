"""Lists and single records: filters, relations, and how an answer writes numbers (contract, sections 1 and 2)."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from sandbox.piperun import paging, shapes
from sandbox.piperun.cities import fold
from sandbox.piperun.door import Call, Refused, not_found, ok
from sandbox.piperun.records import Records, Row, plain

_PAGING = {"show", "cursor", "sort", "desc", "with", "page"}
_EXACT = {
    "companies": ("id", "external_code", "city_id", "segment_id", "owner_id", "company_situation"),
    "persons": ("id", "external_code", "cpf", "company_id", "city_id", "owner_id"),
    "deals": (
        *("id", "person_id", "company_id", "pipeline_id", "stage_id", "owner_id", "origin_id", "lost_reason_id"),
        *("status", "temperature", "hash", "deleted", "freezed"),
    ),
    "notes": ("id", "deal_id", "person_id", "company_id", "user_id"),
    "activities": ("id", "deal_id", "owner_id", "activity_type_id", "status"),
}
_WITHIN = {"companies": ("name",), "persons": ("name",), "deals": ("title",), "notes": (), "activities": ("title",)}
_RANGES = {
    "deals": ("value", "created_at", "updated_at"),
    "companies": (),
    "persons": (),
    "notes": (),
    "activities": (),
}
_MONEY = ("value", "value_mrr")
_LISTED = {"owner": "users", "stage": "stages", "pipeline": "pipelines", "origin": "origins", "city": "cities"}
_SETUP_FILTERS = {"stages": ("pipeline_id",), "customFields": ("belongs",), "tags": ("belongs",)}


def listing(kind: str) -> Any:
    def action(call: Call) -> Response:
        known = {*_PAGING, *_EXACT[kind], *_WITHIN[kind], "starts_with", "tag_id"}
        known |= {"cnpj"} if kind == "companies" else set()
        known |= {f"{name}_{end}" for name in _RANGES.get(kind, ()) for end in ("start", "end")}
        call.heard.ignored += sorted(set(call.query) - known)
        rows = [row for row in call.records.rows[kind].values() if _fits(kind, row, call.query)]
        shown, meta = _page(call, [row.values for row in rows])
        bodies = [write(call, kind, call.records.rows[kind][values["id"]], "list") for values in shown]
        return _answer(call, bodies, meta)

    return action


def single(kind: str) -> Any:
    return lambda call: ok(write(call, kind, find(call, kind), "one"))


def find(call: Call, kind: str, name: str = "id") -> Row:
    """The record the path names. Raises the 404 of PipeRun."""
    row = call.records.get(kind, call.path[name])
    if row is None:
        raise not_found()
    return row


def cities(call: Call) -> Response:
    name, uf = fold(call.query.get("name", "")), call.query.get("uf", "").strip().upper()
    rows = [row for row in call.records.cities.values() if name in fold(row["name"]) and uf in ("", row["uf"])]
    return _answer(call, *_page(call, rows))


def listed(name: str) -> Any:
    """A list of the account's set-up."""

    def action(call: Call) -> Response:
        filters = {key: call.query[key] for key in _SETUP_FILTERS.get(name, ()) if call.query.get(key)}
        rows = [row for row in call.records.setup[name] if all(str(row[key]) == filters[key] for key in filters)]
        return _answer(call, *_page(call, rows))

    return action


def _page(call: Call, rows: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    try:
        return paging.page(rows, call.query)
    except paging.BadCursor:
        raise Refused(422, "Unprocessable Entity", data={"cursor": "O campo cursor é inválido."}) from None


def _answer(call: Call, bodies: list[dict[str, Any]], meta: dict[str, Any]) -> Response:
    if not bodies and call.records.settings.empty_as_404:
        raise not_found()
    return ok(bodies, meta=meta)


def _fits(kind: str, row: Row, query: Mapping[str, str]) -> bool:
    values = row.values
    for name in _EXACT[kind]:
        if name in query and str("" if values[name] is None else values[name]) != query[name]:
            return False
    if any(query.get(name) and fold(query[name]) not in fold(str(values[name])) for name in _WITHIN[kind]):
        return False
    if kind == "companies" and query.get("cnpj") and plain(values["cnpj"]) != plain(query["cnpj"]):
        return False
    if query.get("starts_with") and not fold(str(values.get("name"))).startswith(fold(query["starts_with"])):
        return False
    if query.get("tag_id") and query["tag_id"] not in map(str, row.tags):
        return False
    return all(_between(values[name], query, name) for name in _RANGES.get(kind, ()))


def _between(value: Any, query: Mapping[str, str], name: str) -> bool:
    low, high = query.get(f"{name}_start"), query.get(f"{name}_end")
    if name == "value":
        return (not low or float(value) >= float(low)) and (not high or float(value) <= float(high))
    # A day alone means all of it.
    return (not low or value >= low) and (not high or value <= (high if len(high) > 10 else f"{high} 23:59:59"))


# --- How a record is written --------------------------------------------------------------------------------------


def write(call: Call, kind: str, row: Row, manner: str) -> dict[str, Any]:
    """``manner`` is list, one or written (the answer to POST and PUT)."""
    body = dict(row.values)
    if kind == "persons" and manner != "one":
        del body["company_id"]
    _numbers(call.records, kind, body, manner)
    for name in call.relations:
        body.update(_relation(call, kind, row, name))
    return body


def _numbers(records: Records, kind: str, body: dict[str, Any], manner: str) -> None:
    """The same figure comes as a number or as text, depending on the call (contract, section 1)."""
    how = records.settings.numbers
    if how == "strings":
        for name, value in body.items():
            if isinstance(value, int | float) and not isinstance(value, bool) and name != "id":
                body[name] = f"{value:.2f}" if name in _MONEY else str(value)
    elif how == "mixed" and kind == "deals" and manner != "written" and float(body["value"]):
        body.update({name: f"{float(body[name]):.2f}" for name in _MONEY})


def _relation(call: Call, kind: str, row: Row, name: str) -> dict[str, Any]:
    """What ``with=`` adds; a name this kind does not know adds nothing."""
    records, values = call.records, row.values
    if name in ("contactPhones", "contactEmails") and kind in ("companies", "persons"):
        phones = name == "contactPhones"
        owner = "company" if kind == "companies" else "person"
        found = shapes.contacts("phone" if phones else "email", owner, row.id, row.phones if phones else row.emails)
        snake = "contact_phones" if phones else "contact_emails"
        return {name if records.settings.contact_keys == "camel" else snake: found}
    if name == "customFields":
        fields = [(records.listed("customFields", number), value) for number, value in row.custom.items()]
        return {name: [shapes.custom_field(field, value) for field, value in fields if field]}
    if name == "tags":
        return {name: [_tag(tag) for number in row.tags if (tag := records.listed("tags", number))]}
    if name in _LISTED:
        return {name: records.listed(_LISTED[name], values.get(f"{name}_id"))}
    if name in ("company", "person"):
        other = records.get("companies" if name == "company" else "persons", values.get(f"{name}_id"))
        return {name: dict(other.values) if other else None}
    many = _many(records, kind, row, name)
    return {} if many is None else {name: [dict(one.values) for one in many]}


def _many(records: Records, kind: str, row: Row, name: str) -> list[Row] | None:
    people, deals = records.rows["persons"], records.rows["deals"]
    match kind, name:
        case "deals", "persons":
            numbers = [row.values["person_id"], *row.persons]
            return [one for number in numbers if (one := records.get("persons", number))]
        case "deals", "companies":
            return [one for one in [records.get("companies", row.values["company_id"])] if one]
        case "companies", "personsRelated":
            return [one for one in people.values() if one.values["company_id"] == row.id]
        case (("companies" | "persons"), "deals"):
            key = "company_id" if kind == "companies" else "person_id"
            return [one for one in deals.values() if one.values[key] == row.id]
        case _, "activities":
            return [one for one in records.rows["activities"].values() if _concerns(kind, row.id, one)]
        case "deals", ("items" | "users"):
            return []
    return None


def _concerns(kind: str, number: int, activity: Row) -> bool:
    if kind == "deals":
        return bool(activity.values["deal_id"] == number)
    return number in (activity.persons if kind == "persons" else activity.companies)


def _tag(tag: Mapping[str, Any]) -> dict[str, Any]:
    """A tag on a record says that it is active, and not when it changed."""
    return {name: value for name, value in tag.items() if name != "updated_at"} | {"active": True}
