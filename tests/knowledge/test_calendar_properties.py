"""The business calendar against a minute-by-minute oracle that knows nothing of its arithmetic."""

import os
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.opening import HORIZON, NeverOpens
from tests.knowledge.week import Week

MINUTE = timedelta(minutes=1)
# Zones without and with clock changes: at midnight, of half an hour, and one that skipped a whole day.
ZONES = (
    "America/Sao_Paulo", "America/Manaus", "UTC", "America/New_York", "Europe/Lisbon", "America/Havana",
    "Australia/Lord_Howe", "Pacific/Apia",
)  # fmt: skip
# Near changes of those clocks, as found by the zones themselves, and near a turn of the year.
AROUND = (
    datetime(2018, 11, 4, 3, tzinfo=UTC), datetime(2019, 2, 17, 2, tzinfo=UTC), datetime(2026, 3, 8, 7, tzinfo=UTC),
    datetime(2026, 11, 1, 6, tzinfo=UTC), datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2026, 3, 8, 5, tzinfo=UTC), datetime(2026, 4, 4, 15, tzinfo=UTC), datetime(2026, 10, 3, 15, tzinfo=UTC),
    datetime(2011, 12, 30, 10, tzinfo=UTC), datetime(2026, 12, 31, 12, tzinfo=UTC),
    datetime(2026, 11, 20, 12, tzinfo=UTC),
)  # fmt: skip

times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 1, 15, 30, 59]))
stretches = st.tuples(times, times).filter(lambda pair: pair[0] != pair[1] or pair[0] == time())
instants = st.builds(
    lambda around, minutes: around + minutes * MINUTE,
    st.sampled_from(AROUND) | st.datetimes(datetime(2016, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)).map(
        lambda at: at.replace(second=0, microsecond=0)
    ),
    st.integers(-3000, 3000),
)  # fmt: skip


@st.composite
def weeks(draw: st.DrawFn, near: datetime) -> Week:
    days = st.integers(-3, 4).map(lambda ahead: near.date() + timedelta(days=ahead))
    return Week(
        zone=draw(st.sampled_from(ZONES)),
        hours=[(day, *stretch) for day in range(7) for stretch in draw(st.lists(stretches, max_size=2))],
        closed=draw(st.sets(days, max_size=2)),
        extra=[(day, *stretch) for day, stretch in draw(st.lists(st.tuples(days, stretches), max_size=2))],
        state=draw(st.sampled_from(["", "SP"])),
    )


@st.composite
def moments(draw: st.DrawFn) -> tuple[Week, datetime]:
    at = draw(instants)
    return draw(weeks(at)), at


@given(moments())
def test_open_is_what_the_wall_clock_says(moment: tuple[Week, datetime]) -> None:
    week, at = moment
    calendar = week.calendar()

    for minutes in range(0, 2 * 24 * 60, 7):
        for seconds in (0, 59):
            now = at + timedelta(minutes=minutes, seconds=seconds)
            assert calendar.is_open(now) == week.says_open(now), now


@given(moments(), st.integers(0, 3 * 24 * 60))
def test_business_minutes_are_the_open_minutes(moment: tuple[Week, datetime], length: int) -> None:
    week, start = moment

    worked = week.calendar().business_minutes(start, start + length * MINUTE)

    assert worked == sum(week.says_open(start + n * MINUTE) for n in range(length))


@given(moments(), st.lists(st.tuples(st.integers(0, 3 * 24 * 3600), st.integers(-3600, 2 * 24 * 3600)), max_size=5))
def test_many_stretches_at_once_are_each_of_them(moment: tuple[Week, datetime], lengths: list[tuple[int, int]]) -> None:
    week, at = moment
    calendar = week.calendar()
    begins = [at + timedelta(seconds=after) for after, _ in lengths]
    pairs = [(start, start + timedelta(seconds=length)) for start, (_, length) in zip(begins, lengths, strict=True)]

    assert calendar.business_minutes_each(pairs) == [calendar.business_minutes(*pair) for pair in pairs]


@given(moments())
def test_the_next_opening_and_closing_are_the_first_changes(moment: tuple[Week, datetime]) -> None:
    week, at = moment
    looked = [at + n * MINUTE for n in range(3 * 24 * 60)]
    states = [week.says_open(minute) for minute in looked]
    calendar = week.calendar()

    opening, closing = calendar.next_opening(at), calendar.next_closing(at)

    if True not in states:
        assert opening is None or opening > looked[-1]
        return
    first = states.index(True)
    assert opening == looked[first]
    if False in states[first:]:
        assert closing == looked[states.index(False, first)]
    else:
        assert closing is None or closing > looked[-1]


@given(moments(), st.integers(0, 3000))
def test_adding_business_minutes_ends_on_the_earliest_such_instant(moment: tuple[Week, datetime], minutes: int) -> None:
    week, start = moment
    calendar = week.calendar()
    try:
        end = calendar.add_business_minutes(start, minutes)
    except NeverOpens:
        assert calendar.business_minutes(start, start + HORIZON) < max(minutes, 1)
        return

    assert calendar.business_minutes(start, end) == minutes
    if minutes:
        assert calendar.business_minutes(start, end - MINUTE) == minutes - 1
        assert week.says_open(end - MINUTE)
    else:
        assert end == start


COMMERCIAL = Week(hours=[(day, time(8), time(18)) for day in range(5)], state="SP")
LATE = Week(
    zone="America/Sao_Paulo",
    hours=[
        *((day, time(11), time(14, 30)) for day in range(6)),
        *((day, time(18), time(1, 30)) for day in range(3, 7)),
        (6, time(), time()),
    ],
    closed={date(2026, 12, 24), date(2019, 2, 16)},
    extra=[(date(2026, 12, 25), time(22), time(4))],
)
ABROAD = Week(zone="America/New_York", hours=[(day, time(0, 30), time(2, 30)) for day in range(7)])


@pytest.mark.parametrize("week", [COMMERCIAL, LATE, ABROAD], ids=["commercial", "late", "abroad"])
def test_ten_years_of_minutes(week: Week) -> None:
    """Every minute with FULL=1, else one in 211 (a prime, so that all minutes of an hour and of a day come up)."""
    step = 1 if os.environ.get("FULL") == "1" else 211
    first, last = datetime(2017, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    calendar, at, worked = week.calendar(), first, 0
    while at < last:
        says = week.says_open(at)
        assert calendar.is_open(at) == says, at
        worked += says
        at += step * MINUTE

    counted = calendar.business_minutes(first, last)

    assert counted == worked if step == 1 else abs(counted / step - worked) < worked / 50
