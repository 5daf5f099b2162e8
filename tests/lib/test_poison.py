"""Where a process dies at the same work each time, it is left after some tries, with an alert, and the rest goes on."""

from datetime import timedelta

import pytest

from seleto.lib import clock, poison
from seleto.lib.models import Alert, WorkTry

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """Stands for SIGKILL: nothing after it is done."""


def alerts(stage: str) -> list[str]:
    return list(Alert.objects.filter(key=f"{stage}:parked", closed_at=None).values_list("title", flat=True))


def die(stage: str, *ids: object) -> None:
    with pytest.raises(Killed), poison.counted(stage, ids, title="Deixado"):
        raise Killed


def test_the_last_try_is_told_of_before_it_and_what_died_each_time_is_left() -> None:
    for _ in range(poison.MOST_TRIES - 1):
        die("a", 1)
        assert (poison.parked("a"), alerts("a")) == ([], [])

    die("a", 1)

    assert (poison.parked("a"), alerts("a")) == (["1"], ["Deixado"])
    assert (poison.parked("b"), poison.tries("a", [1, 2])) == ([], {"1": poison.MOST_TRIES})


def test_a_try_that_ends_is_forgotten_and_so_is_its_alert() -> None:
    for _ in range(poison.MOST_TRIES - 1):
        die("a", 1)

    with poison.counted("a", [1], title="Deixado"):
        assert alerts("a") == ["Deixado"]

    assert not WorkTry.objects.exists()
    assert not alerts("a")


def test_what_was_left_is_tried_again_after_a_rest() -> None:
    for _ in range(poison.MOST_TRIES):
        die("a", 1)
    WorkTry.objects.update(at=clock.now() - poison.REST - timedelta(seconds=1))

    assert poison.parked("a") == []
    die("a", 1)
    assert poison.tries("a", [1]) == {"1": 1}
