"""A channel's connection: the provider's word by webhook or when asked, and a person's when neither comes.

Off line, nothing is sent. When it comes back what waited leaves one by one, not all at once; what is too old for that
is parked by the outbox itself.
"""

from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from conversations import channel_cache
from conversations.channel_cache import ChannelView
from conversations.models import Channel
from seleto.lib import alerts, audit, jobs
from seleto.lib.models import Alert

MARKED = "marcado_por_pessoa"
# Why a restricted instance (WhatsApp stopped its sending for a while) is off line to us.
RESTRICTED = "envio_restrito"
# After an interruption two messages of a channel lie at least so far apart.
RESUME_GAP_S = 1.0


def noted(channel: ChannelView, *, connected: bool, reason: str, at: datetime) -> None:
    """The provider's own word; a late one about what has changed since counts no more."""
    with transaction.atomic():
        was = Channel.objects.select_for_update().values_list("connected", flat=True).get(pk=channel.id)
        newer = Channel.objects.filter(Q(connection_at=None) | Q(connection_at__lte=at), pk=channel.id)
        if not newer.update(connected=connected, connection_reason=reason, connection_at=at):
            return
        if connected and was is False:
            _resume(channel.id, channel.min_interval_ms, at)
        transaction.on_commit(channel_cache.forget)
        key = f"channel:{channel.slug}"
        if connected:
            alerts.close(key, now=at)
            return
        alerts.open_(
            key,
            title=f"Canal {channel.slug} sem conexão com o WhatsApp; as mensagens esperam",
            level=Alert.Level.CRITICAL,
            now=at,
        )


def asked(channel: ChannelView, *, connected: bool, reason: str, now: datetime) -> None:
    """The answer to our own question. It neither lifts a restriction, which the provider does not show there, nor what
    a person marked."""
    row = Channel.objects.get(pk=channel.id)
    held = row.connected is False and row.connection_reason in (MARKED, RESTRICTED)
    if row.connected is connected or (connected and held):
        return
    noted(channel, connected=connected, reason=reason, at=now)


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
            _resume(channel.id, channel.min_interval_ms, now)
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


def _resume(channel_id: UUID, min_interval_ms: int, now: datetime) -> None:
    """What fell due meanwhile leaves at the channel's pace, the longest waiting first."""
    gap_s = max(min_interval_ms / 1000, RESUME_GAP_S)
    with connection.cursor() as cursor:
        # SQL because the ORM cannot number the rows it updates.
        cursor.execute(
            "UPDATE conversations_outbox o SET due_at = %(now)s + (row.place - 1) * %(gap)s * interval '1 second'"
            ' FROM (SELECT id, row_number() OVER (ORDER BY due_at, "order") AS place FROM conversations_outbox'
            " WHERE channel_id = %(channel)s AND status = 'queued' AND due_at <= %(now)s) row"
            " WHERE o.id = row.id AND o.status = 'queued'",
            {"channel": channel_id, "now": now, "gap": gap_s},
        )
    jobs.wake("deliver")
