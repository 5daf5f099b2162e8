"""Where files may come from."""

from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings

from conversations import channel_cache
from conversations.channels import registry
from conversations.chatwoot import inboxes
from conversations.models import Media


def allowed(source: str, channel_id: UUID) -> list[str]:
    """The provider's storage for what came by WhatsApp; the inbox's own server and its storage for what SDRs attach.

    In the sandbox the provider's storage is where the provider is.
    """
    if source == Media.Source.CHANNEL:
        prefix = registry.get(channel_cache.by_id(channel_id).provider).settings
        own = [_host(getattr(settings, f"{prefix}_BASE_URL"))] if settings.SANDBOX else []
        return [*getattr(settings, f"{prefix}_MEDIA_HOSTS"), *own]
    inbox = inboxes.of_channel(channel_id)
    return [*settings.CHATWOOT_MEDIA_HOSTS, *([_host(inbox.base_url)] if inbox else [])]


def _host(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2]
