"""How the engine weighs what is near in meaning against what it found by words; the likeness is made up here."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from knowledge import catalogue, sources
from knowledge.search import Kind
from knowledge.search.answers import SearchResult
from knowledge.search.engine import Engine

UNKNOWN = "a FB300 tem chaveta de engate?"


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(catalogue.shipped_products(), catalogue.shipped_articles(), sources.shipped_synonyms())


def near(**likeness: float) -> Callable[[str], Mapping[str, float]]:
    return lambda _: {code.replace("__", "."): value for code, value in likeness.items()}


def asked(engine: Engine, question: str, vouching: float = 0.8, **likeness: float) -> SearchResult:
    return engine.search(question, limit=8, nearest=near(**likeness), vouching=vouching)


def test_a_near_article_that_shares_no_word_is_among_the_results(engine: Engine) -> None:
    question = "quero saber da rotina do equipamento"
    assert "geral.inox" not in [row.article for row in engine.search(question, limit=3).results]

    assert "geral.inox" in [row.article for row in asked(engine, question, geral__inox=0.5).results[:3]]


def test_words_and_meaning_together_rank_before_either(engine: Engine) -> None:
    question = "produção por hora"
    plain = [row.article for row in engine.search(question, limit=8).results]
    second = next(code for code in plain if code != plain[0])

    found = [row.article for row in asked(engine, question, **{second.replace(".", "__"): 0.7}).results]

    assert found[0] == second


def test_what_is_near_does_not_make_a_question_answerable_without_a_threshold(engine: Engine) -> None:
    assert engine.search(UNKNOWN, limit=8).kind is Kind.GAP

    found = engine.search(UNKNOWN, limit=8, nearest=near(fb300__molde=0.999))

    assert found.kind is Kind.GAP


def test_a_near_article_of_the_product_vouches_for_unknown_words(engine: Engine) -> None:
    found = asked(engine, UNKNOWN, fb300__molde=0.8)

    assert found.answerable
    assert (found.results[0].article, found.results[0].product) == ("fb300.molde", "FB300")


def test_an_article_of_another_product_does_not_vouch(engine: Engine) -> None:
    assert asked(engine, UNKNOWN, fb700__moldes=0.99).kind is Kind.GAP


def test_one_that_is_less_alike_does_not_vouch(engine: Engine) -> None:
    assert asked(engine, UNKNOWN, fb300__molde=0.79).kind is Kind.GAP


@pytest.mark.parametrize(
    "question",
    [
        "quanto pesa a FB300",
        "a FB300 liga em 380V?",
        "tem app pra ver a produção da FB300",
        "quanto tempo leva pra limpar a FB300?",
        "tem manual em PDF da FB300?",
    ],
)
def test_a_subject_known_to_be_unanswered_stays_a_gap(engine: Engine, question: str) -> None:
    assert engine.search(question, limit=8).kind is Kind.GAP

    assert asked(engine, question, fb300__producao=0.99, fb300__molde=0.99).kind is Kind.GAP


def test_a_commercial_question_is_not_even_compared(engine: Engine) -> None:
    def refuse(_: str) -> Mapping[str, float]:
        raise AssertionError("asked about a price")

    question = "quanto custa a FB300?"

    assert engine.search(question, limit=8, nearest=refuse, vouching=0.1) == engine.search(question, limit=8)


def test_a_commercial_article_does_not_vouch(engine: Engine) -> None:
    assert asked(engine, UNKNOWN, com__preco=0.99).kind is Kind.GAP


def test_internal_and_unknown_articles_are_passed_over() -> None:
    articles = catalogue.shipped_articles()
    hidden = [replace(article, sayable=False) if article.id == "fb300.molde" else article for article in articles]
    engine = Engine(catalogue.shipped_products(), hidden, sources.shipped_synonyms())

    found = asked(engine, UNKNOWN, fb300__molde=0.99, fora__do_ar=0.99)

    assert found.kind is Kind.GAP
    assert not {"fb300.molde", "fora.do_ar"} & {row.article for row in found.results}


def test_nothing_near_changes_nothing(engine: Engine) -> None:
    for question in ("qual a produção da FB300?", UNKNOWN, "quanto custa?", ""):
        assert asked(engine, question) == engine.search(question, limit=8)
