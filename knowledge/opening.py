"""When a place with weekly hours, holidays and exceptions is open: pure arithmetic, no database.

A place is open while the clock on its wall shows a time within its hours. On the day a time zone changes its offset
the hour that is skipped is not worked, and the hour that comes twice is worked twice.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import accumulate
from zoneinfo import ZoneInfo

DAY = 24 * 60
WEEK = 7 * DAY
# How far ahead an opening is looked for.
HORIZON = timedelta(days=400)
_ONE_DAY = timedelta(days=1)


class NeverOpens(LookupError):
    """Nothing opens within `HORIZON`."""


@dataclass(frozen=True, slots=True, order=True)
class Shift:
    """Hours of one day in minutes from its local midnight; `closes` above 1440 is on the following day, at most 2880.

    A shift belongs to the day it opens on: a holiday takes away the shifts that begin on it, not the end of one that
    began the evening before.
    """

    opens: int
    closes: int

    @classmethod
    def of(cls, opens: time, closes: time) -> "Shift":
        """From times of day; a closing at or before the opening is on the following day (00:00 to 00:00: all day)."""
        first, last = opens.hour * 60 + opens.minute, closes.hour * 60 + closes.minute
        return cls(first, last if last > first else last + DAY)

    def opening_time(self) -> time:
        return time(*divmod(self.opens, 60))

    def closing_time(self) -> time:
        return time(*divmod(self.closes % DAY, 60))


# Monday to Friday, 8h to 18h (domain.md, "Human in the loop"): what holds until a manager says otherwise.
DEFAULT_WEEK = ((Shift(8 * 60, 18 * 60),),) * 5 + ((),) * 2


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """Days that differ from their weekday: closed (`shift` None), or open for `shift` besides what else holds."""

    name: str
    start_date: date
    end_date: date
    every_year: bool = False
    shift: Shift | None = None

    def covers(self, day: date) -> bool:
        if not self.every_year:
            return self.start_date <= day <= self.end_date
        length = self.end_date - self.start_date
        return any(
            first is not None and first <= day <= first + length
            for first in (self._in_year(day.year - 1), self._in_year(day.year))
        )

    def _in_year(self, year: int) -> date | None:
        """The first day in that year; None before it was first kept, and for 29 February in common years."""
        try:
            return self.start_date.replace(year=year) if year >= self.start_date.year else None
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Calendar:
    """`week` holds the shifts of Monday to Sunday; `subdivision` is one of `subdivisions()`, empty for the nation's
    holidays only. Instants must be aware (else `ValueError`); those returned are in UTC, where they compare and
    subtract as they should even in an hour that comes twice."""

    zone: ZoneInfo
    week: tuple[tuple[Shift, ...], ...]
    special: tuple[SpecialDay, ...] = ()
    subdivision: str = ""
    _days: dict[date, tuple[Shift, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def closure(self, day: date) -> str:
        """Why the weekly hours do not hold on that day, empty when they do."""
        own = (special.name for special in self.special if special.shift is None and special.covers(day))
        return next(own, "") or public_holidays(day.year, self.subdivision).get(day, "")

    def reasons(self, day: date) -> tuple[str, ...]:
        """What makes the day differ from its weekday, in the words of whoever entered it."""
        extra = (special.name for special in self.special if special.shift is not None and special.covers(day))
        return tuple(filter(None, (self.closure(day), *extra)))

    def shifts(self, day: date) -> tuple[Shift, ...]:
        """What is worked on that day, in order and without overlap. Extra openings hold on closed days too."""
        known = self._days.get(day)
        if known is None:
            weekly = () if self.closure(day) else self.week[day.weekday()]
            extra = [special.shift for special in self.special if special.shift is not None and special.covers(day)]
            known = self._days[day] = _united([*weekly, *extra])
        return known

    def is_open(self, at: datetime) -> bool:
        local = _utc(at).astimezone(self.zone)
        day, minute = local.date(), local.hour * 60 + local.minute
        return any(shift.opens <= minute < shift.closes for shift in self.shifts(day)) or any(
            minute + DAY < shift.closes for shift in self.shifts(day - _ONE_DAY)
        )

    def next_opening(self, at: datetime) -> datetime | None:
        """The first open instant not before `at` (`at` itself while open); None beyond `HORIZON`."""
        span = self._next(at)
        return span[0] if span else None

    def next_closing(self, at: datetime) -> datetime | None:
        """When the opening of `at`, or else the next one, ends; None beyond `HORIZON`."""
        span = self._next(at)
        return span[1] if span and span[1] < _utc(at) + HORIZON else None

    def business_minutes(self, start: datetime, end: datetime) -> int:
        """Whole minutes worked from `start` until `end`; 0 when `end` is not later."""
        return sum((last - first for first, last in self.spans(start, end)), timedelta()) // timedelta(minutes=1)

    def business_minutes_each(self, stretches: Sequence[tuple[datetime, datetime]]) -> list[int]:
        """`business_minutes` of each (start, end), the days between all of them looked up once."""
        if not stretches:
            return []
        spans = list(self.spans(min(start for start, _ in stretches), max(end for _, end in stretches)))
        closings = [last for _, last in spans]
        worked = list(accumulate((last - first for first, last in spans), initial=timedelta()))

        def until(at: datetime) -> timedelta:
            place = bisect_left(closings, at)
            begun = place < len(spans) and spans[place][0] < at
            return worked[place] + (at - spans[place][0] if begun else timedelta())

        return [
            max(until(_utc(end)) - until(_utc(start)), timedelta()) // timedelta(minutes=1) for start, end in stretches
        ]

    def add_business_minutes(self, start: datetime, minutes: int) -> datetime:
        """The earliest instant by which that many minutes were worked. Raises `ValueError` for fewer than none,
        `NeverOpens`."""
        if minutes < 0:
            raise ValueError("minutes must not be negative")
        at, left = _utc(start), timedelta(minutes=minutes)
        while left:
            span = self._next(at)
            if span is None:
                raise NeverOpens
            worked = min(left, span[1] - span[0])
            at, left = span[0] + worked, left - worked
        return at

    def spans(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The open stretches within these instants, in order, as long as they last."""
        held: tuple[datetime, datetime] | None = None
        for first, last, offset in _steady(_utc(start), _utc(end), self.zone):
            for opens, closes in self._on_the_wall(_naive(first + offset), _naive(last + offset)):
                begin, finish = opens.replace(tzinfo=UTC) - offset, closes.replace(tzinfo=UTC) - offset
                if held and begin <= held[1]:
                    held = held[0], max(held[1], finish)
                    continue
                if held:
                    yield held
                held = begin, finish
        if held:
            yield held

    def _next(self, at: datetime) -> tuple[datetime, datetime] | None:
        return next(self.spans(at, _utc(at) + HORIZON), None)

    def _on_the_wall(self, first: datetime, last: datetime) -> Iterator[tuple[datetime, datetime]]:
        day = first.date() - _ONE_DAY
        while day <= last.date():
            midnight = datetime.combine(day, time())
            for shift in self.shifts(day):
                begin = max(midnight + timedelta(minutes=shift.opens), first)
                finish = min(midnight + timedelta(minutes=shift.closes), last)
                if begin < finish:
                    yield begin, finish
            day += _ONE_DAY


@cache
def subdivisions() -> tuple[str, ...]:
    """Whose holidays are known besides the nation's: the states by their two letters, and a few cities."""
    import holidays

    return tuple(holidays.country_holidays("BR").subdivisions)


@cache
def public_holidays(year: int, subdivision: str) -> Mapping[date, str]:
    """The nation's holidays of a year and those of the state or city, with their names in Portuguese."""
    import holidays  # takes a third of a second, which only those who ask for a day should wait

    return dict(holidays.country_holidays("BR", subdiv=subdivision or None, years=year, language="pt_BR"))


def overlap(first: tuple[int, Shift], second: tuple[int, Shift]) -> bool:
    """Whether two weekly shifts, each with its weekday from Monday = 0, are ever worked at once."""
    (day, one), (other_day, other) = first, second
    begin, other_begin = day * DAY + one.opens, other_day * DAY + other.opens
    ahead = (other_begin - begin) % WEEK
    behind = (begin - other_begin) % WEEK
    return ahead < one.closes - one.opens or behind < other.closes - other.opens


def _united(shifts: Iterable[Shift]) -> tuple[Shift, ...]:
    joined: list[Shift] = []
    for shift in sorted(shifts):
        if joined and shift.opens <= joined[-1].closes:
            joined[-1] = Shift(joined[-1].opens, max(joined[-1].closes, shift.closes))
        else:
            joined.append(shift)
    return tuple(joined)


def _steady(start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime, timedelta]]:
    """Pieces of at most a day during which the zone's offset stays the same."""
    first = start
    while first < end:
        last = min(first + _ONE_DAY, end)
        offset = _offset(first, zone)
        if _offset(last, zone) != offset:
            # Offsets change at whole minutes.
            base, minutes = first.replace(second=0, microsecond=0), range(1, DAY + 2)
            change = bisect_left(minutes, True, key=lambda n: _offset(base + timedelta(minutes=n), zone) != offset)
            last = min(base + timedelta(minutes=minutes[change]), last)
        yield first, last, offset
        first = last


def _offset(at: datetime, zone: ZoneInfo) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()


def _naive(at: datetime) -> datetime:
    return at.replace(tzinfo=None)


def _utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("an aware datetime is needed")
    return at.astimezone(UTC)
