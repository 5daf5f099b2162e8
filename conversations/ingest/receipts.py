"""What became of what we sent, and whether the instance is on line."""

from datetime import datetime

from django.conf import settings

from conversations import connection, outcomes, provider_ids, templates
from conversations.channel_cache import ChannelView
from conversations.channels import base
from conversations.chatwoot import due, telling
from conversations.ingest.common import NotYet, StoredEvent
from conversations.models import Message, Outbox
from seleto.lib import alerts
from seleto.lib.models import Alert


def on_receipt(channel: ChannelView, event: StoredEvent, parsed: base.Receipt, now: datetime) -> str:
    """Move our messages forward, never back; a failure is shown to a person and never sent again by itself."""
    if parsed.restricted:
        connection.noted(channel, connected=False, reason=connection.RESTRICTED, at=now)
    if parsed.correlation:
        outcomes.on_proof(
            channel_id=channel.id, reference=parsed.correlation, provider_id=parsed.provider_ids[0], now=now
        )
    ids = provider_ids.forms(parsed.provider_ids)
    ours = Message.objects.filter(channel_id=channel.id, provider_id__in=ids, outbox__isnull=False)
    if not ours.exists():
        if parsed.restricted:  # what it says of the instance counts, whoever sent the message
            return "mensagem_desconhecida"
        raise NotYet("mensagem_desconhecida")
    if parsed.status == base.ReceiptStatus.FAILED:
        _fail(channel, parsed, ids, now)
        return ""
    status = Message.Status(parsed.status.value)
    behind = Message.PROGRESS[: Message.PROGRESS.index(status)]
    moved = Message.objects.filter(channel_id=channel.id, provider_id__in=ids, status__in=behind)
    # What became of an SDR's message is shown where they typed it; receipts that come together are one piece of news.
    typed = moved.filter(author=Message.Author.PERSON, chatwoot_id__isnull=False)
    leads = set(typed.values_list("conversation__lead_id", flat=True))
    moved.update(status=status, status_at=now)
    for lead_id in leads:
        due.mark(lead_id=lead_id, channel_id=channel.id, now=now, wait_s=settings.CHATWOOT_RECEIPTS_S)
    return ""


def on_connection(channel: ChannelView, event: StoredEvent, parsed: base.Connection, now: datetime) -> str:
    """Off line, nothing is sent: the provider would keep it and flush it stale (contracts/zapi.md, 2)."""
    reason = "" if parsed.connected else "desconectado"
    at = min(parsed.at or event.received_at, event.received_at)
    connection.noted(channel, connected=parsed.connected, reason=reason, at=at)
    return ""


def on_trouble(channel: ChannelView, event: StoredEvent, parsed: base.Trouble, now: datetime) -> str:
    """The provider complains about the account: a person must look, messages wait by their own outcome."""
    alerts.open_(
        f"provider:{channel.slug}",
        title=f"O provedor avisa sobre o canal {channel.slug}: {parsed.code or 'sem código'}",
        level=Alert.Level.WARNING,
        now=now,
    )
    return ""


def on_template(channel: ChannelView, event: StoredEvent, parsed: base.TemplateChanged, now: datetime) -> str:
    """A template was approved, refused, paused, or judged by those who got it."""
    templates.changed(channel, parsed, now=now)
    return ""


def _fail(channel: ChannelView, receipt: base.Receipt, ids: list[str], now: datetime) -> None:
    failed = list(
        Message.objects.filter(channel_id=channel.id, provider_id__in=ids)
        .exclude(status__in=[Message.Status.DELIVERED, Message.Status.READ, Message.Status.PLAYED])
        .values_list("pk", flat=True)
    )
    if not failed:
        return  # the lead has them: whatever failed, nobody should send them again
    Message.objects.filter(pk__in=failed).update(status=Message.Status.FAILED, status_at=now)
    reason = f"recusada_pelo_whatsapp:{receipt.error_code or 'sem_codigo'}"[:120]
    Outbox.objects.filter(message_id__in=failed).update(status=Outbox.Status.PARKED, reason=reason)
    telling.failed(failed, reason=reason, now=now)
    for lead_id in set(Message.objects.filter(pk__in=failed).values_list("conversation__lead_id", flat=True)):
        due.mark(lead_id=lead_id, channel_id=channel.id, now=now)
    alerts.open_(
        f"delivery:{channel.slug}",
        title=f"O WhatsApp recusou mensagens do canal {channel.slug}",
        level=Alert.Level.WARNING,
        now=now,
    )
