"""Providers by the name stored on a channel."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import httpx

from conversations.channels.base import ChannelClient, Timeouts, WebhookParser
from conversations.channels.cloud_api.client import build_client as build_cloud_api
from conversations.channels.cloud_api.parse import CloudApiParser
from conversations.channels.zapi.client import build_client as build_zapi
from conversations.channels.zapi.parse import ZapiParser
from conversations.formatting import MAX_BUBBLES

_MB = 1024 * 1024
# What WhatsApp itself takes (contracts/whatsapp-cloud.md, 2); Z-API names no limits of its own (contracts/zapi.md, 3).
WHATSAPP_MAX_BYTES = {
    "image": 5 * _MB,
    "audio": 16 * _MB,
    "video": 16 * _MB,
    "document": 100 * _MB,
    "sticker": _MB // 2,
}


class ClientBuilder(Protocol):
    """``credentials`` is the channel's decrypted column; raises ``Misconfigured`` when one is missing or unusable.

    ``http`` is shared by the process, so connections are reused.
    """

    def __call__(
        self,
        *,
        base_url: str,
        credentials: Mapping[str, str],
        http: httpx.Client,
        timeouts: Timeouts,
    ) -> ChannelClient: ...


@dataclass(frozen=True, slots=True)
class Provider:
    """``settings`` is the prefix of its address, timeouts and pace in the settings.

    ``has_window``: free text is refused once the lead was silent for a day. ``shows_thinking``: the lead can be shown
    that somebody reads and writes before there is a text. ``most_bubbles`` of one answer. ``echoes_sends``: what we
    send comes back as a webhook of its own. ``has_templates``: an account's approved texts can be listed.
    ``keeps_uploads``: a file is uploaded once and sent by its id. ``max_bytes`` of a file, by how it is sent.
    """

    name: str
    settings: str
    parser: WebhookParser
    build_client: ClientBuilder
    has_window: bool = False
    has_templates: bool = False
    shows_thinking: bool = False
    echoes_sends: bool = False
    keeps_uploads: bool = False
    label: str = ""
    max_bytes: Mapping[str, int] = field(default_factory=lambda: WHATSAPP_MAX_BYTES)
    most_bubbles: int = MAX_BUBBLES


PROVIDERS = {
    provider.name: provider
    for provider in (
        Provider("zapi", "ZAPI", ZapiParser(), build_zapi, echoes_sends=True, label="Z-API"),
        Provider(
            "whatsapp",
            "WHATSAPP",
            CloudApiParser(),
            build_cloud_api,
            has_window=True,
            has_templates=True,
            shows_thinking=True,
            keeps_uploads=True,
            label="Cloud API",
            # One message in six seconds to one person is what Meta allows for long (contracts/whatsapp-cloud.md, 3).
            most_bubbles=2,
        ),
    )
}


def get(name: str) -> Provider:
    """Raises ``KeyError`` for a provider this release does not have."""
    return PROVIDERS[name]
