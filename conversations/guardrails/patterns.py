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
from functools import lru_cache
from itertools import product
from typing import Generic, TypeVar

from conversations.guardrails.words import Word, plain_word

Owner = TypeVar("Owner")
_STEM_MIN, _STEM_MAX = 3, 14


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


_Entry = tuple[Owner, tuple[_Element, ...]]
# The keys any phrase starts with, so that a word is looked up only under keys that lead somewhere. Filled while the
# rule modules are imported.
_FIRST_KEYS: set[str] = set()


class Matcher(Generic[Owner]):
    """Many phrases, each with the value to hand back when it is found."""

    def __init__(self, phrases: Iterable[tuple[Owner, str]]) -> None:
        self._index: dict[str, list[_Entry[Owner]]] = defaultdict(list)
        for owner, phrase in phrases:
            for elements in _variants(phrase):
                self._add(owner, elements)
        _FIRST_KEYS.update(self._index)

    def _add(self, owner: Owner, elements: tuple[_Element, ...]) -> None:
        first = elements[0]
        if first.gap:
            raise ValueError("a phrase starts with a word, not a gap")
        for key in (*first.literals, *(stem + "*" for stem in first.stems), *first.tags):
            self._index[key].append((owner, elements))

    def find(self, words: Sequence[Word]) -> Iterator[Hit[Owner]]:
        """Hits in order of their first word; the same phrase may hit more than once."""
        index = self._index
        for at, word in enumerate(words):
            for key in (*_text_keys(word.text), *word.tags):
                for owner, elements in index.get(key, ()):
                    end = _match(words, at, elements, 0, word.clause)
                    if end:
                        yield Hit(owner, at, end)


@lru_cache(maxsize=8192)
def _text_keys(text: str) -> tuple[str, ...]:
    """The word and its beginnings, as far as some phrase starts with them."""
    beginnings = (text[:length] + "*" for length in range(_STEM_MIN, min(len(text), _STEM_MAX) + 1))
    return tuple(key for key in (text, *beginnings) if key in _FIRST_KEYS)


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
    # "é" and "dá" are words of their own here ("eh", "daa"); people leave the accent out.
    options += [accented for plain, accented in (("e", "eh"), ("da", "daa")) if plain in options]
    stems = tuple(option[:-1] for option in options if option.endswith("*"))
    if any(not _STEM_MIN <= len(stem) <= _STEM_MAX for stem in stems):
        raise ValueError(f"a beginning has 3 to 14 letters: {word}")
    return _Element(
        literals=frozenset(
            plain_word(option) for option in options if option[0] not in "@#" and not option.endswith("*")
        ),
        stems=stems,
        tags=tuple(option for option in options if option[0] in "@#"),
    )


def phrases(owner: Owner, block: str) -> list[tuple[Owner, str]]:
    """One phrase per line of `block`; blank lines and lines that start with `--` are left out."""
    lines = (line.strip() for line in block.splitlines())
    return [(owner, line) for line in lines if line and not line.startswith("--")]
