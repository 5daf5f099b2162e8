"""Phrases over words and concepts, matched in one pass.

A phrase is written as words parted by spaces. Each word is one of
  `frete`      that word (folded)                `parcel*`   any word with that beginning
  `a|b|c*`     one of them                       `@pay`      a concept of the lexicon (may span several words)
  `#money`     a quantity of that kind, `#` any  `_3`        up to three words whatever they are
and may end in `?` when it can be missing. A phrase never crosses a clause. The number of steps from one word is
bounded by the phrase, so matching a text is linear in its length.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Generic, TypeVar

from conversations.guardrails.words import Word

Owner = TypeVar("Owner")
_STEM_MIN = 3


@dataclass(frozen=True, slots=True)
class _Element:
    literals: frozenset[str]
    stems: tuple[str, ...]
    tags: tuple[str, ...]
    gap: int = 0

    def width(self, word: Word) -> int:
        """How many words the element takes from `word` on; 0 when it does not match."""
        for tag in self.tags:
            length = word.tags.get(tag)
            if length:
                return length
        text = word.text
        return 1 if text in self.literals or (self.stems and text.startswith(self.stems)) else 0


@dataclass(frozen=True, slots=True)
class Hit(Generic[Owner]):
    """A phrase of `owner` found at words [first, end)."""

    owner: Owner
    first: int
    end: int


class Matcher(Generic[Owner]):
    """Many phrases, each with the value to hand back when it is found."""

    def __init__(self, phrases: Iterable[tuple[Owner, str]]) -> None:
        self._by_word: dict[str, list[tuple[Owner, tuple[_Element, ...]]]] = defaultdict(list)
        self._by_stem: dict[str, list[tuple[Owner, tuple[_Element, ...]]]] = defaultdict(list)
        self._by_tag: dict[str, list[tuple[Owner, tuple[_Element, ...]]]] = defaultdict(list)
        for owner, phrase in phrases:
            for elements in _variants(phrase):
                self._add(owner, elements)

    def _add(self, owner: Owner, elements: tuple[_Element, ...]) -> None:
        first = elements[0]
        if first.gap:
            raise ValueError("a phrase starts with a word, not a gap")
        for literal in first.literals:
            self._by_word[literal].append((owner, elements))
        for stem in first.stems:
            self._by_stem[stem].append((owner, elements))
        for tag in first.tags:
            self._by_tag[tag].append((owner, elements))

    def find(self, words: Sequence[Word]) -> Iterator[Hit[Owner]]:
        """Hits in order of their first word; the same phrase may hit more than once."""
        by_word, by_stem, by_tag = self._by_word, self._by_stem, self._by_tag
        for at, word in enumerate(words):
            candidates: list[tuple[Owner, tuple[_Element, ...]]] = []
            if word.text in by_word:
                candidates += by_word[word.text]
            for length in range(_STEM_MIN, min(len(word.text), 14) + 1):
                stem = word.text[:length]
                if stem in by_stem:
                    candidates += by_stem[stem]
            for tag in word.tags:
                if tag in by_tag:
                    candidates += by_tag[tag]
            for owner, elements in candidates:
                end = _match(words, at, elements, 0, word.clause)
                if end:
                    yield Hit(owner, at, end)


def _match(words: Sequence[Word], at: int, elements: tuple[_Element, ...], index: int, clause: int) -> int:
    """The end of the phrase from element `index` on at word `at`, 0 when it does not fit."""
    if index == len(elements):
        return at
    element = elements[index]
    if element.gap:
        for skipped in range(element.gap + 1):
            end = _match(words, at + skipped, elements, index + 1, clause)
            if end:
                return end
        return 0
    if at >= len(words) or words[at].clause != clause:
        return 0
    width = element.width(words[at])
    return _match(words, at + width, elements, index + 1, clause) if width else 0


def _variants(phrase: str) -> Iterator[tuple[_Element, ...]]:
    """The phrase with and without each of its optional words."""
    choices: list[tuple[str | None, ...]] = [
        (word[:-1], None) if word.endswith("?") else (word,) for word in phrase.split()
    ]
    for picked in product(*choices):
        words = [word for word in picked if word is not None]
        if words:
            yield tuple(_element(word) for word in words)


def _element(word: str) -> _Element:
    if word[0] == "_":
        return _Element(frozenset(), (), (), gap=int(word[1:]))
    options = word.split("|")
    stems = tuple(option[:-1] for option in options if option.endswith("*"))
    if any(len(stem) < _STEM_MIN or len(stem) > 14 for stem in stems):
        raise ValueError(f"a beginning has 3 to 14 letters: {word}")
    return _Element(
        literals=frozenset(option for option in options if option[0] not in "@#" and not option.endswith("*")),
        stems=stems,
        tags=tuple(option for option in options if option[0] in "@#"),
    )


def phrases(owner: Owner, block: str) -> list[tuple[Owner, str]]:
    """One phrase per line of `block`; blank lines and lines that start with `--` are left out."""
    lines = (line.strip() for line in block.splitlines())
    return [(owner, line) for line in lines if line and not line.startswith("--")]
