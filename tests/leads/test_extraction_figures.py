"""The extraction's figures on the labelled sets never drop below the committed ones.

`cases/baseline.json` holds precision and recall per set and field; `python -m tests.leads.score --write` renews it
after an improvement.
"""

import json

import pytest

from tests.leads.score import BASELINE, SETS, figures

COMMITTED: dict[str, dict[str, list[float]]] = json.loads(BASELINE.read_text(encoding="utf-8"))


def test_every_set_has_committed_figures() -> None:
    assert COMMITTED.keys() == SETS.keys()


@pytest.mark.parametrize("name", SETS)
def test_no_figure_is_below_the_committed_one(name: str) -> None:
    now = figures(SETS[name])
    worse = {
        field: (now[field], committed)
        for field, committed in COMMITTED[name].items()
        if any(current < before - 1e-9 for current, before in zip(now[field], committed, strict=True))
    }
    assert not worse
