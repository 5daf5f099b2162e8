"""Find what people did whose webhook was lost: Chatwoot calls an API inbox once and never again (section 4.1).

Active conversations are asked for their newest messages, their status and their assignee every ``CHATWOOT_POLL_S``. A
message that is not known yet becomes an event under the very key its webhook has, so that the two have one effect
between them; a status or an assignee that is another than what was heard last becomes the event of that change.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q

from conversations import channel_cache
from conversations.channels.base import EventKind, RawEvent
from conversations.chatwoot import inboxes, marking, there
from conversations.chatwoot.events import SINCE, message_key
from conversations.models import ChatwootLink, Event, Message
from conversations.webhooks.base import store
from seleto.lib import circuits, clock, connections, correlation, metrics
from seleto.lib.errors import ProviderError, Unavailable
from seleto.lib.ids import new_id

FOUND = metrics.counter("chatwoot_lost_webhooks", "Messages and changes of people found by asking.")
_OUTGOING = 1  # the API gives message types as numbers (section 2)
# How many pages of about twenty are gone back through to what is known.
PAGES = 5


@dataclass(frozen=True, slots=True)
class PollClaim:
    """A conversation to ask about."""

    id: UUID
    channel_id: UUID
    display_id: int
    # What people wrote up to this message is not for the lead: it was there before the conversation was ours.
    since: int
    # The newest message at the last look; everything up to it was seen then.
    seen: int


def claim(limit: int) -> Sequence[PollClaim]:
    """Take up to ``limit`` conversations whose turn it is; stamping them is the claim."""
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE conversations_chatwootlink SET polled_at = %(now)s WHERE id = ANY(ARRAY(SELECT l.id"  # noqa: S608
            f" FROM conversations_chatwootlink l WHERE {_ACTIVE} AND (l.polled_at IS NULL OR l.polled_at <= %(before)s)"
            " ORDER BY l.polled_at NULLS FIRST LIMIT %(limit)s FOR UPDATE SKIP LOCKED))"
            " RETURNING id, channel_id, display_id, coalesce((written->>'since')::bigint, 0),"
            " coalesce((written->>'polled')::bigint, 0)",
            {
                "now": now,
                "before": now - timedelta(seconds=settings.CHATWOOT_POLL_S),
                "since": now - timedelta(hours=settings.CHATWOOT_ACTIVE_H),
                "limit": limit,
            },
        )
        return [PollClaim(*row) for row in cursor.fetchall()]


def run(link: PollClaim) -> None:
    """Ask once; the next poll comes anyway."""
    inbox, now = inboxes.of_channel(link.channel_id), clock.now()
    if inbox is None or not circuits.allow(inbox.circuit, now):
        return
    before = there.known(ChatwootLink.objects.values_list("written", flat=True).get(pk=link.id))
    connections.release()
    try:
        rows = _newest(link, inbox)
        shown = inbox.client().conversation(link.display_id)
    except Unavailable as error:
        circuits.failed(inbox.circuit, error.reason, now)
        return
    except ProviderError:  # of this conversation, or of the settings: the mirror's run tells people
        circuits.succeeded(inbox.circuit)
        return
    circuits.succeeded(inbox.circuit)
    written = [row for number, row in rows.items() if number > link.since and _by_person(row, inbox)]
    known = _known(link.channel_id, [row["id"] for row in written])
    events = [_event(row, link, inbox) for row in written if row["id"] not in known]
    _store(link, events, now)
    _compare(link, inbox, before, shown, now)
    newest = max(rows, default=0)
    if newest > link.seen:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE conversations_chatwootlink SET written = written || jsonb_build_object('polled', %s::bigint)"
                " WHERE id = %s",
                [newest, link.id],
            )


def _store(link: PollClaim, events: Sequence[RawEvent], now: datetime) -> None:
    if events:
        FOUND.inc(len(events))
        channel = channel_cache.by_id(link.channel_id)
        store(channel, events, received_at=now, correlation_id=correlation.current() or str(new_id()))


def _compare(
    link: PollClaim, inbox: inboxes.InboxView, before: dict[str, Any], shown: dict[str, Any], now: datetime
) -> None:
    """What differs from what was heard last is told as its webhook would have; ``now`` is before the question."""
    found = there.seen(shown)
    with transaction.atomic():
        if there.keep(link.id, before, found, at=now):
            changes = [_change(row, shown, link, inbox, now) for row in there.differences(before, found)]
            _store(link, changes, now)


def _newest(link: PollClaim, inbox: inboxes.InboxView) -> dict[int, dict[str, Any]]:
    """Messages by number, oldest first: the newest page, and further ones back to what was seen before."""
    client, rows = inbox.client(), dict[int, dict[str, Any]]()
    for _ in range(PAGES):
        page = client.messages(link.display_id, before=min(rows, default=None))
        rows |= {row["id"]: row for row in page if isinstance(row.get("id"), int)}
        if not page or min(rows, default=0) <= max(link.since, link.seen):
            break
    return dict(sorted(rows.items()))


def _known(channel_id: UUID, numbers: Sequence[int]) -> set[int]:
    """Those that came by webhook or by an earlier poll, notes and commands included."""
    if not numbers:
        return set()
    keys = {message_key(number): number for number in numbers}
    events = Event.objects.filter(channel_id=channel_id, key__in=keys).values_list("key", flat=True)
    messages = Message.objects.filter(channel_id=channel_id, chatwoot_id__in=numbers)
    stored = messages.values_list("chatwoot_id", flat=True)
    return {keys[key] for key in events} | {number for number in stored if number}


def renew(links: Sequence[PollClaim]) -> None:
    """Nothing is held: a poll that died is made again at its next turn."""


def next_due() -> datetime | None:
    """When the next conversation is to be asked about."""
    since = clock.now() - timedelta(hours=settings.CHATWOOT_ACTIVE_H)
    row = (
        ChatwootLink.objects.filter(
            Q(lead__conversations__last_message_at__gte=since, lead__conversations__channel_id=F("channel_id")),
            display_id__isnull=False,
            channel__chatwoot__active=True,
        )
        .order_by(F("polled_at").asc(nulls_first=True))
        .values_list("polled_at", flat=True)[:1]
    )
    for polled_at in row:
        if polled_at is None:
            return clock.now()
        return polled_at + timedelta(seconds=settings.CHATWOOT_POLL_S)
    return None


_ACTIVE = (
    "l.display_id IS NOT NULL"
    " AND EXISTS (SELECT FROM conversations_chatwootinbox i WHERE i.channel_id = l.channel_id AND i.active)"
    " AND EXISTS (SELECT FROM conversations_conversation c WHERE c.lead_id = l.lead_id"
    " AND c.channel_id = l.channel_id AND c.last_message_at >= %(since)s)"
)


def _by_person(row: dict[str, Any], inbox: inboxes.InboxView) -> bool:
    sender = row.get("sender") or {}
    return (
        row.get("message_type") == _OUTGOING
        and sender.get("type") == "user"
        and sender.get("id") != inbox.integration_user_id
        and not marking.is_ours(row.get("source_id"))
    )


def _event(row: dict[str, Any], link: PollClaim, inbox: inboxes.InboxView) -> RawEvent:
    body = {
        **row,
        "event": "message_created",
        "message_type": "outgoing",
        "conversation": {"id": link.display_id, "inbox_id": inbox.inbox_id},
        "inbox": {"id": inbox.inbox_id},
    }
    return RawEvent(
        key=message_key(row["id"]),
        kind=EventKind.CHATWOOT,
        instance_id="",
        body=json.dumps(body, ensure_ascii=False).encode(),
    )


def _change(
    row: there.Difference, shown: dict[str, Any], link: PollClaim, inbox: inboxes.InboxView, now: datetime
) -> RawEvent:
    body = {
        "event": "conversation_updated",
        "id": link.display_id,
        "inbox_id": inbox.inbox_id,
        "meta": {"assignee": (shown.get("meta") or {}).get("assignee")},
        "changed_attributes": [{row.name: {"previous_value": row.before, "current_value": row.now}}],
        SINCE: row.since.timestamp(),
    }
    return RawEvent(
        key=f"cw:found:{link.display_id}:{row.name}:{now.timestamp()}",
        kind=EventKind.CHATWOOT,
        instance_id="",
        body=json.dumps(body, ensure_ascii=False).encode(),
    )
