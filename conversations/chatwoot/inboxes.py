"""Chatwoot inboxes as the mirror needs them: read once, kept for a few seconds per process."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

import httpx
from django.conf import settings

from conversations.chatwoot.client import ChatwootClient
from conversations.models import ChatwootInbox
from seleto.lib import http


@dataclass(frozen=True, slots=True)
class InboxView:
    """One inbox, its secrets already decrypted and kept out of ``repr``."""

    channel_id: UUID
    base_url: str
    account_id: int
    inbox_id: int
    integration_user_id: int | None
    # Of each queue that has one, and whom of it handoffs are given to.
    teams: Mapping[str, int]
    assignment: str
    signature_required: bool
    assignment_pauses: bool
    credentials: dict[str, str] = field(repr=False)
    webhook_secrets: tuple[str, ...] = field(repr=False)
    signing_secrets: tuple[str, ...] = field(repr=False)

    @property
    def circuit(self) -> str:
        return f"chatwoot:{self.channel_id}"

    def client(self) -> ChatwootClient:
        return ChatwootClient(
            base_url=self.base_url,
            account_id=self.account_id,
            user_token=self.credentials.get("user_token", ""),
            bot_token=self.credentials.get("bot_token", ""),
            http=http.session(
                "chatwoot", connect_s=settings.CHATWOOT_CONNECT_TIMEOUT_S, read_s=settings.CHATWOOT_READ_TIMEOUT_S
            ),
            upload=httpx.Timeout(
                settings.CHATWOOT_UPLOAD_TIMEOUT_S,
                connect=settings.CHATWOOT_CONNECT_TIMEOUT_S,
                pool=settings.CHATWOOT_CONNECT_TIMEOUT_S,
            ),
        )


_lock = threading.Lock()
_views: dict[UUID, InboxView] = {}
_read_at = float("-inf")


def of_channel(channel_id: UUID) -> InboxView | None:
    """The active inbox of a channel; None where nothing is mirrored."""
    global _views, _read_at
    if time.monotonic() - _read_at > settings.CHANNEL_CACHE_S:
        # No lock is held while asking: a thread waiting for a connection would hold up those that have one.
        views = {row.channel_id: _view(row) for row in ChatwootInbox.objects.filter(active=True)}
        with _lock:
            _views, _read_at = views, time.monotonic()
    return _views.get(channel_id)


def forget(**_signal: object) -> None:
    """Read the table again at the next question (this process saved an inbox)."""
    global _read_at
    with _lock:
        _read_at = float("-inf")


def _view(row: ChatwootInbox) -> InboxView:
    return InboxView(
        channel_id=row.channel_id,
        base_url=row.base_url,
        account_id=row.account_id,
        inbox_id=row.inbox_id,
        integration_user_id=row.integration_user_id,
        teams={queue: team for queue, team in row.teams().items() if team is not None},
        assignment=row.assignment,
        signature_required=row.signature_required,
        assignment_pauses=row.assignment_pauses,
        credentials=dict(row.credentials),
        webhook_secrets=tuple(row.webhook_secrets.values()),
        signing_secrets=tuple(row.signing_secrets.values()),
    )
