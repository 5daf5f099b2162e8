"""What `doctor` says of e-mail: whether the server lets us in. Nothing is sent."""

import smtplib
from collections.abc import Iterator

from django.conf import settings
from django.core.mail import get_connection

from seleto.findings import Finding, Level


def examine() -> Iterator[Finding]:
    """Opens a session with the mail server, within EMAIL_TIMEOUT_S, and closes it."""
    if not settings.EMAIL_HOST and settings.ALERT_EMAILS:
        yield Finding("email", Level.ERROR, "ALERT_EMAILS pede avisos por e-mail e EMAIL_HOST está vazia.")
        return
    if not settings.EMAIL_HOST:
        text = "Nenhum aviso sai por e-mail: EMAIL_HOST está vazia."
        yield Finding("email", Level.OK, text)
        return
    try:
        with get_connection():
            pass
    except smtplib.SMTPAuthenticationError:
        text = "O servidor de e-mail recusa a conta: confira EMAIL_HOST_USER e EMAIL_HOST_PASSWORD."
        yield Finding("email", Level.ERROR, text)
    except (smtplib.SMTPException, OSError):
        text = "Não há conexão com o servidor de e-mail: confira EMAIL_HOST, EMAIL_PORT e EMAIL_USE_TLS."
        yield Finding("email", Level.ERROR, text)
    else:
        yield Finding("email", Level.OK, f"O servidor de e-mail aceita a conta; os avisos saem de {_sender()}.")


def _sender() -> str:
    """The domain alone."""
    return str(settings.DEFAULT_FROM_EMAIL).rpartition("@")[2].strip("> ") or "(vazio)"
