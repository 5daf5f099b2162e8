"""The first WhatsApp channels come from the environment, one per provider; later ones are made in the admin."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from conversations.models import Channel, ChatwootInbox
from seleto.lib import clock

CHATWOOT_REQUIRED = ("CHATWOOT_ACCOUNT_ID", "CHATWOOT_USER_TOKEN", "CHATWOOT_WEBHOOK_SECRET")


@dataclass(frozen=True, slots=True)
class First:
    """What the environment says of one provider: ``required`` keys, its slug, its row, and its inbox in Chatwoot."""

    required: tuple[str, ...]
    slug: str
    row: Callable[[], dict[str, Any]]
    inbox: str
    signing: str

    def given(self) -> list[str]:
        return [key for key in self.required if getattr(settings, key)]


def _zapi() -> dict[str, Any]:
    return {
        "provider": Channel.Provider.ZAPI,
        "instance_id": settings.ZAPI_INSTANCE_ID,
        "credentials": {
            "instance_token": settings.ZAPI_INSTANCE_TOKEN,
            "client_token": settings.ZAPI_CLIENT_TOKEN,
        },
        "webhook_secrets": {"ambiente": settings.ZAPI_WEBHOOK_SECRET},
    }


def _cloud_api() -> dict[str, Any]:
    return {
        "provider": Channel.Provider.WHATSAPP,
        "instance_id": settings.WHATSAPP_PHONE_NUMBER_ID,
        "credentials": {
            "access_token": settings.WHATSAPP_ACCESS_TOKEN,
            "verify_token": settings.WHATSAPP_VERIFY_TOKEN,
            "waba_id": settings.WHATSAPP_WABA_ID,
        },
        "webhook_secrets": {"ambiente": settings.WHATSAPP_APP_SECRET},
    }


ZAPI = First(
    ("ZAPI_INSTANCE_ID", "ZAPI_INSTANCE_TOKEN", "ZAPI_CLIENT_TOKEN", "ZAPI_WEBHOOK_SECRET"),
    "ZAPI_CHANNEL",
    _zapi,
    "CHATWOOT_INBOX_ID",
    "CHATWOOT_SIGNING_SECRET",
)
CLOUD_API = First(
    ("WHATSAPP_PHONE_NUMBER_ID", "WHATSAPP_ACCESS_TOKEN", "WHATSAPP_VERIFY_TOKEN", "WHATSAPP_APP_SECRET"),
    "WHATSAPP_CHANNEL",
    _cloud_api,
    "CHATWOOT_WHATSAPP_INBOX_ID",
    "CHATWOOT_WHATSAPP_SIGNING_SECRET",
)


def named() -> list[First]:
    """The providers of which the environment says everything."""
    return [first for first in (ZAPI, CLOUD_API) if first.given() == list(first.required)]


def put() -> list[tuple[Channel, bool]]:
    """Create the channels that the environment names, or bring their instances and secrets up to it.

    Returns each and whether it is new. Raises ImproperlyConfigured naming the first missing key, of a provider that is
    named in part or of the first one when none is named.
    """
    chosen = [first for first in (ZAPI, CLOUD_API) if first.given()] or [ZAPI]
    for first in chosen:
        _require(first.required)
    return [_put(first) for first in chosen]


def _put(first: First) -> tuple[Channel, bool]:
    slug, row = getattr(settings, first.slug), first.row()
    channel, created = Channel.objects.update_or_create(
        slug=slug,
        defaults=row,
        create_defaults={**row, "name": f"WhatsApp {slug}", "created_at": clock.now()},
    )
    _put_chatwoot(channel, first)
    return channel, created


def _put_chatwoot(channel: Channel, first: First) -> None:
    """The inbox in which the channel is mirrored, where CHATWOOT_BASE_URL names a server."""
    if not settings.CHATWOOT_BASE_URL or (first is CLOUD_API and not getattr(settings, first.inbox)):
        return
    _require((first.inbox, *CHATWOOT_REQUIRED))
    signing = getattr(settings, first.signing)
    ChatwootInbox.objects.update_or_create(
        channel=channel,
        defaults={
            "base_url": settings.CHATWOOT_BASE_URL,
            "account_id": settings.CHATWOOT_ACCOUNT_ID,
            "inbox_id": getattr(settings, first.inbox),
            "integration_user_id": settings.CHATWOOT_USER_ID or None,
            "credentials": {"user_token": settings.CHATWOOT_USER_TOKEN, "bot_token": settings.CHATWOOT_BOT_TOKEN},
            "webhook_secrets": {"ambiente": settings.CHATWOOT_WEBHOOK_SECRET},
            "signing_secrets": {"ambiente": signing},
            "signature_required": bool(signing),
            **_teams(),
        },
    )


def _require(keys: tuple[str, ...]) -> None:
    for key in keys:
        if not getattr(settings, key):
            raise ImproperlyConfigured(f"{key} is missing. See .env.example for what it holds.")


def _teams() -> dict[str, int]:
    """The columns of the teams that CHATWOOT_TEAMS names; those it leaves out stay as they are in the admin."""
    columns = ChatwootInbox.TEAM_COLUMNS
    teams = {}
    for pair in settings.CHATWOOT_TEAMS:
        queue, _, number = pair.partition("=")
        if queue not in columns or not number.isdigit():
            raise ImproperlyConfigured(f"CHATWOOT_TEAMS accepts pairs like comercial=1 of: {', '.join(columns)}.")
        teams[columns[queue]] = int(number)
    return teams
