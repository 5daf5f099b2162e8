"""Contacts, their places in inboxes, and their merging (contract, section 2)."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from starlette.responses import Response

from sandbox.chatwoot.call import Call, Endpoint, found, invalid, not_found, refused
from sandbox.chatwoot.records import Contact, ContactInbox

_PER_PAGE = 15
_E164 = re.compile(r"\+[1-9]\d{1,14}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_UNIQUE = {"phone_number": "Phone number", "identifier": "Identifier", "email": "Email"}
_FIELDS = ("name", "phone_number", "email", "identifier", "custom_attributes", "additional_attributes")


def endpoints() -> list[Endpoint]:
    one = "/contacts/{contact:int}"
    return [
        Endpoint(("GET",), "/contacts", listing),
        Endpoint(("POST",), "/contacts", create),
        Endpoint(("GET",), "/contacts/search", search),
        Endpoint(("POST",), "/contacts/filter", filtered),
        Endpoint(("GET",), one, show),
        Endpoint(("PUT", "PATCH"), one, update),
        Endpoint(("DELETE",), one, destroy),
        Endpoint(("GET",), f"{one}/conversations", conversations),
        Endpoint(("POST",), f"{one}/contact_inboxes", create_contact_inbox),
        Endpoint(("GET",), f"{one}/labels", labels),
        Endpoint(("POST",), f"{one}/labels", set_labels),
        Endpoint(("POST",), "/actions/contact_merge", merge),
    ]


def _page(call: Call, rows: Iterable[Contact]) -> dict[str, Any]:
    every = list(rows)
    first = (call.page - 1) * _PER_PAGE
    shown = every[first : first + _PER_PAGE]
    return {
        "meta": {
            "count": len(every),
            "current_page": call.query.get("page", "1"),
            "has_more": len(every) > first + _PER_PAGE,
        },
        "payload": [call.desk.shapes.contact(row) for row in shown],
    }


def listing(call: Call) -> object:
    return _page(call, call.desk.records.contacts.values())


def search(call: Call) -> object:
    """A substring of name, e-mail, phone or identifier: the caller has to compare for equality."""
    wanted = (call.query.get("q") or "").strip().casefold()
    if not wanted:
        raise refused("Specify search string with parameter q")
    rows = call.desk.records.contacts.values()
    return _page(call, (row for row in rows if any(wanted in text.casefold() for text in _words(row))))


def _words(row: Contact) -> list[str]:
    return [text for text in (row.name, row.email, row.phone_number, row.identifier) if text]


def filtered(call: Call) -> object:
    """Conditions joined by and/or, from left to right; equal_to, not_equal_to and contains."""
    conditions = call.data.get("payload")
    if not isinstance(conditions, list) or not conditions:
        raise refused("payload is required")
    return _page(call, (row for row in call.desk.records.contacts.values() if _fits(row, conditions)))


def _fits(row: Contact, conditions: list[Mapping[str, Any]]) -> bool:
    result, joint = True, "and"
    for condition in conditions:
        key = str(condition.get("attribute_key"))
        value = getattr(row, key) if key in _FIELDS else row.custom_attributes.get(key)
        held = "" if value is None else str(value)
        values = [str(item) for item in condition.get("values") or []]
        operator = condition.get("filter_operator")
        hit = any(item.casefold() in held.casefold() for item in values) if operator == "contains" else held in values
        hit = not hit if operator == "not_equal_to" else hit
        result = (result or hit) if joint == "or" else (result and hit)
        joint = str(condition.get("query_operator") or "and").lower()
    return result


def _checked(call: Call, own: Contact | None) -> dict[str, Any]:
    """The fields that were sent, validated."""
    values = {name: call.data[name] for name in _FIELDS if name in call.data}
    for name in _UNIQUE:
        if name in values:
            values[name] = call.text(name)
    if values.get("email"):
        values["email"] = values["email"].lower()
    problems: dict[str, str] = {}
    if values.get("email") and not _EMAIL.fullmatch(values["email"]):
        problems["email"] = "Email Invalid email"
    for name, label in _UNIQUE.items():
        others = (row for row in call.desk.records.contacts.values() if row is not own)
        if values.get(name) and any(getattr(row, name) == values[name] for row in others):
            problems[name] = f"{label} has already been taken"
    if values.get("phone_number") and not _E164.fullmatch(values["phone_number"]):
        problems["phone_number"] = "Phone number should be in e164 format"
    if problems:
        raise invalid(", ".join(problems.values()), *problems)
    values["name"] = str(values.get("name") or "") if "name" in values else (own.name if own else "")
    return values


def create(call: Call) -> object:
    values = _checked(call, None)
    inbox_id, source_id = call.number("inbox_id"), call.text("source_id")
    if inbox_id is not None:
        _check_link(call, inbox_id, source_id, None)
    for name in ("custom_attributes", "additional_attributes"):
        values[name] = call.object(name)
    contact = call.desk.add_contact(**values)
    link = None if inbox_id is None else link_to(call, contact, inbox_id, source_id)
    return {
        "payload": {
            "contact": call.desk.shapes.contact(contact),
            "contact_inbox": None if link is None else call.desk.shapes.contact_inbox(link),
        }
    }


def _check_link(call: Call, inbox_id: int, source_id: str | None, contact: Contact | None) -> ContactInbox | None:
    """The link if the contact already has it. A source id belongs to one contact per inbox."""
    if inbox_id not in call.desk.records.inboxes:
        raise not_found()
    for row in call.desk.records.contact_inboxes.values():
        if row.inbox_id == inbox_id and row.source_id == source_id:
            if contact is None or row.contact_id != contact.id:
                raise refused("source_id should be unique")
            return row
    return None


def link_to(call: Call, contact: Contact, inbox_id: int, source_id: str | None) -> ContactInbox:
    """The contact's place in an inbox, made when it is not there; without a source id Chatwoot invents one."""
    known = _check_link(call, inbox_id, source_id, contact)
    invented = call.desk.records.new_uuid("source", contact.id, inbox_id, len(call.desk.records.contact_inboxes))
    return known or call.desk.link(contact, inbox_id, source_id or invented)


def show(call: Call) -> object:
    return {"payload": call.desk.shapes.contact(call.contact())}


def update(call: Call) -> object:
    """Custom attributes are merged into those that are there."""
    contact = call.contact()
    values = _checked(call, contact)
    for name in ("custom_attributes", "additional_attributes"):
        if name in values:
            values[name] = {**getattr(contact, name), **call.object(name)}
    call.desk.change_contact(contact, values)
    return {"payload": call.desk.shapes.contact(contact)}


def destroy(call: Call) -> object:
    contact, records = call.contact(), call.desk.records
    for row in records.conversations_of(contact):
        records.drop_conversation(row)
    for link in records.inboxes_of(contact):
        del records.contact_inboxes[link.id]
    del records.contacts[contact.id]
    records.touch()
    return Response(status_code=200)


def conversations(call: Call) -> object:
    rows = call.desk.records.conversations_of(call.contact())
    return {"payload": [call.desk.shapes.conversation(row) for row in rows[:20]]}


def create_contact_inbox(call: Call) -> object:
    contact, inbox_id = call.contact(), call.number("inbox_id")
    if inbox_id is None:
        raise not_found()
    return call.desk.shapes.contact_inbox(link_to(call, contact, inbox_id, call.text("source_id")))


def labels(call: Call) -> object:
    return {"payload": call.contact().labels}


def set_labels(call: Call) -> object:
    contact = call.contact()
    contact.labels = list(dict.fromkeys(call.strings("labels")))
    call.desk.records.touch()
    return {"payload": contact.labels}


def merge(call: Call) -> object:
    records = call.desk.records
    base = found(records.contacts, call.number("base_contact_id"))
    merged = found(records.contacts, call.number("mergee_contact_id"))
    if base is not merged:
        call.desk.merge(base, merged)
    return call.desk.shapes.contact(base)
