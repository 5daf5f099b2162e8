"""A look every half minute at what no row tells by itself, so that somebody hears of it: the queue's background stage.

Opens and closes alerts; what they mean together is said by ``seleto/degraded.py``.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings

from conversations.turns import holding
from seleto import state
from seleto.backup import copies
from seleto.lib import alerts, audit_chain, clock, disk, jobs, ratelimit
from seleto.lib.models import Alert, RateBucket
from seleto.lib.supervisor import RESTARTED

NAME = "watch"
# What passes by itself is told of for so long after it was seen last.
_LASTS = {
    holding.SLOW_ALERT: timedelta(minutes=5),
    RESTARTED: timedelta(minutes=10),
    "flood:": timedelta(minutes=1),
    "forged:": timedelta(minutes=1),
}
# A stage that is this much later than ``STAGE_LATE_S`` is told of.
_LATE_TIMES = 2


def register() -> None:
    """Called once per process when Django is ready."""
    jobs.register(jobs.Stage(name=NAME, cluster="background", claim=claim, run=run, next_due=next_due))


def claim(_limit: int) -> Sequence[str]:
    """At most one look; taking the slot is the claim."""
    return [NAME] if ratelimit.take(NAME, interval_s=settings.WATCH_EVERY_S, within_s=0).taken else []


def run(_item: str) -> None:
    look(now=clock.now())


def next_due() -> datetime | None:
    bucket = RateBucket.objects.filter(key=NAME).values_list("next_at", flat=True).first()
    return bucket or clock.now()


def look(*, now: datetime) -> None:
    """One look at the disks, at what is late, and at what has passed."""
    low = disk.low_places()
    _tell(
        "disk",
        f"Pouco espaço em disco ({' e '.join(low)}): libere espaço antes que o banco pare" if low else "",
        now,
    )
    late = [
        stage
        for stage, late_s in state.read(now=now).stage_late.items()
        if late_s > settings.STAGE_LATE_S * _LATE_TIMES and stage != NAME
    ]
    _tell("late", f"Trabalho atrasado na fila: {', '.join(sorted(late))}" if late else "", now)
    _tell(
        "backup:old", "A cópia de segurança mais nova é antiga demais, ou não há nenhuma" if _is_old(now) else "", now
    )
    audit_chain.seal(now=now)
    for begin, lasts in _LASTS.items():
        passed = Alert.objects.filter(key__startswith=begin, closed_at=None, last_seen_at__lte=now - lasts)
        passed.update(closed_at=now)


def _is_old(now: datetime) -> bool:
    """Where copies are made at all."""
    if not (settings.BACKUP_RECIPIENT and settings.BACKUP_MAX_AGE_H):
        return False
    found = copies.listed(settings.BACKUP_DIR)
    return not found or now - found[0].created_at > timedelta(hours=settings.BACKUP_MAX_AGE_H)


def _tell(key: str, title: str, now: datetime) -> None:
    if title:
        alerts.open_(key, title=title, level=Alert.Level.CRITICAL, now=now)
    else:
        alerts.close(key, now=now)
