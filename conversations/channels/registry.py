"""Providers by the name stored on a channel."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import httpx

from conversations.channels.base import ChannelClient, Timeouts, WebhookParser
from conversations.channels.zapi.client import build_client as build_zapi
from conversations.channels.zapi.parse import ZapiParser


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
    name: str
    parser: WebhookParser
    build_client: ClientBuilder


PROVIDERS = {provider.name: provider for provider in (Provider("zapi", ZapiParser(), build_zapi),)}


def get(name: str) -> Provider:
    """Raises ``KeyError`` for a provider this release does not have."""
    return PROVIDERS[name]
