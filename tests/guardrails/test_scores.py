"""The labelled sets keep the figures they had when the rules were last worked on."""

import json

import pytest

from conversations.guardrails import Kind
from tests.guardrails import score

BASELINE = json.loads((score.HERE / "baseline.json").read_text(encoding="utf-8"))


def test_every_set_has_a_baseline() -> None:
    assert set(BASELINE) == set(score.SETS)


@pytest.mark.parametrize("name", sorted(BASELINE))
def test_figures_do_not_drop_below_the_baseline(name: str) -> None:
    found = score.report(score.run(score.load(score.SETS[name])))

    worse = {
        f"{part}/{key}": (value, found[part].get(key))
        for part, figures in BASELINE[name].items()
        for key, value in figures.items()
        if (found[part].get(key, 0.0) > value if key == "false_positives" else found[part].get(key, 0.0) < value)
    }

    assert worse == {}


@pytest.mark.parametrize("name", sorted(score.SETS))
def test_ids_are_unique_and_labels_are_known(name: str) -> None:
    cases = score.load(score.SETS[name])

    assert len({case["id"] for case in cases}) == len(cases)
    assert {label for case in cases for label in case["violations"]} <= set(Kind)
