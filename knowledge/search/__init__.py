"""Search over the catalogue: `search("quanto a fb300 faz por hora")`.

Words, spelling, synonyms, products, figures and topics, without a model and without a database extension. The engine
is kept in memory and rebuilt when the catalogue it was built from changes. `search_by_meaning` adds the nearest
articles of `knowledge.embeddings` where that is set up.
"""

import threading
from collections.abc import Mapping
from functools import cache

from knowledge import catalogue, embeddings, queries, sources
from knowledge.catalogue import ArticleFacts, ProductFacts
from knowledge.search.answers import Kind, Result, SearchResult
from knowledge.search.engine import Engine

__all__ = ["DEFAULT_LIMIT", "Kind", "Result", "SearchResult", "search", "search_by_meaning", "search_shipped"]

DEFAULT_LIMIT = 8

_Version = tuple[tuple[ProductFacts, ...], tuple[ArticleFacts, ...], Mapping[str, str]]
_lock = threading.Lock()
_live: tuple[_Version, Engine] | None = None


def search(question: str, *, limit: int = DEFAULT_LIMIT) -> SearchResult:
    """Search the managers' data: at most `limit` articles, internal ones never among them."""
    return _live_engine().search(question, limit=limit)


def search_by_meaning(question: str, *, limit: int = DEFAULT_LIMIT) -> SearchResult:
    """`search`, fused with what is near in meaning; the same as `search` without an endpoint or when it fails.

    May wait for the endpoint (`EMBEDDINGS_QUERY_TIMEOUT_S`): call with no transaction open.
    """
    if not embeddings.configured():
        return search(question, limit=limit)
    return _live_engine().search(question, limit=limit, nearest=embeddings.nearest, vouching=embeddings.vouching())


def search_shipped(question: str, *, limit: int = DEFAULT_LIMIT) -> SearchResult:
    """The same over the source files, without a database."""
    return _shipped_engine().search(question, limit=limit)


@cache
def _shipped_engine() -> Engine:
    return Engine(catalogue.shipped_products(), catalogue.shipped_articles(), sources.shipped_synonyms())


def _live_engine() -> Engine:
    global _live
    version = (queries.products(), queries.articles(), queries.synonyms())
    with _lock:
        engine = _live[1] if _live is not None and _live[0] == version else Engine(*version)
        # Keeping the newest equal values makes the next comparison one of identities.
        _live = (version, engine)
        return engine
