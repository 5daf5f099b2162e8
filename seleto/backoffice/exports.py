"""Lists of leads, empresas and orçamentos that leave as a spreadsheet: at once, or written by the worker.

Who took what is audited when it is asked for: how many rows, which filters, never their values. A file that the worker
wrote lies in the database, for its asker alone, and is removed after ``EXPORT_KEEP_H``; should a person in it be
erased before, it goes with them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import Min

from leads.export import TABLES, lines
from seleto.backoffice.models import ExportRun
from seleto.lib import audit, clock, jobs, poison, privacy
from seleto.lib.ids import new_id
from seleto.lib.leases import extend_leases
from seleto.lib.privacy import PersonalData, Subject
from seleto.lib.spreadsheets import Format, write

log = structlog.get_logger(__name__)

STAGE = "export"
MAX_ATTEMPTS = 3
Status = ExportRun.Status


class LeaseLost(Exception):
    """Another worker writes this file now."""


@dataclass(frozen=True, slots=True)
class Claim:
    id: UUID
    lease_token: UUID
    attempts: int


def register() -> None:
    jobs.register(jobs.Stage(name=STAGE, cluster="background", claim=claim, run=work, renew=renew, next_due=next_due))
    privacy.register(
        PersonalData(
            app="backoffice",
            label="Planilhas exportadas",
            fields=("ExportRun.keys", "ExportRun.content"),
            find=lambda subject: [f"exportrun:{key}" for key in _holding(subject)],
            export=lambda subject: [],
            erase=_erase,
        )
    )


def at_once(kind: str, form: Format, keys: Sequence[UUID]) -> bytes:
    """The file of a short list."""
    table = TABLES[kind]
    return write(form, table.header, lines(table, keys, lambda done: None), sheet=table.title)


@transaction.atomic
def start(kind: str, form: Format, keys: Sequence[UUID], *, user: Any, now: datetime) -> ExportRun:
    """Have the worker write a long list."""
    run = ExportRun.objects.create(
        user=user,
        kind=kind,
        form=form,
        keys=[str(key) for key in keys],
        total=len(keys),
        requested_at=now,
        remove_at=now + timedelta(hours=settings.EXPORT_KEEP_H),
    )
    jobs.wake(STAGE)
    return run


def record(*, actor: str, kind: str, form: Format, rows: int, filters: Iterable[str], now: datetime) -> None:
    """Who took a list out, how long it was and what it was narrowed by; never what the filters said."""
    audit.record(
        actor=actor,
        action="lead.export",
        subject_kind=kind,
        subject_id=None,
        detail={"rows": rows, "format": str(form), "filters": sorted(filters)},
        now=now,
    )


def claim(limit: int) -> Sequence[Claim]:
    """Files to write, and files whose time is over. SQL because choosing and claiming must be one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE backoffice_exportrun SET attempts = attempts + 1, lease_token = gen_random_uuid(),"
            " leased_until = now() + make_interval(secs => %s) WHERE id = ANY(ARRAY("
            "SELECT id FROM backoffice_exportrun WHERE (status = 'running' OR (status = 'done' AND remove_at <= %s))"
            " AND (leased_until IS NULL OR leased_until < now())"
            " ORDER BY requested_at LIMIT %s FOR UPDATE SKIP LOCKED)) RETURNING id, lease_token, attempts",
            [settings.LEASE_S, clock.now(), limit],
        )
        return [Claim(*row) for row in cursor.fetchall()]


def work(item: Claim) -> None:
    run = ExportRun.objects.defer("content").get(pk=item.id)
    if run.status == Status.DONE or run.remove_at <= clock.now():
        _settle(item, status=Status.REMOVED, content=None, keys=[])
    elif item.attempts > MAX_ATTEMPTS:
        _settle(item, status=Status.FAILED, keys=[])
        poison.tell(STAGE, "Uma planilha pedida derrubou o processo várias vezes e foi deixada")
    else:
        _write(item, run)


def renew(items: Sequence[Claim]) -> None:
    extend_leases("backoffice_exportrun", [item.id for item in items], [item.lease_token for item in items])


def next_due() -> datetime | None:
    due = ExportRun.objects.extra(where=["(leased_until IS NULL OR leased_until < now())"])
    written = due.filter(status=Status.RUNNING).aggregate(at=Min("requested_at"))["at"]
    removed = due.filter(status=Status.DONE).aggregate(at=Min("remove_at"))["at"]
    return min(filter(None, (written, removed)), default=None)


def _write(item: Claim, run: ExportRun) -> None:
    table = TABLES[run.kind]

    def progress(done: int) -> None:
        if not _mine(item).update(done=done):
            raise LeaseLost

    try:
        content = write(Format(run.form), table.header, lines(table, map(UUID, run.keys), progress), sheet=table.title)
    except LeaseLost:
        return
    except DatabaseError:
        log.exception("export.failed", export_id=str(item.id))
        return  # tried again when the lease runs out, until the attempts are used up
    # What was taken is not needed any more: the file holds it.
    _settle(item, status=Status.DONE, content=content, done=run.total, attempts=0)


def _mine(item: Claim) -> Any:
    return ExportRun.objects.filter(pk=item.id, lease_token=item.lease_token)


def _settle(item: Claim, **columns: object) -> None:
    _mine(item).update(leased_until=None, **columns)


def _holding(subject: Subject) -> list[UUID]:
    """Files that may name the subject. Which empresas and orçamentos were theirs is not asked: every such file goes."""
    rows = ExportRun.objects.filter(status__in=[Status.RUNNING, Status.DONE])
    leads = rows.filter(kind="lead", keys__contains=[str(subject.lead_id)])
    return list((leads | rows.exclude(kind="lead")).values_list("pk", flat=True))


@transaction.atomic
def _erase(subject: Subject) -> int:
    gone = ExportRun.objects.filter(pk__in=_holding(subject))
    # Another token: a worker that has it in hand stores nothing.
    return gone.update(status=Status.REMOVED, content=None, keys=[], leased_until=None, lease_token=new_id())
