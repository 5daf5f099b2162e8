import json

import pytest

from tests.knowledge import score

HIGHER_IS_BETTER = ["product_in_first_3", "facts_returned", "gaps_recognised", "commercial_recognised"]


@pytest.mark.parametrize("name", [name for name, path in score.SETS.items() if path.exists()])
def test_no_figure_falls_below_the_baseline(name: str) -> None:
    baseline = json.loads(score.BASELINE.read_text())[name]

    got = score.figures({name: score.score(score.read(score.SETS[name]))})[name]

    assert got["questions"] >= baseline["questions"]
    assert {key: got[key] for key in HIGHER_IS_BETTER if got[key] < baseline[key]} == {}
    assert got["refused"] <= baseline["refused"]


def test_the_scorer_sees_a_wrong_label() -> None:
    item = score.read(score.SETS["dev"])[0] | {"expected_facts": ["se6000.cuba"], "expected_products": ["CT200"]}

    got = score.score([item])

    assert (got.product_in_first_3, got.facts_returned) == (0.0, 0.0)
    assert got.worst
