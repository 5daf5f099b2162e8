"""What a turn's brief holds when questions are also compared by meaning."""

import json
from collections.abc import Iterator

import httpx
import pytest
import respx
from pytest_django import Settings

from conversations.agent.retrieval import articles_for
from knowledge import loader
from knowledge.models import Article
from seleto.lib import jobs
from tests.conversations.test_brief import line, state
from tests.knowledge.embedding import DIMENSIONS, set_up

# The extension is an administrator's to make.
pytestmark = pytest.mark.usefixtures("administrator")

URL = "http://embeddings.test/v1"
QUESTION = "e a rotina do dia a dia, como fica?"


def answer(request: httpx.Request) -> httpx.Response:
    """The question and the article about cleaning point one way, everything else another."""
    vectors = [
        [1.0, 0.1] if text == QUESTION or "pano úmido" in text else [0.1, 1.0]
        for text in json.loads(request.content)["input"]
    ]
    rows = [{"index": at, "embedding": [*pair, *[0.0] * (DIMENSIONS - 2)]} for at, pair in enumerate(vectors)]
    return httpx.Response(200, json={"data": rows})


@pytest.fixture
def world(db: None, settings: Settings) -> Iterator[respx.Route]:
    loader.load()
    Article.objects.create(code="geral.limpeza", title="Limpeza", text="Por fora basta um pano úmido.")
    with set_up(settings, URL), respx.mock(assert_all_called=False) as router:
        route = router.post(f"{URL}/embeddings").mock(side_effect=answer)
        jobs.run_due("embed")
        route.reset()
        yield route


def codes(text: str) -> list[str]:
    return [article.id for article in articles_for(state(pending=(line(text),)))]


def test_an_article_told_in_other_words_reaches_the_brief(world: respx.Route, settings: Settings) -> None:
    assert "geral.limpeza" in codes(QUESTION)
    assert world.call_count == 1

    settings.EMBEDDINGS_BASE_URL = ""
    assert "geral.limpeza" not in codes(QUESTION)


def test_an_endpoint_that_does_not_answer_costs_the_turn_nothing_but_the_wait(
    world: respx.Route, settings: Settings
) -> None:
    world.mock(side_effect=httpx.ReadTimeout("slow"))
    without = codes(QUESTION)

    settings.EMBEDDINGS_BASE_URL = ""
    assert without == codes(QUESTION)


def test_a_price_is_not_compared(world: respx.Route) -> None:
    assert codes("quanto custa a FB300?")
    assert world.call_count == 0
