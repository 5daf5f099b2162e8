"""How long leads waited for a person: the time from a handoff to whoever picked it up, in wall and business minutes."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from statistics import median
from typing import Any
from uuid import UUID

from conversations.models import Handoff
from knowledge import calendar


@dataclass(frozen=True, slots=True)
class Wait:
    """One handoff. ``picked_up_at`` None: nobody has; the minutes then run until it was closed, or until now."""

    handoff: UUID
    lead: UUID
    queue: str
    reason: str
    assigned_to: str
    opened_at: datetime
    picked_up_at: datetime | None
    closed_at: datetime | None
    wall_minutes: int
    business_minutes: int

    def as_dict(self) -> dict[str, Any]:
        times = {"opened_at": self.opened_at, "picked_up_at": self.picked_up_at, "closed_at": self.closed_at}
        return {
            **asdict(self),
            "handoff": str(self.handoff),
            "lead": str(self.lead),
            **{name: at.isoformat() if at else None for name, at in times.items()},
        }


@dataclass(frozen=True, slots=True)
class Figures:
    """One queue: how many, and the minutes until a person came (median and 90th percentile of those picked up)."""

    queue: str
    handoffs: int
    picked_up: int
    waiting: int
    never: int
    business_median: float | None
    business_p90: int | None
    wall_median: float | None
    wall_p90: int | None


def of(row: Handoff, *, now: datetime) -> Wait:
    """How long the lead of this handoff waited."""
    until = row.picked_up_at or row.closed_at or now
    return Wait(
        handoff=row.pk,
        lead=row.conversation.lead_id,
        queue=row.queue,
        reason=row.reason,
        assigned_to=row.assigned_to,
        opened_at=row.opened_at,
        picked_up_at=row.picked_up_at,
        closed_at=row.closed_at,
        wall_minutes=max(int((until - row.opened_at).total_seconds() // 60), 0),
        business_minutes=calendar.business_minutes(row.opened_at, until),
    )


def waits(*, since: datetime, now: datetime) -> list[Wait]:
    """Every handoff opened since then, oldest first."""
    rows = Handoff.objects.filter(opened_at__gte=since, opened_at__lte=now).select_related("conversation")
    return [of(row, now=now) for row in rows.order_by("opened_at").defer("summary")]


def figures(rows: Iterable[Wait]) -> list[Figures]:
    """The queues that had handoffs, in the order of ``Handoff.Queue``."""
    by_queue: dict[str, list[Wait]] = {}
    for row in rows:
        by_queue.setdefault(row.queue, []).append(row)
    return [_figures(queue, by_queue[queue]) for queue in Handoff.Queue.values if queue in by_queue]


def _figures(queue: str, rows: Sequence[Wait]) -> Figures:
    reached = [row for row in rows if row.picked_up_at is not None]
    open_ = sum(row.picked_up_at is None and row.closed_at is None for row in rows)
    business, wall = [row.business_minutes for row in reached], [row.wall_minutes for row in reached]
    return Figures(
        queue=queue,
        handoffs=len(rows),
        picked_up=len(reached),
        waiting=open_,
        never=len(rows) - len(reached) - open_,
        business_median=median(business) if business else None,
        business_p90=_p90(business),
        wall_median=median(wall) if wall else None,
        wall_p90=_p90(wall),
    )


def _p90(values: Sequence[int]) -> int | None:
    """The smallest value that nine of ten do not exceed."""
    return sorted(values)[-(-len(values) * 9 // 10) - 1] if values else None
