"""Whose a handoff is in Chatwoot: the queue's team, and one of its people who is on line.

Whom a handoff goes to is decided once, in a transaction that holds the rows of the account's inboxes, and kept in
``Handoff``: runs at the same moment give to different people, and a run that is repeated gives to the same. Over there
nothing is overwritten that people set after the decision.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from conversations.chatwoot.client import ChatwootClient
from conversations.chatwoot.inboxes import InboxView
from conversations.models import ChatwootInbox, Handoff
from seleto.lib import alerts, clock, connections
from seleto.lib.errors import Rejected
from seleto.lib.models import Alert

# What was there when the decision was first carried out, in the link's ``written``.
BEFORE = "before_handoff"

_ONLINE = "online"
_lock = threading.Lock()
_rosters: dict[tuple[str, int, int, int | None], tuple[float, tuple["Person", ...]]] = {}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can be given a conversation."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What Chatwoot holds: the team's number, and the person, if it is one."""

    team_id: int | None
    person: Person | None

    @property
    def assignee_id(self) -> int | None:
        return self.person.id if self.person else None

    @classmethod
    def of(cls, conversation: Mapping[str, Any]) -> "Seen":
        """From the answer of the API or the body of a webhook; a bot that is assigned counts as nobody."""
        meta = conversation.get("meta") or {}
        assignee, team = meta.get("assignee") or {}, meta.get("team") or {}
        named = isinstance(assignee.get("id"), int) and assignee.get("type", "user") == "user"
        return cls(team.get("id"), Person(assignee["id"], str(assignee.get("name") or "")) if named else None)


@dataclass(frozen=True, slots=True)
class Given:
    """A decision."""

    team_id: int | None
    offered_id: int | None


def give(
    inbox: InboxView,
    client: ChatwootClient,
    *,
    handoff_id: UUID,
    display_id: int,
    before: object,
    remember: Callable[..., None],
) -> None:
    """Decide, unless it was decided, and have Chatwoot show it. Raises ``ProviderError``; repeating it is safe.

    ``before`` is what an earlier run that did not finish remembered under ``BEFORE``.
    """
    seen = Seen.of(client.conversation(display_id))
    given = _decided(inbox, client, handoff_id, seen)
    if not (isinstance(before, dict) and before.get("handoff") == str(handoff_id)):
        before = {"handoff": str(handoff_id), "team": seen.team_id, "assignee": seen.assignee_id}
        remember(**{BEFORE: before})
    if given.team_id not in (None, seen.team_id) and seen.team_id == before["team"]:
        client.assign(display_id, team_id=given.team_id)
    untouched = seen.assignee_id in (None, before["assignee"])
    if given.offered_id not in (None, seen.assignee_id) and untouched:
        client.assign(display_id, assignee_id=given.offered_id)


def is_ours(handoff: Handoff, assignee_id: int | None) -> bool:
    """Whether an assignment only brings back whom we gave the handoff to."""
    return assignee_id is not None and assignee_id == handoff.offered_id and handoff.picked_up_at is None


def keep(handoff: Handoff, **changes: object) -> None:
    """Whose it is now, as people over there set it: ``team_id``, or ``assignee_id`` and ``assigned_to``."""
    Handoff.objects.filter(pk=handoff.pk).update(**changes)


def forget() -> None:
    """Ask again who is on line at the next handoff."""
    with _lock:
        _rosters.clear()


def _decided(inbox: InboxView, client: ChatwootClient, handoff_id: UUID, seen: Seen) -> Given:
    row = Handoff.objects.get(pk=handoff_id)
    connections.release()
    if row.offered_at is not None:
        return Given(row.team_id, row.offered_id)
    team_id = inbox.teams.get(row.queue)
    people = _online(inbox, client, team_id) if inbox.assignment != ChatwootInbox.Assignment.TEAM_ONLY else ()
    with transaction.atomic():
        same = ChatwootInbox.objects.filter(base_url=inbox.base_url, account_id=inbox.account_id)
        list(same.select_for_update().order_by("pk").values_list("pk"))
        row.refresh_from_db()
        if row.offered_at is None:
            # Whoever has come by themselves keeps it, and so does whom the lead knows already.
            known = seen.person if seen.person in people else None
            person = None if row.picked_up_at else known or _next(people, inbox.assignment)
            _keep(row, team_id, person, seen, now=clock.now())
    connections.release()
    return Given(row.team_id, row.offered_id)


def _keep(row: Handoff, team_id: int | None, person: Person | None, seen: Seen, *, now: datetime) -> None:
    holder = person or seen.person
    row.team_id, row.offered_at = team_id or seen.team_id, now
    row.offered_id = person.id if person else None
    row.assignee_id, row.assigned_to = (holder.id, holder.name[:120]) if holder else (None, "")
    row.save(update_fields=["team_id", "offered_at", "offered_id", "assignee_id", "assigned_to"])


def _next(people: Sequence[Person], rule: str) -> Person | None:
    """Who has waited longest since the last handoff given to them, or has the fewest open ones. One statement."""
    if not people:
        return None
    by_load = "open, " if rule == ChatwootInbox.Assignment.LEAST_LOADED else ""
    with connection.cursor() as cursor:
        # SQL because the ORM cannot ask about values that are in no table.
        cursor.execute(
            "SELECT p.id, (SELECT max(h.offered_at) FROM conversations_handoff h WHERE h.offered_id = p.id) AS last,"  # noqa: S608
            " (SELECT count(*) FROM conversations_handoff h WHERE h.assignee_id = p.id AND h.closed_at IS NULL) AS open"
            f" FROM unnest(%s::int[]) AS p(id) ORDER BY {by_load}last NULLS FIRST, p.id LIMIT 1",
            [[person.id for person in people]],
        )
        chosen: int = cursor.fetchone()[0]
    return next(person for person in people if person.id == chosen)


def _online(inbox: InboxView, client: ChatwootClient, team_id: int | None) -> tuple[Person, ...]:
    """The people of the team, else of the inbox, who are on line; kept for ``CHATWOOT_AGENTS_CACHE_S`` per process."""
    key = (inbox.base_url, inbox.account_id, inbox.inbox_id, team_id)
    with _lock:
        read_at, people = _rosters.get(key, (float("-inf"), ()))
    if time.monotonic() - read_at <= settings.CHATWOOT_AGENTS_CACHE_S:
        return people
    alert = f"chatwoot:team:{inbox.channel_id}:{team_id or 0}"
    try:
        rows = client.team_members(team_id) if team_id else client.inbox_members(inbox.inbox_id)
    except Rejected:  # a team that is not there must not hold the mirror up
        title = f"O time {team_id} do Chatwoot não existe: confira a caixa" if team_id else "A caixa não tem membros"
        alerts.open_(alert, title=title, level=Alert.Level.WARNING, now=clock.now())
        rows = []
    else:
        alerts.close(alert, now=clock.now())
    connections.release()
    people = tuple(
        Person(row["id"], str(row.get("name") or ""))
        for row in rows
        if row.get("availability_status") == _ONLINE and row.get("id") != inbox.integration_user_id
    )
    with _lock:
        _rosters[key] = (time.monotonic(), people)
    return people
