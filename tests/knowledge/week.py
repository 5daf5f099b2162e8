"""An independent reading of a week's hours, minute by minute: the oracle of the business calendar."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from knowledge.opening import Calendar, Shift, SpecialDay

FIXED = {(1, 1), (4, 21), (5, 1), (9, 7), (10, 12), (11, 2), (11, 15), (12, 25)}


@dataclass
class Week:
    """Hours as a manager types them: (weekday, opens, closes), closed days, and extra hours by day."""

    zone: str = "America/Sao_Paulo"
    hours: list[tuple[int, time, time]] = field(default_factory=list)
    closed: set[date] = field(default_factory=set)
    extra: list[tuple[date, time, time]] = field(default_factory=list)
    state: str = ""

    def says_open(self, at: datetime) -> bool:
        local = at.astimezone(ZoneInfo(self.zone))
        now, today = local.time(), local.date()
        return any(o <= now and (now < c or c <= o) for o, c in self._beginning(today)) or any(
            c <= o and now < c for o, c in self._beginning(today - timedelta(days=1))
        )

    def _beginning(self, day: date) -> list[tuple[time, time]]:
        extra = [(o, c) for d, o, c in self.extra if d == day]
        if day in self.closed or self._is_holiday(day):
            return extra
        return [(o, c) for weekday, o, c in self.hours if weekday == day.weekday()] + extra

    def _is_holiday(self, day: date) -> bool:
        return (
            (day.month, day.day) in FIXED
            or (day.year >= 2024 and (day.month, day.day) == (11, 20))
            or (self.state == "SP" and (day.month, day.day) == (7, 9))
            or day == easter(day.year) - timedelta(days=2)
        )

    def calendar(self) -> Calendar:
        return Calendar(
            ZoneInfo(self.zone),
            tuple(tuple(Shift.of(o, c) for day, o, c in self.hours if day == weekday) for weekday in range(7)),
            (
                *(SpecialDay("fechado", day, day) for day in sorted(self.closed)),
                *(SpecialDay("extra", day, day, shift=Shift.of(o, c)) for day, o, c in self.extra),
            ),
            self.state,
        )


def easter(year: int) -> date:
    """Gauss's method, as corrected for the Gregorian calendar."""
    a, b, c = year % 19, year % 4, year % 7
    k = year // 100
    m = (15 - (13 + 8 * k) // 25 + k - k // 4) % 30
    d = (19 * a + m) % 30
    e = (2 * b + 4 * c + 6 * d + (4 + k - k // 4) % 7) % 7
    if (d, e) == (29, 6):
        return date(year, 4, 19)
    if (d, e) == (28, 6) and (11 * m + 11) % 30 < 19:
        return date(year, 4, 18)
    return date(year, 3, 22) + timedelta(days=d + e)
