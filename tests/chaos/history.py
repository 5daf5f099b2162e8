"""What happened at every door and what stands in the tables afterwards, for some leads, as plain values.

Read once the pipe is at rest; the judgement over it is ``tests.chaos.verdict``. A history is JSON, so that one that
broke an invariant can be kept and looked at.
"""

import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from conversations.models import (
    ChatwootLink,
    ChatwootNote,
    Conversation,
    Event,
    Handoff,
    Media,
    Message,
    Outbox,
    Reading,
    Turn,
)
from crm.models import CrmLink, CrmSync
from leads.models import Fact, Identity, Lead, Orcamento
from seleto.lib.models import Alert

Row = dict[str, Any]


@dataclass
class History:
    """``webhooks``: what the harness delivered for leads and how it was answered. ``provider``, ``chatwoot``, ``crm``:
    what stands outside. The rest: our rows, by table. ``seed`` and ``part`` repeat the run."""

    part: str = ""
    seed: str = ""
    webhooks: list[Row] = field(default_factory=list)
    provider: list[Row] = field(default_factory=list)
    chatwoot: list[Row] = field(default_factory=list)
    crm: dict[str, Any] = field(default_factory=dict)
    logs: list[str] = field(default_factory=list)
    rows: dict[str, list[Row]] = field(default_factory=dict)

    def table(self, name: str) -> list[Row]:
        return self.rows.get(name, [])

    def keep(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), ensure_ascii=False, indent=1, default=str), encoding="utf-8")


def rows_of(addresses: Sequence[str], provider_ids: Iterable[str] = ()) -> dict[str, list[Row]]:
    """Our rows about these leads. ``provider_ids``: of messages whose events count, wherever they ended."""
    leads = list(Identity.objects.filter(value__in=addresses).values_list("lead_id", flat=True))
    talks = Conversation.objects.filter(lead_id__in=leads)
    messages = Message.objects.filter(conversation__in=talks)
    quotes = Orcamento.objects.filter(lead_id__in=leads)
    local = [*leads, *quotes.values_list("pk", flat=True)]
    found: dict[str, QuerySet[Any]] = {
        "leads": Lead.objects.filter(pk__in=leads),
        "conversations": talks,
        "messages": messages,
        "turns": Turn.objects.filter(conversation__in=talks).order_by("started_at", "finished_at", "read_revision"),
        "outbox": Outbox.objects.filter(conversation__in=talks).order_by("conversation_id", "order"),
        "handoffs": Handoff.objects.filter(conversation__in=talks),
        "facts": Fact.objects.filter(lead_id__in=leads),
        "media": Media.objects.filter(message__in=messages),
        "readings": Reading.objects.filter(media__message__in=messages),
        "links": ChatwootLink.objects.filter(lead_id__in=leads),
        "notes": ChatwootNote.objects.filter(link__lead_id__in=leads),
        "syncs": CrmSync.objects.filter(lead_id__in=leads),
        "crm_links": CrmLink.objects.filter(local_id__in=local),
        "quotes": quotes,
        "alerts": Alert.objects.all(),
    }
    rows = {name: [_plain(row) for row in query.values()] for name, query in found.items()}
    events = Event.objects.filter(pk__in=messages.exclude(event=None).values("event_id"))
    waiting = Event.objects.filter(status__in=[Event.Status.NEW, Event.Status.PARKED])
    rows["events"] = [_plain(row) for row in (events | waiting).defer("body").values("id", "key", "status", "reason")]
    rows["commits"] = _commits([row["id"] for row in rows["conversations"]])
    return rows


def _commits(conversations: Sequence[str]) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('commits')")
        if cursor.fetchone()[0] is None:
            return []
        cursor.execute(
            "SELECT at, conversation, what, who, row_id, people FROM commits WHERE conversation = ANY(%s) ORDER BY at",
            [[uuid.UUID(value) for value in conversations]],
        )
        names = ("at", "conversation", "what", "who", "row_id", "people")
        return [_plain(dict(zip(names, row, strict=True))) for row in cursor.fetchall()]


def _plain(row: Mapping[str, Any]) -> Row:
    return {name: _value(value) for name, value in row.items()}


def _value(value: Any) -> Any:
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds")
    return value
