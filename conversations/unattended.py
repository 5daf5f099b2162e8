"""Handoffs that nobody picks up: level by level, counted in business minutes, until a person does something.

Nothing is scheduled. A level is due for a handoff once so many business minutes have passed since it was opened; as
that instant is the later the later the handoff was opened, the oldest one without its alarm tells when the next is due.
So a change of hours, holidays or levels holds at once. An alarm is a row, unique per handoff and level; what it sends
out of the house is retried, also after an ambiguous outcome: a repeated call for help costs less than a lost one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Min, QuerySet

from conversations import escalation
from conversations.handoff import waiting_alert
from conversations.models import Conversation, Handoff, HandoffAlarm, HandoffLevel
from conversations.signals import handoff_overdue
from knowledge import calendar
from seleto.lib import alerts, clock, connections, jobs, metrics
from seleto.lib.errors import ProviderError, Rejected
from seleto.lib.models import Alert

log = structlog.get_logger(__name__)

ALARMS = metrics.counter("handoff_alarms", "Alarms about handoffs nobody picked up, by outcome.", ["outcome"])
PARKED_ALERT = "handoff_alarm:parked"

Action = HandoffLevel.Action
Status = HandoffAlarm.Status


@dataclass(frozen=True, slots=True)
class AlarmClaim:
    """An alarm in hand; ``attempts`` counts this one."""

    id: UUID
    attempts: int


def claim(limit: int) -> Sequence[AlarmClaim]:
    """Raise what fell due, then take up to ``limit`` alarms that have something to do."""
    now = clock.now()
    _raise_due(limit, now)
    with connection.cursor() as cursor:
        # SQL because the ORM cannot say UPDATE … RETURNING over SKIP LOCKED.
        cursor.execute(
            "UPDATE conversations_handoffalarm SET attempts = attempts + 1,"
            " leased_until = now() + make_interval(secs => %s)"
            " WHERE id = ANY(ARRAY(SELECT id FROM conversations_handoffalarm WHERE status = 'queued'"
            " AND due_at <= %s AND (leased_until IS NULL OR leased_until < now())"
            " ORDER BY due_at, id LIMIT %s FOR UPDATE SKIP LOCKED)) RETURNING id, attempts",
            [settings.LEASE_S, now, limit],
        )
        return [AlarmClaim(*row) for row in cursor.fetchall()]


def run(alarm: AlarmClaim) -> None:
    """Announce the alarm once, then send what leaves the house."""
    now = clock.now()
    if alarm.attempts > settings.HANDOFF_ALARM_MAX_ATTEMPTS:  # runs that neither ended nor failed
        _park(alarm, "tentativas_esgotadas", now)
        return
    with transaction.atomic():
        notice, level = _announced(alarm, now)
    if notice is None or level is None:
        ALARMS.labels(outcome="cancelled").inc()
        return
    connections.release()
    try:
        if level.action == Action.EMAIL:
            escalation.send_email(notice, level.addresses())
        elif level.action == Action.WEBHOOK:
            escalation.call_webhook(notice, level.target)
    except Rejected as refusal:
        _park(alarm, f"recusada:{refusal.reason}", now)
    except ProviderError as failure:
        _try_again(alarm, failure, now)
    else:
        HandoffAlarm.objects.filter(pk=alarm.id, status=Status.QUEUED).update(status=Status.DONE, leased_until=None)
        ALARMS.labels(outcome="done").inc()


def renew(rows: Sequence[AlarmClaim]) -> None:
    jobs.extend_leases("conversations_handoffalarm", [row.id for row in rows])


def next_due() -> datetime | None:
    """When the next level is reached, or the next attempt falls due."""
    waiting: datetime | None = (
        HandoffAlarm.objects.filter(status=Status.QUEUED)
        .extra(where=["(leased_until IS NULL OR leased_until < now())"])
        .aggregate(due=Min("due_at"))["due"]
    )
    reached = (_due_at(oldest, minutes) for _, minutes, oldest in _oldest())
    return min((due for due in (waiting, *reached) if due is not None), default=None)


def retry(alarm_id: UUID, *, now: datetime) -> bool:
    """Have a parked alarm tried again with all its attempts; False when it is not parked."""
    taken = HandoffAlarm.objects.filter(pk=alarm_id, status=Status.PARKED).update(
        status=Status.QUEUED, reason="", attempts=0, due_at=now, leased_until=None
    )
    _close_parked_alert(now)
    jobs.wake("handoff_wait")
    return taken == 1


def _raise_due(limit: int, now: datetime) -> None:
    for level_id, minutes, oldest in _oldest():
        due = _due_at(oldest, minutes)
        if due is None or due > now:
            continue
        reached = []
        for handoff_id, opened_at in (
            _without_alarm(level_id).order_by("opened_at").values_list("pk", "opened_at")[:limit]
        ):
            due = _due_at(opened_at, minutes)
            if due is None or due > now:
                break
            reached.append(HandoffAlarm(handoff_id=handoff_id, level_id=level_id, raised_at=now, due_at=now))
        HandoffAlarm.objects.bulk_create(reached, ignore_conflicts=True)


def _oldest() -> list[tuple[int, int, datetime]]:
    """(level, its minutes, when the oldest handoff was opened that has yet to reach it). One statement."""
    with connection.cursor() as cursor:
        # SQL because the ORM cannot join two tables on a value.
        cursor.execute(
            "SELECT l.id, l.after_minutes, min(h.opened_at) FROM conversations_handofflevel l"
            " JOIN conversations_handoff h ON h.queue = l.queue AND h.closed_at IS NULL AND h.picked_up_at IS NULL"
            " WHERE l.active AND NOT EXISTS (SELECT FROM conversations_handoffalarm a"
            " WHERE a.handoff_id = h.id AND a.level_id = l.id) GROUP BY l.id, l.after_minutes ORDER BY l.after_minutes"
        )
        rows: list[tuple[int, int, datetime]] = cursor.fetchall()
    return rows


def _without_alarm(level_id: int) -> QuerySet[Handoff]:
    level = HandoffLevel.objects.filter(pk=level_id)
    return Handoff.objects.filter(closed_at=None, picked_up_at=None, queue__in=level.values("queue")).exclude(
        alarms__level_id=level_id
    )


def _due_at(opened_at: datetime, minutes: int) -> datetime | None:
    """None while the company never opens: then nobody can be late."""
    try:
        return calendar.add_business_minutes(opened_at, minutes)
    except calendar.NeverOpens:
        return None


def _announced(alarm: AlarmClaim, now: datetime) -> tuple[escalation.Notice, HandoffLevel] | tuple[None, None]:
    """What to send; the first time with the alert and the signal. None when somebody picked the handoff up meanwhile.

    The conversation is locked first, as everywhere: a person's message is either seen here or comes after this commit.
    """
    row = HandoffAlarm.objects.select_related("handoff", "level").get(pk=alarm.id)
    Conversation.objects.select_for_update().get(pk=row.handoff.conversation_id)
    given = Handoff.objects.get(pk=row.handoff_id)
    if given.closed_at is not None or given.picked_up_at is not None:
        HandoffAlarm.objects.filter(pk=row.pk).update(status=Status.CANCELLED, leased_until=None)
        return None, None
    level = row.level
    text = level.text or _text(given, level)
    if row.announced_at is None:
        HandoffAlarm.objects.filter(pk=row.pk).update(announced_at=now)
        alerts.open_(waiting_alert(given), title=_text(given, level), level=_severity(given), now=now)
        handoff_overdue.send(
            sender=Handoff,
            handoff_id=given.pk,
            conversation_id=given.conversation_id,
            alarm_id=row.pk,
            action=str(level.action),
            text=text,
        )
    notice = escalation.Notice(
        alarm_id=row.pk,
        handoff_id=given.pk,
        conversation_id=given.conversation_id,
        queue=given.queue,
        reason=given.reason,
        opened_at=given.opened_at,
        after_minutes=level.after_minutes,
        text=text,
    )
    return notice, level


def _text(given: Handoff, level: HandoffLevel) -> str:
    return (
        f"Repasse sem atendimento há {level.after_minutes} minutos de horário comercial:"
        f" {given.get_reason_display()} (fila {given.get_queue_display()})"
    )


def _severity(given: Handoff) -> Alert.Level:
    return Alert.Level.CRITICAL if given.reason == Handoff.Reason.HOT else Alert.Level.WARNING


def _try_again(alarm: AlarmClaim, failure: ProviderError, now: datetime) -> None:
    log.warning("handoff_alarm.failed", alarm_id=str(alarm.id), reason=failure.reason)
    if alarm.attempts >= settings.HANDOFF_ALARM_MAX_ATTEMPTS:
        _park(alarm, f"indisponivel:{failure.reason}", now)
        return
    wait_s = settings.HANDOFF_ALARM_RETRY_S * 2 ** (alarm.attempts - 1)
    wait_s = max(min(wait_s, settings.HANDOFF_ALARM_RETRY_MAX_S), failure.retry_after or 0)
    HandoffAlarm.objects.filter(pk=alarm.id, status=Status.QUEUED).update(
        due_at=now + timedelta(seconds=wait_s), leased_until=None
    )
    ALARMS.labels(outcome="postponed").inc()


def _park(alarm: AlarmClaim, reason: str, now: datetime) -> None:
    HandoffAlarm.objects.filter(pk=alarm.id, status=Status.QUEUED).update(
        status=Status.PARKED, reason=reason[:120], leased_until=None
    )
    title = "Um aviso de repasse sem atendimento não saiu: confira o destino do nível"
    alerts.open_(PARKED_ALERT, title=title, level=Alert.Level.CRITICAL, now=now)
    ALARMS.labels(outcome="parked").inc()


def _close_parked_alert(now: datetime) -> None:
    if not HandoffAlarm.objects.filter(status=Status.PARKED).exists():
        alerts.close(PARKED_ALERT, now=now)
