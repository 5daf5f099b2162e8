"""The business calendar: the one service that everybody asks whether a person is there to answer, and when again.

Hours, holidays, time zone and state are the managers' rows; instants are aware, those returned are in UTC. The rules
are those of `knowledge/opening.py`; the default week is that of domain.md, "Human in the loop".
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from knowledge.models.calendar import Weekday
from knowledge.opening import DAY, NeverOpens, Shift
from knowledge.queries import business_calendar

__all__ = [
    "Day",
    "NeverOpens",
    "add_business_minutes",
    "business_minutes",
    "days",
    "describe_opening",
    "is_open",
    "local_date",
    "next_closing",
    "next_opening",
]

_SOON = "em breve"


@dataclass(frozen=True, slots=True)
class Day:
    """One day as people read it: `hours` as "8h às 12h", `why` names the holiday, closure or extra opening."""

    date: date
    weekday: str
    hours: tuple[str, ...]
    why: str


def is_open(at: datetime) -> bool:
    return business_calendar().is_open(at)


def next_opening(at: datetime) -> datetime | None:
    """The first open instant not before `at` (`at` itself while open); None when more than a year away."""
    return business_calendar().next_opening(at)


def next_closing(at: datetime) -> datetime | None:
    """When the opening of `at`, or else the next one, ends; None when it does not within a year."""
    return business_calendar().next_closing(at)


def business_minutes(start: datetime, end: datetime) -> int:
    """Whole minutes of business hours from `start` until `end`; 0 when `end` is not later."""
    return business_calendar().business_minutes(start, end)


def add_business_minutes(start: datetime, minutes: int) -> datetime:
    """The earliest instant by which that many business minutes have passed; `start` itself for none.

    Raises `ValueError` for a negative number and `NeverOpens` when the company is closed for more than a year.
    """
    return business_calendar().add_business_minutes(start, minutes)


def local_date(at: datetime) -> date:
    """The day it is for the company."""
    return at.astimezone(business_calendar().zone).date()


def describe_opening(at: datetime) -> str:
    """When somebody is there, as said at `at`: "agora", "hoje, às 14h", "amanhã, às 8h", "segunda-feira, às 8h",
    and from the seventh day on "segunda-feira, 30/11, às 8h"; "em breve" when nobody knows."""
    opening = next_opening(at)
    if opening is None:
        return _SOON
    if opening == at:
        return "agora"
    opening = opening.astimezone(business_calendar().zone)
    today, day = local_date(at), opening.date()
    ahead = (day - today).days
    if ahead < 2:
        name = "amanhã" if ahead else "hoje"
    else:
        name = Weekday(day.weekday()).label + (f", {day:%d/%m}" if ahead > 6 else "")
    minute = opening.hour * 60 + opening.minute
    return f"{name}, {'à' if opening.hour == 1 else 'às'} {clock_words(minute)}"


def days(first: date, count: int) -> Iterator[Day]:
    """What holds on each of so many days, for people to check."""
    calendar = business_calendar()
    for ahead in range(count):
        day = first + timedelta(days=ahead)
        yield Day(
            date=day,
            weekday=Weekday(day.weekday()).label,
            hours=tuple(_shift_words(shift) for shift in calendar.shifts(day)),
            why="; ".join(calendar.reasons(day)),
        )


def clock_words(minute: int) -> str:
    """A minute of the day as it is said: 480 is "8h", 510 is "8h30"."""
    hours, rest = divmod(minute % DAY, 60)
    return f"{hours}h{rest:02}" if rest else f"{hours}h"


def _shift_words(shift: Shift) -> str:
    if shift == Shift(0, DAY):
        return "o dia todo"
    return f"{clock_words(shift.opens)} às {clock_words(shift.closes)}" + (
        " do dia seguinte" if shift.closes > DAY else ""
    )
