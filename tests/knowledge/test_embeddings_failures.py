"""What becomes of searches and articles when the embeddings endpoint fails, in every way it may."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import httpx
import pytest
import respx
from django.db import connection
from pytest_django import Settings

from knowledge import embeddings, loader
from knowledge.embeddings import endpoint, stage
from knowledge.models import Article, ArticleEmbedding
from knowledge.search import search, search_by_meaning
from seleto.lib import circuits, clock, jobs, poison
from seleto.lib.errors import Misconfigured, ProviderError, Rejected, Unavailable
from seleto.lib.models import Alert, Circuit
from tests.knowledge.embedding import DIMENSIONS, set_up

# The extension is an administrator's to make.
pytestmark = pytest.mark.usefixtures("administrator")

URL = "http://embeddings.test/v1"
QUESTION = "qual a produção da FB300?"


@pytest.fixture
def world(seeded: None, settings: Settings) -> Iterator[respx.Route]:
    settings.EMBEDDINGS_API_KEY = "chave-que-ninguem-pode-ver"
    with set_up(settings, URL), respx.mock(assert_all_called=False) as router:
        yield router.post(f"{URL}/embeddings").mock(side_effect=answer)


def answer(request: httpx.Request) -> httpx.Response:
    """Vectors for what was asked, in the wrong order, as a server may give them."""
    rows = [
        {"object": "embedding", "index": index, "embedding": [len(text), index + 1, *[0.5] * (DIMENSIONS - 2)]}
        for index, text in enumerate(json.loads(request.content)["input"])
    ]
    return httpx.Response(200, json={"object": "list", "data": rows[::-1], "model": "m"})


def refused(status: int, **error: Any) -> httpx.Response:
    return httpx.Response(status, json={"error": {"message": "…", "type": None, "code": None, **error}})


def rows(*lists: Any) -> httpx.Response:
    return httpx.Response(200, json={"data": [{"index": at, "embedding": values} for at, values in enumerate(lists)]})


FAILURES = [
    (refused(401, code="invalid_api_key"), Misconfigured, "http_401"),
    (refused(404, code="model_not_found"), Misconfigured, "http_404"),
    (refused(429, type="insufficient_quota"), Misconfigured, "quota"),
    (httpx.Response(302, headers={"location": "https://outro.test"}), Misconfigured, "http_302"),
    (rows([1.0] * 3), Misconfigured, "dimensions"),
    (refused(400, param="input"), Rejected, "http_400"),
    (refused(413), Rejected, "http_413"),
    (refused(429, type="requests", code="rate_limit_exceeded"), Unavailable, "rate_limit"),
    (refused(503), Unavailable, "http_503"),
    (httpx.Response(500, html="<h1>Erro</h1>"), Unavailable, "http_500"),
    (httpx.ConnectError("refused"), Unavailable, "connect_error"),
    (httpx.ReadTimeout("slow"), Unavailable, "timeout"),
    (httpx.RemoteProtocolError("gone"), Unavailable, "connection_lost"),
    (httpx.Response(200, html="<h1>Bem-vindo</h1>"), Unavailable, "malformed_answer"),
    (httpx.Response(200, json=[]), Unavailable, "malformed_answer"),
    (httpx.Response(200, json={"data": [1]}), Unavailable, "malformed_answer"),
    (rows([0.0] * DIMENSIONS), Unavailable, "malformed_answer"),
    (rows([True] * DIMENSIONS), Unavailable, "malformed_answer"),
    (rows([1.0] * DIMENSIONS, [1.0] * DIMENSIONS), Unavailable, "malformed_answer"),
    (httpx.Response(200, text='{"data":[{"index":0,"embedding":[NaN]}]}'), Unavailable, "malformed_answer"),
]


@pytest.mark.parametrize(("given", "kind", "reason"), FAILURES)
def test_each_failure_has_its_outcome_and_leaves_the_search_by_words(
    world: respx.Route, given: Any, kind: type[ProviderError], reason: str
) -> None:
    world.mock(side_effect=[given, given])

    with pytest.raises(ProviderError) as failed:
        endpoint.embed(["um"], read_s=1)

    assert (type(failed.value), failed.value.reason) == (kind, reason)
    assert search_by_meaning(QUESTION) == search(QUESTION)
    assert world.call_count == 2


def test_a_wait_that_was_asked_for_is_kept(world: respx.Route) -> None:
    world.mock(side_effect=[httpx.Response(429, headers={"retry-after": "7"}, json={})])

    with pytest.raises(Unavailable) as failed:
        endpoint.embed(["um"], read_s=1)

    assert failed.value.retry_after == 7


def test_a_failure_is_not_remembered_as_the_answer(world: respx.Route) -> None:
    jobs.run_due("embed")
    world.mock(side_effect=[refused(500)])
    assert embeddings.nearest("produção") == {}

    world.mock(side_effect=answer)

    assert embeddings.nearest("produção")


def test_after_failures_in_a_row_nobody_is_asked_and_people_are_told(world: respx.Route, settings: Settings) -> None:
    world.mock(return_value=refused(500))

    for number in range(settings.CIRCUIT_FAILURES + 3):
        search_by_meaning(f"{QUESTION} {number}")

    assert world.call_count == settings.CIRCUIT_FAILURES
    assert Alert.objects.filter(key="circuit:embeddings", closed_at=None).exists()


def test_a_refused_text_says_nothing_against_the_system(world: respx.Route, settings: Settings) -> None:
    world.mock(return_value=refused(400))

    for number in range(settings.CIRCUIT_FAILURES + 1):
        embeddings.nearest(f"pergunta {number}")

    assert not Circuit.objects.exclude(state=Circuit.State.CLOSED).exists()


def test_the_wire_is_the_one_of_the_contract(world: respx.Route, settings: Settings, payload: Any) -> None:
    endpoint.embed(["um", "dois"], read_s=1)

    request = world.calls.last.request
    body = json.loads(request.content)
    assert request.headers["authorization"] == f"Bearer {settings.EMBEDDINGS_API_KEY}"
    assert body.pop("dimensions") == DIMENSIONS
    assert body.keys() == payload("openai/request_embeddings").keys()
    assert body["input"] == ["um", "dois"]


def test_a_model_that_cannot_be_shortened_is_not_asked_to(world: respx.Route, settings: Settings) -> None:
    settings.EMBEDDINGS_MODEL = "bge-m3"

    endpoint.embed(["um"], read_s=1)

    assert "dimensions" not in json.loads(world.calls.last.request.content)


def test_vectors_are_put_in_the_order_of_the_texts(world: respx.Route) -> None:
    short, long = endpoint.embed(["a", "a" * 500], read_s=1)

    assert short[0] < long[0]


def test_no_phone_document_or_address_leaves(world: respx.Route) -> None:
    embeddings.nearest("sou a Ana, 5511900000001, ana@exemplo.test, CNPJ 11.222.333/0001-81: a FB300 faz quantos?")

    (sent,) = json.loads(world.calls.last.request.content)["input"]
    assert "FB300" in sent
    for private in ("900000001", "ana@exemplo.test", "222.333"):
        assert private not in sent


@pytest.mark.parametrize("question", ["", "  \n", "\ud800 pergunta", "\x00", "a" * 60_000])
def test_any_text_is_survived(world: respx.Route, question: str) -> None:
    jobs.run_due("embed")

    assert isinstance(embeddings.nearest(question), dict)


def test_an_outage_postpones_the_articles_longer_each_time(world: respx.Route) -> None:
    world.mock(return_value=refused(503))
    before = clock.now()

    jobs.run_due("embed")

    row = ArticleEmbedding.objects.order_by("due_at").first()
    assert row is not None
    assert row.vector is None
    assert row.leased_until is None
    assert row.due_at >= before + timedelta(seconds=stage.RETRY_S)
    ArticleEmbedding.objects.update(due_at=before, attempts=3)
    circuits.reset("embeddings")
    jobs.run_due("embed")
    row.refresh_from_db()
    assert row.due_at >= before + timedelta(seconds=8 * stage.RETRY_S)


def test_articles_are_embedded_after_the_outage(world: respx.Route) -> None:
    world.mock(return_value=refused(401))
    jobs.run_due("embed")
    assert Alert.objects.filter(key=stage.ALERT, closed_at=None).exists()

    world.mock(side_effect=answer)
    ArticleEmbedding.objects.update(due_at=clock.now())
    jobs.run_due("embed")

    assert stage.missing() == 0
    assert not Alert.objects.filter(key=stage.ALERT, closed_at=None).exists()


def test_one_refused_text_keeps_no_other_from_its_vector(world: respx.Route) -> None:
    bad = Article.objects.create(code="a.ruim", title="Ruim", text="Recusado.")

    def pick(request: httpx.Request) -> httpx.Response:
        return refused(400) if b"Recusado." in request.content else answer(request)

    world.mock(side_effect=pick)
    jobs.run_due("embed")

    parked = ArticleEmbedding.objects.get(article=bad)
    assert (parked.vector, parked.reason) == (None, "http_400")
    assert stage.missing() == 1
    assert stage.next_due() is None
    assert Alert.objects.filter(key=stage.ALERT, closed_at=None).exists()
    Article.objects.filter(pk=bad.pk).update(text="Aceito.")
    jobs.run_due("embed")
    assert stage.missing() == 0


@pytest.mark.django_db(transaction=True)
def test_no_connection_is_held_while_the_endpoint_thinks(settings: Settings, transactional_db: None) -> None:
    loader.load()
    held: list[bool] = []

    def look(request: httpx.Request) -> httpx.Response:
        held.append(connection.connection is not None)
        return answer(request)

    with set_up(settings, URL), respx.mock() as router:
        router.post(f"{URL}/embeddings").mock(side_effect=look)
        jobs.run_due("embed")
        search_by_meaning(QUESTION)

    assert held
    assert not any(held)


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_hold_the_same_article(settings: Settings, transactional_db: None) -> None:
    loader.load()
    start = Barrier(2)

    def take() -> list[int]:
        try:
            start.wait()
            return [item.id for batch in stage.claim(1) for item in batch]
        finally:
            connection.close()

    with set_up(settings, URL), ThreadPoolExecutor(2) as pool:
        one, two = (future.result() for future in [pool.submit(take), pool.submit(take)])

    assert one or two
    assert not set(one) & set(two)


def test_an_article_at_which_the_process_dies_keeps_no_other_from_its_vector(
    world: respx.Route, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = Article.objects.create(code="a.veneno", title="Veneno", text="Mata.")
    embed = endpoint.embed

    def die_at_it(texts: list[str], **how: Any) -> Any:
        if any("Mata." in text for text in texts):
            raise KeyboardInterrupt
        return embed(texts, **how)

    monkeypatch.setattr(endpoint, "embed", die_at_it)
    for _ in range(poison.MOST_TRIES):
        with pytest.raises(KeyboardInterrupt):
            jobs.run_due("embed")
        ArticleEmbedding.objects.update(leased_until=clock.now() - timedelta(hours=1))
    jobs.run_due("embed")

    parked = ArticleEmbedding.objects.get(article=bad)
    assert (parked.vector, parked.reason) == (None, "tentativas_esgotadas")
    assert (stage.missing(), stage.next_due()) == (1, None)
    assert Alert.objects.filter(key="embed:parked", closed_at=None).exists()
