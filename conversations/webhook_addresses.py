"""Where a provider has to send its webhooks, and how it is told."""

from dataclasses import dataclass

from django.conf import settings

from conversations import outbox
from conversations.channel_cache import ChannelView
from conversations.models import Channel

# What the Cloud API's app must be subscribed to: messages with their statuses, and what a person types on the phone.
META_FIELDS = ("messages", "smb_message_echoes")


@dataclass(frozen=True, slots=True)
class Plan:
    """``shown`` is the address without its secret; ``by_hand`` what only a person can enter at the provider."""

    shown: str
    by_hand: tuple[str, ...] = ()


def plan(channel: ChannelView) -> Plan:
    root = f"{settings.PUBLIC_URL.rstrip('/')}/webhooks/{channel.provider}/{channel.slug}/"
    if channel.provider != Channel.Provider.WHATSAPP:
        return Plan(f"{root}<segredo>/")
    return Plan(
        root,
        (
            "No painel da Meta, em WhatsApp > Configuração > Webhook:",
            f"  URL de callback: {root}",
            "  Token de verificação: o verify_token gravado no canal",
            f"  Campos a assinar: {', '.join(META_FIELDS)}",
        ),
    )


def trouble(channel: ChannelView) -> str:
    """Why the provider cannot be told yet, in Portuguese; empty when it can."""
    if not settings.PUBLIC_URL.startswith("https://") and not settings.SANDBOX:
        return "PUBLIC_URL precisa começar com https://: os provedores só chamam endereços assim."
    if not any(channel.webhook_secrets):
        return "o canal não tem segredo de webhook: defina um no admin."
    if channel.provider == Channel.Provider.WHATSAPP and not channel.credentials.get("verify_token"):
        return "o canal não tem verify_token: defina um no admin."
    return ""


def register(channel: ChannelView) -> None:
    """Tell the provider, with the newest secret. Raises the outcomes of ``seleto.lib.errors``."""
    secret = channel.webhook_secrets[-1]
    outbox.client(channel).register_webhooks(url=plan(channel).shown.replace("<segredo>", secret))
