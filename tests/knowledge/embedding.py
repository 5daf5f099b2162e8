"""A database and an embeddings endpoint for the tests of the search by meaning."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from pytest_django import Settings

from knowledge import embeddings
from knowledge.embeddings import store

DIMENSIONS = 64


@contextmanager
def set_up(settings: Settings, url: str, *, extension: bool = True) -> Iterator[None]:
    """The endpoint at ``url``, with the extension created for this test alone."""
    settings.EMBEDDINGS_BASE_URL = url
    settings.EMBEDDINGS_DIMENSIONS = DIMENSIONS
    embeddings.forget()
    if extension:
        store.prepare()
    yield
    if extension and not connection.in_atomic_block:  # no rollback will take it away
        query("DROP EXTENSION vector CASCADE")
    embeddings.forget()


def query(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return cursor.fetchall() if cursor.description else []
