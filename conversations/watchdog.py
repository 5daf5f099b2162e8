"""Whether each channel still reaches its leads and hears them: asked every minute, whatever a provider tells by itself.

Three things are looked at. The provider's own word: off line, nothing is sent until it is back. What it still holds
for a phone that is off line: it would send all of it at once at its return, so what is no use by then is taken out
(contracts/zapi.md, section 2). And traffic that must follow ours: a channel that sends and hears nothing back is deaf,
however connected it says it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max, Min, Q

from conversations import channel_cache, outbox
from conversations import connection as connections_of
from conversations.channel_cache import ChannelView
from conversations.channels import registry
from conversations.channels.base import ChannelClient, ConnectionState, EventKind, Queued
from conversations.chatwoot import telling
from conversations.models import Channel, Conversation, Event, Message, Outbox
from knowledge import calendar
from seleto.lib import alerts, circuits, clock, connections, metrics
from seleto.lib.errors import Misconfigured, ProviderError
from seleto.lib.models import Alert

log = structlog.get_logger(__name__)

CHECKS = metrics.counter("channel_checks", "Looks at a channel, by what was found.", ["channel", "outcome"])
# Sends looked at for the echo that each of them must have, and how long ago the first may be.
_ECHOES = 5
# Of so many sends to so many leads one at least is delivered, where anything is.
_UNDELIVERED, _UNDELIVERED_LEADS = 6, 3
_REACHED = (Message.Status.DELIVERED, Message.Status.READ, Message.Status.PLAYED)
_ECHOES_OF = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Watch:
    """A channel to look at."""

    id: UUID


@dataclass(frozen=True, slots=True)
class Found:
    """What a look at a channel found. ``reason`` is a constant word; ``held`` are messages waiting at the provider."""

    outcome: str
    reason: str = ""
    deaf_since: datetime | None = None
    echoes_missing: bool = False
    held: int = 0
    withdrawn: int = 0


def claim(limit: int) -> Sequence[Watch]:
    """Take up to ``limit`` channels whose turn it is; stamping them is the claim.

    A stamp further ahead than a poll was left by a clock that has been set back since: it counts as none.
    """
    now, poll = clock.now(), timedelta(seconds=settings.CHANNEL_POLL_S)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE conversations_channel SET watched_at = %(now)s WHERE id = ANY(ARRAY("
            "SELECT id FROM conversations_channel"
            " WHERE enabled AND (watched_at IS NULL OR watched_at NOT BETWEEN %(before)s AND %(ahead)s)"
            " ORDER BY watched_at NULLS FIRST LIMIT %(limit)s FOR UPDATE SKIP LOCKED)) RETURNING id",
            {"now": now, "before": now - poll, "ahead": now + poll, "limit": limit},
        )
        return [Watch(row[0]) for row in cursor.fetchall()]


def run(watch: Watch) -> None:
    """One look; the next one comes anyway."""
    view = channel_cache.by_id(watch.id)
    found = look(view, now=clock.now())
    CHECKS.labels(channel=view.slug, outcome=found.outcome).inc()


def renew(_rows: Sequence[Watch]) -> None:
    """A look is short, and a second one at the same time does no harm."""


def next_due() -> datetime | None:
    now, poll = clock.now(), timedelta(seconds=settings.CHANNEL_POLL_S)
    rows = Channel.objects.filter(enabled=True)
    if rows.filter(Q(watched_at=None) | Q(watched_at__gt=now + poll)).exists():
        return now
    first: datetime | None = rows.aggregate(first=Min("watched_at"))["first"]
    return first and first + poll


def look(channel: ChannelView, *, now: datetime, withdraw: bool = True) -> Found:
    """Ask the provider, compare with what was heard, and let people know. Also what ``check_channels`` runs.

    Without ``withdraw`` nothing is changed at the provider.
    """
    circuit = f"{channel.provider}:{channel.slug}"
    if not circuits.allow(circuit, now):
        return _with_traffic(channel, Found("circuit_open"), now)
    connections.release()
    client = outbox.client(channel)
    try:
        state = client.status()
        held = list(client.queue()) if not state.connected else []
    except Misconfigured as error:
        circuits.failed(circuit, error.reason, now)
        title = f"O provedor recusa o canal {channel.slug}: confira as credenciais"
        alerts.open_(f"channel:{channel.slug}", title=title, level=Alert.Level.CRITICAL, now=now)
        return Found("refused", error.reason)
    except ProviderError as error:
        circuits.failed(circuit, error.reason, now)
        return _with_traffic(channel, Found("unavailable", error.reason), now)
    circuits.succeeded(circuit)
    if state.connected and not Channel.objects.filter(pk=channel.id, connected=False).exists():
        # Whether or not this look mended the circuit: somebody may have reset it.
        alerts.close(f"channel:{channel.slug}", now=now)
    found = _connection(channel, state, now)
    withdrawn = sum(_withdraw(channel, client, row, now) for row in held) if withdraw else 0
    return _with_traffic(channel, replace(found, held=len(held), withdrawn=withdrawn), now)


def _connection(channel: ChannelView, state: ConnectionState, now: datetime) -> Found:
    """What the provider says of itself."""
    connections_of.asked(channel, connected=state.connected, reason=state.reason, now=now)
    key = f"quality:{channel.slug}"
    if state.connected and state.reason:
        alerts.open_(
            key, title=f"O WhatsApp deu nota baixa ao número de {channel.slug}", level=Alert.Level.WARNING, now=now
        )
    elif state.connected:
        alerts.close(key, now=now)
    return Found("connected" if state.connected else "disconnected", state.reason)


def _withdraw(channel: ChannelView, client: ChannelClient, held: Queued, now: datetime) -> bool:
    """Take the agent's words back from the provider's queue when they are stale, or a person speaks now (I5).

    The provider is asked first: should we die before writing it down, the row stays as sent and a person sees in the
    phone that it was not.
    """
    row = (
        Outbox.objects.filter(channel_id=channel.id, status=Outbox.Status.SENT, origin=Outbox.Origin.AGENT)
        .filter(provider_id=held.provider_id)
        .select_related("conversation")
        .first()
    )
    if row is None or not held.extra_id:
        return False
    reason = _of_no_use(row, now)
    if not reason:
        return False
    try:
        client.purge_queue(extra_id=held.extra_id)
    except ProviderError as error:
        log.info("watchdog.purge_failed", reason=error.reason)
        return False
    with transaction.atomic():
        Outbox.objects.filter(pk=row.pk).update(status=Outbox.Status.PARKED, reason=reason)
        Message.objects.filter(pk=row.message_id).update(status=Message.Status.FAILED, status_at=now)
        telling.failed([row.message_id], reason=reason, now=now)
        title = "Há mensagens paradas na caixa de saída"
        alerts.open_("outbox:parked", title=title, level=Alert.Level.WARNING, now=now)
    return True


def _of_no_use(row: Outbox, now: datetime) -> str:
    if now - row.created_at > timedelta(seconds=settings.OUTBOX_USEFUL_S):
        return "velha_demais"
    by_person = row.conversation.owner == Conversation.Owner.HUMAN and not row.survives_handoff
    return "pessoa_assumiu" if by_person else ""


# --- Traffic ------------------------------------------------------------------------------------------------------


def _with_traffic(channel: ChannelView, found: Found, now: datetime) -> Found:
    """Seen at any hour, told in business hours alone: at night nobody would mend it."""
    since, missing = deaf_since(channel.id, now=now), echoes_missing(channel, now)
    undelivered = since is None and undelivered_since(channel.id, now=now) is not None
    Channel.objects.filter(pk=channel.id).exclude(deaf_since=since).update(deaf_since=since)
    for wrong, key, title, level in (
        (
            since is not None,
            f"deaf:{channel.slug}",
            f"O canal {channel.slug} envia e não ouve: nenhum retorno do WhatsApp. Confira o webhook no provedor",
            Alert.Level.CRITICAL,
        ),
        (
            undelivered,
            f"undelivered:{channel.slug}",
            f"O canal {channel.slug} envia e nada é entregue: o WhatsApp pode ter bloqueado ou restringido o número",
            Alert.Level.CRITICAL,
        ),
        (
            missing,
            f"echoes:{channel.slug}",
            f"O canal {channel.slug} não avisa o que sai do celular da empresa: rode register_webhooks",
            Alert.Level.WARNING,
        ),
    ):
        if not wrong:
            alerts.close(key, now=now)
        elif calendar.is_open(now):
            alerts.open_(key, title=title, level=level, now=now)
    return replace(found, deaf_since=since, echoes_missing=missing)


def deaf_since(channel_id: UUID, *, now: datetime) -> datetime | None:
    """Of a channel that hears nothing: when the first message left that nothing was heard of, ``CHANNEL_DEAF_S`` ago
    or more. Everything sent is followed within seconds by a receipt or an echo, whoever the lead is. What a host with
    a wrong clock heard in the future proves nothing: it would hide the deafness until then."""
    heard: datetime | None = (
        Event.objects.filter(channel_id=channel_id, received_at__lte=now)
        .exclude(kind=EventKind.CHATWOOT)
        .aggregate(last=Max("received_at"))["last"]
    )
    sent = Outbox.objects.filter(channel_id=channel_id, status=Outbox.Status.SENT, sent_at__isnull=False)
    if heard is not None:
        sent = sent.filter(sent_at__gt=heard)
    first: datetime | None = sent.aggregate(first=Min("sent_at"))["first"]
    return first if first is not None and now - first >= timedelta(seconds=settings.CHANNEL_DEAF_S) else None


def undelivered_since(channel_id: UUID, *, now: datetime) -> datetime | None:
    """Of a channel whose provider takes messages that reach nobody: when the first of the latest ones left.

    A telephone may be switched off; that those of several leads are, and none before them was reached, tells of us.
    """
    recent = Outbox.objects.filter(
        channel_id=channel_id,
        status=Outbox.Status.SENT,
        sent_at__range=(now - _ECHOES_OF, now - timedelta(seconds=settings.CHANNEL_UNDELIVERED_S)),
    ).order_by("-sent_at")
    rows = list(recent.values_list("sent_at", "message__status", "to")[:_UNDELIVERED])
    if len(rows) < _UNDELIVERED or len({to for _, _, to in rows}) < _UNDELIVERED_LEADS:
        return None
    later = Message.objects.filter(
        channel_id=channel_id, sent_at__gte=rows[-1][0], status__in=(*_REACHED, Message.Status.RECEIVED)
    )
    return None if later.exists() else rows[-1][0]


def echoes_missing(channel: ChannelView, now: datetime) -> bool:
    """Receipts come and not one echo: a person who types on the company's phone would go unseen (I5)."""
    if not registry.get(channel.provider).echoes_sends:
        return False
    recent = Outbox.objects.filter(
        channel_id=channel.id,
        status=Outbox.Status.SENT,
        sent_at__range=(now - _ECHOES_OF, now - timedelta(seconds=settings.CHANNEL_DEAF_S)),
    ).order_by("-sent_at")
    sent = list(recent.values_list("sent_at", flat=True)[:_ECHOES])
    if len(sent) < _ECHOES:
        return False
    heard = Event.objects.filter(channel_id=channel.id, received_at__gte=sent[-1])
    return not heard.filter(reason="eco_proprio").exists() and heard.filter(kind=EventKind.RECEIPT).exists()
