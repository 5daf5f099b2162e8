"""The calendar as everybody asks it: the managers' rows, read once and seen at once when they change."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError

from knowledge import calendar
from knowledge.models import BusinessHours, CompanyProfile, Holiday

pytestmark = pytest.mark.django_db

SP = ZoneInfo("America/Sao_Paulo")


def at(day: str, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(hour, minute), SP)


def hours(weekday: int, opens: str, closes: str) -> BusinessHours:
    return BusinessHours(weekday=weekday, opens=time.fromisoformat(opens), closes=time.fromisoformat(closes))


@pytest.mark.parametrize("seed", [True, False], ids=["seeded", "without rows"])
def test_monday_to_friday_from_8_to_18_until_a_manager_says_otherwise(seed: bool, request) -> None:
    if seed:
        request.getfixturevalue("seeded")

    assert [calendar.is_open(at("2026-11-24", hour)) for hour in (7, 8, 17, 18)] == [False, True, True, False]
    assert not calendar.is_open(at("2026-11-28", 10)), "Saturday"
    assert not calendar.is_open(at("2026-11-20", 10)), "a national holiday"


def test_a_second_load_does_not_bring_back_a_weekday_that_was_taken_out(seeded: None) -> None:
    from knowledge import loader

    BusinessHours.objects.filter(weekday=4).delete()

    loader.load()

    assert set(BusinessHours.objects.values_list("weekday", flat=True)) == {0, 1, 2, 3}


def test_a_saved_row_is_seen_at_once(seeded: None) -> None:
    saturday = at("2026-11-28", 10)
    assert not calendar.is_open(saturday)

    row = hours(5, "08:00", "12:00")
    row.save()
    assert calendar.is_open(saturday)

    row.delete()
    assert not calendar.is_open(saturday)


def test_reads_are_kept(seeded: None, django_assert_num_queries) -> None:
    calendar.is_open(at("2026-11-24", 9))

    with django_assert_num_queries(0):
        calendar.is_open(at("2026-11-24", 9))
        calendar.describe_opening(at("2026-11-24", 19))


def test_the_state_of_the_company_adds_its_holidays(seeded: None) -> None:
    july_ninth = at("2026-07-09", 10)
    assert calendar.is_open(july_ninth)

    profile = CompanyProfile.objects.get()
    profile.holidays_of = "SP"
    profile.save()

    assert not calendar.is_open(july_ninth)


def test_the_time_zone_of_the_company_counts(seeded: None) -> None:
    profile = CompanyProfile.objects.get()
    profile.time_zone = "America/Manaus"
    profile.save()

    assert [calendar.is_open(at("2026-11-24", hour)) for hour in (8, 9, 18)] == [False, True, True]


def test_a_closure_of_several_days_kept_every_year() -> None:
    Holiday.objects.create(
        name="Férias coletivas", start_date=date(2026, 12, 21), end_date=date(2027, 1, 3), every_year=True
    )

    opening = calendar.next_opening(at("2026-12-18", 18))

    assert opening == at("2027-01-04", 8)
    assert not calendar.is_open(at("2028-01-03", 10)), "the year after, across the turn of the year"
    assert calendar.is_open(at("2026-01-02", 10)), "not before it was first kept"


def test_extra_hours_hold_on_a_closed_day() -> None:
    Holiday.objects.create(
        name="Plantão", kind="extra", start_date=date(2026, 12, 25), opens=time(9), closes=time(11, 30)
    )

    assert calendar.is_open(at("2026-12-25", 9))
    assert not calendar.is_open(at("2026-12-25", 11, 30))


def test_the_evening_before_a_holiday_lasts_past_midnight() -> None:
    hours(3, "18:00", "02:00").save()

    assert calendar.is_open(at("2026-12-25", 1)), "Christmas, in the shift that began on Thursday"
    assert not calendar.is_open(at("2026-12-25", 2))


def test_reminders_count_business_minutes_over_a_weekend() -> None:
    friday = at("2026-11-27", 17, 30)

    assert calendar.add_business_minutes(friday, 60) == at("2026-11-30", 8, 30)
    assert calendar.business_minutes(friday, at("2026-11-30", 8, 30)) == 60
    assert calendar.business_minutes(at("2026-11-30", 8, 30), friday) == 0
    assert calendar.next_closing(at("2026-11-28", 9)) == at("2026-11-30", 18)


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (at("2026-11-24", 9), "agora"),
        (at("2026-11-24", 7), "hoje, às 8h"),
        (at("2026-11-24", 18), "amanhã, às 8h"),
        (at("2026-11-27", 20), "segunda-feira, às 8h"),
        (at("2026-11-29", 12), "amanhã, às 8h"),
        (at("2026-12-31", 20), "segunda-feira, às 8h"),
    ],
)
def test_the_next_opening_in_words(now: datetime, words: str) -> None:
    assert calendar.describe_opening(now) == words


@pytest.mark.parametrize(
    ("opens", "words"), [("08:30", "às 8h30"), ("01:00", "à 1h"), ("00:00", "às 0h"), ("13:05", "às 13h05")]
)
def test_hours_are_spoken_as_people_do(opens: str, words: str) -> None:
    hours(6, opens, "23:00").save()

    assert calendar.describe_opening(at("2026-11-28", 20)) == f"amanhã, {words}"


def test_a_far_opening_is_dated() -> None:
    hours(0, "08:00", "18:00").save()
    Holiday.objects.create(name="Balanço", start_date=date(2026, 12, 7))

    assert calendar.describe_opening(at("2026-11-30", 19)) == "segunda-feira, 14/12, às 8h"


def test_nobody_knows_when_a_company_that_closed_opens() -> None:
    Holiday.objects.create(name="Encerrada", start_date=date(2026, 1, 1), end_date=date(2030, 1, 1))
    now = at("2026-11-24", 9)

    assert calendar.describe_opening(now) == "em breve"
    assert (calendar.next_opening(now), calendar.next_closing(now)) == (None, None)
    with pytest.raises(calendar.NeverOpens):
        calendar.add_business_minutes(now, 1)


def test_a_company_that_never_closes_has_no_closing() -> None:
    for weekday in range(7):
        hours(weekday, "00:00", "00:00").save()
    Holiday.objects.create(
        name="Sempre", kind="extra", start_date=date(2026, 1, 1), end_date=date(2029, 1, 1), opens=time(), closes=time()
    )
    now = at("2026-11-24", 9)

    assert calendar.next_closing(now) is None
    assert calendar.business_minutes(now, now + timedelta(days=10)) == 10 * 24 * 60


def test_an_instant_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        calendar.is_open(datetime(2026, 11, 24, 9))
    with pytest.raises(ValueError, match="negative"):
        calendar.add_business_minutes(at("2026-11-24", 9), -1)


@pytest.mark.parametrize(
    "other",
    [
        hours(0, "17:00", "20:00"),
        hours(0, "09:00", "10:00"),
        hours(0, "00:00", "00:00"),
        hours(6, "22:00", "08:01"),
        hours(6, "23:00", "23:00"),
    ],
    ids=str,
)
def test_hours_that_overlap_or_are_empty_are_refused(other: BusinessHours) -> None:
    hours(0, "08:00", "18:00").save()

    with pytest.raises(ValidationError):
        other.full_clean()


@pytest.mark.parametrize("other", [hours(0, "18:00", "00:00"), hours(0, "18:00", "08:00"), hours(6, "20:00", "08:00")])
def test_hours_that_touch_are_accepted(other: BusinessHours) -> None:
    hours(0, "08:00", "18:00").save()

    other.full_clean()


def test_a_row_does_not_overlap_with_itself() -> None:
    row = hours(0, "18:00", "02:00")
    row.save()

    row.full_clean()


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "extra"},
        {"opens": time(8), "closes": time(9)},
        {"kind": "extra", "opens": time(8), "closes": time(8)},
        {"kind": "extra", "opens": time(8, 0, 1), "closes": time(9)},
        {"end_date": date(2026, 11, 30)},
        {"end_date": date(2027, 12, 1), "every_year": True},
    ],
    ids=str,
)
def test_exceptions_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Holiday(name="Reforma", start_date=date(2026, 12, 1), **wrong).full_clean()


@pytest.mark.parametrize(("field", "value"), [("time_zone", "America/Seleto"), ("holidays_of", "XX")])
def test_a_zone_or_a_state_that_does_not_exist_is_refused(seeded: None, field: str, value: str) -> None:
    profile = CompanyProfile.objects.get()
    setattr(profile, field, value)

    with pytest.raises(ValidationError, match=r"Este fuso|Use um destes"):
        profile.full_clean()
