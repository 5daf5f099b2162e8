"""What is not kept (domain.md, LGPD): every day by the worker, or by ``apply_retention``, with a receipt of counts.

Each kind is done in small transactions and may be repeated. A lead with an open request of theirs, an open handoff or
an open deal is somebody we still owe something: they wait.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import Max, Q, QuerySet
from django.db.models.functions import Coalesce

from conversations.models import Conversation, Event, Handoff
from conversations.readings import retention as files
from crm.models import CrmCall
from leads import erasure
from leads.models import Lead, RetentionRun, SubjectExport, SubjectRequest
from seleto.lib import audit, clock, jobs, poison

log = structlog.get_logger(__name__)

STAGE = "retention_daily"
_EVERY = timedelta(days=1)
# A round that never ended is begun anew after this long.
_GIVEN_UP = timedelta(hours=2)
_BATCH = 500

# What a receipt counts, in the words people read.
KINDS = {
    "files": "arquivos de mensagens removidos",
    "texts": "transcrições e textos sem identificadores",
    "event_bodies": "corpos de eventos apagados",
    "crm_calls": "chamadas ao CRM apagadas do histórico",
    "copies": "cópias para titulares removidas",
    "anonymised": "leads anonimizados por inatividade",
    "deleted": "leads antigos com todas as linhas apagadas",
    "requests": "pedidos de titulares antigos apagados",
}


def register() -> None:
    jobs.register(jobs.Stage(name=STAGE, cluster="background", claim=claim, run=work, next_due=next_due))


def claim(limit: int) -> Sequence[UUID]:
    """One round a day over all workers: who locks the newest one decides."""
    now = clock.now()
    with transaction.atomic():
        newest = RetentionRun.objects.select_for_update(skip_locked=True).order_by("-started_at").first()
        if newest is None and RetentionRun.objects.exists():
            return []
        if newest is not None and newest.started_at > now - (_EVERY if newest.finished_at else _GIVEN_UP):
            return []
        return [RetentionRun.objects.create(started_at=now, by="sistema").pk]


def work(run_id: UUID) -> None:
    run = RetentionRun.objects.get(pk=run_id)
    run.counts = apply(actor=run.by, now=clock.now())
    run.finished_at = clock.now()
    run.save(update_fields=["counts", "finished_at"])


def next_due() -> datetime | None:
    newest = RetentionRun.objects.order_by("-started_at").first()
    if newest is None:
        return clock.now()
    return newest.started_at + (_EVERY if newest.finished_at else _GIVEN_UP)


def by_hand(*, actor: str, now: datetime) -> RetentionRun:
    """A round at once, with its receipt."""
    run = RetentionRun.objects.create(started_at=now, by=actor)
    work(run.pk)
    run.refresh_from_db()
    return run


def apply(*, actor: str, now: datetime, dry_run: bool = False) -> dict[str, int]:
    """How many rows of each of ``KINDS`` went, or would."""
    done = files.apply(now=now, dry_run=dry_run)
    counts = {"files": done.files, "texts": done.texts}
    left = poison.parked(STAGE)
    for kind, (rows, remove) in _plan(actor, now).items():
        if dry_run or kind in left:
            counts[kind] = rows.count() if dry_run else 0
            continue
        title = f"A retenção derrubou o processo em “{KINDS[kind]}” e deixou essa parte de fora"
        with poison.counted(STAGE, [kind], title=title):
            counts[kind] = remove(rows)
    if not dry_run:
        told = {kind: count for kind, count in counts.items() if count}
        audit.record(
            actor=actor, action="retention", subject_kind="retention_run", subject_id=None, detail=told, now=now
        )
    return counts


_Plan = Mapping[str, tuple[QuerySet[Any], Callable[[QuerySet[Any]], int]]]


def _plan(actor: str, now: datetime) -> _Plan:
    """In this order: a lead that is old enough for both is anonymised now and deleted in the next round."""
    return {
        "event_bodies": (_bodies(now), lambda rows: _in_batches(rows, lambda part: part.update(body=b""))),
        "crm_calls": (
            CrmCall.objects.filter(at__lt=now - timedelta(days=settings.INTEGRATION_LOG_DAYS)),
            lambda rows: _in_batches(rows, _delete),
        ),
        "copies": (
            SubjectExport.objects.filter(remove_at__lte=now, content__isnull=False),
            lambda rows: rows.update(content=None, size=0),
        ),
        "deleted": (_old(now), lambda rows: _in_batches(rows, _delete)),
        "anonymised": (_silent(now), lambda rows: _anonymise(rows, actor, now)),
        "requests": (_answered(now), lambda rows: _in_batches(rows, _delete)),
    }


def _bodies(now: datetime) -> QuerySet[Any]:
    """The keys stay: by them an event that is delivered again is known."""
    before = now - timedelta(days=settings.EVENT_BODY_DAYS)
    return Event.objects.filter(received_at__lt=before).exclude(body=b"")


def _silent(now: datetime) -> QuerySet[Any]:
    """Leads of whom nothing was heard for so long, and to whom nothing is owed."""
    before = now - timedelta(days=settings.LEAD_ANONYMISE_DAYS)
    rows = Lead.objects.filter(anonymised_at=None, created_at__lt=before)
    rows = rows.annotate(last=Coalesce(Max("conversations__last_message_at"), "created_at")).filter(last__lt=before)
    return rows.exclude(_owed())


def _owed() -> Q:
    requests = SubjectRequest.objects.filter(status=SubjectRequest.Status.OPEN, lead__isnull=False)
    handoffs = Handoff.objects.filter(closed_at=None)
    return Q(pk__in=requests.values("lead")) | Q(pk__in=handoffs.values("conversation__lead"))


def _old(now: datetime) -> QuerySet[Any]:
    """Anonymised leads whose time is wholly over; their conversations and turns go with them."""
    before = now - timedelta(days=settings.LEAD_DELETE_DAYS)
    rows = Lead.objects.exclude(anonymised_at=None).filter(created_at__lt=before)
    rows = rows.annotate(last=Coalesce(Max("conversations__last_message_at"), "created_at")).filter(last__lt=before)
    return rows.exclude(_owed())


def _answered(now: datetime) -> QuerySet[Any]:
    before = now - timedelta(days=settings.SUBJECT_REQUEST_KEEP_DAYS)
    return SubjectRequest.objects.filter(closed_at__lt=before)


def _anonymise(rows: QuerySet[Any], actor: str, now: datetime) -> int:
    done = 0
    for lead_id in list(rows.values_list("pk", flat=True)):
        try:
            erasure.anonymise(lead_id, actor=actor, now=now, elsewhere=False)
        except erasure.AlreadyAnonymous:
            continue
        except DatabaseError:
            log.exception("retention.lead_failed", lead_id=str(lead_id))
            continue
        done += 1
    return done


def _delete(rows: QuerySet[Any]) -> int:
    """How many of the rows themselves went; what hangs on them goes too and is not counted."""
    keys = list(rows.values_list("pk", flat=True))
    if rows.model is Lead:
        Conversation.objects.filter(lead__in=keys).delete()
    rows.delete()
    return len(keys)


def _in_batches(rows: QuerySet[Any], do: Callable[[QuerySet[Any]], int]) -> int:
    done = 0
    while keys := list(rows.order_by("pk").values_list("pk", flat=True)[:_BATCH]):
        with transaction.atomic():
            done += do(rows.model._default_manager.filter(pk__in=keys))
    return done
