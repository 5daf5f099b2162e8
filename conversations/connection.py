"""A channel's connection as a person states it, for when the provider's own word does not come."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from conversations import channel_cache
from conversations.models import Channel
from seleto.lib import alerts, audit, jobs
from seleto.lib.models import Alert

MARKED = "marcado_por_pessoa"


def mark(channel_id: UUID, *, connected: bool, actor: str, now: datetime) -> bool:
    """Let what waits on this channel leave, or hold it; False when it was so already.

    The provider's next word about the connection counts again, whatever was marked. Raises ``Channel.DoesNotExist``.
    """
    with transaction.atomic():
        channel = Channel.objects.select_for_update().get(pk=channel_id)
        if channel.connected is connected:
            return False
        channel.connected, channel.connection_at = connected, now
        channel.connection_reason = MARKED
        channel.save(update_fields=["connected", "connection_reason", "connection_at"])
        key = f"channel:{channel.slug}"
        if connected:
            alerts.close(key, now=now)
            jobs.wake("deliver")
        else:
            alerts.open_(
                key,
                title=f"Canal {channel.slug} marcado como desconectado; as mensagens esperam",
                level=Alert.Level.WARNING,
                now=now,
            )
        audit.record(
            actor=actor,
            action="mark_connected" if connected else "mark_disconnected",
            subject_kind="channel",
            subject_id=channel.pk,
            detail={},
            now=now,
        )
        transaction.on_commit(channel_cache.forget)
    return True
