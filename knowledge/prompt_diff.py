"""What changed between two prompts, section by section and word by word."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from knowledge.prompts import Section

SAME, ADDED, REMOVED, CHANGED = "same", "added", "removed", "changed"
# Lines less alike than this are shown as one taken out and one put in.
_ALIKE = 0.4


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words; ``changed`` when the other side has other words there."""

    text: str
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """Lines that face each other; the side that has none is empty."""

    kind: str
    old: tuple[Piece, ...] = ()
    new: tuple[Piece, ...] = ()


@dataclass(frozen=True, slots=True)
class SectionDiff:
    """``kind`` tells what became of the section as a whole."""

    id: str
    title: str
    kind: str
    rows: tuple[Row, ...]


def compare(old: Sequence[Section], new: Sequence[Section]) -> tuple[SectionDiff, ...]:
    """Every section of both, in the new order; a section that is gone stands where it stood."""
    before, after = {section.id: section for section in old}, {section.id: section for section in new}
    order = [section.id for section in new]
    for position, section in enumerate(old):
        if section.id not in after:
            former = next((item.id for item in reversed(old[:position]) if item.id in order), None)
            order.insert(order.index(former) + 1 if former else 0, section.id)
    return tuple(_section(before.get(name), after.get(name)) for name in order)


def word_by_word(old: str, new: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Both texts in stretches of words, each with whether the other side has other words there."""
    row = _changed(old, new)
    return row.old, row.new


def _section(old: Section | None, new: Section | None) -> SectionDiff:
    known = new or old
    assert known is not None  # noqa: S101 the name came from one of the two
    rows = list(_rows(old.lines if old else (), new.lines if new else ()))
    if old and new and old.title != new.title:
        rows.insert(0, _changed(old.title, new.title))
    if old is None or new is None:
        kind = ADDED if old is None else REMOVED
    else:
        kind = CHANGED if any(row.kind != SAME for row in rows) else SAME
    return SectionDiff(known.id, known.title, kind, tuple(rows))


def _rows(old: Sequence[str], new: Sequence[str]) -> Iterator[Row]:
    for tag, first, last, begin, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from (Row(SAME, (Piece(line),), (Piece(line),)) for line in old[first:last])
        else:
            yield from _replaced(old[first:last], new[begin:end])


def _replaced(old: Sequence[str], new: Sequence[str]) -> Iterator[Row]:
    """Lines of a stretch that differs, each beside the one it most looks like."""
    left = list(old)
    for line in new:
        alike = max(left, key=lambda other: _likeness(other, line), default=None)
        if alike is None or _likeness(alike, line) < _ALIKE:
            yield Row(ADDED, (), (Piece(line, changed=True),))
            continue
        for skipped in left[: left.index(alike)]:
            yield Row(REMOVED, (Piece(skipped, changed=True),), ())
        left = left[left.index(alike) + 1 :]
        yield _changed(alike, line)
    yield from (Row(REMOVED, (Piece(line, changed=True),), ()) for line in left)


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, _words(one), _words(other), autojunk=False).ratio()


def _changed(old: str, new: str) -> Row:
    before, after = _words(old), _words(new)
    left: list[Piece] = []
    right: list[Piece] = []
    for tag, first, last, begin, end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        changed = tag != "equal"
        left.append(Piece("".join(before[first:last]), changed))
        right.append(Piece("".join(after[begin:end]), changed))
    return Row(CHANGED, tuple(piece for piece in left if piece.text), tuple(piece for piece in right if piece.text))


def _words(line: str) -> list[str]:
    """Words with the blank after them, so that joining gives the line back."""
    return re.findall(r"\S+\s*", line)
