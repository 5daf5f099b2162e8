"""A message that one number of the company sends to another now and then: proof that what is said to it arrives here.

It finds a channel that is connected and deaf while no lead happens to write. Off while ``CANARY_EVERY_MIN`` is 0;
``CANARY_NUMBERS`` tells each channel's own phone. Whatever passes between two of these numbers is nobody's: it makes no
lead and no conversation, is answered by nobody and counts in no figure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.db.models import Q

from conversations import channel_cache, outbox
from conversations.channel_cache import ChannelView
from conversations.channels.base import Party
from conversations.models import Canary
from knowledge import calendar
from leads import phones
from seleto.lib import alerts, circuits, clock, connections
from seleto.lib.errors import ProviderError
from seleto.lib.models import Alert

log = structlog.get_logger(__name__)

HEARD = "canario"
TEXT = "Teste automático entre números da empresa. Não é preciso responder."


@dataclass(frozen=True, slots=True)
class Due:
    """A channel to be spoken to."""

    id: UUID


def is_ours(channel: ChannelView, party: Party) -> bool:
    """Whether the other end is another of the company's own numbers: nothing that passes there is a lead's."""
    numbers = _numbers()
    if not numbers or not party.phone:
        return False
    other = phones.canonical(party.phone) or party.phone
    return other in {number for slug, number in numbers.items() if slug != channel.slug}


def heard(channel: ChannelView, *, now: datetime) -> None:
    """The channel took in something of another number of ours."""
    Canary.objects.update_or_create(channel_id=channel.id, defaults={"heard_at": now})
    alerts.close(_key(channel), now=now)


def claim(limit: int) -> Sequence[Due]:
    """Channels whose turn it is; stamping them is the claim. In business hours alone: at night nobody would mend it."""
    now = clock.now()
    if not _on() or not calendar.is_open(now):
        return []
    due: list[Due] = []
    for view in _listening():
        row, _ = Canary.objects.get_or_create(channel_id=view.id)
        late = Q(sent_at=None) | Q(sent_at__lte=now - timedelta(minutes=settings.CANARY_EVERY_MIN))
        _judge(view, row, now)
        if len(due) < limit and Canary.objects.filter(late, pk=row.pk).update(sent_at=now):
            due.append(Due(view.id))
    return due


def run(due: Due) -> None:
    """Have another channel say it. One that cannot be sent proves nothing of who listens."""
    view, now = channel_cache.by_id(due.id), clock.now()
    speaker = next((other for other in _listening() if other.id != view.id and _may_speak(other, now)), None)
    if speaker is None:
        _nothing_sent(view, now)
        return
    connections.release()
    try:
        outbox.client(speaker).send_text(to=_numbers()[view.slug], text=TEXT)
    except ProviderError as error:
        log.info("canary.not_sent", reason=error.reason)
        _nothing_sent(view, now)


def renew(_rows: Sequence[Due]) -> None:
    """One call; a second one at the same time does no harm."""


def next_due() -> datetime | None:
    """A minute is soon enough: the sweep asks anyway."""
    return clock.now() + timedelta(minutes=1) if _on() else None


def _judge(view: ChannelView, row: Canary, now: datetime) -> None:
    """What was sent long enough ago and not heard since."""
    if row.sent_at is None or now - row.sent_at < timedelta(seconds=settings.CANARY_WAIT_S):
        return
    if row.heard_at is None or row.heard_at < row.sent_at:
        alerts.open_(
            _key(view),
            title=f"O canal {view.slug} não ouviu a mensagem de teste de outro número. Confira o webhook no provedor",
            level=Alert.Level.CRITICAL,
            now=now,
        )


def _nothing_sent(view: ChannelView, now: datetime) -> None:
    """Tried again in its turn; until then nobody waits for it to be heard."""
    Canary.objects.filter(channel_id=view.id).update(heard_at=now)


def _on() -> bool:
    return settings.CANARY_EVERY_MIN > 0 and len(_numbers()) > 1


def _numbers() -> dict[str, str]:
    """Channel -> its own phone."""
    pairs = (pair.split(":", 1) for pair in settings.CANARY_NUMBERS if ":" in pair)
    return {slug.strip(): phones.canonical(number) or number.strip() for slug, number in pairs}


def _listening() -> list[ChannelView]:
    return [view for view in channel_cache.all_views() if view.enabled and view.slug in _numbers()]


def _may_speak(view: ChannelView, now: datetime) -> bool:
    return view.connected is not False and circuits.allow(f"{view.provider}:{view.slug}", now)


def _key(view: ChannelView) -> str:
    return f"canary:{view.slug}"
