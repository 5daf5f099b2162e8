"""Z-API webhook bodies to our own types (contracts/zapi.md, sections 4 to 7).

``KINDS`` below is the router. Every field may be missing, null or of another type: flags that older payloads lack are
false, and what is not understood is not guessed. Only ``Unreadable`` leaves this module.
"""

import hashlib
import re
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, TypedDict

from conversations.channels import base
from conversations.channels.base import (
    Connection,
    Deleted,
    Echo,
    Edited,
    EventKind,
    Ignored,
    IgnoreReason,
    Incoming,
    MessageType,
    Parsed,
    Presence,
    PresenceState,
    RawEvent,
    Reaction,
    Receipt,
    ReceiptStatus,
    Unreadable,
    Waiting,
)
from conversations.channels.fields import Payload, flag, identifier, line, mapping, number, text
from conversations.channels.zapi import content

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECONDS_ABOVE = 10**11
_KEY = re.compile(r"[!-~]{1,200}")
_PHONE = re.compile(r"\+?([0-9]{8,15})(?:@(?:c\.us|s\.whatsapp\.net))?")
_LID = re.compile(r"[0-9]{1,32}@lid")
_LONG_NUMBER = re.compile(r"[0-9]{6,}")
_CALLS = ("CALL_MISSED_VOICE", "CALL_MISSED_VIDEO")
_AD_FIELDS = ("title", "body", "mediaType", "sourceType", "sourceId", "ctwaClid", "sourceUrl", "thumbnailUrl")

STATUSES = {
    "SENT": ReceiptStatus.SENT,
    "RECEIVED": ReceiptStatus.DELIVERED,
    "READ": ReceiptStatus.READ,
    "PLAYED": ReceiptStatus.PLAYED,
}
PRESENCES = {
    "COMPOSING": PresenceState.TYPING,
    "RECORDING": PresenceState.RECORDING,
    "PAUSED": PresenceState.PAUSED,
    "AVAILABLE": PresenceState.PAUSED,
    "UNAVAILABLE": PresenceState.PAUSED,
}
# What is not a chat with one lead: by the flag, and by the endings of ``phone``.
CROWDS = (
    (IgnoreReason.GROUP, "isGroup", ("-group", "@g.us")),
    (IgnoreReason.NEWSLETTER, "isNewsletter", ("@newsletter",)),
    (IgnoreReason.BROADCAST, "broadcast", ("-broadcast", "@broadcast")),
)


class _Who(TypedDict):
    """The fields of ``base.Party``."""

    address: str
    phone: str | None
    lid: str | None


# --- keys --------------------------------------------------------------------------------------------------------


def _message_key(payload: Payload, body: bytes) -> tuple[str, ...]:
    """Id, content kind, edit. Not the status: it may differ between two deliveries of one message."""
    notification = text(payload.get("notification"))
    message_id = identifier(payload.get("messageId"))
    if message_id is None:
        if not notification:
            raise Unreadable("no_message_id")
        return (_digest(body),)
    if notification:
        return (message_id, "notification", notification)
    kind = content.kind_of(payload) or ("waiting" if flag(payload, "waitingMessage") else "none")
    if not flag(payload, "isEdit"):
        return (message_id, kind)
    # An edit repeats the id of the original, and so does the next edit: only its time tells the two apart.
    at = _moment(payload)
    return (message_id, kind, "edit", at.isoformat() if at else _digest(body))


def _delivery_key(payload: Payload, body: bytes) -> tuple[str, ...]:
    own = identifier(payload.get("messageId")) or identifier(payload.get("zaapId"))
    return (own, "error" if payload.get("error") else "ok") if own else (_digest(body),)


def _status_key(payload: Payload, body: bytes) -> tuple[str, ...]:
    ids = _status_ids(payload)
    return (text(payload.get("status")), *ids) if ids else (_digest(body),)


def _connection_key(payload: Payload, _body: bytes) -> tuple[str, ...]:
    at = _moment(payload)
    return (at.isoformat() if at else uuid.uuid4().hex,)


def _presence_key(_payload: Payload, _body: bytes) -> tuple[str, ...]:
    """Nothing in a presence tells it from the next one, and both count: no two share a key."""
    return (uuid.uuid4().hex,)


def _unknown_key(_payload: Payload, body: bytes) -> tuple[str, ...]:
    return (_digest(body),)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


# --- messages ----------------------------------------------------------------------------------------------------


def _message(payload: Payload) -> Parsed:
    """The decision order of section 5, except that notifications come before ``fromMe``.

    A system notice (encryption, a call) may be ``fromMe`` too and must not pass for a person who took over.
    """
    crowd = _crowd(payload)
    if crowd is not None:
        return Ignored(crowd)
    notification = line(payload.get("notification"), limit=60)
    if notification in _CALLS and not flag(payload, "fromMe"):
        return _missed_call(payload)
    if notification and notification != "REVOKE":
        return Ignored(IgnoreReason.NOTIFICATION, notification)
    from_me = flag(payload, "fromMe")
    who = _who(payload, from_me=from_me)
    message_id = identifier(payload.get("messageId"))
    if notification:
        revoked = identifier(payload.get("referenceMessageId")) or message_id
        return Deleted(**who, provider_id=_required(revoked), from_me=from_me, sent_at=_moment(payload))
    message_id = _required(message_id)
    if from_me:
        return _echo(payload, who, message_id)
    kind = content.kind_of(payload)
    if not kind and flag(payload, "waitingMessage"):
        return Waiting(**who, provider_id=message_id, sent_at=_moment(payload))
    if kind == "reaction":
        return _reaction(payload, who, message_id)
    message = _incoming(payload, who, message_id)
    return Edited(message=message) if flag(payload, "isEdit") else message


def _missed_call(payload: Payload) -> Parsed:
    """A call that nobody took is something the lead did; without an id it cannot be told from its next delivery."""
    call_id = identifier(payload.get("messageId")) or identifier(payload.get("callId"))
    if call_id is None:
        return Ignored(IgnoreReason.NOTIFICATION, line(payload.get("notification"), limit=60))
    message = _incoming(payload, _who(payload, from_me=False), call_id)
    return replace(message, type=MessageType.CALL, text="", media=None, option_id=None)


def _incoming(payload: Payload, who: _Who, message_id: str) -> Incoming:
    names = (line(payload.get("senderName")), line(payload.get("chatName")))
    return Incoming(
        **who,
        **content.read(payload),
        provider_id=message_id,
        sent_at=_moment(payload),
        reference_id=identifier(payload.get("referenceMessageId")),
        forwarded=flag(payload, "forwarded"),
        # Z-API puts the number itself where a profile has no name.
        display_name=next((name for name in names if name and not _PHONE.fullmatch(name)), ""),
        status_reply=flag(payload, "isStatusReply"),
        ad=_ad(payload),
    )


def _echo(payload: Payload, who: _Who, message_id: str) -> Echo:
    return Echo(
        **who,
        **content.read(payload),
        provider_id=message_id,
        sent_at=_moment(payload),
        reference_id=identifier(payload.get("referenceMessageId")),
        forwarded=flag(payload, "forwarded"),
        from_api=None if payload.get("fromApi") is None else flag(payload, "fromApi"),
        edited=flag(payload, "isEdit"),
        waiting=flag(payload, "waitingMessage") and not content.kind_of(payload),
    )


def _reaction(payload: Payload, who: _Who, message_id: str) -> Reaction:
    referenced = mapping(mapping(payload.get("reaction")).get("referencedMessage"))
    return Reaction(
        **who,
        provider_id=message_id,
        reference_id=identifier(referenced.get("messageId")),
        emoji=content.read(payload)["text"],
        sent_at=_moment(payload),
    )


def _ad(payload: Payload) -> dict[str, str] | None:
    referral = mapping(payload.get("externalAdReply"))
    scalars = {name: referral.get(name) for name in _AD_FIELDS}
    found = {
        name: text(value if isinstance(value, str) else str(value), limit=2000)
        for name, value in scalars.items()
        if isinstance(value, str | int) and not isinstance(value, bool) and value != ""
    }
    return found or None


# --- everything else ---------------------------------------------------------------------------------------------


def _delivery(payload: Payload) -> Parsed:
    """WhatsApp took the message (proof of nothing more) or, with ``error``, did not."""
    message_id, extra_id = identifier(payload.get("messageId")), identifier(payload.get("zaapId"))
    failure = payload.get("error")
    code = line(payload.get("errorCode"), limit=60)
    return Receipt(
        provider_ids=(message_id,) if message_id else (),
        extra_id=extra_id if message_id else _required(extra_id),
        status=ReceiptStatus.FAILED if failure else ReceiptStatus.SENT,
        at=_moment(payload),
        error=_sentence(failure) or "error" if failure else None,
        error_code=code or None,
        # The documentation was cut after the prefix; every code that starts so means a sending restriction.
        restricted=code.startswith("SHADOW"),
    )


def _status(payload: Payload) -> Parsed:
    name = line(payload.get("status"), limit=60)
    if name == "READ_BY_ME":
        return Ignored(IgnoreReason.READ_BY_ME)
    status = STATUSES.get(name)
    if status is None:
        return Ignored(IgnoreReason.UNKNOWN_STATUS, name)
    ids = _status_ids(payload)
    if not ids:
        raise Unreadable("no_message_id")
    return Receipt(provider_ids=ids, status=status, at=_moment(payload))


def _status_ids(payload: Payload) -> tuple[str, ...]:
    """The samples have a list under ``ids``, the documentation's table a single ``id``."""
    ids = payload.get("ids")
    found = [identifier(value) for value in ids] if isinstance(ids, list) else [identifier(payload.get("id"))]
    return tuple(value for value in found if value)


def _presence(payload: Payload) -> Parsed:
    crowd = _crowd(payload)
    if crowd is not None:
        return Ignored(crowd)
    name = line(payload.get("status"), limit=60)
    state = PRESENCES.get(name)
    if state is None:
        return Ignored(IgnoreReason.UNKNOWN_STATUS, name)
    return Presence(**_who(payload, from_me=False), state=state)


def _connected(payload: Payload) -> Parsed:
    connected = payload.get("connected") is None or flag(payload, "connected")
    return Connection(connected=connected, reason=_sentence(payload.get("error")), at=_moment(payload))


def _disconnected(payload: Payload) -> Parsed:
    return Connection(connected=False, reason=_sentence(payload.get("error")), at=_moment(payload))


def _unknown(payload: Payload) -> Parsed:
    return Ignored(IgnoreReason.UNKNOWN_TYPE, line(payload.get("type"), limit=60))


# --- fields shared by the kinds ----------------------------------------------------------------------------------


def _who(payload: Payload, *, from_me: bool) -> _Who:
    """Who is at the other end (section 6). Raises ``Unreadable``: no_address.

    A lid never becomes a phone. In an echo ``senderLid`` is the company's own, so only ``chatLid`` counts there.
    """
    given = identifier(payload.get("phone")) or ""
    phone = _PHONE.fullmatch(given)
    candidates = (payload.get("chatLid"), None if from_me else payload.get("senderLid"), given)
    lid = next((value for value in candidates if isinstance(value, str) and _LID.fullmatch(value)), None)
    # The form of ``phone`` is the one WhatsApp answers to, even where the lid under another name differs.
    address = phone[1] if phone else given if _LID.fullmatch(given) else lid
    if address is None:
        raise Unreadable("no_address")
    return _Who(address=address, phone=phone[1] if phone else None, lid=lid)


def _crowd(payload: Payload) -> IgnoreReason | None:
    phone = text(payload.get("phone"))
    for reason, name, endings in CROWDS:
        if flag(payload, name) or phone.endswith(endings):
            return reason
    return None


def _moment(payload: Payload) -> datetime | None:
    """``momment`` (sic; ``moment`` in polls), in milliseconds or, in connection events, seconds."""
    value = number(payload.get("momment"))
    if value is None:
        value = number(payload.get("moment"))
    if value is None:
        return None
    try:
        return _EPOCH + timedelta(seconds=value / 1000 if abs(value) > _MILLISECONDS_ABOVE else value)
    except OverflowError:
        return None


def _sentence(value: object) -> str:
    """A provider's own words for a person to read, with anything that could be a phone taken out."""
    return _LONG_NUMBER.sub("…", line(value))


def _required(message_id: str | None) -> str:
    if message_id is None:
        raise Unreadable("no_message_id")
    return message_id


# --- the router --------------------------------------------------------------------------------------------------


class _Kind(NamedTuple):
    event: EventKind
    key: Callable[[Payload, bytes], tuple[str, ...]]
    read: Callable[[Payload], Parsed]


KINDS = {
    "ReceivedCallback": _Kind(EventKind.MESSAGE, _message_key, _message),
    "DeliveryCallback": _Kind(EventKind.RECEIPT, _delivery_key, _delivery),
    "MessageStatusCallback": _Kind(EventKind.RECEIPT, _status_key, _status),
    "PresenceChatCallback": _Kind(EventKind.PRESENCE, _presence_key, _presence),
    "ConnectedCallback": _Kind(EventKind.CONNECTION, _connection_key, _connected),
    "DisconnectedCallback": _Kind(EventKind.CONNECTION, _connection_key, _disconnected),
}
_UNKNOWN = _Kind(EventKind.OTHER, _unknown_key, _unknown)


class ZapiParser:
    """``WebhookParser`` of Z-API: one body is always one event."""

    def split(self, body: bytes) -> list[RawEvent]:
        """Raises ``Unreadable``: not_json, too_deep, not_an_object, no_type, no_message_id."""
        payload, name = _open(body)
        kind = KINDS.get(name, _UNKNOWN)
        key = ":".join((name, *kind.key(payload, body)))
        if not _KEY.fullmatch(key):
            key = _digest(key.encode("utf-8", "surrogatepass"))
        return [RawEvent(key=key, kind=kind.event, instance_id=identifier(payload.get("instanceId")) or "", body=body)]

    def parse(self, body: bytes) -> Parsed:
        """Raises ``Unreadable``: the reasons of ``split``, and no_address."""
        payload, name = _open(body)
        return KINDS.get(name, _UNKNOWN).read(payload)


def _open(body: bytes) -> tuple[Payload, str]:
    payload = base.read_json(body)
    if not isinstance(payload, dict):
        raise Unreadable("not_an_object")
    name = payload.get("type")
    if not isinstance(name, str) or not name:
        raise Unreadable("no_type")
    return payload, name
