"""Phrases over words and concepts, matched in one pass.

A phrase is written as words parted by spaces. Each word is one of
  `frete`      that word (folded)                `parcel*`   any word with that beginning
  `a|b|c*`     one of them                       `@pay`      a concept of the lexicon (may span several words)
  `#money`     a quantity of that kind, `#` any  `_3`        up to three words whatever they are
and may end in `?` when it can be missing. A phrase never crosses a clause. The number of steps from one word is
bounded by the phrase, so matching a text is linear in its length.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count, product
from typing import Generic, TypeVar

from conversations.guardrails.spelling import mended
from conversations.guardrails.words import Word, plain_word

Owner = TypeVar("Owner")
_STEM_MIN, _STEM_MAX = 3, 14


@dataclass(frozen=True, slots=True)
class _Element:
    literals: frozenset[str]
    stems: tuple[str, ...]
    tags: tuple[str, ...]
    gap: int = 0

    @property
    def keys(self) -> frozenset[str]:
        return self.literals | {stem + "*" for stem in self.stems} | set(self.tags)

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


@dataclass(frozen=True, slots=True)
class _Phrase(Generic[Owner]):
    """`needs` are the keys of each further word: none of them in the clause, no match."""

    owner: Owner
    elements: tuple[_Element, ...]
    needs: tuple[frozenset[str], ...]


# The matchers that have a phrase beginning with each key; and the keys any phrase uses, so that a word is known by
# those alone. Filled while the rule modules are imported.
_STARTERS: dict[str, list[int]] = defaultdict(list)
_KEYS: set[str] = set()
_numbers = count()


class Matcher(Generic[Owner]):
    """Many phrases, each with the value to hand back when it is found."""

    def __init__(self, phrases: Iterable[tuple[Owner, str]]) -> None:
        self._index: dict[str, list[_Phrase[Owner]]] = defaultdict(list)
        self._number = next(_numbers)
        for owner, phrase in phrases:
            for elements in _variants(phrase):
                self._add(owner, elements)

    def _add(self, owner: Owner, elements: tuple[_Element, ...]) -> None:
        first, *others = elements
        if first.gap:
            raise ValueError("a phrase starts with a word, not a gap")
        needs = tuple(element.keys for element in reversed(others) if not element.gap)
        for key in first.keys:
            self._index[key].append(_Phrase(owner, elements, needs))
            if self._number not in _STARTERS[key]:
                _STARTERS[key].append(self._number)
        for keys in (first.keys, *needs):
            _KEYS.update(keys)

    def find(self, text: "Tagged") -> Iterator[Hit[Owner]]:
        """Every hit, in no order; the same phrase may hit more than once."""
        index, places, present, words = self._index, text.places, text.clauses, text.words
        for key in text.starts_of(self._number):
            found, known = places[key], index[key]
            if len(found) > 2:  # the text has not all the words of most phrases
                known = [phrase for phrase in known if not any(map(places.keys().isdisjoint, phrase.needs))]
            for at in found:
                clause = words[at].clause
                keys = present[clause]
                for phrase in known:
                    for need in phrase.needs:
                        if need.isdisjoint(keys):
                            break
                    else:
                        end = _match(words, at, phrase.elements, 0, clause)
                        if end:
                            yield Hit(phrase.owner, at, end)


class Tagged:
    """Words with the places of every key (word, beginning, concept) and the keys of every clause."""

    def __init__(self, words: Sequence[Word]) -> None:
        self.words = words
        self.places: dict[str, list[int]] = defaultdict(list)
        self.clauses: dict[int, set[str]] = defaultdict(set)
        self._starts: dict[int, list[str]] = defaultdict(list)
        for at, word in enumerate(words):
            if word.text not in _KEYS:
                word.text = mended(word.text)
            keys = (*_word_keys(word.text), *word.tags) if word.tags else _word_keys(word.text)
            self.clauses[word.clause].update(keys)
            for key in keys:
                self.places[key].append(at)
        for key in self.places:
            self._begin(key)

    def _begin(self, key: str) -> None:
        for number in _STARTERS.get(key, ()):
            self._starts[number].append(key)

    def starts_of(self, matcher: int) -> Sequence[str]:
        """The keys present that a phrase of the matcher begins with: one look at the text for all matchers."""
        return self._starts.get(matcher, ())

    def tag(self, matcher: Matcher[str]) -> None:
        """Marks every word where a concept starts with the concept and its length."""
        for hit in list(matcher.find(self)):
            word = self.words[hit.first]
            if hit.owner not in self.places:
                self._begin(hit.owner)
            if hit.owner not in word.tags:
                self.places[hit.owner].append(hit.first)
                self.clauses[word.clause].add(hit.owner)
            word.tags[hit.owner] = max(word.tags.get(hit.owner, 0), hit.end - hit.first)


@lru_cache(maxsize=8192)
def _word_keys(text: str) -> tuple[str, ...]:
    """The word and those of its beginnings that some phrase uses."""
    beginnings = (text[:length] + "*" for length in range(_STEM_MIN, min(len(text), _STEM_MAX) + 1))
    return (text, *(key for key in beginnings if key in _KEYS))


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
    """One phrase per line of `block`; a line that ends in "|" goes on in the next one."""
    joined = re.sub(r"\|\s*\n\s*", "|", block)
    return [(owner, line.strip()) for line in joined.splitlines() if line.strip()]
