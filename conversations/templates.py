"""Approved templates: read anew every hour and when the provider decides on one, and how one reads with its values."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F, Min, Q, QuerySet

from conversations import channel_cache, outbox
from conversations.channel_cache import ChannelView
from conversations.channels import registry
from conversations.channels.base import TemplateChanged
from conversations.models import Channel, MessageTemplate
from knowledge import queries
from seleto.lib import alerts, clock, connections, jobs
from seleto.lib.errors import ProviderError
from seleto.lib.models import Alert

log = structlog.get_logger(__name__)

APPROVED = "approved"
_PLACE = re.compile(r"\{\{(\d+)\}\}")


@dataclass(frozen=True, slots=True)
class Due:
    """A channel whose templates are to be read."""

    id: UUID


def claim(limit: int) -> Sequence[Due]:
    """Take up to ``limit`` channels whose turn it is; stamping them is the claim."""
    now = clock.now()
    before = now - timedelta(seconds=settings.TEMPLATES_EVERY_S)
    late = Q(templates_at=None) | Q(templates_at__lte=before)
    found = _with_templates().filter(late).order_by(F("templates_at").asc(nulls_first=True))
    keys = list(found.values_list("pk", flat=True)[:limit])
    return [Due(key) for key in keys if Channel.objects.filter(late, pk=key).update(templates_at=now)]


def run(due: Due) -> None:
    """Read once; the next reading comes anyway. An account that is not named has none we could list."""
    connections.release()
    try:
        refresh(due.id, now=clock.now())
    except ProviderError as error:
        log.info("templates.not_read", reason=error.reason)


def renew(_rows: Sequence[Due]) -> None:
    """Reading is short, and twice at once does no harm."""


def next_due() -> datetime | None:
    rows = _with_templates()
    if rows.filter(templates_at=None).exists():
        return clock.now()
    first: datetime | None = rows.aggregate(first=Min("templates_at"))["first"]
    return first and first + timedelta(seconds=settings.TEMPLATES_EVERY_S)


def _with_templates() -> QuerySet[Channel]:
    names = [provider.name for provider in registry.PROVIDERS.values() if provider.has_templates]
    return Channel.objects.filter(enabled=True, provider__in=names)


def refresh(channel_id: UUID, *, now: datetime) -> int:
    """Read the account's templates; those that are gone there go here too. Returns how many there are.

    Raises the outcomes of ``seleto.lib.errors``.
    """
    view = channel_cache.by_id(channel_id)
    found = outbox.client(view).templates()
    with transaction.atomic(), _watched(view, now=now):
        for row in found:
            kept = {"status": row.status, "category": row.category, "body": row.body, "read_at": now}
            MessageTemplate.objects.update_or_create(
                channel_id=channel_id,
                name=row.name,
                language=row.language,
                defaults={**kept, "quality": row.quality, "reason": row.reason},
            )
        MessageTemplate.objects.filter(channel_id=channel_id, read_at__lt=now).delete()
    return len(found)


def changed(channel: ChannelView, news: TemplateChanged, *, now: datetime) -> None:
    """The provider decided on a template: what it says holds at once, and the account is read anew soon, for what it
    did not say. Several numbers may share an account. Call inside the event's transaction."""
    told = {name: getattr(news, name) for name in ("status", "category", "quality") if getattr(news, name)}
    if news.status:
        told["reason"] = news.reason
    for view in _of_account(channel, news.account):
        with _watched(view, now=now):
            MessageTemplate.objects.filter(channel_id=view.id, name=news.name, language=news.language).update(**told)
        Channel.objects.filter(pk=view.id).update(templates_at=None)
    jobs.wake("templates")


def _of_account(channel: ChannelView, account: str) -> list[ChannelView]:
    views = [view for view in channel_cache.all_views() if view.provider == channel.provider]
    return [view for view in views if account and view.credentials.get("waba_id") == account] or [channel]


@contextmanager
def _watched(channel: ChannelView, *, now: datetime) -> Iterator[None]:
    """Tell people when what happens inside takes a template away that follow-ups need, or gives it back."""
    wanted = {(step.template, step.language) for step in queries.follow_up_steps() if step.template}
    before = _sendable(channel.id)
    yield
    after, poor = _sendable(channel.id), _sendable(channel.id, quality="red")
    for name, language in wanted:
        key, one = f"template:{channel.slug}:{name}:{language}", (name, language)
        if one in before and one not in after:
            title = f"O modelo {name} ({language}) não pode mais ser enviado no canal {channel.slug}"
            alerts.open_(key, title=f"{title}: retomadas fora da janela param", level=Alert.Level.CRITICAL, now=now)
        elif one in poor:
            title = f"O modelo {name} ({language}) tem qualidade baixa no canal {channel.slug} e pode ser pausado"
            alerts.open_(key, title=title, level=Alert.Level.WARNING, now=now)
        elif one in after:
            alerts.close(key, now=now)


def _sendable(channel_id: UUID, **more: str) -> set[tuple[str, str]]:
    rows = MessageTemplate.objects.filter(channel_id=channel_id, status=APPROVED, **more)
    return set(rows.values_list("name", "language"))


def approved(channel_id: UUID, name: str, language: str) -> MessageTemplate | None:
    """The template if it may be sent as far as we know."""
    return MessageTemplate.objects.filter(channel_id=channel_id, name=name, language=language, status=APPROVED).first()


def read_as(template: MessageTemplate, values: Sequence[str]) -> str:
    """The text that the lead will read. Raises ``ValueError`` when the values are not as many as the places."""
    places = {int(number) for number in _PLACE.findall(template.body)}
    if places != set(range(1, len(values) + 1)):
        raise ValueError("The template has another number of places.")
    return _PLACE.sub(lambda found: values[int(found[1]) - 1], template.body)
