"""The gate of publication, one conversation at a time, in the background.

A run's row says what was played; each claim plays the next case and gives the row back. So a killed process costs one
conversation at most, and turns of real leads, which are another cluster's, never wait for a run.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Min

from conversations.evals.rehearsal import Material
from conversations.evals.schema import Case
from conversations.publishing.cases import ModelDown, Played, gate_cases, most_usd, play
from knowledge import prompts
from knowledge.models import PromptVersion, PublishRun
from knowledge.services import PUBLISH_STAGE, publish_prompt
from seleto.lib import audit, clock, connections, jobs, poison
from seleto.lib.leases import extend_leases

log = structlog.get_logger(__name__)

BASELINE, CANDIDATE = "baseline", "candidate"
MAX_ATTEMPTS = 4
RETRY_S = 10


@dataclass(frozen=True, slots=True)
class Claim:
    """A run in hand."""

    id: UUID
    token: UUID


@dataclass(frozen=True, slots=True)
class Step:
    """A conversation to be played and the version to play it with."""

    side: str
    case: Case


@dataclass(frozen=True, slots=True)
class Tally:
    """What one side came to."""

    played: int
    passed: int
    violations: int
    left: int
    calls: int


def register() -> None:
    """Called once per process when Django is ready."""
    jobs.register(
        jobs.Stage(name=PUBLISH_STAGE, cluster="background", claim=claim, run=run, renew=renew, next_due=next_due)
    )


def claim(limit: int) -> Sequence[Claim]:
    """Take runs whose next conversation is due. SQL because claiming must be one statement on the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE knowledge_publishrun SET status = 'running', attempts = attempts + 1,"
            " lease_token = gen_random_uuid(), leased_until = now() + make_interval(secs => %(lease)s)"
            " WHERE id = ANY(ARRAY(SELECT id FROM knowledge_publishrun WHERE status IN ('queued', 'running')"
            " AND due_at <= %(now)s AND (leased_until IS NULL OR leased_until < now())"
            " ORDER BY due_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED)) RETURNING id, lease_token",
            {"now": clock.now(), "limit": limit, "lease": settings.LEASE_S},
        )
        return [Claim(*row) for row in cursor.fetchall()]


def run(item: Claim) -> None:
    """Play one conversation and note what came of it; after the last one, publish or refuse."""
    row = PublishRun.objects.select_related("version", "baseline").get(pk=item.id)
    if row.attempts > MAX_ATTEMPTS:
        _finish(item, PublishRun.Status.STOPPED, "A avaliação não avança: veja os registros do sistema.")
        poison.tell("publish", "A avaliação de um prompt derrubou o processo várias vezes e foi deixada")
        return
    step = _next(row)
    if step is None:
        _settle(item)
        return
    if row.spent_usd + most_usd(step.case) > row.spend_max_usd:
        _finish(item, PublishRun.Status.STOPPED, "O limite de gasto não cobre a próxima conversa.")
        return
    material = _material(row, step)
    connections.release()
    try:
        played = play(step.case, material)
    except ModelDown as failure:
        log.warning("publish_gate.model_down", run=str(row.pk), reason=str(failure))
        _later(item, row, spent=failure.spent)
    else:
        _note(item, step, played)


def renew(items: Sequence[Claim]) -> None:
    extend_leases("knowledge_publishrun", [item.id for item in items], [item.token for item in items])


def next_due() -> datetime | None:
    """When the next conversation is to be played; one in hand does not count."""
    waiting = PublishRun.objects.filter(status__in=PublishRun.ACTIVE)
    free = waiting.extra(where=["leased_until IS NULL OR leased_until < now()"])
    due: datetime | None = free.aggregate(first=Min("due_at"))["first"]
    return due


def tally(row: PublishRun, side: str) -> Tally:
    """What a side came to so far."""
    results: list[dict[str, Any]] = [result for result in row.results if result["side"] == side]
    return Tally(
        played=len(results),
        passed=sum(result["passed"] for result in results),
        violations=sum(len(result["violations"]) for result in results),
        left=sum(len(result.get("left", [])) for result in results),
        calls=sum(result["calls"] for result in results),
    )


def _next(row: PublishRun) -> Step | None:
    done = {(result["case"], result["side"]) for result in row.results}
    sides = (BASELINE, CANDIDATE) if row.baseline else (CANDIDATE,)
    steps = (Step(side, case) for name, case in gate_cases().items() for side in sides if (name, side) not in done)
    return next(steps, None)


def _material(row: PublishRun, step: Step) -> Material:
    version = row.version if step.side == CANDIDATE else row.baseline
    assert version is not None  # noqa: S101 _next plays no side that is not there
    return replace(Material.published(), prompt=prompts.render(version.text), prompt_version=version.version)


def _note(item: Claim, step: Step, played: Played) -> None:
    with transaction.atomic():
        row = _ours(item)
        if row is None:
            return
        row.cases = list(gate_cases())
        row.results = [*row.results, {"side": step.side, **played.as_dict()}]
        row.spent_usd += played.cost_usd
        row.model = played.model or row.model
        row.attempts, row.leased_until = 0, None
        row.due_at = clock.now()
        row.save()
        jobs.wake(PUBLISH_STAGE)


def _later(item: Claim, row: PublishRun, *, spent: Decimal) -> None:
    """The model did not answer: the conversation is played again from its start."""
    if row.attempts >= MAX_ATTEMPTS:
        _finish(item, PublishRun.Status.STOPPED, "O modelo não respondeu.", spent=spent)
        return
    due_at = clock.now() + timedelta(seconds=RETRY_S * 2 ** (row.attempts - 1))
    with transaction.atomic():
        mine = PublishRun.objects.filter(pk=item.id, lease_token=item.token, status=PublishRun.Status.RUNNING)
        if mine.update(spent_usd=F("spent_usd") + spent, due_at=due_at, leased_until=None):
            jobs.wake(PUBLISH_STAGE, at=due_at)


def _settle(item: Claim) -> None:
    """All was played: the version is published when it is no worse, in the transaction that closes the run."""
    with transaction.atomic():
        # First the versions, then the run: the order in which publishing by hand locks them.
        role = PublishRun.objects.values_list("version__role", flat=True).get(pk=item.id)
        versions = {row.pk: row for row in PromptVersion.objects.select_for_update().filter(role=role).order_by("pk")}
        row = _ours(item)
        if row is None:
            return
        now = clock.now()
        row.status, row.reason = _verdict(row, versions)
        row.finished_at, row.leased_until = now, None
        row.save()
        if row.status == PublishRun.Status.PUBLISHED:
            publish_prompt(versions[row.version_id], now=now, by=row.requested_by)
        _audit(row, now)


def _verdict(row: PublishRun, versions: dict[UUID, PromptVersion]) -> tuple[PublishRun.Status, str]:
    published = next((v.pk for v in versions.values() if v.status == PromptVersion.Status.PUBLISHED), None)
    if published != row.baseline_id:
        return PublishRun.Status.STOPPED, "Outra versão foi publicada durante a avaliação: avalie de novo."
    if versions[row.version_id].checksum != row.checksum:
        return PublishRun.Status.STOPPED, "O rascunho mudou durante a avaliação: avalie de novo."
    ours, theirs = tally(row, CANDIDATE), tally(row, BASELINE)
    told = f"Casos aprovados: {ours.passed} de {ours.played}. Textos fora das regras: {_broken(ours)}."
    if row.baseline_id is None:
        return PublishRun.Status.PUBLISHED, told
    told = f"{told} Na versão publicada: {theirs.passed} de {theirs.played} casos e {_broken(theirs)}."
    worse = ours.passed < theirs.passed or ours.violations > theirs.violations
    return (PublishRun.Status.REFUSED if worse else PublishRun.Status.PUBLISHED), told


def _broken(side: Tally) -> str:
    """Most are stopped by the guardrails; one that would have left is another matter."""
    return f"{side.violations}, {side.left} sem ser barrados" if side.left else str(side.violations)


def _finish(item: Claim, status: PublishRun.Status, reason: str, *, spent: Decimal = Decimal(0)) -> None:
    with transaction.atomic():
        row = _ours(item)
        if row is None:
            return
        now = clock.now()
        row.status, row.reason, row.finished_at, row.leased_until = status, reason, now, None
        row.spent_usd += spent
        row.save()
        _audit(row, now)


def _ours(item: Claim) -> PublishRun | None:
    """The run, locked, while this claim still holds it: not after a cancellation or a takeover."""
    mine = PublishRun.objects.filter(pk=item.id, lease_token=item.token, status=PublishRun.Status.RUNNING)
    return mine.select_for_update().first()


def _audit(row: PublishRun, now: datetime) -> None:
    audit.record(
        actor="sistema",
        action="publish" if row.status == PublishRun.Status.PUBLISHED else "publish_refused",
        subject_kind="promptversion",
        subject_id=row.version_id,
        detail={"run": str(row.pk), "outcome": row.status, "cases": len(row.results), "spent_usd": str(row.spent_usd)},
        now=now,
    )
