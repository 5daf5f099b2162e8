"""Claim a conversation whose silence is over, think without a database, commit what was decided.

A turn runs under a lease on its row; the constraint on running turns makes it the only one of its conversation. If
its process dies, the same row is claimed again when the lease has run out, with one attempt more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

import structlog
from django.conf import settings

from conversations import outbox, reading_sign
from conversations.turns import commit
from conversations.turns.reading import read_snapshot, read_state
from conversations.turns.thinking import think
from seleto.lib import clock, connections, hot, metrics, tracing
from seleto.lib.leases import NO_WAIT, extend_leases

log = structlog.get_logger(__name__)

TURNS = metrics.counter("turns", "Turns, by outcome.", ["outcome"])

_SILENCE_OVER = "greatest(c.turn_due_at, c.hearing_until)"  # of which NULL is no part
_MAY_ANSWER = (
    "c.owner = 'agent' AND c.closed_at IS NULL AND NOT c.channel_id = ANY(%(silenced)s)"
    " AND conversations_rollout(c.id) = 'live'"
)
_NOT_RUNNING = (
    "NOT EXISTS (SELECT FROM conversations_turn t WHERE t.conversation_id = c.id AND t.status = 'running'"
    " AND t.leased_until > now())"
)
# Before its last attempt a turn whose runs died is taken by itself, the oldest first (``Stage.alone``).
_LAST_ATTEMPT_ALONE = (
    "(NOT EXISTS (SELECT FROM conversations_turn t WHERE t.conversation_id = c.id AND t.status = 'running'"  # noqa: S608
    " AND t.attempts >= %(most)s - 1)"
    " OR c.id = (SELECT c.id FROM conversations_turn t JOIN conversations_conversation c ON c.id = t.conversation_id"
    " WHERE t.status = 'running' AND t.attempts >= %(most)s - 1 AND t.leased_until <= now()"
    f" AND {_SILENCE_OVER} <= %(now)s AND {_MAY_ANSWER} ORDER BY t.started_at, t.id LIMIT 1)"
    " AND NOT EXISTS (SELECT FROM conversations_turn t WHERE t.status = 'running' AND t.attempts >= %(most)s"
    " AND t.leased_until > now()))"
)


@dataclass(frozen=True, slots=True)
class TurnClaim:
    """A turn in hand; ``attempts`` counts this one."""

    id: UUID
    conversation_id: UUID
    lease_token: UUID
    attempts: int
    correlation_id: str


def claim(limit: int) -> Sequence[TurnClaim]:
    """Take up to ``limit`` conversations to answer.

    SQL because choosing, locking and making (or taking over) the turn's row must be one statement: the unique index
    on running turns settles who has it, and an expired one is taken over in place.
    """
    rows = hot.fetch(
        "WITH due AS (SELECT c.id, c.revision, c.pending_since, c.correlation_id"  # noqa: S608
        " FROM conversations_conversation c"
        " WHERE c.turn_due_at <= %(now)s AND (c.hearing_until IS NULL OR c.hearing_until <= %(now)s)"
        f" AND {NO_WAIT} AND {_MAY_ANSWER} AND {_NOT_RUNNING} AND {_LAST_ATTEMPT_ALONE}"
        " ORDER BY c.turn_due_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED)"
        " INSERT INTO conversations_turn (id, conversation_id, status, reason, started_at, attempts, lease_token,"
        " leased_until, read_revision, waiting_since, undo, model, prompt_version, sources, intents, move,"
        " model_calls, prompt_tokens, completion_tokens, cost_usd, timings, facts_dropped, fallback,"
        " correlation_id)"
        " SELECT gen_random_uuid(), due.id, 'running', '', %(now)s, 1, gen_random_uuid(),"
        " now() + make_interval(secs => %(lease)s), due.revision, due.pending_since, '{}', '', '', '[]', '[]', '',"
        " 0, 0, 0, 0, '{}', '[]', '', due.correlation_id FROM due"
        " ON CONFLICT (conversation_id) WHERE status = 'running' DO UPDATE SET lease_token = excluded.lease_token,"
        " attempts = conversations_turn.attempts + 1, leased_until = excluded.leased_until,"
        " correlation_id = excluded.correlation_id"
        " WHERE conversations_turn.leased_until <= now()"
        " RETURNING id, conversation_id, lease_token, attempts, correlation_id",
        {
            "now": clock.now(),
            "silenced": outbox.silenced_channels(),
            "limit": limit,
            "lease": settings.LEASE_S,
            "most": settings.TURN_MAX_ATTEMPTS,
        },
    )
    return [TurnClaim(*row) for row in rows]


def run(turn: TurnClaim) -> None:
    """Answer one conversation, and send the first bubble from the same thread."""
    with tracing.work("turn", turn.correlation_id):
        now = clock.now()
        if turn.attempts > settings.TURN_MAX_ATTEMPTS:
            commit.park(turn.id, turn.lease_token, reason="tentativas_esgotadas", now=now)
            TURNS.labels(outcome="parked").inc()
            return
        state = read_state(
            turn_id=turn.id,
            lease_token=turn.lease_token,
            conversation_id=turn.conversation_id,
            correlation_id=turn.correlation_id,
            now=now,
        )
        if now - state.waiting_since > timedelta(hours=settings.SESSION_WINDOW_H):
            commit.park(turn.id, turn.lease_token, reason="janela_encerrada", now=now)
            TURNS.labels(outcome="parked").inc()
            return
        snapshot = read_snapshot(state, now=now)
        reading_sign.show(state)
        connections.release()
        decision = think(state, snapshot, now=now)
        outcome = commit.commit(state, snapshot, decision, now=clock.now())
        TURNS.labels(outcome=outcome.status).inc()
        if outcome.first_bubble is not None:
            for row in outbox.claim(1, only=outcome.first_bubble):
                outbox.run(row)
                outbox.REPLY_TIME.observe(max((clock.now() - state.due_at).total_seconds(), 0.0))


def alone(turn: TurnClaim) -> bool:
    return turn.attempts >= settings.TURN_MAX_ATTEMPTS > 1


def renew(turns: Sequence[TurnClaim]) -> None:
    """Keep the leases of the turns in hand; one that another process took over keeps its own."""
    extend_leases("conversations_turn", [turn.id for turn in turns], [turn.lease_token for turn in turns])


def next_due() -> datetime | None:
    """When the next conversation falls due; those being answered do not count."""
    ((due,),) = hot.fetch(
        f"SELECT min({_SILENCE_OVER}) FROM conversations_conversation c"  # noqa: S608
        f" WHERE {_MAY_ANSWER} AND {_NOT_RUNNING} AND c.turn_due_at IS NOT NULL",
        {"silenced": outbox.silenced_channels()},
    )
    return cast(datetime | None, due)
