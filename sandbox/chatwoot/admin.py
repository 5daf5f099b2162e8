"""``/_sandbox/chatwoot``: how a test plays the SDR and looks at what Chatwoot holds."""

import asyncio
import base64
import binascii
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import asdict
from typing import Any

from sandbox.chatwoot.call import as_number
from sandbox.chatwoot.desk import PRIORITIES, STATUSES, Desk, File
from sandbox.chatwoot.records import BIANCA, Conversation, Message, User
from sandbox.hooks import Outcome

Data = Mapping[str, Any]
Action = Callable[[dict[str, Any]], Coroutine[Any, Any, object]]


class NoSuchThing(ValueError):
    """The call names something Chatwoot does not hold, or a value it does not know; the text says which."""


class Steering:
    """Every action of a person names the ``conversation`` (its number, or the ``source_id`` of its contact).

    ``agent`` is the id of the SDR, 11 by default. With ``wait`` (default true) the answer comes after the webhooks
    were answered and tells how they went.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def actions(self) -> dict[str, Action]:
        return {
            "message": self.message,
            "incoming": self.incoming,
            "automation": self.automation,
            "delete-message": self.delete_message,
            "status": self.status,
            "assign": self.assign,
            "labels": self.labels,
            "attributes": self.attributes,
            "priority": self.priority,
            "typing": self.typing,
            "seen": self.seen,
            "delete-conversation": self.delete_conversation,
            "merge": self.merge,
            "agent": self.agent,
            "settings": self.settings,
        }

    # --- what people do ---------------------------------------------------------------------------------------

    async def message(self, data: dict[str, Any]) -> object:
        """What an SDR types. ``private`` makes a note; a file is ``{name, content_type, data (base64) or text}``."""
        row, user = self._conversation(data), self._user(data)
        text = data.get("text")
        return await self._write(
            data,
            row,
            user,
            content=None if text is None else str(text),
            files=[_file(item) for item in data.get("files") or []],
            private=bool(data.get("private")),
            content_attributes=dict(data.get("content_attributes") or {}),
        )

    async def incoming(self, data: dict[str, Any]) -> object:
        """A message of the contact that did not come from us."""
        return await self._write(
            data, self._conversation(data), None, content=str(data.get("text")), message_type="incoming"
        )

    async def automation(self, data: dict[str, Any]) -> object:
        """A message of an automation rule: nobody is its sender."""
        row = self._conversation(data)
        attributes = {"automation_rule_id": as_number(data.get("rule")) or 4}
        return await self._write(data, row, None, content=str(data.get("text")), content_attributes=attributes)

    async def _write(
        self, data: Data, row: Conversation, user: User | None, *, content: str | None, **values: Any
    ) -> object:
        written: list[Message] = []
        told = self._desk.webhooks.watch(lambda: written.append(self._desk.write(row, user, content=content, **values)))
        return {"id": written[0].id, "conversation": row.id, **await _how(told, data)}

    async def delete_message(self, data: dict[str, Any]) -> object:
        message = self._desk.records.messages.get(as_number(data.get("message")) or 0)
        if message is None:
            raise NoSuchThing("there is no such message")
        return await self._act(data, lambda: self._desk.delete(message))

    async def status(self, data: dict[str, Any]) -> object:
        row, user, status = self._conversation(data), self._user(data), data.get("status")
        if status not in STATUSES:
            raise NoSuchThing(f"status must be one of {', '.join(STATUSES)}")
        until = as_number(data.get("snoozed_until"))
        return await self._act(data, lambda: self._desk.set_status(row, status, user, until))

    async def assign(self, data: dict[str, Any]) -> object:
        """``assignee`` an SDR's id or null, ``team`` a team's id or null; what is not named stays."""
        row, user, records = self._conversation(data), self._user(data), self._desk.records

        def act() -> None:
            if "team" in data:
                self._desk.assign_team(row, user, team)
            if "assignee" in data:
                self._desk.assign(row, user, records.users.get(as_number(data["assignee"]) or 0))

        team = as_number(data.get("team"))
        if team is not None and team not in records.teams:
            raise NoSuchThing("there is no such team")
        return await self._act(data, act)

    async def labels(self, data: dict[str, Any]) -> object:
        row, user = self._conversation(data), self._user(data)
        names = [str(name) for name in data.get("labels") or []]
        return await self._act(data, lambda: self._desk.set_labels(row, names, user))

    async def attributes(self, data: dict[str, Any]) -> object:
        row, values = self._conversation(data), dict(data.get("custom_attributes") or {})
        return await self._act(data, lambda: self._desk.set_custom_attributes(row, values))

    async def priority(self, data: dict[str, Any]) -> object:
        row, value = self._conversation(data), data.get("priority")
        if value not in (None, *PRIORITIES):
            raise NoSuchThing(f"priority must be null or one of {', '.join(PRIORITIES)}")
        return await self._act(data, lambda: self._desk.set_priority(row, value))

    async def typing(self, data: dict[str, Any]) -> object:
        row, user = self._conversation(data), self._user(data)
        on, private = data.get("on") is not False, bool(data.get("private"))
        return await self._act(data, lambda: self._desk.type(row, user, on=on, private=private))

    async def seen(self, data: dict[str, Any]) -> object:
        row, user = self._conversation(data), self._user(data)
        return await self._act(data, lambda: self._desk.see(row, user))

    async def delete_conversation(self, data: dict[str, Any]) -> object:
        """As an administrator does in the panel; no webhook tells of it."""
        row = self._conversation(data)
        return await self._act(data, lambda: self._desk.records.drop_conversation(row))

    async def merge(self, data: dict[str, Any]) -> object:
        contacts = self._desk.records.contacts
        base, merged = (contacts.get(as_number(data.get(name)) or 0) for name in ("base", "merged"))
        if base is None or merged is None or base is merged:
            raise NoSuchThing("base and merged must be two contacts")
        return await self._act(data, lambda: self._desk.merge(base, merged))

    async def agent(self, data: dict[str, Any]) -> object:
        user, wanted = self._user(data), data.get("availability")
        if wanted not in ("online", "busy", "offline"):
            raise NoSuchThing("availability must be online, busy or offline")
        user.availability = wanted
        self._desk.records.touch()
        return self._desk.shapes.agent(user)

    async def settings(self, data: dict[str, Any]) -> object:
        """How this Chatwoot behaves, and where it posts: ``webhook_url`` (API inbox), ``bot_url``, ``bot_active``."""
        records = self._desk.records
        known = asdict(records.settings)
        inbox, bot = next(iter(records.inboxes.values())), next(iter(records.bots.values()))
        for key, value in data.items():
            if key == "webhook_url":
                inbox.webhook_url = str(value or "")
            elif key == "bot_url":
                bot.outgoing_url = str(value or "")
            elif key == "bot_active":
                inbox.bot_id = bot.id if value else None
            elif key in known and isinstance(value, type(known[key])):
                setattr(records.settings, key, value)
            else:
                raise NoSuchThing(f"{key} is unknown or has the wrong form")
        records.touch()
        where = {"webhook_url": inbox.webhook_url, "bot_url": bot.outgoing_url, "bot_active": inbox.bot_id == bot.id}
        return asdict(records.settings) | where

    # --- looking ----------------------------------------------------------------------------------------------

    def state(self, conversation: str | None = None) -> dict[str, object]:
        """Everything, or one conversation and its contact, as plain rows; attachments without their bytes."""
        records = self._desk.records
        rows = list(records.conversations.values())
        if conversation is not None:
            rows = [self._conversation({"conversation": conversation})]
        people = {row.contact_id for row in rows}
        contacts = [row for row in records.contacts.values() if conversation is None or row.id in people]
        return {
            "contacts": [
                asdict(row) | {"source_ids": [link.source_id for link in records.inboxes_of(row)]} for row in contacts
            ],
            "conversations": [asdict(row) | self._read_out(row) for row in rows],
            "messages": [_plain(message) for row in rows for message in records.messages_of(row)],
        }

    # --- inside -----------------------------------------------------------------------------------------------

    def _read_out(self, row: Conversation) -> dict[str, object]:
        """What the numbers of a conversation stand for."""
        assignee = self._desk.shapes.assignee(row)
        return {
            "unread": self._desk.records.unread(row),
            "assignee": assignee["name"] if assignee else None,
            "team": None if row.team_id is None else self._desk.records.teams[row.team_id].name,
        }

    def _conversation(self, data: Data) -> Conversation:
        """By number, or the newest of a source id; without either, the newest of all."""
        records, wanted = self._desk.records, data.get("conversation")
        number = as_number(wanted)
        if number in records.conversations:
            return records.conversations[number]
        rows = list(records.conversations.values())
        if wanted not in (None, ""):
            links = {link.id for link in records.contact_inboxes.values() if link.source_id == str(wanted)}
            rows = [row for row in rows if row.contact_inbox_id in links]
        if not rows:
            raise NoSuchThing("there is no such conversation")
        return rows[-1]

    def _user(self, data: Data) -> User:
        user = self._desk.records.users.get(as_number(data.get("agent", BIANCA)) or 0)
        if user is None:
            raise NoSuchThing("there is no such agent")
        return user

    async def _act(self, data: Data, act: Callable[[], object]) -> object:
        return {"ok": True, **await _how(self._desk.webhooks.watch(act), data)}


async def _how(told: "list[asyncio.Future[Outcome]]", data: Data) -> dict[str, object]:
    if data.get("wait") is False or not told:
        return {"webhooks": []}
    done = await asyncio.gather(*told, return_exceptions=True)
    return {
        "webhooks": [
            {"status": one.status, "error": one.error} if isinstance(one, Outcome) else {"status": 0, "error": "reset"}
            for one in done
        ]
    }


def _file(item: Any) -> File:
    if not isinstance(item, Mapping) or not item.get("name"):
        raise NoSuchThing("a file needs a name")
    data = str(item.get("text", "")).encode()
    if "data" in item:
        try:
            data = base64.b64decode(str(item["data"]), validate=True)
        except binascii.Error:
            raise NoSuchThing("data of a file must be base64") from None
    return File(str(item["name"]), str(item.get("content_type") or "application/octet-stream"), data)


def _plain(message: Message) -> dict[str, Any]:
    row = asdict(message)
    for item in row["attachments"]:
        del item["data"]
    return row
