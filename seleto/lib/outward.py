"""Telling people outside the house: one e-mail, one webhook. A failure is a ``ProviderError``; nothing is retried."""

import smtplib
from collections.abc import Mapping, Sequence

import httpx
from django.conf import settings
from django.core.mail import EmailMessage

from seleto.lib import http
from seleto.lib.errors import Ambiguous, Misconfigured, Rejected, Unavailable

_SUBJECT_CHARS = 120


def mail(subject: str, body: str, to: Sequence[str]) -> None:
    """One message to all of them. Raises ``Misconfigured`` without a mail host, else a ``ProviderError``."""
    if not settings.EMAIL_HOST:
        raise Misconfigured("email_not_configured")
    message = EmailMessage(subject=" ".join(subject.split())[:_SUBJECT_CHARS], body=body, to=list(to))
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


def call(session: httpx.Client, address: str, payload: Mapping[str, object], *, key: str) -> None:
    """POST JSON; ``key`` is the same at every attempt, so that the receiver can tell a repeat. Raises a
    ``ProviderError``."""
    try:
        response = session.post(address, json=dict(payload), headers={"Idempotency-Key": key})
    except httpx.InvalidURL as error:
        raise Misconfigured("bad_address") from error
    except httpx.HTTPError as error:
        raise http.outcome(error) from error
    http.judge(response.status_code, response.headers.get("Retry-After", ""))


def _answered(code: int) -> Rejected | Unavailable:
    """SMTP's own word: 4xx is not now, 5xx is no."""
    reason = f"smtp_{code}"
    return Unavailable(reason, status=code) if 400 <= code < 500 else Rejected(reason, status=code)
