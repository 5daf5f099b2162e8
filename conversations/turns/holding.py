"""The approved holding phrase for a lead whose answer takes long; the answer follows when it is there, once.

Due ``HOLD_AFTER_S`` after a turn began, whatever keeps it: a slow model, or the death of its process. At most once for
each time a lead waits, also when no model answers in the end (``turns.commit``). It is no part of the turn: nothing
that the turn read is outdated by it. Stamping the conversation is the claim, so a process that dies before the phrase
is queued costs the phrase and never brings it twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID, uuid4

import structlog
from django.conf import settings
from django.db import connection, transaction

from conversations import outbox
from conversations.agent import vetting
from conversations.agent.state import Snapshot, TurnState
from conversations.agent.understanding import listen
from conversations.agent.vetting import NoSafePhrase
from conversations.chatwoot import due
from conversations.models import Conversation
from conversations.turns.reading import read_snapshot, read_state
from knowledge.models import Situation
from seleto.lib import alerts, clock, hot, jobs, metrics, tracing
from seleto.lib.models import Alert

log = structlog.get_logger(__name__)

HOLDS = metrics.counter("holding_phrases", "Leads told to wait because their answer took long.")
SLOW_ALERT = "model:slow"

_WAITS = (
    " FROM conversations_turn t JOIN conversations_conversation c ON c.id = t.conversation_id"
    " WHERE t.status = 'running' AND c.owner = 'agent' AND c.closed_at IS NULL AND c.pending_since IS NOT NULL"
    " AND c.turn_failures = 0 AND (c.held_at IS NULL OR c.held_at < c.pending_since)"
    " AND NOT c.channel_id = ANY(%(silenced)s)"
)


@dataclass(frozen=True, slots=True)
class Hold:
    """A lead to be told; ``at`` is what this claim wrote into ``held_at``."""

    conversation_id: UUID
    at: datetime
    correlation_id: str


def claim(limit: int) -> Sequence[Hold]:
    """Take up to ``limit`` leads whose turn has been running for long. SQL because choosing and stamping must be one
    statement."""
    if not settings.HOLD_AFTER_S:
        return []
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(
            # Never earlier than what the lead waits for: the provider's clock may be ahead of ours.
            "UPDATE conversations_conversation SET held_at = greatest(%(now)s, pending_since)"  # noqa: S608
            " WHERE id = ANY(ARRAY(SELECT c.id"
            f"{_WAITS} AND t.started_at <= %(before)s ORDER BY t.started_at LIMIT %(limit)s"
            " FOR UPDATE OF c SKIP LOCKED)) RETURNING id, held_at, correlation_id",
            {
                "now": now,
                "before": now - timedelta(seconds=settings.HOLD_AFTER_S),
                "limit": limit,
                "silenced": outbox.silenced_channels(),
            },
        )
        return [Hold(*row) for row in cursor.fetchall()]


def run(hold: Hold) -> None:
    """Queue the phrase, unless the answer came meanwhile."""
    with tracing.work("hold", hold.correlation_id):
        now = clock.now()
        state = read_state(
            # Of no turn: only what the conversation holds is read.
            turn_id=uuid4(),
            lease_token=uuid4(),
            conversation_id=hold.conversation_id,
            correlation_id=hold.correlation_id,
            now=now,
        )
        snapshot = read_snapshot(state, now=now)
        try:
            text = _phrase(state, snapshot)
        except NoSafePhrase:
            log.warning("holding.no_phrase")
            return
        if _told(hold, text, now):
            HOLDS.inc()


def renew(_rows: Sequence[Hold]) -> None:
    """One short transaction: there is nothing to hold."""


def next_due() -> datetime | None:
    """When the next running turn takes too long."""
    if not settings.HOLD_AFTER_S:
        return None
    ((began,),) = hot.fetch(f"SELECT min(t.started_at){_WAITS}", {"silenced": outbox.silenced_channels()})
    return began and cast(datetime, began) + timedelta(seconds=settings.HOLD_AFTER_S)


def _phrase(state: TurnState, snapshot: Snapshot) -> str:
    heard = snapshot.heard or listen(state, snapshot.products, snapshot.weights)
    return vetting.phrase(state, snapshot, heard, Situation.ESPERA)


def _told(hold: Hold, text: str, now: datetime) -> bool:
    with transaction.atomic():
        conversation = Conversation.objects.select_for_update().get(pk=hold.conversation_id)
        waits = conversation.pending_since is not None and conversation.held_at == hold.at
        if not waits or conversation.owner != Conversation.Owner.AGENT or conversation.closed_at is not None:
            return False
        bubble = outbox.Bubble(text, typing_s=0)
        (row,) = outbox.enqueue(conversation, [bubble], turn=None, reviewed=[outbox.digest(text)], now=now)
        conversation.last_message_at = max(conversation.last_message_at, now)
        conversation.save(update_fields=["outbox_order", "last_message_at"])
        due.mark(lead_id=conversation.lead_id, channel_id=conversation.channel_id, now=now)
        title = "As respostas demoram: leads recebem a mensagem de espera enquanto o modelo pensa"
        alerts.open_(SLOW_ALERT, title=title, level=Alert.Level.WARNING, now=now)
        jobs.wake("deliver", at=row.due_at)
    return True
