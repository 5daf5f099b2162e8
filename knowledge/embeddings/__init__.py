"""Search by meaning, beside the search by words: `nearest("a máquina aguenta lavagem com mangueira?")`.

On when an embeddings endpoint is set and the database knows pgvector's `halfvec`; else nothing here calls, reads or
writes anything. Read in this order: `endpoint` (the HTTP call), `store` (pgvector), `stage` (articles get their
vectors in the background).
"""

from functools import lru_cache

from django.conf import settings

from knowledge.embeddings import endpoint, store
from knowledge.embeddings.endpoint import Vector, configured
from seleto.lib import metrics, redact
from seleto.lib.errors import ProviderError

__all__ = ["configured", "forget", "nearest", "vouching"]

# As much of a question as the search by words reads.
QUESTION_CHARS = 1_000
# Vectors of questions kept per process: 4 bytes a dimension.
_KEPT_QUESTIONS = 512

QUESTIONS = metrics.counter("embeddings_questions", "Questions searched by meaning, by outcome.", ["outcome"])


def nearest(question: str) -> dict[str, float]:
    """Article code -> cosine to the question, nearest first; empty when that cannot be told now.

    Waits for the endpoint, so no transaction may be open; the thread's database connection is given back meanwhile.
    Phones, documents and e-mail addresses are masked before the text leaves (contracts/openai.md, section 6).
    """
    text = redact.text(" ".join(question[:QUESTION_CHARS].encode(errors="replace").decode().split()))
    if not text or not configured() or not store.is_ready():
        return {}
    try:
        vector = _vector(text, settings.EMBEDDINGS_BASE_URL, settings.EMBEDDINGS_MODEL, settings.EMBEDDINGS_DIMENSIONS)
    except ProviderError as error:
        QUESTIONS.labels(outcome=type(error).__name__.lower()).inc()
        return {}
    QUESTIONS.labels(outcome="found").inc()
    return store.nearest(vector)


def vouching() -> float:
    """The cosine from which a near article alone may answer; above 1 while no threshold was measured for the model."""
    return settings.EMBEDDINGS_RESCUE_SIMILARITY or 2.0


def forget() -> None:
    """Ask endpoint and database again (tests, another endpoint)."""
    _vector.cache_clear()
    store.forget()


@lru_cache(maxsize=_KEPT_QUESTIONS)
def _vector(text: str, _base_url: str, _model: str, _dimensions: int) -> Vector:
    """A failure is not kept. The endpoint is part of the key, so that another one starts anew."""
    return endpoint.embed([text], read_s=settings.EMBEDDINGS_QUERY_TIMEOUT_S)[0]
