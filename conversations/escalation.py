"""Telling people outside the house that a handoff waits: e-mail and webhook. Ids and constant words only (I11)."""

import smtplib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import httpx
from django.conf import settings
from django.core.mail import EmailMessage

from seleto.lib import http
from seleto.lib.errors import Ambiguous, Misconfigured, Rejected, Unavailable

_BUSY = frozenset({408, 425, 429, 503})


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
    if not settings.EMAIL_HOST:
        raise Misconfigured("email_not_configured")
    page = f"{settings.PUBLIC_URL}/admin/conversations/handoff/{notice.handoff_id}/change/"
    body = f"{notice.text}\n\nFila: {notice.queue}\nRepasse: {page}\n"
    message = EmailMessage(subject=" ".join(notice.text.split())[:120], body=body, to=list(to))
    try:
        message.send()
    except smtplib.SMTPAuthenticationError as error:
        raise Misconfigured("bad_credentials", status=error.smtp_code) from error
    except smtplib.SMTPRecipientsRefused as error:
        raise Rejected("invalid_address") from error
    except smtplib.SMTPConnectError as error:
        raise Unavailable("connect_error") from error
    except smtplib.SMTPResponseException as error:
        raise _answered(error.smtp_code) from error
    except (smtplib.SMTPServerDisconnected, TimeoutError) as error:
        raise Ambiguous("connection_lost") from error
    except (smtplib.SMTPException, OSError) as error:
        raise Unavailable("connect_error") from error


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
    try:
        response = session.post(address, json=payload, headers={"Idempotency-Key": str(notice.alarm_id)})
    except httpx.InvalidURL as error:
        raise Misconfigured("bad_address") from error
    except httpx.HTTPError as error:
        raise http.outcome(error) from error
    status = response.status_code
    if response.is_success:
        return
    if status in _BUSY:
        raise Unavailable(f"http_{status}", status=status, retry_after=_wait(response))
    if status >= 500:
        raise Ambiguous(f"http_{status}", status=status)
    raise Rejected(f"http_{status}", status=status)


def _answered(code: int) -> Rejected | Unavailable:
    """SMTP's own word: 4xx is not now, 5xx is no."""
    reason = f"smtp_{code}"
    return Unavailable(reason, status=code) if 400 <= code < 500 else Rejected(reason, status=code)


def _wait(response: httpx.Response) -> float | None:
    value = response.headers.get("Retry-After", "")
    return float(value) if value.isdigit() else None
