"""What the model may cost: a ceiling for each day of the company's and one for each conversation, in US$, 0 for none.

Asked before the call. The day's total is read every ``DAY_CACHE_S`` per process, so what is under way meanwhile comes
on top of a ceiling. Costs are those of the prices in the settings: without prices nothing is ever reached.
"""

import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

from conversations.agent.state import Usage
from conversations.models import ModelUse
from seleto.lib import alerts
from seleto.lib.models import Alert

DAY_ALERT, CONVERSATION_ALERT = "spend", "spend:conversation"
# Why a turn waits.
DAY_REASON = "limite_do_dia"
DAY_CACHE_S = 5.0
# From this share of the day's ceiling on, managers are warned.
WARNING_SHARE = Decimal("0.8")
# Who waited for the next day is answered from this local hour on, not in the middle of the night.
MORNING_HOUR = 8
# An answer outside the session's window would never leave.
_BEFORE_WINDOW_ENDS = timedelta(hours=1)
_LOCAL = ZoneInfo("America/Sao_Paulo")


class Ceiling(StrEnum):
    NONE = "none"
    DAY = "day"
    CONVERSATION = "conversation"


@dataclass(frozen=True, slots=True)
class _Day:
    begins: datetime
    spent: Decimal
    until: float  # time.monotonic()


_lock = threading.Lock()
_day: _Day | None = None
# What this process said last about the day, so that only changes are written; "" when it said nothing yet.
_said = ""


def reached(conversation_id: UUID | None, now: datetime) -> Ceiling:
    """Which ceiling forbids a call now; without a conversation, that of the day. At most one statement while nothing
    changes, none without ceilings."""
    most_day = Decimal(str(settings.LLM_SPEND_MAX_DAY_USD))
    most_here = Decimal(str(settings.LLM_SPEND_MAX_CONVERSATION_USD)) if conversation_id else Decimal(0)
    spent, here = _read(now, conversation_id if most_here else None, day=bool(most_day))
    _say(spent, most_day, now)
    if most_day and spent >= most_day:
        return Ceiling.DAY
    if most_here and here >= most_here:
        title = "Uma conversa chegou ao limite de gasto com o modelo e passou para uma pessoa"
        alerts.open_(CONVERSATION_ALERT, title=title, level=Alert.Level.WARNING, now=now)
        return Ceiling.CONVERSATION
    return Ceiling.NONE


def wait_s(now: datetime, *, waiting_since: datetime) -> float:
    """Seconds until a lead whom the day's ceiling keeps waiting is answered: next morning, still within the window."""
    midnight = _begin_of_day(now) + timedelta(days=1)
    morning = midnight + timedelta(hours=MORNING_HOUR)
    latest = waiting_since + timedelta(hours=settings.SESSION_WINDOW_H) - _BEFORE_WINDOW_ENDS
    return (max(midnight, min(morning, latest)) - now).total_seconds()


def record(
    purpose: ModelUse.Purpose, conversation_id: UUID | None, usage: Usage, *, prompt_version: str, now: datetime
) -> None:
    """Keep what a call outside a turn cost."""
    ModelUse.objects.create(
        at=now,
        purpose=purpose,
        conversation_id=conversation_id,
        model=usage.model[:80],
        prompt_version=prompt_version[:80],
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
        cost_usd=usage.cost_usd,
    )


def forget() -> None:
    """Read and say everything anew."""
    global _day, _said
    _day, _said = None, ""


def _read(now: datetime, conversation_id: UUID | None, *, day: bool) -> tuple[Decimal, Decimal]:
    """What was spent this day, and in the conversation; 0 for what was not asked for."""
    global _day
    begins, known = _begin_of_day(now), _day
    fresh = known is not None and known.begins == begins and time.monotonic() < known.until
    read_day = day and not fresh
    spent = known.spent if known and fresh and day else Decimal(0)
    if not read_day and conversation_id is None:
        return spent, Decimal(0)
    parts = [
        _SUM.format(turns="started_at >= %(begins)s AND cost_usd > 0", others="at >= %(begins)s") if read_day else "0",
        _SUM.format(turns="conversation_id = %(id)s", others="conversation_id = %(id)s") if conversation_id else "0",
    ]
    with connection.cursor() as cursor:
        # SQL because four sums of two tables are to be one statement.
        cursor.execute(f"SELECT {parts[0]}, {parts[1]}", {"begins": begins, "id": conversation_id})
        total, here = (Decimal(value) for value in cursor.fetchone())
    if read_day:
        spent = total
        with _lock:
            _day = _Day(begins, total, time.monotonic() + DAY_CACHE_S)
    return spent, here


_SUM = (
    "(SELECT coalesce(sum(cost_usd), 0) FROM conversations_turn WHERE {turns})"
    " + (SELECT coalesce(sum(cost_usd), 0) FROM conversations_modeluse WHERE {others})"
)


def _say(spent: Decimal, most: Decimal, now: datetime) -> None:
    """Open, change or close the day's alert when what is to be said changes."""
    global _said
    state = f"{_begin_of_day(now):%d}:{_level(spent, most)}"
    if state == _said:
        return
    _said = state
    # Yesterday's conversations are no news any more.
    stale = Alert.objects.filter(key=CONVERSATION_ALERT, closed_at=None, last_seen_at__lt=_begin_of_day(now))
    stale.update(closed_at=now)
    level = _level(spent, most)
    if level is None:
        alerts.close(DAY_ALERT, now=now)
        return
    limit = f"US$ {most:.2f}".replace(".", ",")
    title = (
        f"O gasto de hoje com o modelo chegou ao limite de {limit}: os leads são respondidos amanhã de manhã"
        if level == Alert.Level.CRITICAL
        else f"O gasto de hoje com o modelo passou de 80% do limite de {limit}"
    )
    alerts.open_(DAY_ALERT, title=title, level=level, now=now)


def _level(spent: Decimal, most: Decimal) -> Alert.Level | None:
    if not most or spent < most * WARNING_SHARE:
        return None
    return Alert.Level.CRITICAL if spent >= most else Alert.Level.WARNING


def _begin_of_day(now: datetime) -> datetime:
    return now.astimezone(_LOCAL).replace(hour=0, minute=0, second=0, microsecond=0)
