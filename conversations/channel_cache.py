"""Channels as the hot path needs them: read once, kept for a few seconds per process."""

import threading
import time
from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings

from conversations.models import Channel


@dataclass(frozen=True, slots=True)
class ChannelView:
    """One channel's row, its secrets already decrypted and kept out of ``repr``."""

    id: UUID
    slug: str
    provider: str
    instance_id: str
    origin: str
    enabled: bool
    connected: bool | None
    min_interval_ms: int
    token_header_required: bool
    credentials: dict[str, str] = field(repr=False)
    webhook_secrets: tuple[str, ...] = field(repr=False)


_lock = threading.Lock()
_views: dict[UUID, ChannelView] = {}
_read_at = float("-inf")


def by_slug(slug: str) -> ChannelView | None:
    """The channel of that name, or None. One that is switched off still takes in what arrives."""
    return next((view for view in _fresh().values() if view.slug == slug), None)


def by_id(channel_id: UUID) -> ChannelView:
    """Raises ``Channel.DoesNotExist`` when there is none."""
    try:
        return _fresh()[channel_id]
    except KeyError:
        raise Channel.DoesNotExist(channel_id) from None


def all_views() -> list[ChannelView]:
    """Every channel, enabled or not."""
    return list(_fresh().values())


def forget() -> None:
    """Read the table again at the next question (this process saved a channel)."""
    global _read_at
    with _lock:
        _read_at = float("-inf")


def _fresh() -> dict[UUID, ChannelView]:
    """No lock is held while asking: a thread waiting for a connection would hold up those that have one."""
    global _views, _read_at
    if time.monotonic() - _read_at <= settings.CHANNEL_CACHE_S:
        return _views
    views = {channel.id: _view(channel) for channel in Channel.objects.all()}
    with _lock:
        _views, _read_at = views, time.monotonic()
    return views


def _view(channel: Channel) -> ChannelView:
    return ChannelView(
        id=channel.id,
        slug=channel.slug,
        provider=channel.provider,
        instance_id=channel.instance_id,
        origin=channel.origin,
        enabled=channel.enabled,
        connected=channel.connected,
        min_interval_ms=channel.min_interval_ms,
        token_header_required=channel.token_header_required,
        credentials=channel.credentials,
        webhook_secrets=tuple(channel.webhook_secrets.values()),
    )
