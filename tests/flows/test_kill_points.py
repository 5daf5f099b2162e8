"""Some of the harness's kill points, one per stage; ``make chaos FULL=1 PART=kills`` takes them all."""

import pytest

from tests.chaos.kills import kill
from tests.chaos.lane import Lane
from tests.chaos.points import BY_NAME, POINTS, Point, located

pytestmark = [pytest.mark.chaos, pytest.mark.xdist_group("faults")]

# Several deaths in one conversation, each of the process that went on after the last.
SHORT = (
    ("intake.stored", "ingest.closed", "turn.told"),
    ("turn.committed", "outbox.accepted"),
    ("mirror.written", "crm.created"),
)


@pytest.mark.parametrize("names", SHORT, ids="+".join)
def test_i1_killed_at_these_points_nothing_is_lost_and_nothing_repeated(lane: Lane, names: tuple[str, ...]) -> None:
    result = kill(lane, *(BY_NAME[name] for name in names), seed=1)

    assert result.broken == ()
    assert result.proven, "Not every point saw a death: this run proves nothing."


def test_every_stage_has_three_points_at_least() -> None:
    stages = [point.stage for point in POINTS]

    assert len(set(stages)) >= 10
    assert len(POINTS) >= 40
    assert {stage for stage in stages if stages.count(stage) < 3} == set()
    assert len(BY_NAME) == len(POINTS)


@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.name)
def test_a_point_names_what_there_is(point: Point) -> None:
    assert callable(located(point)[1])
