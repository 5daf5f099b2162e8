from typing import Any

import pytest

from tests.language.scoring import Judged, Score, score


def judged(expected: Any, got: Any, *, label: str = "cidade", debatable: bool = False) -> Judged:
    return Judged("a", label, expected, got, expected is not None and expected == got, debatable, "texto")


def test_what_is_right_wrong_missed_and_invented_is_told_apart() -> None:
    found = score(
        [judged("Itu", "Itu"), judged("Itu", "Assis"), judged("Itu", None), judged(None, "Itu"), judged(None, None)]
    )

    assert found == {"cidade": Score(right=1, given=3, expected=3, invented=1, empty=2)}
    got = found["cidade"]
    assert (got.precision, got.recall, got.f1, got.false_positives) == (0.3333, 0.3333, 0.3333, 0.5)


def test_a_share_of_nothing_is_no_figure() -> None:
    found = score([judged(None, "Itu", label="uf"), judged("Itu", "Itu")])

    assert (found["uf"].precision, found["uf"].recall, found["uf"].f1) == (None, None, None)
    assert found["cidade"].false_positives is None


def test_finding_nothing_at_all_is_no_precision_and_no_recall() -> None:
    got = score([judged("Itu", None)])["cidade"]

    assert (got.precision, got.recall, got.f1) == (None, 0.0, 0.0)


@pytest.mark.parametrize(
    ("expected", "got", "wrong"), [("a", "a", False), (None, None, False), ("a", None, True), (None, "a", True)]
)
def test_only_a_mistake_is_listed_as_wrong(expected: Any, got: Any, wrong: bool) -> None:
    assert judged(expected, got).is_wrong is wrong


def test_counts_lead_back_to_the_score() -> None:
    got = score([judged("Itu", "Itu"), judged(None, "Itu")])["cidade"]

    assert Score(*got.counts) == got
