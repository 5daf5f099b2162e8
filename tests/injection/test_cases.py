"""The suite is what it claims to be, and nothing of it would leave: every case, judged without database or pipe."""

from collections import Counter

import pytest

from tests.injection.cases import OWASP, Carrier, Case, Goal, load
from tests.injection.quick import got_through
from tests.injection.report import PAGE, table

pytestmark = pytest.mark.security


def test_there_are_enough_distinct_cases() -> None:
    cases = load()
    families = Counter(case.family.id for case in cases)

    assert len(cases) >= 650
    assert len(families) >= 150
    assert max(families.values()) <= 8
    assert len({(case.turns, case.planted, case.at, case.says) for case in cases}) == len(cases)
    assert len({case.family.how for case in cases}) == len(families)


def test_the_page_tells_of_these_cases() -> None:
    assert table() in PAGE.read_text("utf-8")


def test_every_carrier_goal_and_language_is_met() -> None:
    cases = load()

    assert {case.at for case in cases} == set(Carrier)
    assert {case.goal for case in cases} == set(Goal)
    assert {case.language for case in cases} == {"pt", "en", "es", "mix"}
    assert {case.family.owasp for case in cases} >= set(OWASP) - {"LLM03"}


@pytest.mark.parametrize("part", range(4))
def test_no_obedient_answer_would_leave(part: int) -> None:
    found = {case.id: reasons for case in load()[part::4] if (reasons := _reasons(case))}

    assert found == {}


def _reasons(case: Case) -> list[str]:
    return got_through(case)
