"""``manage.py doctor`` on the search by meaning: endpoint, extension, index and articles."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import respx
from django.core.management import call_command
from pytest_django import Settings

from knowledge.embeddings import stage, store
from knowledge.embeddings.store import Extension
from knowledge.models import Article
from seleto import checks, doctor
from seleto.findings import Level
from seleto.lib import jobs
from tests.factories import now
from tests.knowledge.embedding import set_up
from tests.knowledge.test_embeddings_failures import URL, answer, refused, rows

# The extension is an administrator's to make.
pytestmark = [pytest.mark.usefixtures("administrator"), pytest.mark.django_db]

KEY = "chave-que-ninguem-pode-ver"


@pytest.fixture
def world(settings: Settings) -> Iterator[respx.Route]:
    settings.EMBEDDINGS_API_KEY = KEY
    call_command("seed", verbosity=0)
    with set_up(settings, URL), respx.mock(assert_all_called=False) as router:
        yield router.post(f"{URL}/embeddings").mock(side_effect=answer)


def found(level: str) -> str:
    return " ".join(item.text for item in doctor._embeddings() if item.level == level)


def test_a_sound_set_up_has_nothing_to_fix(world: respx.Route) -> None:
    jobs.run_due("embed")

    assert found("error") == found("warning") == ""
    assert "busca por significado funciona" in found("ok")


def test_it_is_part_of_the_examination(world: respx.Route, settings: Settings) -> None:
    settings.EMBEDDINGS_BASE_URL = ""

    with respx.mock(assert_all_called=False) as router:
        router.route().mock(side_effect=httpx.ConnectError("refused"))
        said = [item for item in doctor.examine(now=now()) if item.check == "embeddings"]

    assert [(item.level, item.text) for item in said] == [
        (Level.OK, "A busca usa só palavras: EMBEDDINGS_BASE_URL está vazia.")
    ]


@pytest.mark.parametrize(
    ("given", "level", "expected"),
    [
        (refused(401), "error", "confira EMBEDDINGS_API_KEY"),
        (refused(404), "error", "confira EMBEDDINGS_MODEL"),
        (refused(429, type="insufficient_quota"), "error", "sem cota"),
        (refused(429), "warning", "tente mais tarde"),
        (refused(500), "error", "http_500"),
        (httpx.ConnectError("refused"), "error", "Não há conexão"),
        (httpx.ReadTimeout("slow"), "error", "não responderam no tempo"),
        (httpx.Response(200, html="<h1>Bem-vindo</h1>"), "error", "costuma terminar em /v1"),
        (rows([1.0] * 384), "error", "use EMBEDDINGS_DIMENSIONS=384"),
    ],
)
def test_what_the_endpoint_lacks_is_told_apart(world: respx.Route, given: Any, level: str, expected: str) -> None:
    world.mock(side_effect=[given])

    said = found(level)

    assert expected in said
    assert KEY not in said


def test_a_missing_extension_says_what_to_run(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with set_up(settings, URL, extension=False), respx.mock() as router:
        router.post(f"{URL}/embeddings").mock(side_effect=answer)

        assert "embed_articles" in found("warning")
        monkeypatch.setattr(store, "extension", lambda: Extension.ABSENT)
        assert "instale o pgvector" in found("warning")


def test_an_index_for_other_dimensions_and_missing_vectors_are_found(world: respx.Route, settings: Settings) -> None:
    assert f"{stage.missing()} artigos ainda sem vetor" in found("warning")
    Article.objects.all().update(active=False)
    assert found("warning") == ""

    settings.EMBEDDINGS_DIMENSIONS = 65

    assert "não tem o índice" in found("warning")


def test_an_address_in_clear_is_no_production(settings: Settings) -> None:
    settings.EMBEDDINGS_BASE_URL = "http://embeddings.test/v1"
    assert "seleto.E009" in {message.id for message in checks.deployment(None)}

    settings.EMBEDDINGS_BASE_URL = ""
    assert "seleto.E009" not in {message.id for message in checks.deployment(None)}
