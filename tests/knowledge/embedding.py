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
    """The endpoint at ``url``, with the extension created in the test's own transaction."""
    settings.EMBEDDINGS_BASE_URL = url
    settings.EMBEDDINGS_DIMENSIONS = DIMENSIONS
    embeddings.forget()
    if extension:
        store.prepare()
    yield
    embeddings.forget()


def query(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return cursor.fetchall() if cursor.description else []
