"""The customer-service window: how long after a lead's last word free text may be written to them.

WhatsApp itself enforces it on the Cloud API; on every other channel we keep it for what nobody asked for (I10).
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Max

from conversations.models import Conversation, Message


def is_open(conversation: Conversation, *, now: datetime) -> bool:
    """Judged by the lead's last message on this channel, whichever session it was in."""
    last: datetime | None = Message.objects.filter(
        conversation__lead_id=conversation.lead_id, channel_id=conversation.channel_id, author=Message.Author.LEAD
    ).aggregate(last=Max("sent_at"))["last"]
    return last is not None and now - last < timedelta(hours=settings.WHATSAPP_WINDOW_H)
