"""Words that begin with what somebody typed, found through an index whatever their case and accents.

PostgreSQL's own text search, "simple" so that names and codes stay as they are; it needs no extension. An index counts
only where its expression is the query's, so both are made here.
"""

import re

from django.contrib.postgres.indexes import GinIndex
from django.db.models import BooleanField, Func, TextField, Value

from seleto.lib.text.fold import fold

# More words than these narrow nothing any further.
MAX_WORDS = 8
_WORD = re.compile(r"[a-z0-9]+")


class Words(Func):
    """The words of a column, folded."""

    template = (
        "to_tsvector('simple', translate(lower(%(expressions)s),"
        " 'áàâãäéèêëíìîïóòôõöúùûüçñ', 'aaaaaeeeeiiiiooooouuuucn'))"
    )
    output_field = TextField()


class Begins(Func):
    """Whether every word of ``query`` (see ``query``) begins a word of the column."""

    template = "%(expressions)s"
    arg_joiner = " @@ "
    output_field = BooleanField()

    def __init__(self, column: str, query: str) -> None:
        super().__init__(Words(column), Func(Value(query), template="to_tsquery('simple', %(expressions)s)"))


def index(column: str, *, name: str) -> GinIndex:
    return GinIndex(Words(column), name=name)


def query(text: str) -> str:
    """``Itajaí fb 300`` → ``itajai:* & fb:* & 300:*``; empty when there is no word in it."""
    return " & ".join(f"{word}:*" for word in words(text))


def words(text: str) -> list[str]:
    return _WORD.findall(fold(text))[:MAX_WORDS]
