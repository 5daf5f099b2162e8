"""Past conversations decided once more by another version of the prompt: what would have been different?

Each turn is given what was known when it was decided, never what the other version said before, so that every
difference is that turn's own. Prompt apart, the managers' data are today's.

Nothing can come of it: reading and ``decide`` run where the database refuses to write (``seleto.lib.readonly``), and
the result goes into the item's own row by a transaction after it. Each item is claimed by a worker under a lease; one
that lost it stores nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import structlog
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import Min, QuerySet, Sum

from conversations import spending
from conversations.agent.decide import decide
from conversations.agent.state import Decision, Snapshot, TurnState
from conversations.models import ModelUse, Turn
from conversations.spending import Ceiling
from conversations.turns.past import read_past
from conversations.turns.reading import read_snapshot
from knowledge import prompts, queries
from knowledge.models import PromptVersion
from seleto.backoffice import sides
from seleto.backoffice.models import ReplayItem, ReplayRun
from seleto.lib import clock, connections, jobs, poison
from seleto.lib.leases import extend_leases
from seleto.lib.readonly import read_only, refused

log = structlog.get_logger(__name__)

STAGE = "replay"
MAX_ATTEMPTS = 2
LIMIT_REACHED = "limite_de_gasto"


class NothingToReplay(Exception):
    """None of the chosen conversations has a turn that the agent answered and that kept what it began from."""


@dataclass(frozen=True, slots=True)
class ItemClaim:
    """An item in hand; ``attempts`` counts this one."""

    id: UUID
    run_id: UUID
    turn_id: UUID
    lease_token: UUID
    attempts: int


@dataclass(frozen=True, slots=True)
class Thought:
    """A past turn and what would be decided in its place."""

    turn: Turn
    state: TurnState
    snapshot: Snapshot
    decision: Decision


def register() -> None:
    jobs.register(
        jobs.Stage(
            name=STAGE,
            cluster="background",
            claim=claim,
            run=work,
            renew=renew,
            next_due=next_due,
            concurrency=lambda: settings.REPLAY_CONCURRENCY,
        )
    )


def replayable() -> QuerySet[Turn]:
    """Turns that the agent answered and that can be read as they stood."""
    return Turn.objects.filter(status=Turn.Status.REPLIED).exclude(undo={})


def start(
    version: PromptVersion, turns: QuerySet[Turn], *, spend_max_usd: Decimal, by: str, now: datetime
) -> ReplayRun:
    """Have these turns decided by ``version``, the newest ``REPLAY_MAX_TURNS`` of them.

    Raises `PromptError` for a text that cannot be used, ``NothingToReplay`` without a turn.
    """
    chosen = list(turns.order_by("-started_at").values_list("pk", "conversation_id")[: settings.REPLAY_MAX_TURNS])
    if not chosen:
        raise NothingToReplay
    text = prompts.render(version.text)
    with transaction.atomic():
        run = ReplayRun.objects.create(
            version=version,
            prompt_version=version.version,
            prompt=text,
            spend_max_usd=spend_max_usd,
            requested_by=by,
            requested_at=now,
        )
        ReplayItem.objects.bulk_create(
            ReplayItem(run=run, turn_id=turn, conversation_id=conversation) for turn, conversation in chosen
        )
        jobs.wake(STAGE)
    return run


def cancel(run_id: UUID, *, now: datetime) -> bool:
    """Begin no further turn; those in hand are dropped when they come back. False when nothing was running."""
    return _end(run_id, ReplayRun.Status.CANCELLED, "", now=now)


def claim(limit: int) -> Sequence[ItemClaim]:
    """Take up to ``limit`` turns of runs under way. SQL because choosing and claiming must be one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE backoffice_replayitem SET attempts = attempts + 1, lease_token = gen_random_uuid(),"
            " leased_until = now() + make_interval(secs => %s) WHERE id = ANY(ARRAY("
            "SELECT i.id FROM backoffice_replayitem i JOIN backoffice_replayrun r ON r.id = i.run_id"
            " WHERE i.status = 'waiting' AND r.status = 'running'"
            " AND (i.leased_until IS NULL OR i.leased_until < now())"
            " ORDER BY r.requested_at, i.id LIMIT %s FOR UPDATE OF i SKIP LOCKED))"
            " RETURNING id, run_id, turn_id, lease_token, attempts",
            [settings.LEASE_S, limit],
        )
        return [ItemClaim(*row) for row in cursor.fetchall()]


def work(item: ItemClaim) -> None:
    """Decide one past turn anew and keep what came of it."""
    run = ReplayRun.objects.get(pk=item.run_id)
    if item.attempts > MAX_ATTEMPTS:
        _settle(item, status=ReplayItem.Status.FAILED, reason="tentativas_esgotadas")
        poison.tell(STAGE, "Um turno reavaliado derrubou o processo várias vezes e foi deixado de fora")
    elif spent(run.pk) >= run.spend_max_usd:
        _end(run.pk, ReplayRun.Status.STOPPED, LIMIT_REACHED, now=clock.now())
    elif spending.reached(None, clock.now()) is not Ceiling.NONE:
        _end(run.pk, ReplayRun.Status.STOPPED, spending.DAY_REASON, now=clock.now())
    else:
        _settle(item, **_outcome(item, run))


def renew(items: Sequence[ItemClaim]) -> None:
    extend_leases("backoffice_replayitem", [item.id for item in items], [item.lease_token for item in items])


def next_due() -> datetime | None:
    """Since when the oldest run has a turn that nobody has in hand."""
    due: datetime | None = (
        ReplayItem.objects.filter(status=ReplayItem.Status.WAITING, run__status=ReplayRun.Status.RUNNING)
        .extra(where=["(backoffice_replayitem.leased_until IS NULL OR backoffice_replayitem.leased_until < now())"])
        .aggregate(due=Min("run__requested_at"))["due"]
    )
    return due


def spent(run_id: UUID) -> Decimal:
    """US$ of all turns decided so far."""
    total: Decimal | None = ReplayItem.objects.filter(run=run_id).aggregate(total=Sum("cost_after"))["total"]
    return total or Decimal(0)


def think(turn_id: UUID, run: ReplayRun) -> Thought:
    """Read what the turn knew and decide anew, where nothing can be written and no transaction spans the model call.

    Raises ``ValueError`` for a turn that cannot be read as it stood, ``InternalError`` should anything try to write.
    """
    with read_only():
        turn = Turn.objects.select_related("conversation__lead").get(pk=turn_id)
        state = read_past(turn)
        published = read_snapshot(state, now=turn.started_at)
        snapshot = replace(published, prompt=run.prompt, prompt_version=run.prompt_version)
        connections.release()
        return Thought(turn, state, snapshot, decide(state, snapshot, now=turn.started_at))


def _outcome(item: ItemClaim, run: ReplayRun) -> dict[str, object]:
    """The columns that tell what came of the item; the outermost loop of this stage, so nothing is raised."""
    failed = ReplayItem.Status.FAILED
    try:
        thought = think(item.turn_id, run)
    except ValueError:
        return {"status": failed, "reason": "sem_estado_anterior"}
    except queries.NoPrompt:
        return {"status": failed, "reason": "sem_prompt_publicado"}
    except DatabaseError as error:
        log.exception("replay.failed", item_id=str(item.id))
        return {"status": failed, "reason": "escrita_recusada" if refused(error) else "erro_no_banco"}
    decision = thought.decision
    if decision.usage.calls:
        spending.record(
            ModelUse.Purpose.REPLAY, None, decision.usage, prompt_version=run.prompt_version, now=clock.now()
        )
    if not thought.state.pending:
        return {"status": failed, "reason": "mensagem_apagada"}
    if decision.retry_reason:
        return {"status": failed, "reason": decision.retry_reason[:120], "cost_after": decision.usage.cost_usd}
    before, after = sides.before(thought.turn), sides.after(thought.state, thought.snapshot, decision)
    return {
        "status": ReplayItem.Status.DONE,
        "asked": [line.text for line in thought.state.pending],
        "before": before.stored(),
        "after": after.stored(),
        "changes": list(sides.changes(before, after)),
        "violations_before": len(before.stopped),
        "violations_after": len(after.stopped),
        "cost_before": thought.turn.cost_usd,
        "cost_after": decision.usage.cost_usd,
    }


def _settle(item: ItemClaim, **columns: object) -> None:
    """Keep the outcome if the item is still ours and its run still wants it; the last one ends the run."""
    with transaction.atomic():
        run = ReplayRun.objects.select_for_update().get(pk=item.run_id)
        if run.status == ReplayRun.Status.CANCELLED:
            return
        mine = ReplayItem.objects.filter(pk=item.id, lease_token=item.lease_token, status=ReplayItem.Status.WAITING)
        if not mine.update(leased_until=None, **columns):
            return
        if not run.items.filter(status=ReplayItem.Status.WAITING).exists():
            _end(run.pk, ReplayRun.Status.DONE, "", now=clock.now())


def _end(run_id: UUID, status: ReplayRun.Status, reason: str, *, now: datetime) -> bool:
    running = ReplayRun.objects.filter(pk=run_id, status=ReplayRun.Status.RUNNING)
    return bool(running.update(status=status, reason=reason, finished_at=now))


def of_conversations(ids: Iterable[UUID]) -> QuerySet[Turn]:
    return replayable().filter(conversation_id__in=list(ids))


def since(at: datetime) -> QuerySet[Turn]:
    return replayable().filter(started_at__gte=at)
