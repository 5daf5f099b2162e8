"""Find leads who were not answered by the agent because it may not speak there, and write what it would have said.

A row is made per lead's last word once the usual silence has passed, whoever is in charge of the conversation: the
comparison is with what people write. Only fresh words count; nothing is caught up on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.db import DatabaseError, connection

from conversations import spending
from conversations.agent.decide import decide
from conversations.agent.state import Decision, TurnState
from conversations.models import ModelUse, ShadowReply
from conversations.shadow import reading
from conversations.spending import Ceiling
from conversations.turns.reading import read_snapshot
from knowledge import queries
from knowledge.models import RolloutRule
from seleto.lib import clock, connections, poison
from seleto.lib.leases import extend_leases
from seleto.lib.readonly import read_only, refused

log = structlog.get_logger(__name__)

FRESH = timedelta(hours=1)
MAX_ATTEMPTS = 2

# The lead's newest word of each open conversation in the shadow, where no row answers it yet.
_UNANSWERED = """
SELECT c.id, said.revision, said.sent_at FROM conversations_conversation c
CROSS JOIN LATERAL (
    SELECT m.revision, m.sent_at FROM conversations_message m
    WHERE m.conversation_id = c.id AND m.author = 'lead' AND m.deleted_at IS NULL AND m.type <> 'reaction'
    ORDER BY m.revision DESC LIMIT 1
) said
WHERE c.closed_at IS NULL AND c.last_message_at > %(fresh)s AND said.sent_at > %(fresh)s
  AND NOT EXISTS (
    SELECT FROM conversations_shadowreply s WHERE s.conversation_id = c.id AND s.revision >= said.revision
    AND (s.status <> 'running' OR s.leased_until > now()))
  AND conversations_rollout(c.id) = 'shadow'
"""


@dataclass(frozen=True, slots=True)
class ShadowClaim:
    """A reply to be written; ``attempts`` counts this one."""

    id: UUID
    lease_token: UUID
    attempts: int


def claim(limit: int) -> Sequence[ShadowClaim]:
    """Make, or take over, up to ``limit`` rows. SQL because that must be one statement."""
    if not _wanted():
        return []
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH due AS ({_UNANSWERED} AND said.sent_at <= %(quiet)s"  # noqa: S608 our constants
            "  AND (c.hearing_until IS NULL OR c.hearing_until <= %(now)s)"
            " ORDER BY said.sent_at LIMIT %(limit)s)"
            " INSERT INTO conversations_shadowreply (id, conversation_id, revision, asked_at, status, reason,"
            " started_at, attempts, lease_token, leased_until)"
            " SELECT gen_random_uuid(), id, revision, sent_at, 'running', '', %(now)s, 1, gen_random_uuid(),"
            " now() + make_interval(secs => %(lease)s) FROM due"
            " ON CONFLICT (conversation_id, revision) DO UPDATE SET lease_token = excluded.lease_token,"
            " attempts = conversations_shadowreply.attempts + 1, leased_until = excluded.leased_until"
            " WHERE conversations_shadowreply.status = 'running' AND conversations_shadowreply.leased_until <= now()"
            " RETURNING id, lease_token, attempts",
            {
                "now": now,
                "fresh": now - FRESH,
                "quiet": now - timedelta(seconds=settings.QUIET_DEFAULT_S),
                "limit": limit,
                "lease": settings.LEASE_S,
            },
        )
        return [ShadowClaim(*row) for row in cursor.fetchall()]


def run(item: ShadowClaim) -> None:
    """Write one reply into its row. Raises nothing of a model's or a manager's doing."""
    if item.attempts > MAX_ATTEMPTS:
        _settle(item, status=ShadowReply.Status.FAILED, reason="tentativas_esgotadas")
        poison.tell("shadow", "Uma resposta em observação derrubou o processo várias vezes e foi deixada")
    elif spending.reached(None, clock.now()) is not Ceiling.NONE:
        _settle(item, status=ShadowReply.Status.FAILED, reason=spending.DAY_REASON)
    else:
        _settle(item, **_outcome(item))


def renew(items: Sequence[ShadowClaim]) -> None:
    extend_leases("conversations_shadowreply", [one.id for one in items], [one.lease_token for one in items])


def next_due() -> datetime | None:
    if not _wanted():
        return None
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT min(greatest(said.sent_at + make_interval(secs => %(quiet)s), c.hearing_until)) {_FROM}",
            {"fresh": now - FRESH, "quiet": settings.QUIET_DEFAULT_S},
        )
        due: datetime | None = cursor.fetchone()[0]
    return due


_FROM = _UNANSWERED[_UNANSWERED.index("FROM") :]


def _wanted() -> bool:
    return RolloutRule.objects.filter(others=RolloutRule.Others.SHADOW, share__lt=100).exists()


def _outcome(item: ShadowClaim) -> dict[str, object]:
    failed = ShadowReply.Status.FAILED
    now = clock.now()
    try:
        with read_only():
            row = ShadowReply.objects.get(pk=item.id)
            state = reading.read(row, now=now)
            snapshot = read_snapshot(state, now=now)
            connections.release()
            decision = decide(state, snapshot, now=now)
    except queries.NoPrompt:
        return {"status": failed, "reason": "sem_prompt_publicado"}
    except DatabaseError as error:
        log.exception("shadow.failed", shadow_id=str(item.id))
        return {"status": failed, "reason": "escrita_recusada" if refused(error) else "erro_no_banco"}
    if decision.usage.calls:
        spending.record(
            ModelUse.Purpose.SHADOW,
            row.conversation_id,
            decision.usage,
            prompt_version=snapshot.prompt_version,
            now=clock.now(),
        )
    if decision.retry_reason:
        return {"status": failed, "reason": decision.retry_reason[:120], "cost_usd": decision.usage.cost_usd}
    return {**_kept(state, decision), "prompt_version": snapshot.prompt_version}


def _kept(state: TurnState, decision: Decision) -> dict[str, object]:
    status = ShadowReply.Status.DONE if decision.bubbles else ShadowReply.Status.SILENT
    return {
        "status": status,
        "asked": [str(line.id) for line in state.pending],
        "reply": list(decision.bubbles),
        "handoff": decision.handoff_reason,
        "fallback": decision.fallback,
        "stopped": sorted({str(kind) for draft in decision.stopped for kind in draft.verdict.kinds}),
        "facts": {**state.facts, **{str(fact.field): fact.value for fact in decision.facts}},
        "memory": decision.memory.stored(),
        "cost_usd": decision.usage.cost_usd,
    }


def _settle(item: ShadowClaim, **columns: object) -> None:
    """If the row is still ours."""
    mine = ShadowReply.objects.filter(pk=item.id, lease_token=item.lease_token, status=ShadowReply.Status.RUNNING)
    mine.update(finished_at=clock.now(), **columns)
