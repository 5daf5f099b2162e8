"""Approved templates: what the account has, read anew every hour, and how one reads with its values in place."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.db.models import F, Min, Q, QuerySet

from conversations import channel_cache, outbox
from conversations.channels import registry
from conversations.models import Channel, MessageTemplate
from seleto.lib import clock, connections
from seleto.lib.errors import ProviderError

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
    found = outbox.client(channel_cache.by_id(channel_id)).templates()
    for row in found:
        MessageTemplate.objects.update_or_create(
            channel_id=channel_id,
            name=row.name,
            language=row.language,
            defaults={"status": row.status, "category": row.category, "body": row.body, "read_at": now},
        )
    MessageTemplate.objects.filter(channel_id=channel_id, read_at__lt=now).delete()
    return len(found)


def approved(channel_id: UUID, name: str, language: str) -> MessageTemplate | None:
    """The template if it may be sent as far as we know."""
    return MessageTemplate.objects.filter(channel_id=channel_id, name=name, language=language, status=APPROVED).first()


def read_as(template: MessageTemplate, values: Sequence[str]) -> str:
    """The text that the lead will read. Raises ``ValueError`` when the values are not as many as the places."""
    places = {int(number) for number in _PLACE.findall(template.body)}
    if places != set(range(1, len(values) + 1)):
        raise ValueError("The template has another number of places.")
    return _PLACE.sub(lambda found: values[int(found[1]) - 1], template.body)
