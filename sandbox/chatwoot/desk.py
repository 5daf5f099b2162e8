"""What happens in Chatwoot when somebody writes, assigns or closes: the rows change and the webhooks tell of it."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.chatwoot.records import (
    Attachment,
    Bot,
    Contact,
    ContactInbox,
    Conversation,
    Message,
    Records,
    User,
)
from sandbox.chatwoot.shapes import Shapes, iso
from sandbox.chatwoot.webhooks import Webhooks
from sandbox.clock import Clock
from sandbox.hooks import Hooks, Outcome

Actor = User | Bot
STATUSES = ("open", "resolved", "pending", "snoozed")
PRIORITIES = ("low", "medium", "high", "urgent")
DELIVERY = ("sent", "delivered", "read", "failed")
DELETED = "This message was deleted"
_TYPING_S = 30.0
_CLOSED_BY = {
    "open": "aberta",
    "resolved": "marcada como resolvida",
    "pending": "marcada como pendente",
    "snoozed": "adiada",
}


@dataclass(frozen=True)
class File:
    name: str
    content_type: str
    data: bytes


class Desk:
    def __init__(self, *, records: Records, clock: Clock, hooks: Hooks, base_url: str) -> None:
        self.records = records
        self.clock = clock
        self.hooks = hooks
        self.base_url = base_url
        self.shapes = Shapes(records, base_url)
        self.webhooks = Webhooks(records, hooks, clock, self._webhook_failed)

    def reset(self, seed: int | None) -> None:
        self.hooks.cancel()
        self.records.reset(seed)

    def now(self) -> float:
        return self.clock.now().timestamp()

    # --- contacts ---------------------------------------------------------------------------------------------

    def add_contact(self, **values: Any) -> Contact:
        """Values are checked by the caller."""
        now = self.now()
        contact = Contact(id=self.records.new_id("contact"), created_at=now, last_activity_at=now, **values)
        self.records.contacts[contact.id] = contact
        self.records.touch()
        self.webhooks.tell("contact_created", self.shapes.contact_event(contact))
        return contact

    def change_contact(self, contact: Contact, values: Mapping[str, Any]) -> None:
        changed = [
            {name: {"previous_value": getattr(contact, name), "current_value": value}}
            for name, value in values.items()
            if getattr(contact, name) != value
        ]
        for name, value in values.items():
            setattr(contact, name, value)
        self.records.touch()
        if changed:
            body = self.shapes.contact_event(contact) | {"changed_attributes": changed}
            self.webhooks.tell("contact_updated", body)

    def link(self, contact: Contact, inbox_id: int, source_id: str) -> ContactInbox:
        row = ContactInbox(self.records.new_id("contact_inbox"), contact.id, inbox_id, source_id, self.now())
        self.records.contact_inboxes[row.id] = row
        self.records.touch()
        return row

    def merge(self, base: Contact, merged: Contact) -> None:
        """Everything of ``merged`` goes to ``base``, whose own values win; ``merged`` is gone afterwards."""
        for link in self.records.inboxes_of(merged):
            link.contact_id = base.id
        for conversation in self.records.conversations_of(merged):
            conversation.contact_id = base.id
            for message in self.records.messages_of(conversation):
                if message.sender_type == "Contact":
                    message.sender_id = base.id
        del self.records.contacts[merged.id]
        taken = {name: getattr(base, name) or getattr(merged, name) for name in ("identifier", "email", "phone_number")}
        attributes = {**merged.custom_attributes, **base.custom_attributes}
        self.change_contact(base, taken | {"name": base.name or merged.name, "custom_attributes": attributes})

    # --- conversations ----------------------------------------------------------------------------------------

    def open_conversation(
        self, link: ContactInbox, *, status: str = "open", custom_attributes: Mapping[str, Any] | None = None
    ) -> Conversation:
        """With an active bot on the inbox it starts pending, whatever was asked (contract, section 3)."""
        now = self.now()
        inbox = self.records.inboxes[link.inbox_id]
        number = self.records.new_id("conversation")
        row = Conversation(
            id=number,
            uuid=self.records.new_uuid("conversation", number),
            inbox_id=inbox.id,
            contact_id=link.contact_id,
            contact_inbox_id=link.id,
            created_at=now,
            updated_at=now,
            last_activity_at=now,
            waiting_since=now,
            status="pending" if inbox.bot_id is not None else status,
            custom_attributes=dict(custom_attributes or {}),
        )
        self.records.conversations[row.id] = row
        self.records.touch()
        self.webhooks.tell("conversation_created", self.shapes.conversation_event(row), conversation=row)
        return row

    def set_status(self, row: Conversation, status: str, actor: Actor | None, snoozed_until: int | None = None) -> None:
        before = row.status
        row.snoozed_until = snoozed_until if status == "snoozed" else None
        if before == status:
            return
        row.status = status
        self._changed(row)
        who = f" por {actor.name}" if actor else ""
        self._activity(row, f"Conversa {_CLOSED_BY[status]}{who}")
        body = self.shapes.conversation_event(row)
        change = {"status": {"previous_value": before, "current_value": status}}
        if status in ("open", "resolved"):
            event = "conversation_opened" if status == "open" else "conversation_resolved"
            self.webhooks.tell(event, body, conversation=row)
        self.webhooks.tell("conversation_status_changed", body | {"changed_attributes": [change]}, conversation=row)
        self._tell_updated(row, change)
        if status == "open" and isinstance(actor, User) and actor.role == "agent":
            # Chatwoot gives the conversation to the agent who opens it, and to no administrator.
            self.assign(row, actor, actor)

    def wake_snoozed(self) -> None:
        """Open what was put off until now."""
        now = self.now()
        for row in list(self.records.conversations.values()):
            if row.status == "snoozed" and row.snoozed_until is not None and row.snoozed_until <= now:
                self.set_status(row, "open", None)

    def assign(self, row: Conversation, actor: Actor, assignee: Actor | None) -> None:
        before = row.assignee_id
        bot_before = row.assignee_type == "AgentBot"
        row.assignee_id = assignee.id if assignee else None
        row.assignee_type = None if assignee is None else "AgentBot" if isinstance(assignee, Bot) else "User"
        if before == row.assignee_id and bot_before == isinstance(assignee, Bot):
            return
        self._changed(row)
        if assignee is None:
            self._activity(row, f"{actor.name} retirou a atribuição")
        else:
            self._activity(row, f"Atribuída a {assignee.name} por {actor.name}")
        key = "assignee_agent_bot_id" if bot_before or isinstance(assignee, Bot) else "assignee_id"
        self._tell_updated(row, {key: {"previous_value": before, "current_value": row.assignee_id}})

    def assign_team(self, row: Conversation, actor: Actor, team_id: int | None) -> None:
        """Whoever is not of the new team loses the conversation; a team with automatic assignment gives it on."""
        if row.team_id == team_id:
            return
        self._set(row, "team_id", team_id)
        team = None if team_id is None else self.records.teams[team_id]
        self._activity(row, f"{actor.name} atribuiu a {team.name if team else 'nenhum time'}")
        if team is None:
            return
        if row.assignee_type == "User" and row.assignee_id not in team.members:
            self.assign(row, actor, None)
        if team.allow_auto_assign and row.assignee_id is None:
            online = [self.records.users[number] for number in team.members]
            self.assign(row, actor, next((user for user in online if user.availability == "online"), None))

    def set_labels(self, row: Conversation, labels: Sequence[str], actor: Actor) -> None:
        """The whole list is replaced."""
        before, row.labels = row.labels, list(dict.fromkeys(labels))
        if before == row.labels:
            return
        self.records.touch()
        for verb, names in (
            ("adicionou", [name for name in row.labels if name not in before]),
            ("removeu", [name for name in before if name not in row.labels]),
        ):
            if names:
                self._activity(row, f"{actor.name} {verb} {', '.join(names)}")
        change = {"label_list": {"previous_value": before, "current_value": list(row.labels)}}
        body = self.shapes.conversation_event(row) | {"changed_attributes": [change]}
        self.webhooks.tell("conversation_updated", body, conversation=row)

    def set_custom_attributes(self, row: Conversation, values: Mapping[str, Any]) -> None:
        self._set(row, "custom_attributes", dict(values))

    def set_priority(self, row: Conversation, priority: str | None) -> None:
        self._set(row, "priority", priority)

    def see(self, row: Conversation, actor: Actor) -> None:
        """The agent has read everything."""
        row.agent_last_seen_at = self.now()
        if row.assignee_id == actor.id:
            row.assignee_last_seen_at = row.agent_last_seen_at
        self.records.touch()

    def unsee(self, row: Conversation) -> None:
        """The last message of the contact counts as unread again."""
        last = next((m for m in reversed(self.records.messages_of(row)) if m.message_type == "incoming"), None)
        row.agent_last_seen_at = last.created_at - 1 if last else 0.0
        self.records.touch()

    def type(self, row: Conversation, actor: Actor, *, on: bool, private: bool = False) -> None:
        typists = self.records.typing.setdefault(row.id, {})
        if on:
            typists[actor.name] = self.now() + _TYPING_S
        else:
            typists.pop(actor.name, None)
        self.records.touch()
        user = self.shapes.user_event(actor) if isinstance(actor, User) else self.shapes.bot(actor)
        body = {"user": user, "conversation": self.shapes.conversation_event(row), "is_private": private}
        self.webhooks.tell(f"conversation_typing_{'on' if on else 'off'}", body, conversation=row)

    def typists(self, row: Conversation) -> list[str]:
        now = self.now()
        return [name for name, until in self.records.typing.get(row.id, {}).items() if until > now]

    # --- messages ---------------------------------------------------------------------------------------------

    def write(
        self,
        row: Conversation,
        actor: Actor | None,
        *,
        content: str | None,
        message_type: str = "outgoing",
        files: Sequence[File] = (),
        **values: Any,
    ) -> Message:
        """A message of the contact (incoming), of ``actor``, or of nobody (an automation)."""
        now = self.now()
        if message_type == "incoming":
            sender: tuple[str | None, int | None] = ("Contact", row.contact_id)
        else:
            sender = (None, None) if actor is None else ("AgentBot" if isinstance(actor, Bot) else "User", actor.id)
        message = Message(
            id=self.records.new_id("message"),
            conversation_id=row.id,
            inbox_id=row.inbox_id,
            created_at=now,
            updated_at=now,
            message_type=message_type,
            content=content,
            sender_type=sender[0],
            sender_id=sender[1],
            **values,
        )
        message.attachments = [self._attach(message, file) for file in files]
        self._resolve_quotation(row, message)
        self.records.keep(message)
        self._after_writing(row, message, actor)
        self.webhooks.tell("message_created", self.shapes.message_event(message), conversation=row, message=message)
        return message

    def _after_writing(self, row: Conversation, message: Message, actor: Actor | None) -> None:
        row.last_activity_at = row.updated_at = message.created_at
        if message.message_type == "incoming":
            self.records.contacts[row.contact_id].last_activity_at = message.created_at
            row.waiting_since = row.waiting_since or message.created_at
            if row.status == "snoozed":
                self.set_status(row, "open", None)
            elif row.status == "resolved":
                bot = self.records.inboxes[row.inbox_id].bot_id
                self.set_status(row, "pending" if bot is not None else "open", None)
        elif isinstance(actor, User) and not message.private:
            row.waiting_since = 0.0
            row.first_reply_created_at = row.first_reply_created_at or message.created_at
        if actor is not None:
            self.records.typing.get(row.id, {}).pop(actor.name, None)

    def _attach(self, message: Message, file: File) -> Attachment:
        kind = file.content_type.split("/")[0]
        return Attachment(
            id=self.records.new_id("attachment"),
            message_id=message.id,
            name=file.name,
            content_type=file.content_type,
            file_type=kind if kind in ("image", "audio", "video") else "file",
            size=len(file.data),
            data=base64.b64encode(file.data).decode(),
        )

    def _resolve_quotation(self, row: Conversation, message: Message) -> None:
        """A quotation by our id gets theirs beside it, and the other way round."""
        given = message.content_attributes
        for other in self.records.messages_of(row):
            if given.get("in_reply_to") == other.id:
                given["in_reply_to_external_id"] = other.source_id
            elif other.source_id is not None and given.get("in_reply_to_external_id") == other.source_id:
                given["in_reply_to"] = other.id

    def set_delivery(self, message: Message, status: str, error: str | None = None) -> None:
        """An unknown status, and a step back from read to delivered, change nothing."""
        if status not in DELIVERY or (message.status == "read" and status == "delivered"):
            return
        noted = {key: value for key, value in message.content_attributes.items() if key != "external_error"}
        if status == "failed" and error:
            noted["external_error"] = error
        if (message.status, message.content_attributes) == (status, noted):
            return
        message.status, message.content_attributes = status, noted
        self._message_changed(message)

    def retry(self, message: Message) -> None:
        """Send it once more. Chatwoot forgets every content attribute with the failure, our marker included."""
        message.status, message.content_attributes = "sent", {}
        self._message_changed(message)

    def delete(self, message: Message) -> None:
        message.content, message.content_type, message.attachments = DELETED, "text", []
        message.content_attributes = {"deleted": True}
        self._message_changed(message)

    def _message_changed(self, message: Message) -> None:
        message.updated_at = self.now()
        self.records.touch()
        row = self.records.conversations.get(message.conversation_id)
        if row is not None:
            body = self.shapes.message_event(message)
            self.webhooks.tell("message_updated", body, conversation=row, message=message)

    # --- inside -----------------------------------------------------------------------------------------------

    def _set(self, row: Conversation, field: str, value: object) -> None:
        before = getattr(row, field)
        if before == value:
            return
        setattr(row, field, value)
        self._changed(row)
        self._tell_updated(row, {field: {"previous_value": before, "current_value": value}})

    def _changed(self, row: Conversation) -> None:
        row.updated_at = self.now()
        self.records.touch()

    def _tell_updated(self, row: Conversation, change: dict[str, Any]) -> None:
        stamp = {"updated_at": {"previous_value": iso(row.created_at), "current_value": iso(row.updated_at)}}
        body = self.shapes.conversation_event(row) | {"changed_attributes": [change, stamp]}
        self.webhooks.tell("conversation_updated", body, conversation=row)

    def _activity(self, row: Conversation, text: str) -> None:
        """A grey line in the thread; no webhook tells of it."""
        now = self.now()
        number = self.records.new_id("message")
        self.records.keep(Message(number, row.id, row.inbox_id, now, now, "activity", text))

    def _webhook_failed(
        self, kind: str, message: Message | None, conversation: Conversation | None, outcome: Outcome
    ) -> None:
        """An API inbox marks the message as failed; a bot that does not answer loses the conversation to the humans."""
        if message is None or conversation is None or conversation.id not in self.records.conversations:
            return
        reason = outcome.error or f"HTTP {outcome.status}"
        if kind == "inbox" and message.message_type == "outgoing" and message.status != "failed":
            self.set_delivery(message, "failed", reason)
        if kind == "bot" and conversation.status == "pending":
            self.set_status(conversation, "open", None)
