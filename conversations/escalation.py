"""Telling people outside the house that a handoff waits: e-mail and webhook. Ids and constant words only (I11)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings

from seleto.lib import http, outward


@dataclass(frozen=True, slots=True)
class Notice:
    """A handoff that waits. ``alarm_id`` is the same at every attempt, so that the receiver can tell a repeat."""

    alarm_id: UUID
    handoff_id: UUID
    conversation_id: UUID
    queue: str
    reason: str
    opened_at: datetime
    after_minutes: int
    text: str


def send_email(notice: Notice, to: Sequence[str]) -> None:
    """One message to all of them. Raises ``Misconfigured`` without a mail host, else a ``ProviderError``."""
    page = f"{settings.PUBLIC_URL}/admin/conversations/handoff/{notice.handoff_id}/change/"
    outward.mail(notice.text, f"{notice.text}\n\nFila: {notice.queue}\nRepasse: {page}\n", to)


def call_webhook(notice: Notice, address: str) -> None:
    """POST of ids as JSON. Raises a ``ProviderError``."""
    session = http.session(
        "handoff_hook",
        connect_s=settings.HANDOFF_HOOK_CONNECT_TIMEOUT_S,
        read_s=settings.HANDOFF_HOOK_READ_TIMEOUT_S,
    )
    payload = {
        "event": "handoff_overdue",
        "id": str(notice.alarm_id),
        "handoff": str(notice.handoff_id),
        "conversation": str(notice.conversation_id),
        "queue": notice.queue,
        "reason": notice.reason,
        "opened_at": notice.opened_at.isoformat(),
        "after_business_minutes": notice.after_minutes,
    }
    outward.call(session, address, payload, key=str(notice.alarm_id))
