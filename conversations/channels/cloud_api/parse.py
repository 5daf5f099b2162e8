"""Webhooks of the Cloud API: several entries, changes, messages and statuses in one body (its contract, section 6).

A body is split into one event per message, status, echo and account error, so that one bad item loses no other. What
is stored of an event is the item with the context it came in, not Meta's bytes: those were verified before.
"""

import hashlib
import json
import re
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, TypedDict

from conversations.channels import base
from conversations.channels.base import (
    Deleted,
    Echo,
    Edited,
    EventKind,
    Ignored,
    IgnoreReason,
    Incoming,
    NumberChanged,
    Parsed,
    RawEvent,
    Reaction,
    Receipt,
    ReceiptStatus,
    Trouble,
    Unreadable,
)
from conversations.channels.cloud_api import account, content
from conversations.channels.fields import Payload, flag, identifier, line, mapping, number, text

STATUSES = {status.value: status for status in ReceiptStatus}
# What a referral tells of the ad that brought the lead.
AD_FIELDS = ("source_url", "source_id", "source_type", "headline", "body", "media_type", "ctwa_clid")
# Codes that speak of the number or the account, not of one message (section 5).
ACCOUNT_CODES = frozenset({"368", "131031", "131042", "131048", "190", "133010"})

_PHONE = re.compile(r"\+?([0-9]{8,15})")
_BSUID = re.compile(r"[A-Z]{2}\.[A-Za-z0-9.]{1,140}")
_LONG_NUMBER = re.compile(r"\+?\d[\d\s().-]{6,}\d")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class _Who(TypedDict):
    """The fields of ``base.Party``."""

    address: str
    phone: str | None
    bsuid: str | None


class _Item(NamedTuple):
    """``kind`` is the list it came from: messages, statuses, message_echoes, errors, or "field" for a whole change,
    of which ``at`` is the time, as given."""

    kind: str
    item: Payload
    field: str
    instance_id: str
    contact: Payload
    account: str
    at: object


class CloudApiParser:
    """``WebhookParser`` of the Cloud API."""

    def split(self, body: bytes) -> list[RawEvent]:
        """Raises ``Unreadable``: not_json, too_deep, not_an_object, no_entry."""
        payload = base.read_json(body)
        if not isinstance(payload, dict):
            raise Unreadable("not_an_object")
        entries = payload.get("entry")
        if not isinstance(entries, list):
            raise Unreadable("no_entry")
        return [_raw(item) for entry in entries for item in _items(mapping(entry))]

    def parse(self, body: bytes) -> Parsed:
        """Raises ``Unreadable``: the reasons of ``split``, no_message_id, no_address."""
        stored = base.read_json(body)
        if not isinstance(stored, dict):
            raise Unreadable("not_an_object")
        kind, item = text(stored.get("kind")), mapping(stored.get("item"))
        reader = _READERS.get(kind)
        if reader is None:
            field, account_id = line(stored.get("field"), limit=60), line(stored.get("account"), limit=60)
            return account.read(field, item, account=account_id)
        return reader(item, mapping(stored.get("contact")))


# --- splitting ---------------------------------------------------------------------------------------------------


def _items(entry: Payload) -> Iterator[_Item]:
    changes, account_id = entry.get("changes"), identifier(entry.get("id")) or ""
    for change in map(mapping, changes if isinstance(changes, list) else []):
        field, value = line(change.get("field"), limit=60), mapping(change.get("value"))
        instance_id = identifier(mapping(value.get("metadata")).get("phone_number_id")) or ""
        found = False
        for kind in _READERS:
            listed = value.get(kind)
            for item in map(mapping, listed if isinstance(listed, list) else []):
                found = True
                yield _Item(kind, item, field, instance_id, _contact_of(item, value), account_id, None)
        if not found:
            yield _Item("field", value, field, instance_id, {}, account_id, entry.get("time"))


def _contact_of(item: Payload, value: Payload) -> Payload:
    """The profile that belongs to this item; a body may carry several people."""
    contacts = value.get("contacts")
    listed = [mapping(contact) for contact in contacts] if isinstance(contacts, list) else []
    own = {item.get(name) for name in ("from", "from_user_id", "to", "to_user_id")} - {None}
    for contact in listed:
        if contact.get("wa_id") in own or contact.get("user_id") in own:
            return contact
    return listed[0] if len(listed) == 1 else {}


def _raw(found: _Item) -> RawEvent:
    stored: dict[str, object] = {"kind": found.kind, "field": found.field, "contact": found.contact, "item": found.item}
    if found.kind == "field":  # the same decision may be taken again later
        stored |= {"account": found.account, "at": found.at}
    body = json.dumps(stored, separators=(",", ":")).encode()
    key = _key(found, body)
    return RawEvent(key=key, kind=_KINDS.get(found.kind, EventKind.OTHER), instance_id=found.instance_id, body=body)


def _key(found: _Item, body: bytes) -> str:
    """By ids where there are some: a message once, a status once per word, anything else by what it says.

    Nothing in a complaint about the account tells it from the next one, and both count: no two share a key.
    """
    if found.kind == "errors":
        return f"errors:{uuid.uuid4().hex}"
    own = identifier(found.item.get("id"))
    if own is None:
        return f"{found.kind}:{hashlib.sha256(body).hexdigest()}"
    status = line(found.item.get("status"), limit=60) if found.kind == "statuses" else ""
    return sealed_key(":".join(part for part in (found.kind, own, status) if part))


def sealed_key(key: str) -> str:
    """The key as it is kept. A message's id holds its writer's number, and a key outlives the person's data."""
    return f"{key.partition(':')[0]}:{hashlib.sha256(key.encode()).hexdigest()}"


# --- messages ----------------------------------------------------------------------------------------------------


def _message(item: Payload, contact: Payload) -> Parsed:
    kind = line(item.get("type"), limit=60)
    if kind == "system":
        return _system(item)
    who, message_id = _who(item, contact, of="from"), _required(item.get("id"))
    if kind == "reaction":
        reaction = mapping(item.get("reaction"))
        return Reaction(
            **who,
            provider_id=message_id,
            reference_id=identifier(reaction.get("message_id")),
            emoji=line(reaction.get("emoji"), limit=40),
            sent_at=_moment(item),
        )
    if kind == "revoke":
        original = _required(mapping(item.get("revoke")).get("original_message_id"))
        return Deleted(**who, provider_id=original, sent_at=_moment(item))
    if kind == "edit":
        edit = mapping(item.get("edit"))
        original = _required(edit.get("original_message_id"))
        return Edited(message=_incoming(mapping(edit.get("message")), item, who, original, contact))
    return _incoming(item, item, who, message_id, contact)


def _incoming(said: Payload, item: Payload, who: _Who, message_id: str, contact: Payload) -> Incoming:
    """``said`` holds the content; in an edit it is the inner message while ``item`` is the event around it."""
    context = mapping(item.get("context"))
    return Incoming(
        **who,
        **content.read(said),
        provider_id=message_id,
        sent_at=_moment(item),
        reference_id=identifier(context.get("id")),
        forwarded=flag(context, "forwarded") or flag(context, "frequently_forwarded"),
        display_name=line(mapping(contact.get("profile")).get("name")),
        ad=_ad(item),
    )


def _system(item: Payload) -> Parsed:
    """A lead moved to another number: the same person under a new phone, and no message."""
    said = mapping(item.get("system"))
    former, current = _phone(item.get("from")), _phone(said.get("wa_id"))
    if line(said.get("type")) != "user_changed_number" or former is None or current is None:
        return Ignored(IgnoreReason.NOTIFICATION, line(said.get("type"), limit=60))
    return NumberChanged(address=current, phone=current, former=former)


def _echo(item: Payload, contact: Payload) -> Parsed:
    """Typed in the WhatsApp Business app on a number that is also ours: a person, always (section 6.4)."""
    return Echo(
        **_who(item, contact, of="to"),
        **content.read(item),
        provider_id=_required(item.get("id")),
        sent_at=_moment(item),
        reference_id=identifier(mapping(item.get("context")).get("id")),
        from_api=False,
    )


def _ad(item: Payload) -> dict[str, str] | None:
    referral = mapping(item.get("referral"))
    found = {name: text(referral.get(name), limit=2000) for name in AD_FIELDS}
    return {name: value for name, value in found.items() if value} or None


# --- everything else ---------------------------------------------------------------------------------------------


def _status(item: Payload, _contact: Payload) -> Parsed:
    name = line(item.get("status"), limit=60)
    status = STATUSES.get(name)
    if status is None:
        return Ignored(IgnoreReason.UNKNOWN_STATUS, name)
    code, sentence = _error(item) if status == ReceiptStatus.FAILED else (None, None)
    return Receipt(
        provider_ids=(_required(item.get("id")),),
        status=status,
        at=_moment(item),
        correlation=identifier(item.get("biz_opaque_callback_data")),
        error=sentence,
        error_code=code,
        restricted=code in ACCOUNT_CODES,
    )


def _trouble(item: Payload, _contact: Payload) -> Parsed:
    code, sentence = _error({"errors": [item]})
    return Trouble(code=code or "", reason=sentence or "error")


def _error(item: Payload) -> tuple[str | None, str | None]:
    errors = item.get("errors")
    first = mapping(errors[0]) if isinstance(errors, list) and errors else {}
    sentence = line(first.get("title")) or line(first.get("message")) or "error"
    return identifier(first.get("code")), _LONG_NUMBER.sub("…", sentence)


# --- fields shared by the kinds ----------------------------------------------------------------------------------


def _who(item: Payload, contact: Payload, *, of: str) -> _Who:
    """Who is at the other end: a phone, a business-scoped user id, or both (section 6.5). Raises: no_address."""
    phone = _phone(item.get(of)) or _phone(contact.get("wa_id"))
    given = item.get(f"{of}_user_id") or contact.get("user_id")
    bsuid = given if isinstance(given, str) and _BSUID.fullmatch(given) else None
    address = phone or bsuid
    if address is None:
        raise Unreadable("no_address")
    return _Who(address=address, phone=phone, bsuid=bsuid)


def _phone(value: object) -> str | None:
    found = _PHONE.fullmatch(value) if isinstance(value, str) else None
    return found[1] if found else None


def _moment(item: Payload) -> datetime | None:
    """Seconds here, as a string (section 7)."""
    value = number(item.get("timestamp"))
    if value is None:
        return None
    try:
        return _EPOCH + timedelta(seconds=value)
    except OverflowError:
        return None


def _required(value: object) -> str:
    message_id = identifier(value)
    if message_id is None:
        raise Unreadable("no_message_id")
    return message_id


_READERS: dict[str, Callable[[Payload, Payload], Parsed]] = {
    "messages": _message,
    "statuses": _status,
    "message_echoes": _echo,
    "errors": _trouble,
}
_KINDS = {
    "messages": EventKind.MESSAGE,
    "statuses": EventKind.RECEIPT,
    "message_echoes": EventKind.MESSAGE,
    "errors": EventKind.CONNECTION,
}
