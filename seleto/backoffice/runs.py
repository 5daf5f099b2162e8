"""Long work over many rows: done by a worker, watched on a bar, safe to interrupt anywhere.

Each piece is worked and counted in one transaction, so a killed worker repeats nothing and skips nothing. A dry run
does the same and takes each piece back, so what it counts is what would happen.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Min

from seleto.backoffice.models import BulkRun
from seleto.lib import audit, clock, jobs
from seleto.lib.leases import extend_leases

log = structlog.get_logger(__name__)

STAGE = "bulk_run"
# A worker gives a run back after so long, for others to have their turn and for a stop to be quick.
SLICE_S = 5.0
MAX_ATTEMPTS = 3
# Runs at once in one process.
CONCURRENCY = 2
GAVE_UP = "não deu certo em três tentativas: veja os logs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of work.

    - ``work(run, keys)``: do the next ``batch`` keys inside the transaction that counts them; returns reason -> rows
      for those that were refused. Must call nobody outside. Raising leaves the piece to a later attempt.
    - ``finish(run)``: once, when the last key is behind; what it puts into ``run.result`` is kept.
    """

    name: str
    work: Callable[[BulkRun, Sequence[str]], Mapping[str, int]]
    batch: int = 1
    finish: Callable[[BulkRun], None] | None = None


@dataclass(frozen=True, slots=True)
class RunClaim:
    """A run in hand; ``attempts`` counts this one."""

    id: UUID
    lease_token: UUID
    attempts: int


_kinds: dict[str, Kind] = {}


def register_kind(kind: Kind) -> None:
    """Raises ``ValueError`` for a name in use."""
    if kind.name in _kinds:
        raise ValueError(f"A kind of run named {kind.name} is registered already.")
    _kinds[kind.name] = kind


def register() -> None:
    jobs.register(
        jobs.Stage(
            name=STAGE,
            cluster="background",
            claim=claim,
            run=work,
            renew=renew,
            next_due=next_due,
            concurrency=CONCURRENCY,
        )
    )


def start(
    kind: str,
    keys: Sequence[object],
    *,
    title: str,
    actor: str,
    by: str,
    now: datetime,
    params: Mapping[str, object] | None = None,
    dry_run: bool = False,
) -> BulkRun:
    """Have the keys worked. ``actor`` is who the audit names, ``by`` whom people read. ``KeyError``: unknown kind."""
    _kinds[kind]
    with transaction.atomic():
        run = BulkRun.objects.create(
            kind=kind,
            title=title,
            keys=[str(key) for key in keys],
            params=dict(params or {}),
            dry_run=dry_run,
            total=len(keys),
            actor=actor,
            requested_by=by,
            requested_at=now,
        )
        if not dry_run:
            _audit(run, "bulk.start", now=now)
        jobs.wake(STAGE)
    return run


def for_real(run: BulkRun, *, actor: str, by: str, now: datetime) -> BulkRun:
    """What a dry run tried, done."""
    return start(run.kind, run.keys, title=run.title, actor=actor, by=by, now=now, params=run.params)


def cancel(run_id: UUID, *, actor: str, now: datetime) -> bool:
    """Begin no further piece; what is done stays done. False when it was not running."""
    with transaction.atomic():
        run = BulkRun.objects.select_for_update().defer("keys").filter(pk=run_id).first()
        if run is None or run.status != BulkRun.Status.RUNNING:
            return False
        run.status, run.finished_at = BulkRun.Status.CANCELLED, now
        run.save(update_fields=["status", "finished_at"])
        audit.record(actor=actor, action="bulk.cancel", subject_kind="bulkrun", subject_id=run_id, detail={}, now=now)
    return True


def claim(limit: int) -> Sequence[RunClaim]:
    """Take up to ``limit`` runs. SQL because choosing and claiming must be one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE backoffice_bulkrun SET attempts = attempts + 1, lease_token = gen_random_uuid(),"
            " leased_until = now() + make_interval(secs => %s) WHERE id = ANY(ARRAY("
            "SELECT id FROM backoffice_bulkrun WHERE status = 'running'"
            " AND (leased_until IS NULL OR leased_until < now())"
            " ORDER BY requested_at, id LIMIT %s FOR UPDATE SKIP LOCKED)) RETURNING id, lease_token, attempts",
            [settings.LEASE_S, limit],
        )
        return [RunClaim(*row) for row in cursor.fetchall()]


def work(claimed: RunClaim) -> None:
    """Work pieces for a while, then give the run back."""
    keys: list[str] = BulkRun.objects.values_list("keys", flat=True).get(pk=claimed.id)
    until = time.monotonic() + SLICE_S
    passing_over = claimed.attempts > MAX_ATTEMPTS
    while _piece(claimed, keys, passing_over=passing_over):
        passing_over = False
        if time.monotonic() >= until:
            _give_back(claimed)
            return


def renew(claims: Sequence[RunClaim]) -> None:
    extend_leases("backoffice_bulkrun", [one.id for one in claims], [one.lease_token for one in claims])


def next_due() -> datetime | None:
    """Since when the oldest run waits that nobody has in hand."""
    due: datetime | None = (
        BulkRun.objects.filter(status=BulkRun.Status.RUNNING)
        .extra(where=["(leased_until IS NULL OR leased_until < now())"])
        .aggregate(due=Min("requested_at"))["due"]
    )
    return due


def _piece(claimed: RunClaim, keys: Sequence[str], *, passing_over: bool) -> bool:
    """Do the next piece; False when there is none, or the run is no longer ours or wanted."""
    with transaction.atomic():
        mine = BulkRun.objects.select_for_update().defer("keys")
        run = mine.filter(pk=claimed.id, lease_token=claimed.lease_token, status=BulkRun.Status.RUNNING).first()
        if run is None:
            return False
        kind = _kinds[run.kind]
        piece = keys[run.position : run.position + kind.batch]
        if not piece:
            _finish(run, kind)
            return False
        if passing_over:
            log.error("bulk_run.passed_over", run_id=str(run.pk), position=run.position)
            refused: Mapping[str, int] = {GAVE_UP: len(piece)}
        else:
            with transaction.atomic():
                refused = kind.work(run, piece)
                transaction.set_rollback(run.dry_run)
        for reason, count in refused.items():
            run.refused[reason] = run.refused.get(reason, 0) + count
        run.position += len(piece)
        run.done += len(piece) - sum(refused.values())
        run.attempts = 1  # this claim goes on with the next piece
        run.save(update_fields=["refused", "position", "done", "attempts", "result"])
    return True


def _finish(run: BulkRun, kind: Kind) -> None:
    if kind.finish is not None and not run.dry_run:
        kind.finish(run)
    run.status, run.finished_at, run.leased_until = BulkRun.Status.DONE, clock.now(), None
    run.save(update_fields=["status", "finished_at", "leased_until", "result"])


def _give_back(claimed: RunClaim) -> None:
    BulkRun.objects.filter(pk=claimed.id, lease_token=claimed.lease_token).update(leased_until=None, attempts=0)
    jobs.wake(STAGE)


def _audit(run: BulkRun, action: str, *, now: datetime) -> None:
    audit.record(
        actor=run.actor,
        action=action,
        subject_kind="bulkrun",
        subject_id=run.pk,
        detail={"kind": run.kind, "rows": run.total},
        now=now,
    )
