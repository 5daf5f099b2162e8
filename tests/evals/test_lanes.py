"""Cases played at once are told in their order, and never more of them at a time than was asked for."""

from threading import Barrier, Lock

import pytest

from conversations.evals.lanes import in_lanes


def test_cases_run_beside_each_other_and_are_told_in_order() -> None:
    # Broken unless two are played at the same time.
    together = Barrier(2, timeout=30)

    def play(case: int) -> int:
        together.wait()
        return case * 10

    assert list(in_lanes(2, play, [1, 2, 3, 4])) == [10, 20, 30, 40]


def test_one_lane_plays_one_after_the_other() -> None:
    playing = Lock()

    def play(case: int) -> int:
        assert playing.acquire(blocking=False)
        playing.release()
        return case

    assert list(in_lanes(1, play, [1, 2, 3])) == [1, 2, 3]


def test_what_a_case_raises_reaches_whoever_asks() -> None:
    def play(case: int) -> int:
        if case == 2:
            raise KeyError(case)
        return case

    told = in_lanes(2, play, [1, 2])

    assert next(told) == 1
    with pytest.raises(KeyError):
        next(told)
