"""A glossary read from a table of lines ``portuguese: foreign | foreign phrase``."""

from collections.abc import Mapping


class Glossary:
    """``words`` maps a folded word or phrase to Portuguese; ``marks`` are words that only this language uses.

    ``alone`` is what a word means when a pause follows it.
    """

    def __init__(self, table: str, marks: str, alone: Mapping[str, str] | None = None) -> None:
        self.words: Mapping[str, str] = dict(_rows(table))
        self.alone = alone or {}
        self.marks = frozenset(marks.split())


def _rows(table: str) -> list[tuple[str, str]]:
    found = []
    for line in table.strip().splitlines():
        told, _, sources = line.partition(":")
        found += [(source.strip(), told.strip()) for source in sources.split("|") if source.strip()]
    return found
