"""The business calendar: the one service that everybody asks whether a person is there to answer, and when again.

Hours, holidays, time zone and state are the managers' rows; instants are aware, those returned are in UTC. The rules
are those of `knowledge/opening.py`; the default week is that of domain.md, "Human in the loop".
"""

from collections.abc import Iterator, Sequence
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
    "business_minutes_each",
    "days",
    "describe_opening",
    "is_open",
    "local_date",
    "next_closing",
    "next_opening",
]

_SOON = {"pt": "em breve", "en": "soon", "es": "pronto"}
_NOW = {"pt": "agora", "en": "now", "es": "ahora"}
_NEAR = {"pt": ("hoje", "amanhã"), "en": ("today", "tomorrow"), "es": ("hoy", "mañana")}
_WEEKDAYS = {
    "pt": tuple(day.label for day in Weekday),
    "en": ("on Monday", "on Tuesday", "on Wednesday", "on Thursday", "on Friday", "on Saturday", "on Sunday"),
    "es": ("el lunes", "el martes", "el miércoles", "el jueves", "el viernes", "el sábado", "el domingo"),
}


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


def business_minutes_each(stretches: Sequence[tuple[datetime, datetime]]) -> list[int]:
    """`business_minutes` of each (start, end), much cheaper for many."""
    return business_calendar().business_minutes_each(stretches)


def add_business_minutes(start: datetime, minutes: int) -> datetime:
    """The earliest instant by which that many business minutes have passed; `start` itself for none.

    Raises `ValueError` for a negative number and `NeverOpens` when the company is closed for more than a year.
    """
    return business_calendar().add_business_minutes(start, minutes)


def local_date(at: datetime) -> date:
    """The day it is for the company."""
    return at.astimezone(business_calendar().zone).date()


def describe_opening(at: datetime, language: str = "pt") -> str:
    """When somebody is there, as said at `at`: "agora", "hoje, às 14h", "amanhã, às 8h", "segunda-feira, às 8h",
    and from the seventh day on "segunda-feira, 30/11, às 8h"; "em breve" when nobody knows. In English and Spanish
    (`language` "en", "es") alike: "on Monday, 30/11, at 8:00", "el lunes, a las 8:00"."""
    opening = next_opening(at)
    if opening is None:
        return _SOON[language]
    if opening == at:
        return _NOW[language]
    opening = opening.astimezone(business_calendar().zone)
    today, day = local_date(at), opening.date()
    ahead = (day - today).days
    if ahead < 2:
        name = _NEAR[language][ahead]
    else:
        name = _WEEKDAYS[language][day.weekday()] + (f", {day:%d/%m}" if ahead > 6 else "")
    return f"{name}, {_at_hour(opening, language)}"


def _at_hour(opening: datetime, language: str) -> str:
    if language == "pt":
        return f"{'à' if opening.hour == 1 else 'às'} {clock_words(opening.hour * 60 + opening.minute)}"
    at = "at" if language == "en" else "a la" if opening.hour == 1 else "a las"
    return f"{at} {opening.hour}:{opening:%M}"


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
