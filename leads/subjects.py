"""A data subject's request from its first word to its answer: opened, proved, reminded of, closed.

Nothing is handed out, corrected or erased before the person proved to be who they are. The one exception is opposition:
who asks for no more messages gets none, whoever they are.
"""

import hashlib
import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Min

from leads.models import Lead, SubjectRequest
from seleto.lib import alerts, audit, clock, jobs
from seleto.lib.models import Alert

Kind = SubjectRequest.Kind
Status = SubjectRequest.Status
Source = SubjectRequest.Source
Proof = SubjectRequest.Proof

STAGE = "subject_reminder"
# Days before the deadline on which people are reminded; the last one is the deadline itself, then every day.
REMIND_DAYS = (10, 5, 2, 0)
CODE_HOURS = 24
CODE_TRIES = 5
_CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")


class Refused(Exception):
    """It cannot be done now; the text is Portuguese and says why."""


def register() -> None:
    jobs.register(jobs.Stage(name=STAGE, cluster="background", claim=claim, run=remind, next_due=next_due))


# --- opening ------------------------------------------------------------------------------------------------------


@transaction.atomic
def open_request(lead_id: UUID, kind: Kind, *, source: Source, actor: str, now: datetime) -> SubjectRequest:
    """One open request of a kind, answered within ``SUBJECT_REQUEST_DAYS`` (art. 19); the oldest counts, as two people
    who turned out to be one may both have asked."""
    same = SubjectRequest.objects.filter(lead_id=lead_id, kind=kind, status=Status.OPEN)
    known = same.order_by("due_at").first()
    if known is not None:
        return known
    due_at = now + timedelta(days=settings.SUBJECT_REQUEST_DAYS)
    row = SubjectRequest.objects.create(
        lead_id=lead_id,
        kind=kind,
        source=source,
        opened_at=now,
        due_at=due_at,
        remind_at=next_reminder(due_at, now=now),
    )
    note(row, "subject.open", actor=actor, now=now, kind=str(kind))
    if row.remind_at:
        jobs.wake(STAGE, at=row.remind_at)
    return row


def note(row: SubjectRequest, action: str, *, actor: str, now: datetime, **detail: object) -> None:
    """Put a step of a request into the audit, under the lead whose it is."""
    audit.record(
        actor=actor,
        action=action,
        subject_kind="subject_request",
        subject_id=row.pk,
        detail={**detail, **({"lead": str(row.lead_id)} if row.lead_id else {})},
        now=now,
    )


# --- who is asking ------------------------------------------------------------------------------------------------


def new_code(request_id: UUID, *, now: datetime) -> str:
    """A code of six digits for the lead's own conversation; the one before counts no more. Raises ``Refused``."""
    row = _open(request_id)
    if row.verified_at:
        raise Refused("a identidade já foi confirmada")
    code = f"{secrets.randbelow(10**6):06}"
    row.code_digest, row.code_tries = _digest(row.pk, code), 0
    row.code_until = now + timedelta(hours=CODE_HOURS)
    row.save(update_fields=["code_digest", "code_tries", "code_until"])
    return code


def confirm_code(request_id: UUID, code: str, *, actor: str, now: datetime) -> bool:
    """Whether this is the code; it then proves the person. Raises ``Refused`` without a code that still counts."""
    with transaction.atomic():
        row = _open(request_id)
        if row.verified_at:
            return True
        if not row.code_digest or row.code_until is None or row.code_until < now:
            raise Refused("nenhum código vale agora: envie outro")
        if row.code_tries >= CODE_TRIES:
            raise Refused("tentativas demais: envie outro código")
        if not secrets.compare_digest(row.code_digest, _digest(row.pk, code.strip())):
            row.code_tries += 1
            row.save(update_fields=["code_tries"])
            return False
        _prove(row, Proof.CODE, actor=actor, now=now)
    return True


def confirm_documents(request_id: UUID, *, actor: str, now: datetime) -> None:
    """Somebody looked at the person's documents and says so. Raises ``Refused``."""
    with transaction.atomic():
        _prove(_open(request_id), Proof.DOCUMENTS, actor=actor, now=now)


def heard(lead_id: UUID, text: str, *, now: datetime) -> None:
    """The lead wrote: a code that we sent to this very conversation proves them."""
    codes = _CODE.findall(text)
    if not codes:
        return
    waiting = SubjectRequest.objects.filter(lead_id=lead_id, status=Status.OPEN, verified_at=None, code_until__gte=now)
    for row in waiting:
        for code in codes[:3]:
            if row.code_tries < CODE_TRIES and confirm_code(row.pk, code, actor="titular", now=now):
                break


def _prove(row: SubjectRequest, how: Proof, *, actor: str, now: datetime) -> None:
    row.verified_at, row.verified_how, row.verified_by = now, how, actor
    row.code_digest, row.code_until = "", None
    row.save(update_fields=["verified_at", "verified_how", "verified_by", "code_digest", "code_until"])
    note(row, "subject.verify", actor=actor, now=now, how=str(how))


def _digest(request_id: UUID, code: str) -> str:
    return hashlib.sha256(f"{settings.SECRET_KEY}:{request_id}:{code}".encode()).hexdigest()


# --- closing ------------------------------------------------------------------------------------------------------


def proved(request_id: UUID) -> SubjectRequest:
    """An open request whose person is known, locked. Raises ``Refused``; call inside a transaction."""
    row = _open(request_id)
    if row.verified_at is None and row.kind != Kind.OPPOSITION:
        raise Refused("confirme antes a identidade de quem pede")
    return row


def close(request_id: UUID, status: Status, *, outcome: str, actor: str, now: datetime) -> SubjectRequest:
    """Answered or refused, with what was done or why not. Raises ``Refused``.

    A person's answer to opposition ends what is sent to them of our own accord.
    """
    if not outcome.strip():
        raise Refused("escreva o que se fez, ou por que não se fez")
    with transaction.atomic():
        row = proved(request_id) if status == Status.DONE else _open(request_id)
        row.status, row.closed_at, row.closed_by, row.remind_at = status, now, actor, None
        row.outcome = outcome.strip()
        row.save(update_fields=["status", "closed_at", "closed_by", "remind_at", "outcome"])
        if row.kind == Kind.OPPOSITION and status == Status.DONE and row.lead_id is not None:
            Lead.objects.filter(pk=row.lead_id, opted_out_at=None).update(opted_out_at=now)
        note(row, "subject.close", actor=actor, now=now, status=str(status), kind=str(row.kind))
        alerts.close(_alert(row), now=now)
    return row


def _open(request_id: UUID) -> SubjectRequest:
    row = SubjectRequest.objects.select_for_update().get(pk=request_id)
    if row.status != Status.OPEN:
        raise Refused("este pedido já foi encerrado")
    return row


# --- the clock of fifteen days ------------------------------------------------------------------------------------


def next_reminder(due_at: datetime, *, now: datetime) -> datetime:
    """The next moment to remind people: some days before the deadline, and each day once it is over."""
    planned = (due_at - timedelta(days=days) for days in REMIND_DAYS)
    return next((at for at in planned if at > now), now + timedelta(days=1))


def claim(limit: int) -> Sequence[UUID]:
    """Open requests to remind people of; the row's own lock decides who does."""
    rows = SubjectRequest.objects.filter(status=Status.OPEN, remind_at__lte=clock.now())
    return list(rows.order_by("remind_at").values_list("pk", flat=True)[:limit])


def remind(request_id: UUID) -> None:
    """Say by alert and by e-mail how long is left, never whose request it is."""
    now = clock.now()
    with transaction.atomic():
        rows = SubjectRequest.objects.select_for_update(skip_locked=True)
        row = rows.filter(pk=request_id, status=Status.OPEN, remind_at__lte=now).first()
        if row is None:
            return
        row.remind_at = next_reminder(row.due_at, now=now)
        row.save(update_fields=["remind_at"])
        title = f"Pedido de titular ({row.get_kind_display()}): {left(row, now=now)}"
        late = now >= row.due_at
        alerts.open_(_alert(row), title=title, level=Alert.Level.CRITICAL if late else Alert.Level.WARNING, now=now)
        jobs.wake(STAGE, at=row.remind_at)
    if settings.DPO_EMAILS:
        page = f"{settings.PUBLIC_URL.rstrip('/')}/admin/leads/subjectrequest/{request_id}/change/"
        body = f"{title}.\n\nO pedido está em {page}\n\nA lei dá 15 dias para a resposta (LGPD, art. 19)."
        EmailMessage(subject=title, body=body, to=list(settings.DPO_EMAILS)).send(fail_silently=True)


def next_due() -> datetime | None:
    rows = SubjectRequest.objects.filter(status=Status.OPEN)
    due: datetime | None = rows.aggregate(due=Min("remind_at"))["due"]
    return due


def left(row: SubjectRequest, *, now: datetime) -> str:
    """How much of the fifteen days is left, in words."""
    days = (row.due_at - now).days
    if now >= row.due_at:
        over = (now - row.due_at).days
        return f"venceu há {over} {'dia' if over == 1 else 'dias'}" if over else "venceu hoje"
    return f"faltam {days} {'dia' if days == 1 else 'dias'}" if days else "vence hoje"


def _alert(row: SubjectRequest) -> str:
    return f"subject:{row.pk}"
