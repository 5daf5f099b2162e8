"""``python -m seleto.backup.replay``: what arrived since a copy was made arrives again, twice, at the restored state.

Standard input: one stored event a line (``lines``). Through the same door as any webhook, with the agent switched off;
prints as JSON what came of it, as values of ``Replayed``.
"""

import base64
import json
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Replayed:
    """``events`` given, ``new`` messages that the first pass made, ``repeated`` those that the second made besides;
    ``leaving`` is what would go to leads now, ``missing`` events that did not get in. The last three have to be 0."""

    events: int
    new: int
    repeated: int
    leaving: int
    missing: int

    @property
    def ok(self) -> bool:
        return not (self.repeated or self.leaving or self.missing)


def lines(since: datetime, *, most: int) -> Iterator[str]:
    """The events of the settings' database received since then, the oldest first."""
    from conversations.models import Event

    rows = Event.objects.filter(received_at__gte=since).exclude(kind="unreadable").order_by("received_at", "id")
    for channel, key, kind, body, received_at in rows.values_list(
        "channel__slug", "key", "kind", "body", "received_at"
    )[:most]:
        yield json.dumps(
            {
                "channel": channel,
                "key": key,
                "kind": kind,
                "body": base64.b64encode(bytes(body)).decode(),
                "received_at": received_at.isoformat(),
            }
        )


def replay(given: Iterable[str]) -> Replayed:
    """Deliver every event twice and say what it changed."""
    from conversations.models import Event, Message, Outbox

    events = [json.loads(line) for line in given if line.strip()]
    before = Message.objects.count()
    _deliver(events)
    first = Message.objects.count()
    _deliver(events)
    stored = set(Event.objects.filter(key__in=[event["key"] for event in events]).values_list("channel__slug", "key"))
    return Replayed(
        events=len(events),
        new=first - before,
        repeated=Message.objects.count() - first,
        leaving=Outbox.objects.filter(status__in=[Outbox.Status.QUEUED, Outbox.Status.SENDING]).count(),
        missing=len({(event["channel"], event["key"]) for event in events} - stored),
    )


def _deliver(events: list[dict[str, Any]]) -> None:
    from conversations import channel_cache
    from conversations.channels.base import EventKind, RawEvent
    from conversations.webhooks import base
    from seleto.lib import jobs

    for event in events:
        channel = channel_cache.by_slug(event["channel"])
        if channel is None:
            continue
        raw = RawEvent(event["key"], EventKind(event["kind"]), "", base64.b64decode(event["body"]))
        base.store(
            channel, [raw], received_at=datetime.fromisoformat(event["received_at"]), correlation_id="restore-drill"
        )
    jobs.run_due("ingest", "deliver")


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "seleto.settings")
    import django

    django.setup()
    print(json.dumps(asdict(replay(sys.stdin))))  # noqa: T201 what the parent asked for


if __name__ == "__main__":
    main()
