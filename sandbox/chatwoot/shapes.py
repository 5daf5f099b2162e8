"""Chatwoot's JSON: answers of the application API and bodies of webhooks. They differ for one and the same thing."""

from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

from sandbox.chatwoot.records import (
    ACCOUNT_ID,
    ACCOUNT_NAME,
    Attachment,
    Bot,
    Contact,
    ContactInbox,
    Conversation,
    Inbox,
    Message,
    Records,
    Team,
    User,
)

Body = dict[str, Any]
MESSAGE_TYPES = {"incoming": 0, "outgoing": 1, "activity": 2, "template": 3}
ACCOUNT = {"id": ACCOUNT_ID, "name": ACCOUNT_NAME}


def iso(instant: float) -> str:
    stamp = datetime.fromtimestamp(instant, UTC)
    return stamp.strftime("%Y-%m-%dT%H:%M:%S.") + f"{stamp.microsecond // 1000:03d}Z"


class Shapes:
    def __init__(self, records: Records, base_url: str) -> None:
        self._records = records
        self._base_url = base_url

    # --- people -----------------------------------------------------------------------------------------------

    def agent(self, user: User) -> Body:
        return self.user(user) | {
            "role": user.role,
            "email": user.email,
            "account_id": ACCOUNT_ID,
            "confirmed": True,
        }

    @staticmethod
    def user(user: User) -> Body:
        return {
            "id": user.id,
            "name": user.name,
            "avatar_url": "",
            "type": "user",
            "availability_status": user.availability,
        }

    @staticmethod
    def bot(bot: Bot) -> Body:
        return {"id": bot.id, "name": bot.name, "avatar_url": "", "type": "agent_bot"}

    @staticmethod
    def team(team: Team) -> Body:
        return {
            "id": team.id,
            "name": team.name,
            "description": team.description,
            "allow_auto_assign": team.allow_auto_assign,
            "account_id": ACCOUNT_ID,
        }

    # --- contacts ---------------------------------------------------------------------------------------------

    def contact(self, contact: Contact) -> Body:
        return {
            "additional_attributes": contact.additional_attributes,
            "availability_status": "offline",
            "email": contact.email,
            "id": contact.id,
            "name": contact.name,
            "phone_number": contact.phone_number,
            "blocked": contact.blocked,
            "identifier": contact.identifier,
            "thumbnail": "",
            "custom_attributes": contact.custom_attributes,
            "last_activity_at": int(contact.last_activity_at),
            "created_at": int(contact.created_at),
            "contact_inboxes": [self._link(row) for row in self._records.inboxes_of(contact)],
        }

    def _link(self, row: ContactInbox) -> Body:
        inbox = self._records.inboxes[row.inbox_id]
        return {
            "source_id": row.source_id,
            "inbox": {
                "id": inbox.id,
                "avatar_url": "",
                "channel_id": inbox.channel_id,
                "name": inbox.name,
                "channel_type": inbox.channel_type,
                "provider": None,
            },
        }

    def contact_inbox(self, row: ContactInbox) -> Body:
        inbox = self._records.inboxes[row.inbox_id]
        return {
            "source_id": row.source_id,
            "inbox": {"id": inbox.id, "name": inbox.name, "channel_type": inbox.channel_type},
        }

    @staticmethod
    def _person(contact: Contact) -> Body:
        return {
            "additional_attributes": contact.additional_attributes,
            "custom_attributes": contact.custom_attributes,
            "email": contact.email,
            "id": contact.id,
            "identifier": contact.identifier,
            "name": contact.name,
            "phone_number": contact.phone_number,
            "thumbnail": "",
            "blocked": contact.blocked,
        }

    def contact_event(self, contact: Contact) -> Body:
        """As the sender of a webhook's message: no ``type`` key (contract, section 4.3)."""
        return {"account": ACCOUNT, "avatar": "", **self._person(contact)}

    # --- conversations ----------------------------------------------------------------------------------------

    def conversation(self, row: Conversation) -> Body:
        records = self._records
        last = records.last_spoken(row)
        shown = self.message(last) if last else None
        meta: Body = {
            "sender": self.contact(records.contacts[row.contact_id]),
            "channel": records.inboxes[row.inbox_id].channel_type,
            "assignee": self.assignee(row, full=True),
            "hmac_verified": False,
        }
        if row.team_id is not None:
            meta["team"] = self.team(records.teams[row.team_id])
        return {
            "meta": meta,
            "id": row.id,
            "messages": [shown] if shown else [],
            "account_id": ACCOUNT_ID,
            "uuid": row.uuid,
            "additional_attributes": row.additional_attributes,
            "agent_last_seen_at": int(row.agent_last_seen_at),
            "assignee_last_seen_at": int(row.assignee_last_seen_at),
            "can_reply": True,
            "contact_last_seen_at": int(row.contact_last_seen_at),
            "custom_attributes": row.custom_attributes,
            "inbox_id": row.inbox_id,
            "labels": row.labels,
            "muted": False,
            "snoozed_until": row.snoozed_until,
            "status": row.status,
            "created_at": int(row.created_at),
            "updated_at": row.updated_at,
            "timestamp": int(row.last_activity_at),
            "first_reply_created_at": int(row.first_reply_created_at),
            "unread_count": records.unread(row),
            "last_non_activity_message": shown,
            "last_activity_at": int(row.last_activity_at),
            "priority": row.priority,
            "waiting_since": int(row.waiting_since),
        }

    def assignee(self, row: Conversation, *, full: bool = False) -> Body | None:
        if row.assignee_id is None:
            return None
        if row.assignee_type == "AgentBot":
            return self.bot(self._records.bots[row.assignee_id])
        user = self._records.users[row.assignee_id]
        return self.agent(user) if full else self.user(user)

    def conversation_event(self, row: Conversation) -> Body:
        """The conversation in a webhook (contract, section 4.4)."""
        records = self._records
        link = records.contact_inboxes[row.contact_inbox_id]
        last = records.last_spoken(row)
        return {
            "additional_attributes": row.additional_attributes,
            "can_reply": True,
            "channel": records.inboxes[row.inbox_id].channel_type,
            "contact_inbox": {
                "id": link.id,
                "contact_id": link.contact_id,
                "inbox_id": link.inbox_id,
                "source_id": link.source_id,
                "created_at": iso(link.created_at),
                "updated_at": iso(link.created_at),
                "hmac_verified": False,
                "pubsub_token": "ficticio",
            },
            "id": row.id,
            "inbox_id": row.inbox_id,
            "messages": [self._row(last)] if last else [],
            "labels": list(row.labels),
            "meta": {
                "sender": self._person(records.contacts[row.contact_id]) | {"type": "contact"},
                "assignee": self.assignee(row),
                "assignee_type": row.assignee_type,
                "team": None if row.team_id is None else self.team(records.teams[row.team_id]),
                "hmac_verified": False,
            },
            "status": row.status,
            "custom_attributes": dict(row.custom_attributes),
            "snoozed_until": row.snoozed_until,
            "unread_count": records.unread(row),
            "first_reply_created_at": int(row.first_reply_created_at) or None,
            "priority": row.priority,
            "waiting_since": int(row.waiting_since),
            "agent_last_seen_at": int(row.agent_last_seen_at),
            "contact_last_seen_at": int(row.contact_last_seen_at),
            "last_activity_at": int(row.last_activity_at),
            "timestamp": int(row.last_activity_at),
            "created_at": int(row.created_at),
            "updated_at": row.updated_at,
        }

    # --- messages ---------------------------------------------------------------------------------------------

    def message(self, row: Message, echo_id: str | None = None) -> Body:
        """In an answer: ``message_type`` is a number, ``created_at`` seconds."""
        sender = self._sender(row)
        return self._row(row) | ({"sender": sender} if sender else {}) | {"echo_id": echo_id}

    def _row(self, row: Message) -> Body:
        conversation = self._records.conversations[row.conversation_id]
        link = self._records.contact_inboxes[conversation.contact_inbox_id]
        body: Body = {
            "id": row.id,
            "content": row.content,
            "account_id": ACCOUNT_ID,
            "inbox_id": row.inbox_id,
            "conversation_id": row.conversation_id,
            "message_type": MESSAGE_TYPES[row.message_type],
            "created_at": int(row.created_at),
            "updated_at": iso(row.updated_at),
            "private": row.private,
            "status": row.status,
            "source_id": row.source_id,
            "content_type": row.content_type,
            "content_attributes": dict(row.content_attributes),
            "sender_type": row.sender_type,
            "sender_id": row.sender_id,
            "external_source_ids": {},
            "additional_attributes": {},
            "processed_message_content": row.content,
            "sentiment": {},
            "conversation": {
                "assignee_id": conversation.assignee_id if conversation.assignee_type == "User" else None,
                "unread_count": self._records.unread(conversation),
                "last_activity_at": int(conversation.last_activity_at),
                "contact_inbox": {"source_id": link.source_id},
            },
        }
        if row.attachments:
            body["attachments"] = [self.attachment(item) for item in row.attachments]
        return body

    def _sender(self, row: Message) -> Body | None:
        if row.sender_id is None:
            return None
        if row.sender_type == "Contact":
            contact = self._records.contacts.get(row.sender_id)
            return self._person(contact) | {"type": "contact"} if contact else None
        if row.sender_type == "AgentBot":
            return self.bot(self._records.bots[row.sender_id])
        return self.user(self._records.users[row.sender_id])

    def message_event(self, row: Message) -> Body:
        """In a webhook: ``message_type`` is a word, ``created_at`` ISO, and a contact has no ``type``."""
        conversation = self._records.conversations[row.conversation_id]
        inbox = self._records.inboxes[row.inbox_id]
        body: Body = {
            "account": ACCOUNT,
            "additional_attributes": {},
            "content_attributes": dict(row.content_attributes),
            "content_type": row.content_type,
            "content": row.content,
            "conversation": self.conversation_event(conversation),
            "created_at": iso(row.created_at),
            "id": row.id,
            "inbox": {"id": inbox.id, "name": inbox.name},
            "message_type": row.message_type,
            "private": row.private,
            "sender": self._event_sender(row),
            "source_id": row.source_id,
        }
        if row.attachments:
            body["attachments"] = [self.attachment(item) for item in row.attachments]
        return body

    def _event_sender(self, row: Message) -> Body | None:
        if row.sender_id is None:
            return None
        if row.sender_type == "Contact":
            contact = self._records.contacts.get(row.sender_id)
            return self.contact_event(contact) if contact else None
        if row.sender_type == "AgentBot":
            bot = self._records.bots[row.sender_id]
            return {"id": bot.id, "name": bot.name, "type": "agent_bot"}
        return self.user_event(self._records.users[row.sender_id])

    @staticmethod
    def user_event(user: User) -> Body:
        return {"id": user.id, "name": user.name, "email": user.email, "type": "user"}

    def attachment(self, item: Attachment) -> Body:
        extension = PurePosixPath(item.name).suffix.lstrip(".").lower()
        image = item.file_type == "image"
        return {
            "id": item.id,
            "message_id": item.message_id,
            "file_type": item.file_type,
            "account_id": ACCOUNT_ID,
            "extension": None if image else extension or None,
            "data_url": self._blob("blobs", item),
            "thumb_url": self._blob("representations", item) if image else "",
            "file_size": item.size,
            "width": None,
            "height": None,
        }

    def _blob(self, kind: str, item: Attachment) -> str:
        signed = self._records.new_uuid("blob", item.id).replace("-", "")
        return f"{self._base_url}/rails/active_storage/{kind}/redirect/{signed}/{item.name}"

    # --- set-up -----------------------------------------------------------------------------------------------

    def inbox(self, inbox: Inbox, *, admin: bool) -> Body:
        body: Body = {
            "id": inbox.id,
            "avatar_url": "",
            "channel_id": inbox.channel_id,
            "name": inbox.name,
            "channel_type": inbox.channel_type,
            "enable_auto_assignment": False,
            "working_hours_enabled": False,
            "timezone": "America/Sao_Paulo",
            "lock_to_single_conversation": inbox.lock_to_single_conversation,
        }
        if inbox.channel_type == "Channel::Api":
            body |= {"webhook_url": inbox.webhook_url, "inbox_identifier": self._records.new_uuid("inbox", inbox.id)}
            if admin:
                body["secret"] = inbox.secret
        return body
