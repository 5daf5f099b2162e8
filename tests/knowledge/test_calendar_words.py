"""When the office opens again, in the three languages the agent speaks."""

from datetime import UTC, datetime, timedelta

import pytest

from knowledge import calendar
from knowledge.models import Holiday

pytestmark = pytest.mark.django_db


def at(day: int, hour: int) -> datetime:
    """November 2026, São Paulo's time; the 24th is a Tuesday."""
    return datetime(2026, 11, day, hour, tzinfo=UTC) + timedelta(hours=3)


@pytest.mark.parametrize(
    ("moment", "language", "words"),
    [
        (at(24, 6), "pt", "hoje, às 8h"),
        (at(24, 6), "en", "today, at 8:00"),
        (at(24, 6), "es", "hoy, a las 8:00"),
        (at(24, 20), "en", "tomorrow, at 8:00"),
        (at(24, 20), "es", "mañana, a las 8:00"),
        (at(28, 12), "pt", "segunda-feira, às 8h"),
        (at(28, 12), "en", "on Monday, at 8:00"),
        (at(28, 12), "es", "el lunes, a las 8:00"),
        (at(24, 10), "en", "now"),
    ],
)
def test_the_next_opening_in_words(moment: datetime, language: str, words: str) -> None:
    assert calendar.describe_opening(moment, language) == words


@pytest.mark.parametrize(
    ("language", "words"),
    [("pt", "terça-feira, 15/12, às 8h"), ("en", "on Tuesday, 15/12, at 8:00"), ("es", "el martes, 15/12, a las 8:00")],
)
def test_a_far_opening_has_its_date(language: str, words: str) -> None:
    Holiday.objects.create(
        name="Férias coletivas", kind="closed", start_date=at(24, 0).date(), end_date=datetime(2026, 12, 14).date()
    )

    assert calendar.describe_opening(at(24, 10), language) == words
