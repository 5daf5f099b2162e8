"""Who did what to which row: one append-only entry per deed, written in the transaction that does it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from seleto.lib import redact
from seleto.lib.models import AuditEntry


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
