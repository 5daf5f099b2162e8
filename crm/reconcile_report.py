"""What a night's comparison found, told: an alert in the admin, and an e-mail to those who asked for it."""

import smtplib
from collections import Counter
from datetime import datetime
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage

from crm import findings, wording
from crm.models import Drift, Reconciliation
from seleto.lib import alerts, logs
from seleto.lib.admin_lists import local
from seleto.lib.models import Alert

log = logs.get(__name__)
UNSENT: Final = "crm:report"


def tell(row: Reconciliation, *, now: datetime) -> None:
    """Raise or end the alert, and write to people when there is something new to know."""
    counts = still_open()
    if counts:
        title = f"O CRM e o atendimento divergem em {counts.total()} pontos: veja as divergências com o CRM"
        alerts.open_(findings.ALERT, title=title, level=Alert.Level.WARNING, now=now)
    else:
        alerts.close(findings.ALERT, now=now)
    if settings.CRM_REPORT_EMAILS and (row.found or row.gone or row.ended):
        _send(row, counts, now=now)


def still_open() -> Counter[str]:
    """Open disagreements by kind."""
    return Counter(Drift.objects.filter(closed_at=None).values_list("kind", flat=True))


def text(row: Reconciliation, counts: Counter[str]) -> str:
    """The report; numbers and kinds alone, for it leaves the house."""
    lines = [
        f"Leads conferidos: {row.leads} (chamadas ao CRM: {row.requests})",
        f"Divergências novas: {row.found}; que sumiram: {row.gone}; em aberto: {counts.total()}",
        *(f"  {count} × {kind}" for kind, count in counts.most_common()),
    ]
    if row.ended:
        lines.append(f"A conferência parou antes do fim: {wording.run_end(row.ended)}.")
    return "\n".join(lines)


def _send(row: Reconciliation, counts: Counter[str], *, now: datetime) -> None:
    """A mail that cannot leave is an alert; the findings stand in the admin all the same."""
    page = f"{settings.PUBLIC_URL}/admin/crm/drift/?aberta=sim"
    message = EmailMessage(
        subject=f"Conferência com o CRM, {local(row.started_at)}: {row.found} divergências novas",
        body=f"{text(row, counts)}\n\n{page}\n",
        to=list(settings.CRM_REPORT_EMAILS),
    )
    try:
        message.send()
    except (smtplib.SMTPException, OSError) as error:
        log.warning("crm_report_not_sent", error=type(error).__name__)
        title = "O relatório da conferência com o CRM não pôde ser enviado: confira EMAIL_HOST"
        alerts.open_(UNSENT, title=title, level=Alert.Level.WARNING, now=now)
    else:
        alerts.close(UNSENT, now=now)
