"""How many first answers came late, over the windows that the objective's alerts look at (docs/metrics.md).

Read from the rows, because an answer that never comes is counted by no process.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

# Within which a lead's first message in a conversation is to be answered.
WITHIN = timedelta(seconds=60)
WINDOWS: Mapping[str, timedelta] = {
    "5m": timedelta(minutes=5),
    "30m": timedelta(minutes=30),
    "1h": timedelta(hours=1),
    "6h": timedelta(hours=6),
}


@dataclass(frozen=True, slots=True)
class Answers:
    """First messages whose time to be answered ended within the window, and those of them that were not in time."""

    asked: int
    late: int


def read(now: datetime) -> Mapping[str, Answers]:
    """By window. Only what was the agent's to answer counts: conversations on its side of the roll-out, of leads who
    did not ask for silence, and that no person took before anybody answered. One statement."""
    due = now - WITHIN
    begins = [due - length for length in WINDOWS.values()]
    with connection.cursor() as cursor:
        # SQL because the ORM has no lateral join.
        values: dict[str, Any] = {"begins": begins, "first": min(begins), "due": due, "within": WITHIN}
        cursor.execute(_QUERY, values)
        rows = cursor.fetchall()
    return {name: Answers(*row) for name, row in zip(WINDOWS, rows, strict=True)}


# An answer by whomever counts, as on the managers' first page.
_QUERY = """
WITH firsts AS (
    SELECT asked.sent_at AS at, answer.seconds
    FROM conversations_conversation c
    JOIN leads_lead l ON l.id = c.lead_id
    CROSS JOIN LATERAL (SELECT sent_at FROM conversations_message
        WHERE conversation_id = c.id AND author = 'lead' ORDER BY sent_at LIMIT 1) asked
    LEFT JOIN LATERAL (SELECT sent_at - asked.sent_at AS seconds FROM conversations_message
        WHERE conversation_id = c.id AND sent_at >= asked.sent_at AND author <> 'lead'
        AND status NOT IN ('queued', 'failed', 'cancelled') ORDER BY sent_at LIMIT 1) answer ON true
    WHERE c.last_message_at > %(first)s AND asked.sent_at > %(first)s AND asked.sent_at <= %(due)s
    AND (answer.seconds IS NOT NULL OR c.owner = 'agent' AND l.opted_out_at IS NULL
        AND conversations_rollout(c.id) = 'live')
)
SELECT count(f.at), count(f.at) FILTER (WHERE f.seconds IS NULL OR f.seconds > %(within)s)
FROM unnest(%(begins)s::timestamptz[]) WITH ORDINALITY AS window_(begins, number)
LEFT JOIN firsts f ON f.at > window_.begins
GROUP BY number ORDER BY number
"""
