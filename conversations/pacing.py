"""When a text may leave: not faster than the instance sends, and than one recipient may be written to."""

from datetime import datetime, timedelta

from django.conf import settings

from conversations.channel_cache import ChannelView
from conversations.channels import registry
from conversations.models import Conversation, Outbox
from seleto.lib import ratelimit

_NEVER_LEFT = (Outbox.Status.CANCELLED, Outbox.Status.PARKED)


def between_bubbles_s(channel: ChannelView) -> float:
    """The provider's gap between two messages to one person; 0 where it asks for none."""
    gap_s: float = getattr(settings, f"{registry.get(channel.provider).settings}_PAIR_INTERVAL_S")
    return gap_s


def earliest(conversation: Conversation, channel: ChannelView, *, now: datetime) -> datetime:
    """When the next text to this lead may leave. Call with the conversation locked; asks only where there is a gap."""
    gap_s = between_bubbles_s(channel)
    if not gap_s:
        return now
    before = Outbox.objects.filter(conversation=conversation).exclude(status__in=_NEVER_LEFT).order_by("-order").first()
    return now if before is None else max(now, (before.sent_at or before.due_at) + timedelta(seconds=gap_s))


def slot(channel: ChannelView, due_at: datetime) -> datetime:
    """The instance's next free place at its own pace, ``due_at`` or later."""
    if not channel.min_interval_ms:
        return due_at
    return max(due_at, ratelimit.reserve(f"send:{channel.id}", interval_s=channel.min_interval_ms / 1000, now=due_at))
