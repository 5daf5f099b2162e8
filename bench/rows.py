"""Rows of a past that never was, made in SQL: one real conversation's rows, copied as often as is wanted.

A copy differs in its keys, times and phone alone, so it passes every constraint, whatever columns there are by now.
Copies lie in the two years before now. Triggers and foreign keys are left out while copying, which needs a superuser's
connection; the keys are right by construction.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.db import connection, transaction

from bench.load import until
from conversations.models import Outbox

MESSAGES_PER_LEAD = 20
_ANSWER_PATIENCE_S = 5.0
_BATCH_LEADS = 5_000


@dataclass(frozen=True, slots=True)
class _Copy:
    """``source`` picks the row to copy; ``each`` rows are made per lead ``n``, numbered ``k`` from 0."""

    table: str
    source: str
    each: int
    columns: Mapping[str, str]


def fill(*, first: int, leads: int) -> Iterator[int]:
    """Make ``leads`` more leads with twenty messages each, numbered from ``first``; yields how many are made.

    Some lead must have been answered before. Raises django.db.DatabaseError.
    """
    answers = Outbox.objects.filter(status=Outbox.Status.SENT, turn__isnull=False).order_by("created_at")
    if not until(answers.exists, patience_s=_ANSWER_PATIENCE_S):  # the provider has it before we know
        raise LookupError("Nobody was answered yet: there is nothing to copy.")
    sample = answers[0]
    keys = {
        "outbox": sample.pk,
        "turn": sample.turn_id,
        "conversation": sample.conversation_id,
        "sent": sample.message_id,
    }
    made = 0
    while made < leads:
        count = min(_BATCH_LEADS, leads - made)
        with transaction.atomic(), connection.cursor() as cursor:
            for copy in _COPIES:
                cursor.execute(f"ALTER TABLE {copy.table} DISABLE TRIGGER USER")
            for copy in _COPIES:
                names = _columns(copy.table)
                values = ", ".join(copy.columns.get(name, f's."{name}"') for name in names)
                listed = ", ".join(f'"{name}"' for name in names)
                cursor.execute(
                    f"INSERT INTO {copy.table} ({listed}) SELECT {values} FROM (SELECT * FROM {copy.table}"  # noqa: S608
                    f" WHERE {copy.source} LIMIT 1) s, generate_series(%(low)s::bigint, %(high)s::bigint) n,"
                    f" generate_series(0, {copy.each - 1}) k",
                    {**keys, "low": first + made, "high": first + made + count - 1},
                )
            # References are checked at the end, and a table is altered only once they are.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for copy in _COPIES:
                cursor.execute(f"ALTER TABLE {copy.table} ENABLE TRIGGER USER")
        made += count
        yield made


def analyse() -> None:
    """Have the planner know what is there now."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _columns(table: str) -> list[str]:
    """All columns but numbers that the database gives."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND table_schema = 'public'"
            " AND is_identity = 'NO' ORDER BY ordinal_position",
            [table],
        )
        return [name for (name,) in cursor.fetchall()]


def _key(kind: int, number: str) -> str:
    """Keys in the order in which they are made, as the product's own are."""
    return f"('0000000{kind}-0000-7000-8000-' || lpad(to_hex({number}), 12, '0'))::uuid"


_LEAD, _CONVERSATION, _EVENT = _key(1, "n"), _key(2, "n"), _key(3, f"n * {MESSAGES_PER_LEAD} + k * 2")
_IN, _OUT = _key(4, f"n * {MESSAGES_PER_LEAD} + k * 2"), _key(4, f"n * {MESSAGES_PER_LEAD} + k * 2 + 1")
_TURN, _ROW = _key(5, f"n * {MESSAGES_PER_LEAD} + k * 2"), _key(6, f"n * {MESSAGES_PER_LEAD} + k * 2")
_PAIRS = MESSAGES_PER_LEAD // 2
_PHONE = "'55129' || lpad(n::text, 8, '0')"
# Spread over two years by a step that no day or hour divides.
_BEGAN = "now() - make_interval(secs => 3600 + (n * 104729) %% 63072000)"
_THEN = f"{_BEGAN} + make_interval(secs => k * 120)"
_NUMBER = f"(n * {MESSAGES_PER_LEAD} + k * 2)::text"
_CONVERSATION_SOURCE = "id = %(conversation)s"
_LEAD_SOURCE = "(SELECT lead_id FROM conversations_conversation WHERE id = %(conversation)s)"
_COPIES = (
    _Copy("leads_lead", f"id = {_LEAD_SOURCE}", 1, {"id": _LEAD, "created_at": _BEGAN}),
    _Copy("leads_identity", f"lead_id = {_LEAD_SOURCE} AND kind = 'phone'", 1, {"lead_id": _LEAD, "value": _PHONE}),
    _Copy(
        "conversations_conversation",
        _CONVERSATION_SOURCE,
        1,
        {
            "id": _CONVERSATION,
            "lead_id": _LEAD,
            "address": _PHONE,
            "opened_at": _BEGAN,
            "last_message_at": f"{_BEGAN} + interval '20 minutes'",
            "owner_since": _BEGAN,
            "closed_at": f"{_BEGAN} + interval '1 day'",
            "follow_up_at": "NULL",
            "summary_due_at": "NULL",
            "turn_due_at": "NULL",
            "pending_since": "NULL",
            "revision": str(MESSAGES_PER_LEAD),
            "answered_revision": str(MESSAGES_PER_LEAD),
            "outbox_order": str(_PAIRS),
        },
    ),
    _Copy(
        "conversations_event",
        "status = 'done' AND kind = 'message'",
        _PAIRS,
        {
            "id": _EVENT,
            "key": f"'past:' || {_NUMBER}",
            "received_at": _THEN,
            "due_at": _THEN,
            "processed_at": _THEN,
        },
    ),
    _Copy(
        "conversations_message",
        "conversation_id = %(conversation)s AND author = 'lead'",
        _PAIRS,
        {
            "id": _IN,
            "conversation_id": _CONVERSATION,
            "event_id": _EVENT,
            "provider_id": f"'past-in-' || {_NUMBER}",
            "text": "s.text || ' ' || n || ' ' || k",
            "revision": "k * 2 + 1",
            "sent_at": _THEN,
            "created_at": _THEN,
        },
    ),
    _Copy(
        "conversations_message",
        "id = %(sent)s",
        _PAIRS,
        {
            "id": _OUT,
            "conversation_id": _CONVERSATION,
            "provider_id": f"'past-out-' || {_NUMBER}",
            "revision": "k * 2 + 2",
            "sent_at": f"{_THEN} + interval '5 seconds'",
            "created_at": f"{_THEN} + interval '5 seconds'",
            "status_at": f"{_THEN} + interval '5 seconds'",
        },
    ),
    _Copy(
        "conversations_turn",
        "id = %(turn)s",
        _PAIRS,
        {
            "id": _TURN,
            "conversation_id": _CONVERSATION,
            "started_at": _THEN,
            "finished_at": f"{_THEN} + interval '5 seconds'",
            "waiting_since": _THEN,
            "leased_until": _THEN,
        },
    ),
    _Copy(
        "conversations_outbox",
        "id = %(outbox)s",
        _PAIRS,
        {
            "id": _ROW,
            "order": "k + 1",
            "to": _PHONE,
            "message_id": _OUT,
            "turn_id": _TURN,
            "conversation_id": _CONVERSATION,
            "provider_id": f"'past-out-' || {_NUMBER}",
            "provider_extra_id": f"'past-extra-' || {_NUMBER}",
            "due_at": _THEN,
            "created_at": _THEN,
            "claimed_at": _THEN,
            "sent_at": f"{_THEN} + interval '5 seconds'",
        },
    ),
)
