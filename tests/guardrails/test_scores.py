"""The labelled sets keep the figures they had when the rules were last worked on."""

import json

import pytest

from conversations.guardrails import Kind, ReviewContext, review
from knowledge.catalogue import shipped_articles, shipped_products
from knowledge.sources import shipped_phrases
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


def stopped(texts: dict[str, str]) -> dict[str, tuple[Kind, ...]]:
    context = ReviewContext(products=shipped_products())
    verdicts = {name: review(text, context) for name, text in texts.items()}
    return {name: verdict.kinds for name, verdict in verdicts.items() if not verdict.ok}


def test_every_article_we_ship_for_saying_passes() -> None:
    texts = {article.id: article.text for article in shipped_articles() if article.sayable}

    assert texts
    assert stopped(texts) == {}


def test_every_phrase_we_ship_passes() -> None:
    texts = {f"{name} {at}": text for name, variants in shipped_phrases().items() for at, text in enumerate(variants)}

    assert texts
    assert stopped(texts) == {}
