"""How long the cores compute, measured on this machine at this moment. Figures to look at, never to assert.

Processor time of the one thread: the cores wait for nothing. All texts are gone through once to fill the caches and
then several times; the calmest of those rounds counts as a whole, with its own slow texts, for a busy machine makes
whole rounds up to twice as slow.
"""

import random
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from conversations.guardrails import ReviewContext, review
from knowledge import catalogue, sources
from leads.extraction import extract
from tests.language.sets import PARTS, read

if TYPE_CHECKING:
    from knowledge.search.engine import Engine

REVIEWED_CHARS = 600
CHUNKS = 5_000
TARGETS_MS = {"review p99": 3.0, "extraction p99": 5.0, "search p95": 15.0}
_SAMPLES, _ROUNDS = 300, 4


def measure() -> dict[str, float]:
    """Milliseconds of computing, by name."""
    products = catalogue.shipped_products()
    context = ReviewContext(lead_last="quanto custa e quando chega?", products=products)
    reviewed = _times(lambda text: review(text, context), _long_replies())
    extracted = _times(lambda text: extract([text], products=products), _sample(_messages()))
    engine = _large_engine()
    searched = _times(lambda text: engine.search(text, limit=8), _sample(_questions()))
    return {
        "review p50": _percentile(reviewed, 50),
        "review p99": _percentile(reviewed, 99),
        "extraction p50": _percentile(extracted, 50),
        "extraction p99": _percentile(extracted, 99),
        "search p50": _percentile(searched, 50),
        "search p95": _percentile(searched, 95),
    }


def _times(call: Callable[[str], object], texts: Iterable[str]) -> list[float]:
    waiting = list(texts)
    _round(call, waiting)
    return sorted(min((_round(call, waiting) for _ in range(_ROUNDS)), key=sum))


def _round(call: Callable[[str], object], texts: Iterable[str]) -> list[float]:
    found = []
    for text in texts:
        start = time.thread_time()
        call(text)
        found.append((time.thread_time() - start) * 1_000)
    return found


def _percentile(ordered: list[float], percent: int) -> float:
    return round(ordered[min(len(ordered) - 1, len(ordered) * percent // 100)], 2)


def _long_replies() -> list[str]:
    """Labelled replies put together until they have the length, no two alike."""
    replies = [item["text"] for path in PARTS["guardrails"].sets.values() for item in read(path)]
    chance = random.Random(1)
    return [" ".join(chance.sample(replies, 30))[:REVIEWED_CHARS] for _ in range(_SAMPLES)]


def _messages() -> list[str]:
    items = (item for path in PARTS["extraction"].sets.values() for item in read(path))
    return [message for item in items for message in item["messages"]]


def _questions() -> list[str]:
    return [item["question"] for path in PARTS["knowledge"].sets.values() for item in read(path)]


def _sample(texts: list[str]) -> list[str]:
    return random.Random(2).sample(texts, min(_SAMPLES, len(texts)))


def _large_engine() -> "Engine":
    """The shipped catalogue and articles of mixed words from it, up to the number of chunks."""
    from knowledge.search.engine import Engine

    shipped = catalogue.shipped_articles()
    words = sorted({word for article in shipped for word in article.text.split()})
    chance = random.Random(3)
    made = [
        replace(
            chance.choice(shipped),
            id=f"gerado.{number}",
            title=" ".join(chance.sample(words, 4)),
            text=" ".join(chance.sample(words, 40)),
        )
        for number in range(CHUNKS - len(shipped))
    ]
    return Engine(catalogue.shipped_products(), [*shipped, *made], sources.shipped_synonyms())
