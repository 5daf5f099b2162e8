"""Approved templates: what the account has, and how one reads with its values in place."""

import re
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from conversations import channel_cache, outbox
from conversations.models import MessageTemplate

APPROVED = "approved"
_PLACE = re.compile(r"\{\{(\d+)\}\}")


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
