"""Articles and questions as vectors, with a real PostgreSQL and the sandbox's endpoint really listening."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from knowledge import embeddings
from knowledge.embeddings import stage, store
from knowledge.embeddings.store import Extension
from knowledge.models import Article, ArticleEmbedding, Product
from knowledge.search import Kind, search, search_by_meaning
from seleto.lib import clock, jobs
from tests.knowledge.embedding import query, set_up
from tests.sandbox.outside import Outside, running
from tests.sandbox.outside import Product as Receiver

# The extension is an administrator's to make.
pytestmark = pytest.mark.usefixtures("administrator")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Outside]:
    with running(Receiver()) as outside:
        yield outside


@pytest.fixture
def world(seeded: None, settings: Settings, sandbox: Outside) -> Iterator[None]:
    with set_up(settings, f"{sandbox.url}/v1"):
        yield


@pytest.fixture
def plain(seeded: None, settings: Settings, sandbox: Outside) -> Iterator[None]:
    """An endpoint, and a database without the extension."""
    with set_up(settings, f"{sandbox.url}/v1", extension=False):
        yield


def calls(sandbox: Outside) -> int:
    return len([call for call in sandbox.look("model/calls")["calls"] if call["kind"] == "embeddings"])


def sayable() -> set[str]:
    return set(Article.objects.filter(active=True, use="sayable").values_list("code", flat=True))


def told(code: str, text: str, *, title: str = "", product: str = "") -> Article:
    article = Article.objects.create(code=code, title=title or code, text=text)
    article.products.set(Product.objects.filter(code=product))
    return article


def test_every_sayable_article_gets_a_vector_and_no_internal_one(world: None) -> None:
    assert stage.next_due() is not None

    jobs.run_due("embed")

    rows = ArticleEmbedding.objects.filter(vector__isnull=False)
    assert set(rows.values_list("article__code", flat=True)) == sayable()
    assert set(rows.values_list("model", "dimensions")) == {("text-embedding-3-small", 64)}
    assert Article.objects.filter(use="internal").exists()
    assert stage.next_due() is None


def test_a_changed_text_is_sent_again_and_counts_no_more_until_then(world: None) -> None:
    jobs.run_due("embed")
    code = "fb300.molde"
    question = Article.objects.get(code=code).text
    assert code in embeddings.nearest(question)

    Article.objects.filter(code=code).update(text="Texto novo sobre o molde.")  # past every signal

    assert stage.missing() == 1
    assert code not in embeddings.nearest(question)
    assert jobs.run_due("embed") == 1
    assert next(iter(embeddings.nearest("molde\nTexto novo sobre o molde."))) == code


def test_another_model_sends_everything_again(world: None, settings: Settings) -> None:
    jobs.run_due("embed")

    settings.EMBEDDINGS_MODEL = "outro"
    settings.EMBEDDINGS_DIMENSIONS = 1536  # what the endpoint gives for a model that is not asked for fewer

    assert stage.missing() == len(sayable())
    assert embeddings.nearest("produção por hora") == {}
    jobs.run_due("embed")
    assert stage.missing() == 0
    assert embeddings.nearest("produção por hora")


def test_withdrawn_and_internal_articles_are_not_found(world: None) -> None:
    jobs.run_due("embed")
    question = "esteira da FB700"
    assert {"fb700.esteira", "fb700.moldes"} & embeddings.nearest(question).keys()

    Article.objects.filter(code="fb700.esteira").update(active=False)
    Article.objects.filter(code="fb700.moldes").update(use="internal")

    assert not {"fb700.esteira", "fb700.moldes"} & embeddings.nearest(question).keys()


def test_similar_questions_are_near_the_same_article(world: None) -> None:
    told(
        "fb300.limpeza", "A FB300 desmonta sem ferramentas para a higienização.", title="Higienização", product="FB300"
    )
    jobs.run_due("embed")

    near = embeddings.nearest("desmontagem da FB300 para higienizar")

    assert next(iter(near)) == "fb300.limpeza"
    assert list(near.values()) == sorted(near.values(), reverse=True)


def test_a_near_article_answers_what_the_words_refused_only_above_the_threshold(
    world: None, settings: Settings
) -> None:
    told(
        "fb300.limpeza", "A FB300 desmonta sem ferramentas para a higienização.", title="Higienização", product="FB300"
    )
    jobs.run_due("embed")
    question = "a FB300 é desmontável pra higienizações?"
    assert search(question).kind is Kind.GAP
    assert search_by_meaning(question).kind is Kind.GAP  # no threshold was measured

    settings.EMBEDDINGS_RESCUE_SIMILARITY = 0.3
    found = search_by_meaning(question)

    assert found.answerable
    assert found.results[0].article == "fb300.limpeza"
    settings.EMBEDDINGS_RESCUE_SIMILARITY = 0.99
    assert not search_by_meaning(question).answerable


def test_a_price_is_for_the_consultant_however_near_an_article_is(
    world: None, settings: Settings, sandbox: Outside
) -> None:
    settings.EMBEDDINGS_RESCUE_SIMILARITY = 0.01
    told("fb300.valor", "Quanto custa a FB300 na promoção de verão.", title="Quanto custa a FB300", product="FB300")
    jobs.run_due("embed")
    before = calls(sandbox)

    assert search_by_meaning("quanto custa a FB300 na promoção de verão?") == search(
        "quanto custa a FB300 na promoção de verão?"
    )
    assert calls(sandbox) == before


def test_a_question_asked_again_costs_no_second_call(world: None, sandbox: Outside) -> None:
    jobs.run_due("embed")
    before = calls(sandbox)

    first = search_by_meaning("qual o diâmetro do hambúrguer da FB700?")
    again = search_by_meaning("qual o diâmetro do hambúrguer da FB700?")

    assert first == again
    assert calls(sandbox) == before + 1


def test_without_the_extension_nothing_is_called_and_the_search_is_the_one_by_words(
    plain: None, sandbox: Outside
) -> None:
    assert store.extension() is Extension.OFFERED
    before = calls(sandbox)
    question = "qual a produção da FB300?"

    assert search_by_meaning(question) == search(question)
    assert stage.next_due() is None
    assert jobs.run_due("embed") == 0
    assert calls(sandbox) == before


def test_without_an_endpoint_the_extension_changes_nothing(world: None, settings: Settings) -> None:
    settings.EMBEDDINGS_BASE_URL = ""

    assert search_by_meaning("qual a produção da FB300?") == search("qual a produção da FB300?")
    assert jobs.run_due("embed") == 0


def test_the_search_reads_the_index(world: None) -> None:
    jobs.run_due("embed")
    with CaptureQueriesContext(connection) as captured:
        embeddings.nearest("produção por hora")

    statement = next(row["sql"] for row in captured if row["sql"].startswith("WITH e"))
    plan = str(query(f"EXPLAIN {statement}"))  # under the settings of the transaction, which the test's encloses

    assert "Index Scan using knowledge_embedding_64" in plan


def test_the_command_prepares_the_database_and_embeds(plain: None, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("embed_articles", dry_run=True)
    assert f"faltando {len(sayable())}" in capsys.readouterr().out
    assert store.extension() is Extension.OFFERED

    call_command("embed_articles", json=True)

    assert capsys.readouterr().out.strip() == f'{{"embedded": {len(sayable())}, "missing": 0}}'
    assert store.is_indexed()


def test_the_command_says_what_is_missing(plain: None, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "extension", lambda: Extension.ABSENT)
    with pytest.raises(CommandError, match="instale o pgvector"):
        call_command("embed_articles")

    settings.EMBEDDINGS_BASE_URL = ""
    with pytest.raises(CommandError, match="EMBEDDINGS_BASE_URL"):
        call_command("embed_articles")


def test_another_dimension_gets_its_own_index(seeded: None, settings: Settings, sandbox: Outside) -> None:
    with set_up(settings, f"{sandbox.url}/v1"):
        settings.EMBEDDINGS_DIMENSIONS = 3072
        assert not store.is_indexed()

        store.prepare()

        assert store.is_indexed()
        assert query("SELECT count(*) FROM pg_indexes WHERE indexname LIKE 'knowledge\\_embedding\\_%'") == [(1,)]


def test_articles_in_hand_are_claimed_once_until_their_lease_ends(world: None) -> None:
    (first,) = stage.claim(1)
    (second,) = stage.claim(1)
    assert not {item.id for item in first} & {item.id for item in second}
    assert len(first) + len(second) == len(sayable())
    assert stage.claim(1) == []
    assert stage.next_due() is None

    ArticleEmbedding.objects.update(leased_until=clock.now() - timedelta(seconds=1))

    (again,) = stage.claim(1)
    assert {item.attempts for item in again} == {2}
