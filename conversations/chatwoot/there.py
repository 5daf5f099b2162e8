"""How Chatwoot showed a conversation when we last heard of it, kept under ``NAME`` in the link's ``written``.

Webhooks, our own writes and looks keep it. What a look finds otherwise is a change whose webhook was lost.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from conversations.chatwoot.assignment import Seen

NAME = "there"
STATUS, ASSIGNEE = "status", "assignee_id"
# What Chatwoot opens again when the lead writes.
ENDED = ("resolved", "snoozed")


@dataclass(frozen=True, slots=True)
class Difference:
    """One attribute that is another than it was; ``since``: when it was last seen as it was."""

    name: str
    before: object
    now: object
    since: datetime


def known(written: Mapping[str, object]) -> dict[str, Any]:
    """What was last heard; a name that is missing was never heard of."""
    there = written.get(NAME)
    return dict(there) if isinstance(there, dict) else {}


def seen(conversation: Mapping[str, Any]) -> dict[str, Any]:
    """From the API's answer; a bot that is assigned counts as nobody."""
    return {STATUS: str(conversation.get("status") or ""), ASSIGNEE: Seen.of(conversation).assignee_id}


def differences(before: Mapping[str, Any], found: Mapping[str, Any]) -> list[Difference]:
    """Nothing is news at the first look."""
    at = before.get("at")
    if not isinstance(at, int | float):
        return []
    since = datetime.fromtimestamp(at, tz=UTC)
    return [
        Difference(name, before[name], found[name], since)
        for name in (STATUS, ASSIGNEE)
        if name in before and before[name] != found[name]
    ]


def note(link_id: UUID, **heard: object) -> None:
    """Keep what a webhook told or we wrote, beside the rest."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE conversations_chatwootlink SET written = written"
            " || jsonb_build_object('there', coalesce(written->'there', '{}') || %s::jsonb) WHERE id = %s",
            [json.dumps(heard), link_id],
        )


def keep(link_id: UUID, before: Mapping[str, Any], found: Mapping[str, Any], *, at: datetime) -> bool:
    """Keep what a look found; False when something was heard or written meanwhile, which is newer perhaps."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE conversations_chatwootlink SET written = written || jsonb_build_object('there', %s::jsonb)"
            " WHERE id = %s AND coalesce(written->'there', '{}') = %s::jsonb",
            [json.dumps({**found, "at": at.timestamp()}), link_id, json.dumps(before)],
        )
        return bool(cursor.rowcount)


def forget_ours(link_id: UUID) -> None:
    """The status that we wrote last does not count: the next run writes it again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE conversations_chatwootlink SET written = written - 'status' WHERE id = %s",
            [link_id],
        )
