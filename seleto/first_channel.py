"""The first WhatsApp channel comes from the environment; later ones are made in the admin."""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from conversations.models import Channel, ChatwootInbox
from seleto.lib import clock

REQUIRED = ("ZAPI_INSTANCE_ID", "ZAPI_INSTANCE_TOKEN", "ZAPI_CLIENT_TOKEN", "ZAPI_WEBHOOK_SECRET")
CHATWOOT_REQUIRED = ("CHATWOOT_ACCOUNT_ID", "CHATWOOT_INBOX_ID", "CHATWOOT_USER_TOKEN", "CHATWOOT_WEBHOOK_SECRET")


def put() -> tuple[Channel, bool]:
    """Create the channel ``ZAPI_CHANNEL``, or bring its instance and secrets up to the environment.

    Returns it and whether it is new. Raises ImproperlyConfigured naming the first missing key.
    """
    for key in REQUIRED:
        if not getattr(settings, key):
            raise ImproperlyConfigured(f"{key} is missing. See .env.example for what it holds.")
    connection = {
        "provider": Channel.Provider.ZAPI,
        "instance_id": settings.ZAPI_INSTANCE_ID,
        "credentials": {
            "instance_token": settings.ZAPI_INSTANCE_TOKEN,
            "client_token": settings.ZAPI_CLIENT_TOKEN,
        },
        "webhook_secrets": {"ambiente": settings.ZAPI_WEBHOOK_SECRET},
    }
    channel, created = Channel.objects.update_or_create(
        slug=settings.ZAPI_CHANNEL,
        defaults=connection,
        create_defaults={
            **connection,
            "name": f"WhatsApp {settings.ZAPI_CHANNEL}",
            "created_at": clock.now(),
        },
    )
    _put_chatwoot(channel)
    return channel, created


def _put_chatwoot(channel: Channel) -> None:
    """The inbox in which the channel is mirrored, where CHATWOOT_BASE_URL names a server."""
    if not settings.CHATWOOT_BASE_URL:
        return
    for key in CHATWOOT_REQUIRED:
        if not getattr(settings, key):
            raise ImproperlyConfigured(f"{key} is missing. See .env.example for what it holds.")
    ChatwootInbox.objects.update_or_create(
        channel=channel,
        defaults={
            "base_url": settings.CHATWOOT_BASE_URL,
            "account_id": settings.CHATWOOT_ACCOUNT_ID,
            "inbox_id": settings.CHATWOOT_INBOX_ID,
            "integration_user_id": settings.CHATWOOT_USER_ID or None,
            "credentials": {"user_token": settings.CHATWOOT_USER_TOKEN, "bot_token": settings.CHATWOOT_BOT_TOKEN},
            "webhook_secrets": {"ambiente": settings.CHATWOOT_WEBHOOK_SECRET},
            "signing_secrets": {"ambiente": settings.CHATWOOT_SIGNING_SECRET},
            "signature_required": bool(settings.CHATWOOT_SIGNING_SECRET),
            **_teams(),
        },
    )


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
