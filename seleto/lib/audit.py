"""Who did what to which row: one append-only entry per deed, written in the transaction that does it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings

from seleto.lib import redact
from seleto.lib.models import AuditEntry

SEEN = "see"


def record(
    *,
    actor: str,
    action: str,
    subject_kind: str,
    subject_id: UUID | None,
    detail: Mapping[str, Any] | None = None,
    now: datetime,
) -> AuditEntry:
    """Write one entry.

    ``actor`` is ``usuário:<id>``, ``sistema``, ``sdr:<id>`` or ``api:<name>``; ``action`` and ``subject_kind`` are
    constant words (``pause``, ``conversation``). ``detail`` holds constant words, ids and numbers, never what a person
    said or is called; it passes the redactor as a second line of defence.
    """
    return AuditEntry.objects.create(
        at=now,
        actor=actor,
        action=action,
        subject_kind=subject_kind,
        subject_id=subject_id,
        detail=redact.mapping(detail or {}),
    )


def seen(*, actor: str, subject_kind: str, subject_id: UUID | None, now: datetime) -> None:
    """Somebody looked at a person's data: one entry per looker, subject and ``AUDIT_SEEN_MIN`` minutes.

    Without an id: at a list of them.
    """
    told = {"actor": actor, "action": SEEN, "subject_kind": subject_kind, "subject_id": subject_id}
    since = now - timedelta(minutes=settings.AUDIT_SEEN_MIN)
    if not AuditEntry.objects.filter(**told, at__gt=since).exists():
        AuditEntry.objects.create(at=now, detail={}, **told)
