"""The first WhatsApp channel comes from the environment; later ones are made in the admin."""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from conversations.models import Channel
from seleto.lib import clock

REQUIRED = ("ZAPI_INSTANCE_ID", "ZAPI_INSTANCE_TOKEN", "ZAPI_CLIENT_TOKEN", "ZAPI_WEBHOOK_SECRET")


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
    return Channel.objects.update_or_create(
        slug=settings.ZAPI_CHANNEL,
        defaults=connection,
        create_defaults={
            **connection,
            "name": f"WhatsApp {settings.ZAPI_CHANNEL}",
            "created_at": clock.now(),
        },
    )
