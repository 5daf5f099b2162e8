"""Blue ticks and typing dots the moment somebody begins to think about a lead's message, where the provider has them.

A courtesy, so nobody waits for it: it goes out on threads of its own while the model is asked, and its failure is only
noted. Providers without it show both with the answer.
"""

import threading
from concurrent.futures import Future, ThreadPoolExecutor

import structlog
from django.conf import settings

from conversations import channel_cache, outbox
from conversations.agent.state import TurnState
from conversations.channel_cache import ChannelView
from conversations.channels import registry
from seleto.lib.errors import ProviderError

log = structlog.get_logger(__name__)

_THREADS = 4
_lock = threading.Lock()
_pool: ThreadPoolExecutor | None = None


def show(state: TurnState) -> "Future[None] | None":
    """Begin to show it; None where there is nothing to show."""
    channel = channel_cache.by_slug(state.channel_slug)
    if channel is None or not registry.get(channel.provider).shows_thinking or not settings.SEND_READ_RECEIPTS:
        return None
    if not (state.pending and state.pending[-1].provider_id and channel.enabled and channel.connected is not False):
        return None
    return _threads().submit(_show, channel, state.address, state.pending[-1].provider_id, state.correlation_id)


def _show(channel: ChannelView, address: str, provider_id: str, correlation_id: str) -> None:
    try:
        outbox.client(channel).mark_read(
            to=address, provider_id=provider_id, correlation_id=correlation_id, typing=True
        )
    except ProviderError as error:
        log.info("reading_sign.failed", reason=error.reason)


def _threads() -> ThreadPoolExecutor:
    """Made at first use: a pool does not live through a fork."""
    global _pool
    with _lock:
        if _pool is None:
            _pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="reading-sign")
        return _pool
