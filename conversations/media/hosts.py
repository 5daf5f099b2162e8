"""Where files may come from."""

from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings

from conversations.chatwoot import inboxes
from conversations.models import Media


def allowed(source: str, channel_id: UUID) -> list[str]:
    """The provider's storage for what came by WhatsApp; the inbox's own server and its storage for what SDRs attach.

    In the sandbox the provider's storage is where the provider is.
    """
    if source == Media.Source.CHANNEL:
        return [*settings.ZAPI_MEDIA_HOSTS, *([_host(settings.ZAPI_BASE_URL)] if settings.SANDBOX else [])]
    inbox = inboxes.of_channel(channel_id)
    return [*settings.CHATWOOT_MEDIA_HOSTS, *([_host(inbox.base_url)] if inbox else [])]


def _host(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2]
