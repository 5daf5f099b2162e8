"""Vectors in PostgreSQL: an ordinary array column, searched through its cast to pgvector's `halfvec`.

The migration therefore needs no extension, and neither does any other database. `prepare` adds what pgvector offers:
the extension itself and an index over the cast, for the dimensions that are set. `halfvec` because an index over it
takes 4,000 dimensions where one over `vector` takes 2,000, in half the memory. SQL because the ORM knows none of this.
"""

import time
from collections.abc import Iterable
from enum import Enum, auto

from django.conf import settings
from django.db import DatabaseError, connection, transaction

# What is searched for and what is indexed must be the same text, or the planner does not see that they are.
_CAST = "(vector::halfvec({dimensions}))"
_INDEX = "knowledge_embedding_{dimensions}"
# Fewer than the articles of a brief: those further away are noise, and would crowd out the one nearest in meaning.
NEAREST = 10
# Ranked before those of an older text or a withdrawn article are taken out; the index looks at 40 (its default).
_LOOKED_AT = 40
# How long a process believes that the extension is there, or not. In seconds.
_BELIEVED_S = 30.0
# The text an article is known by, and its digest.
BODY = "a.title || E'\\n' || a.text"
CURRENT = f"e.model = %(model)s AND e.dimensions = %(dimensions)s AND e.digest = md5({BODY})"
SAYABLE = "a.active AND a.use = 'sayable'"

_seen: tuple[float, bool] | None = None


class Extension(Enum):
    READY = auto()
    OFFERED = auto()  # the server has it, this database does not, or an older one than 0.7
    ABSENT = auto()


class NotAllowed(Exception):
    """The database user may not create the extension."""


def extension() -> Extension:
    """Asked of the type, not of the catalogue: an extension in a schema that is not searched is of no use."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT to_regtype('halfvec') IS NOT NULL,"
            " EXISTS (SELECT FROM pg_available_extensions WHERE name = 'vector')"
        )
        ready, offered = cursor.fetchone()
    return Extension.READY if ready else Extension.OFFERED if offered else Extension.ABSENT


def is_ready() -> bool:
    """Whether vectors can be searched; remembered for `_BELIEVED_S`."""
    global _seen
    if _seen is None or time.monotonic() > _seen[0]:
        _seen = (time.monotonic() + _BELIEVED_S, extension() is Extension.READY)
    return _seen[1]


def forget() -> None:
    global _seen
    _seen = None


def prepare() -> Extension:
    """Create extension and index where they are missing; what the extension is afterwards. Raises NotAllowed."""
    state = extension()
    if state is Extension.OFFERED:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("CREATE EXTENSION IF NOT EXISTS vector")
        except DatabaseError as error:
            raise NotAllowed from error
        state = extension()
    if state is Extension.READY:
        _index()
    forget()
    return state


def is_indexed() -> bool:
    """Whether the index is that of the dimensions set now; without it every vector is compared."""
    return _indexes() == {_INDEX.format(dimensions=settings.EMBEDDINGS_DIMENSIONS)}


def _indexes() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema()"
            " AND tablename = 'knowledge_articleembedding' AND indexname ~ '^knowledge_embedding_[0-9]+$'"
        )
        return {row[0] for row in cursor.fetchall()}


def _index() -> None:
    dimensions = settings.EMBEDDINGS_DIMENSIONS
    name = _INDEX.format(dimensions=dimensions)
    with transaction.atomic(), connection.cursor() as cursor:
        for other in _indexes() - {name}:
            cursor.execute(f"DROP INDEX {other}")
        # A row is cast only where the condition holds, so vectors of another length do no harm.
        cursor.execute(
            f"CREATE INDEX IF NOT EXISTS {name} ON knowledge_articleembedding"
            f" USING hnsw ({_CAST.format(dimensions=dimensions)} halfvec_cosine_ops) WHERE dimensions = {dimensions}"
        )


def nearest(vector: Iterable[float]) -> dict[str, float]:
    """Code -> cosine of the sayable articles next to a vector, nearest first; of an older text or model none.

    The planner does not know what unpacking and casting a vector costs: left alone it may read them all and sort (30
    ms for 1,500). Hence the two settings, which leave it the index, and the ranking before anything is joined.
    """
    cast = _CAST.format(dimensions=settings.EMBEDDINGS_DIMENSIONS)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        cursor.execute(
            "WITH e AS MATERIALIZED (SELECT article_id, model, dimensions, digest,"  # noqa: S608 our constants
            f" {cast} <=> %(vector)s AS distance FROM knowledge_articleembedding"
            " WHERE dimensions = %(dimensions)s AND model = %(model)s AND vector IS NOT NULL"
            f" ORDER BY {cast} <=> %(vector)s LIMIT %(limit)s)"
            " SELECT a.code, 1 - e.distance FROM e JOIN knowledge_article a ON a.id = e.article_id"
            f" WHERE {CURRENT} AND {SAYABLE}",
            {
                "vector": f"[{','.join(format(value, '.6g') for value in vector)}]",
                "model": settings.EMBEDDINGS_MODEL,
                "dimensions": settings.EMBEDDINGS_DIMENSIONS,
                "limit": _LOOKED_AT,
            },
        )
        return dict(sorted(cursor.fetchall(), key=lambda row: (-row[1], row[0]))[:NEAREST])
