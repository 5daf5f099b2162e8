"""Alerts carried to people outside the admin: once per opening, by e-mail and by webhook, with the runbook's name.

A background stage over the alerts' own rows, apart from whoever raised them: a mail server that is down delays a notice
and nothing else. Each way is tried on its own until it took the notice; what cannot leave stands in the admin all the
same, where an alert of its own says so. An alert that has closed before anybody could be told is not told any more.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.db import connection
from django.db.models import Min, Q
from django.db.models.functions import Coalesce

from seleto.lib import alerts, clock, connections, http, jobs, metrics, outward
from seleto.lib.errors import ProviderError
from seleto.lib.models import Alert

log = structlog.get_logger(__name__)

NAME: Final = "notices"
# Said when notices do not leave; nobody can be told of that by a notice.
UNSENT: Final = "notices"
LOCAL: Final = ZoneInfo("America/Sao_Paulo")
EMAIL, WEBHOOK = "email", "webhook"
_CONNECT_S, _READ_S = 5.0, 10.0
_RETRY_MAX_S = 3600.0
_LEASE_S = 60  # longer than both ways may take
NOTICES = metrics.counter("alert_notices", "Notices of alerts to people, by way and outcome.", ["way", "outcome"])

# Stages that leave work which comes to no end.
_STAGES: Final = (
    "event turn outbox media summary follow_up nightly publish embed shadow export replay retention retention_daily"
    " crm_reconcile"
)
# Where a key begins so, people follow this runbook (docs/runbooks); the first that fits.
RUNBOOKS: Final = (
    ("circuit:llm", "cota-esgotada"),
    ("circuit:piperun", "crm-fora-do-ar"),
    ("circuit:whatsapp", "token-revogado"),
    ("circuit:", "sistema-externo"),
    ("chatwoot:parked", "trabalho-parado"),
    ("chatwoot:", "sistema-externo"),
    ("crm:parked", "trabalho-parado"),
    ("crm:", "crm-fora-do-ar"),
    ("model:slow", "respostas-lentas"),
    ("model", "cota-esgotada"),
    ("spend", "cota-esgotada"),
    ("worker:", "fila-parada"),
    ("late:", "trabalho-parado"),
    ("late", "fila-parada"),
    ("disk", "disco-cheio"),
    ("flood:", "enxurrada"),
    ("forged:", "segredo-vazado"),
    ("handoff", "lead-quente-esperando"),
    *((f"{begin}:", "provedor-desconectado") for begin in "channel deaf undelivered echoes quality canary".split()),
    *((f"{begin}:", "trabalho-parado") for begin in _STAGES.split()),
)


@dataclass(frozen=True, slots=True)
class Notice:
    """An alert in hand; ``attempts`` counts this one, ``told`` names the ways that took it."""

    id: UUID
    key: str
    level: str
    title: str
    opened_at: datetime
    attempts: int
    told: str


def register() -> None:
    jobs.register(jobs.Stage(name=NAME, cluster="background", claim=claim, run=run, next_due=next_due))


def runbook(key: str) -> str:
    """Where the runbook for this alert is read."""
    name = next((name for begin, name in RUNBOOKS if key.startswith(begin)), "README")
    return f"{settings.RUNBOOKS_URL.rstrip('/') or 'docs/runbooks'}/{name}.md"


def claim(limit: int) -> Sequence[Notice]:
    """SQL because choosing, locking and counting must be one statement."""
    if not _ways():
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE lib_alert SET notice_attempts = notice_attempts + 1,"
            " notice_leased_until = now() + make_interval(secs => %(lease)s) WHERE id = ANY(ARRAY("
            "SELECT id FROM lib_alert WHERE closed_at IS NULL AND notified_at IS NULL AND key <> %(unsent)s"
            " AND notice_attempts < %(most)s AND coalesce(notice_due_at, opened_at) <= %(now)s"
            " AND (notice_leased_until IS NULL OR notice_leased_until <= now())"
            " ORDER BY opened_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED))"
            " RETURNING id, key, level, title, opened_at, notice_attempts, notice_told",
            {
                "lease": _LEASE_S,
                "unsent": UNSENT,
                "most": settings.ALERT_NOTICE_ATTEMPTS,
                "now": clock.now(),
                "limit": limit,
            },
        )
        return [Notice(*row) for row in cursor.fetchall()]


def run(notice: Notice) -> None:
    """Tell by every way that has not taken it yet; what failed is tried again later."""
    connections.release()
    told, failed, wait_s = set(notice.told.split()), "", 0.0
    for way, tell in _ways().items():
        if way in told:
            continue
        try:
            tell(notice)
        except ProviderError as error:
            failed, wait_s = error.reason, max(wait_s, error.retry_after or 0)
            NOTICES.labels(way=way, outcome="failed").inc()
            log.warning("notice.failed", way=way, reason=error.reason, attempts=notice.attempts)
        else:
            told.add(way)
            NOTICES.labels(way=way, outcome="told").inc()
    _settle(notice, told, failed, wait_s)


def next_due() -> datetime | None:
    if not _ways():
        return None
    waiting = Alert.objects.filter(closed_at=None, notified_at=None, notice_attempts__lt=settings.ALERT_NOTICE_ATTEMPTS)
    free = waiting.exclude(key=UNSENT).extra(where=["notice_leased_until IS NULL OR notice_leased_until <= now()"])
    due: datetime | None = free.aggregate(due=Min(Coalesce("notice_due_at", "opened_at")))["due"]
    return due


def _settle(notice: Notice, told: set[str], failed: str, wait_s: float) -> None:
    now, done = clock.now(), {"notice_leased_until": None, "notice_told": " ".join(sorted(told))}
    row = Alert.objects.filter(pk=notice.id)
    if not failed:
        row.update(notified_at=now, **done)
        if not Alert.objects.filter(Q(notified_at=None) & ~Q(notice_attempts=0), closed_at=None).exists():
            alerts.close(UNSENT, now=now)
        return
    wait_s = max(wait_s, min(settings.ALERT_NOTICE_RETRY_S * 2 ** (notice.attempts - 1), _RETRY_MAX_S))
    row.update(notice_due_at=now + timedelta(seconds=wait_s), **done)
    title = "Um aviso de alerta não pôde ser enviado: confira EMAIL_HOST e ALERT_WEBHOOK_URL"
    alerts.open_(UNSENT, title=title, level=Alert.Level.WARNING, now=now)


def _ways() -> dict[str, Callable[[Notice], None]]:
    """How people want to be told."""
    ways: dict[str, Callable[[Notice], None]] = {}
    if settings.ALERT_EMAILS:
        ways[EMAIL] = _by_mail
    if settings.ALERT_WEBHOOK_URL:
        ways[WEBHOOK] = _by_webhook
    return ways


def _by_mail(notice: Notice) -> None:
    level = Alert.Level(notice.level).label
    lines = [
        notice.title,
        "",
        f"Nível: {level}",
        f"Aberto em: {notice.opened_at.astimezone(LOCAL):%d/%m/%Y %H:%M}",
        f"O que fazer: {runbook(notice.key)}",
        f"Alerta: {_page(notice)}",
        "",
    ]
    outward.mail(f"[Seleto] {level}: {notice.title}", "\n".join(lines), settings.ALERT_EMAILS)


def _by_webhook(notice: Notice) -> None:
    payload = {
        "event": "alert_opened",
        "id": str(notice.id),
        "key": notice.key,
        "level": notice.level,
        "title": notice.title,
        "opened_at": notice.opened_at.isoformat(),
        "runbook": runbook(notice.key),
        "page": _page(notice),
    }
    session = http.session("alert_hook", connect_s=_CONNECT_S, read_s=_READ_S)
    outward.call(session, settings.ALERT_WEBHOOK_URL, payload, key=str(notice.id))


def _page(notice: Notice) -> str:
    return f"{settings.PUBLIC_URL}/admin/lib/alert/{notice.id}/change/"
