"""When a conversation has to be mirrored again. Called inside the transaction of whatever happened."""

import re
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from conversations.chatwoot import inboxes
from conversations.models import ChatwootLink, ChatwootNote
from seleto.lib import jobs
from seleto.lib.ids import new_id

_MENTION = re.compile("mention://", re.IGNORECASE)


def mark(*, lead_id: UUID, channel_id: UUID, now: datetime, wait_s: float = 0) -> None:
    """Something happened with this lead on this channel; nothing when the channel is not mirrored. One statement.

    What may ``wait_s`` is shown together with whatever else comes until then; it never puts off what is due sooner.
    SQL because making the link and moving its due time forward must be one step under concurrency.
    """
    if inboxes.of_channel(channel_id) is None:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO conversations_chatwootlink (id, lead_id, channel_id, source_id, written, status, reason,"
            " attempts, due_at, unsure) VALUES (%s, %s, %s, '', '{}', 'ready', '', 0, %s, false)"
            " ON CONFLICT (lead_id, channel_id) DO UPDATE SET"
            " due_at = LEAST(conversations_chatwootlink.due_at, excluded.due_at)",
            [new_id(), lead_id, channel_id, now + timedelta(seconds=wait_s)],
        )
    jobs.wake("mirror", at=now + timedelta(seconds=wait_s) if wait_s else None)


def note(*, lead_id: UUID, channel_id: UUID, key: str, text: str, now: datetime, calls: str = "") -> None:
    """A private note for the people in Chatwoot, once per key. ``calls`` mentions somebody; ``text`` may quote a lead,
    who must not have our own note call anybody."""
    if inboxes.of_channel(channel_id) is None:
        return
    mark(lead_id=lead_id, channel_id=channel_id, now=now)
    link = ChatwootLink.objects.get(lead_id=lead_id, channel_id=channel_id)
    text = f"{calls} {_MENTION.sub('mention: //', text)}".strip()
    ChatwootNote.objects.get_or_create(link=link, key=key, defaults={"text": text, "created_at": now})
