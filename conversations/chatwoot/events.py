"""What a stored Chatwoot event says, as values (contracts/chatwoot.md, 4.3 and 4.4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from conversations.channels.base import Ignored, IgnoreReason, Unreadable, clean, read_json


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file an SDR attached; ``url`` needs no credentials but leads only to the Chatwoot server."""

    kind: str
    url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Written:
    """An outgoing message or a private note that is not ours by its marker."""

    message_id: int
    display_id: int
    inbox_id: int
    text: str = field(repr=False)
    private: bool
    sender_id: int | None
    sender_name: str = field(repr=False)
    automation: bool
    # False for a change to a message that was told before; what was sent cannot be changed on WhatsApp.
    new: bool
    deleted: bool = False
    attachments: tuple[Attachment, ...] = ()
    # Which message this one answers: its number there, and the marker in it when it was ours.
    in_reply_to: int | None = None
    in_reply_to_marker: str = ""
    # The key of the contact in this inbox: ours, and whose conversation it is even before we know its number.
    source_id: str = ""
    # When it was written by Chatwoot's clock, where it says so.
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Changed:
    """A conversation's status, team or assignee changed; ``team_id`` and ``assignee_*`` are those of now."""

    display_id: int
    inbox_id: int
    status_from: str
    status_to: str
    assignee_id: int | None
    assignee_changed: bool
    assignee_name: str = field(default="", repr=False)
    team_id: int | None = None
    team_changed: bool = False
    source_id: str = ""
    # When it changed by Chatwoot's clock, where it says so.
    at: datetime | None = None
    # Found by asking: when it was last seen as it was before. What people did after that may be newer than the change.
    since: datetime | None = None


# Under which name a change that was found by asking tells when it was last seen otherwise, in seconds since 1970.
SINCE = "seleto_since"


def message_key(number: int) -> str:
    """Under which name a message counts once, whether its webhook or a poll brings it."""
    return f"cw:message_created:{number}"


def parse(body: bytes) -> Written | Changed | Ignored:
    """Raises ``Unreadable``."""
    data = read_json(body)
    if not isinstance(data, dict):
        raise Unreadable("not_an_event")
    if data.get("event") in ("message_created", "message_updated"):
        return _written(data)
    if data.get("event") in ("conversation_updated", "conversation_status_changed"):
        return _changed(data)
    return Ignored(IgnoreReason.UNKNOWN_TYPE, "chatwoot")


def _written(data: Mapping[str, Any]) -> Written:
    conversation, sender = _mapping(data.get("conversation")), _mapping(data.get("sender"))
    attributes = _mapping(data.get("content_attributes"))
    inbox = _mapping(data.get("inbox"))
    number, display_id = data.get("id"), conversation.get("id")
    if not isinstance(number, int) or not isinstance(display_id, int):
        raise Unreadable("no_message_id")
    return Written(
        message_id=number,
        display_id=display_id,
        inbox_id=_number(inbox.get("id")) or _number(conversation.get("inbox_id")) or 0,
        text=clean(str(data.get("content") or "")),
        private=bool(data.get("private")),
        sender_id=_number(sender.get("id")) if sender.get("type") == "user" else None,
        sender_name=clean(str(sender.get("name") or ""))[:80],
        automation=bool(attributes.get("automation_rule_id")),
        new=data.get("event") == "message_created",
        deleted=bool(attributes.get("deleted")),
        attachments=tuple(
            Attachment(str(item.get("file_type") or "file"), str(item.get("data_url") or ""))
            for item in _listed(data.get("attachments"))
            if isinstance(item, dict)
        ),
        in_reply_to=_number(attributes.get("in_reply_to")),
        in_reply_to_marker=str(attributes.get("in_reply_to_external_id") or ""),
        source_id=_source_id(conversation),
        at=_instant(data.get("created_at")),
    )


def _changed(data: Mapping[str, Any]) -> Changed:
    if not isinstance(data.get("id"), int):
        raise Unreadable("no_conversation_id")
    changes: dict[str, Mapping[str, Any]] = {}
    for change in _listed(data.get("changed_attributes")):
        for name, values in _mapping(change).items():
            changes[name] = _mapping(values)
    status = changes.get("status", {})
    assignee = _mapping(_mapping(data.get("meta")).get("assignee"))
    return Changed(
        display_id=int(data["id"]),
        inbox_id=_number(data.get("inbox_id")) or 0,
        status_from=str(status.get("previous_value") or ""),
        status_to=str(status.get("current_value") or ""),
        assignee_id=_number(assignee.get("id")) if assignee.get("type", "user") == "user" else None,
        assignee_changed="assignee_id" in changes,
        assignee_name=clean(str(assignee.get("name") or "")),
        team_id=_number(_mapping(_mapping(data.get("meta")).get("team")).get("id")),
        team_changed="team_id" in changes,
        source_id=_source_id(data),
        at=_instant(data.get("updated_at")),
        since=_instant(data.get(SINCE)),
    )


def _source_id(conversation: Mapping[str, Any]) -> str:
    return str(_mapping(conversation.get("contact_inbox")).get("source_id") or "")


def _instant(value: object) -> datetime | None:
    """Seconds since 1970, as the API gives them and newer servers in events, or ISO with its zone; else nothing."""
    if isinstance(value, str):
        try:
            read = datetime.fromisoformat(value)
        except ValueError:
            return None
        return read.astimezone(UTC) if read.tzinfo else None
    if not isinstance(value, int | float) or not 0 < value < 4e9:
        return None
    return datetime.fromtimestamp(value, tz=UTC)


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _listed(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else ()


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
