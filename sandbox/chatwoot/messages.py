"""Messages of a conversation (contract, section 2). Neither source id nor content attributes make them unique."""

import json
from typing import Any

from sandbox.chatwoot.call import Call, Endpoint, as_number, refused
from sandbox.chatwoot.desk import Actor
from sandbox.chatwoot.records import API_CHANNEL, Conversation, Message
from sandbox.chatwoot.shapes import MESSAGE_TYPES

_LATEST, _AFTER, _BETWEEN = 20, 100, 1000
_MAX_CONTENT = 150_000
_MAX_FILES, _MAX_FILE = 15, 40 * 1024 * 1024


def endpoints() -> list[Endpoint]:
    all_of_it = "/conversations/{conversation:int}/messages"
    one = f"{all_of_it}/{{message:int}}"
    return [
        Endpoint(("GET",), all_of_it, listing),
        Endpoint(("POST",), all_of_it, create, bots=True),
        Endpoint(("PATCH", "PUT"), one, update),
        Endpoint(("DELETE",), one, destroy),
        Endpoint(("POST",), f"{one}/retry", retry),
    ]


def listing(call: Call) -> object:
    row, shapes = call.conversation(), call.desk.shapes
    contact = call.desk.records.contacts[row.contact_id]
    return {
        "meta": {
            "labels": row.labels,
            "additional_attributes": row.additional_attributes,
            "contact": shapes.contact(contact),
            "assignee": shapes.assignee(row, full=True),
            "agent_last_seen_at": int(row.agent_last_seen_at) or None,
            "assignee_last_seen_at": int(row.assignee_last_seen_at) or None,
        },
        "payload": [shapes.message(message) for message in _page(call, row)],
    }


def _page(call: Call, row: Conversation) -> list[Message]:
    """Oldest first: the newest twenty, twenty before an id, a hundred after one, or what lies between two."""
    rows = call.desk.records.messages_of(row)
    if call.query.get("filter_internal_messages"):
        rows = [message for message in rows if not message.private and message.message_type != "activity"]
    before, after = as_number(call.query.get("before")), as_number(call.query.get("after"))
    if before is not None and after is not None:
        return [message for message in rows if after <= message.id < before][:_BETWEEN]
    if before is not None:
        return [message for message in rows if message.id < before][-_LATEST:]
    if after is not None:
        return [message for message in rows if message.id > after][:_AFTER]
    return rows[-_LATEST:]


def create(call: Call) -> object:
    message = write_from(call, call.conversation())
    return call.desk.shapes.message(message, echo_id=call.text("echo_id"))


def write_from(call: Call, row: Conversation) -> Message:
    kind = call.text("message_type") or "outgoing"
    if kind not in MESSAGE_TYPES:
        raise refused(f"'{kind}' is not a valid message_type")
    if kind == "incoming" and call.desk.records.inboxes[row.inbox_id].channel_type != API_CHANNEL:
        raise refused("Incoming messages are only allowed in Api inboxes")
    content = call.text("content")
    if content is not None and len(content) > _MAX_CONTENT:
        raise refused(f"Validation failed: Content is too long (maximum is {_MAX_CONTENT} characters)")
    if len(call.files) > _MAX_FILES:
        raise refused("Validation failed: Attachments exceeded maximum allowed")
    if any(len(file.data) > _MAX_FILE for file in call.files):
        raise refused("Validation failed: Attachments size is too big")
    attributes = _content_attributes(call)
    automated = "automation_rule_id" in attributes
    return call.desk.write(
        row,
        None if automated else _sender(call),
        content=content,
        message_type=kind,
        files=call.files,
        private=call.flag("private"),
        content_type=call.text("content_type") or "text",
        content_attributes=attributes,
        source_id=call.text("source_id"),
    )


def _sender(call: Call) -> Actor:
    """``sender_type`` AgentBot lets a user's token speak for a bot."""
    bot = call.desk.records.bots.get(call.number("sender_id") or 0)
    return bot if bot is not None and call.text("sender_type") == "AgentBot" else call.actor


def _content_attributes(call: Call) -> dict[str, Any]:
    """As an object; as JSON text only where the settings say that this version reads it."""
    given = call.data.get("content_attributes")
    if isinstance(given, str) and (not call.form or call.desk.records.settings.multipart_content_attributes):
        try:
            given = json.loads(given)
        except ValueError:
            given = {}
    attributes = dict(given) if isinstance(given, dict) else {}
    if (stamp := call.data.get("external_created_at")) is not None:
        attributes["external_created_at"] = stamp
    return attributes


def update(call: Call) -> object:
    """The delivery status and nothing else: Chatwoot has no call that changes a text."""
    message = call.message()
    if call.desk.records.inboxes[message.inbox_id].channel_type != API_CHANNEL:
        raise refused("Message status update is only allowed for API inboxes", 403)
    call.desk.set_delivery(message, call.text("status") or "", call.text("external_error"))
    return call.desk.shapes.message(message)


def destroy(call: Call) -> object:
    message = call.message()
    call.desk.delete(message)
    return call.desk.shapes.message(message)


def retry(call: Call) -> object:
    message = call.message()
    call.desk.retry(message)
    return call.desk.shapes.message(message)
