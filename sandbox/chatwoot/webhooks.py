"""Which webhooks an event goes to, how they are signed, and what a refused one does (contract, section 4)."""

import asyncio
import hashlib
import hmac
import itertools
import json
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.chatwoot.records import API_CHANNEL, Bot, Conversation, Inbox, Message, Records
from sandbox.clock import Clock
from sandbox.hooks import Hooks, Manner, Outcome

TIMEOUT_S = 5.0
BOT_ATTEMPTS = 3
SUBSCRIPTIONS = (
    "conversation_created",
    "conversation_status_changed",
    "conversation_updated",
    "message_created",
    "message_updated",
    "webwidget_triggered",
    "contact_created",
    "contact_updated",
    "conversation_typing_on",
    "conversation_typing_off",
    "inbox_created",
    "inbox_updated",
)
_BOT_ONLY = ("conversation_opened", "conversation_resolved")
_BOT_EVENTS = (
    *_BOT_ONLY,
    "message_created",
    "message_updated",
    "conversation_status_changed",
    "conversation_updated",
    "webwidget_triggered",
)
_ABOUT_A_MESSAGE = ("message_created", "message_updated")

Failed = Callable[[str, Message | None, Conversation | None, Outcome], None]


def sign(secret: str, stamp: str, body: bytes) -> str:
    digest = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    return f"sha256={digest}"


class Webhooks:
    """``failed`` is told of a refused webhook about a message: kind (inbox or bot), message, conversation, outcome."""

    def __init__(self, records: Records, hooks: Hooks, clock: Clock, failed: Failed) -> None:
        self._records, self._hooks, self._clock, self._failed = records, hooks, clock, failed
        self._numbers = itertools.count(1)
        self._watched: list[asyncio.Future[Outcome]] | None = None

    def watch(self, act: Callable[[], Any]) -> "list[asyncio.Future[Outcome]]":
        """Do ``act`` and collect how the webhooks it caused go."""
        watched: list[asyncio.Future[Outcome]] = []
        self._watched = watched
        try:
            act()
        finally:
            self._watched = None
        return watched

    def tell(
        self,
        event: str,
        body: Mapping[str, Any],
        *,
        conversation: Conversation | None = None,
        message: Message | None = None,
    ) -> None:
        raw = json.dumps({**body, "event": event}, ensure_ascii=False).encode()
        if event not in _BOT_ONLY:
            for webhook in self._records.webhooks.values():
                if event in webhook.subscriptions:
                    self._post("account", event, webhook.url, webhook.secret, raw, conversation, message)
        if conversation is None:
            return
        inbox = self._records.inboxes[conversation.inbox_id]
        if event not in _BOT_ONLY and inbox.channel_type == API_CHANNEL and inbox.webhook_url:
            self._post("inbox", event, inbox.webhook_url, inbox.secret, raw, conversation, message)
        if event in _BOT_EVENTS:
            for bot in self._bots(inbox, conversation):
                self._post("bot", event, bot.outgoing_url, bot.secret, raw, conversation, message)

    def _bots(self, inbox: Inbox, conversation: Conversation) -> list[Bot]:
        """The inbox's bot and the one assigned to the conversation, each once, if they have an address."""
        ids = {inbox.bot_id, conversation.assignee_id if conversation.assignee_type == "AgentBot" else None}
        return [bot for bot in self._records.bots.values() if bot.id in ids and bot.outgoing_url]

    def _post(
        self,
        kind: str,
        event: str,
        url: str,
        secret: str,
        raw: bytes,
        conversation: Conversation | None,
        message: Message | None,
    ) -> None:
        number = next(self._numbers)

        def headers(copy: int) -> dict[str, str]:
            if not self._records.settings.signed:
                return {}
            stamp = str(int(self._clock.now().timestamp()))
            return {
                "X-Chatwoot-Timestamp": stamp,
                "X-Chatwoot-Delivery": self._records.new_uuid("delivery", number, copy),
                "X-Chatwoot-Signature": sign(secret, stamp, raw),
            }

        attempts = BOT_ATTEMPTS if kind == "bot" else 1
        manner = Manner(headers, attempts=attempts, retry_s=self._records.settings.bot_retry_s)
        lane = f"{kind}:{conversation.id if conversation else 'account'}"
        done = self._hooks.post_raw(lane, url, raw, f"chatwoot/{kind}/{event}", manner)
        if self._watched is not None:
            self._watched.append(done)
        if kind != "account" and event in _ABOUT_A_MESSAGE:
            done.add_done_callback(lambda future: self._answered(kind, message, conversation, future))

    def _answered(
        self,
        kind: str,
        message: Message | None,
        conversation: Conversation | None,
        future: "asyncio.Future[Outcome]",
    ) -> None:
        if not future.cancelled() and not (outcome := future.result()).accepted and not outcome.lost:
            self._failed(kind, message, conversation, outcome)
