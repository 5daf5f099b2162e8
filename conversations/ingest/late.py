"""Messages that come too late to be answered: stored and shown like all others, and told to a person while they matter.

A provider delivers again for days; a phone that is connected anew tells history of months. Whoever wrote within
``LATE_MATTERS_DAYS`` and has heard nothing from us since may still be waiting.
"""

from datetime import datetime, timedelta

from django.conf import settings

from conversations.channel_cache import ChannelView
from conversations.chatwoot import due
from conversations.models import Message
from conversations.readings import expecting
from conversations.wording import excerpt
from seleto.lib import alerts
from seleto.lib.admin_lists import LOCAL
from seleto.lib.models import Alert

TOO_OLD = "antiga_demais"
_NOT_SAID = (Message.Status.CANCELLED, Message.Status.FAILED)


def tell(message: Message, channel: ChannelView, *, received_at: datetime, now: datetime) -> None:
    """Tell people of a message that the agent leaves alone, if it deserves one; a voice note is read for them."""
    if received_at - message.sent_at > timedelta(days=settings.LATE_MATTERS_DAYS) or _was_answered(message):
        return
    for media in message.files.all():
        expecting.expect(media, channel=channel.slug, origin=channel.origin, waits=False, now=now)
    at = message.sent_at.astimezone(LOCAL)
    said = f"“{excerpt(message.text)}”" if message.text else f"({message.get_type_display()})"
    due.note(
        lead_id=message.conversation.lead_id,
        channel_id=channel.id,
        key=f"atrasada:{message.pk}",
        text=f"⏰ Mensagem de {at:%d/%m às %H:%M} chegou atrasada; o agente não responde a ela: {said}",
        now=now,
    )
    alerts.open_(
        f"late:{channel.slug}",
        title=f"Mensagens chegaram atrasadas ao canal {channel.slug} e ninguém respondeu a elas: veja as conversas",
        level=Alert.Level.WARNING,
        now=now,
    )


def _was_answered(message: Message) -> bool:
    """Whether we, or a person of the house, said anything to this lead afterwards."""
    said = Message.objects.filter(
        conversation__lead_id=message.conversation.lead_id, channel_id=message.channel_id, sent_at__gte=message.sent_at
    )
    return said.exclude(author=Message.Author.LEAD).exclude(status__in=_NOT_SAID).exists()
