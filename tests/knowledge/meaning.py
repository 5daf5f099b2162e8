"""Measures the search by meaning with the embeddings endpoint that is set, on a database of its own.

    python -m tests.knowledge.meaning              the labelled questions, then the speed at 5,000 articles
    python -m tests.knowledge.meaning --sandbox    with the sandbox's own vectors, which know spelling and no meaning

Rescue: of the questions that the words refused, how many of those with an answer and of those without one a near
article would answer, by threshold. Set EMBEDDINGS_RESCUE_SIMILARITY to the lowest threshold whose last column is
acceptable; above it nothing changes but the order of results.
"""

import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import django

THRESHOLDS = (0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9)
LIMIT = 8


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "seleto.settings")
    django.setup()
    from django.conf import settings

    with _sandbox() if "--sandbox" in sys.argv[1:] else nullcontext():
        if not settings.EMBEDDINGS_BASE_URL:
            sys.exit("Set EMBEDDINGS_BASE_URL, or use --sandbox.")
        with _database():
            _embed_all()
            _questions()
            _speed()


@contextmanager
def _sandbox() -> Iterator[None]:
    from django.conf import settings

    from tests.sandbox.outside import Product, running

    with running(Product()) as outside:
        settings.EMBEDDINGS_BASE_URL = f"{outside.url}/v1"
        yield


@contextmanager
def _database() -> Iterator[None]:
    from knowledge import loader
    from knowledge.embeddings import store
    from tests import databases

    name = databases.prepare()
    try:
        loader.load()
        with databases.administering():
            store.prepare()
        yield
    finally:
        databases.drop(name)


def _embed_all() -> None:
    from knowledge.embeddings import stage
    from seleto.lib import jobs

    start = time.perf_counter()
    jobs.run_due(stage.NAME)
    print(f"articles without a vector: {stage.missing()}; embedding took {time.perf_counter() - start:.1f} s")


def _questions() -> None:
    from knowledge import embeddings, search
    from tests.language.sets import PARTS, read

    engine = search._live_engine()
    items = [item for path in PARTS["knowledge"].sets.values() for item in read(path)]
    near = {item["question"]: embeddings.nearest(item["question"]) for item in items}

    def ask(question: str, vouching: float) -> search.SearchResult:
        return engine.search(question, limit=LIMIT, nearest=lambda text: near[text], vouching=vouching)

    _facts("words only", items, lambda question: engine.search(question, limit=LIMIT))
    _facts("fused", items, lambda question: ask(question, 2.0))
    refused = [item for item in items if engine.search(item["question"], limit=LIMIT).kind is search.Kind.GAP]
    wanted = [item["question"] for item in refused if item["answerable"]]
    unknown = [item["question"] for item in refused if item["gap"]]
    print(f"\nrefused by words: {len(wanted)} with an answer, {len(unknown)} without\nthreshold  rightly  wrongly")
    for threshold in THRESHOLDS:
        right, wrong = (sum(ask(text, threshold).answerable for text in texts) for texts in (wanted, unknown))
        print(f"{threshold:9.2f}  {right:7}  {wrong:7}")


def _facts(name: str, items: list[dict[str, Any]], find: Callable[[str], Any]) -> None:
    """How often the article that answers is among the results, and how often the first."""
    facts = [item for item in items if item["expected_facts"]]
    results = [(item["expected_facts"], [row.article for row in find(item["question"]).results]) for item in facts]
    among = sum(bool(set(wanted) & set(got)) for wanted, got in results) / len(results)
    first = sum(bool(set(wanted) & set(got[:1])) for wanted, got in results) / len(results)
    print(f"{name:10}  expected article first {first:.3f}, among the first {LIMIT} articles {among:.3f}")


def _speed() -> None:
    from knowledge import embeddings, queries, search
    from knowledge.models import Article
    from tests.language import speed

    words = sorted({word for text in Article.objects.values_list("text", flat=True) for word in text.split()})
    chance = random.Random(3)
    Article.objects.bulk_create(
        Article(
            code=f"gerado.{number}",
            title=" ".join(chance.sample(words, 4))[:120],
            text=" ".join(chance.sample(words, 40))[:600],
        )
        for number in range(speed.CHUNKS - Article.objects.count())
    )
    queries.clear_cache()
    _embed_all()
    questions = speed._sample(speed._questions())
    for question in questions:  # asks the endpoint; what is timed below is ours
        embeddings.nearest(question)
    for name, call in (
        ("by words", lambda text: search.search(text, limit=LIMIT)),
        ("nearest", embeddings.nearest),
        ("fused", lambda text: search.search_by_meaning(text, limit=LIMIT)),
    ):
        taken = sorted(_taken(call, question) for question in questions)
        print(f"{name:10}  p50 {taken[len(taken) // 2]:.1f} ms, p95 {taken[len(taken) * 95 // 100]:.1f} ms")


def _taken(call: Callable[[str], object], question: str) -> float:
    start = time.perf_counter()
    call(question)
    return (time.perf_counter() - start) * 1_000


if __name__ == "__main__":
    main()
