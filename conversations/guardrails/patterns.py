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
from functools import cached_property, lru_cache
from itertools import count, product
from typing import Any, Generic, NamedTuple, TypeVar

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


class Hit(NamedTuple, Generic[Owner]):
    """A phrase of `owner` found at words [first, end)."""

    owner: Owner
    first: int
    end: int


@dataclass(frozen=True, slots=True)
class _Phrase:
    """`needs` are the keys of each further word: none of them in the clause, no match."""

    matcher: int
    owner: Any
    elements: tuple[_Element, ...]
    needs: tuple[frozenset[str], ...]

    def end(self, words: Sequence[Word], at: int, clause: int) -> int:
        """The end of the phrase that begins at word `at`, whose key it has; 0 when it does not fit."""
        first = self.elements[0]
        after = at + (first.width(words[at]) if first.tags else 1)
        return _match(words, after, self.elements, 1, clause) if len(self.elements) > 1 else after


# Phrases by the keys of their first word.
_Index = dict[str, list[_Phrase]]
# The phrases of all rules, looked for together; and the keys any phrase uses, so that a word is known by those alone.
# Filled while the rule modules are imported.
_RULES: _Index = {}
_KEYS: set[str] = set()
_numbers = count()


def _enter(index: _Index, matcher: int, owner: object, elements: tuple[_Element, ...]) -> None:
    first, *others = elements
    if first.gap:
        raise ValueError("a phrase starts with a word, not a gap")
    needs = tuple(sorted((element.keys for element in others if not element.gap), key=len))
    for key in first.keys:
        index.setdefault(key, []).append(_Phrase(matcher, owner, elements, needs))
    for keys in (first.keys, *needs):
        _KEYS.update(keys)


class Matcher(Generic[Owner]):
    """Many phrases, each with the value to hand back when it is found."""

    def __init__(self, phrases: Iterable[tuple[Owner, str]]) -> None:
        self._number = next(_numbers)
        for owner, phrase in phrases:
            for elements in _variants(phrase):
                _enter(_RULES, self._number, owner, elements)

    def find(self, text: "Tagged") -> Sequence[Hit[Owner]]:
        """Every hit, in no order; the same phrase may hit more than once. Tags made later are not seen."""
        return text.found.get(self._number, ())


class Layer:
    """Concepts, each told by any of its phrases."""

    def __init__(self, phrases: Iterable[tuple[str, str]]) -> None:
        self.index: _Index = {}
        for concept, phrase in phrases:
            for elements in _variants(phrase):
                _enter(self.index, 0, concept, elements)


class Tagged:
    """Words with the places of every key (word, beginning, concept) and the keys of every clause."""

    def __init__(self, words: Sequence[Word]) -> None:
        self.words = words
        self.places: dict[str, list[int]] = defaultdict(list)
        self.clauses: dict[int, set[str]] = defaultdict(set)
        for at, word in enumerate(words):
            if word.text not in _KEYS:
                word.text = _known(word.text)
            keys = (*_word_keys(word.text), *word.tags) if word.tags else _word_keys(word.text)
            self.clauses[word.clause].update(keys)
            for key in keys:
                self.places[key].append(at)

    def tag(self, layer: Layer) -> None:
        """Marks every word where a concept starts with the concept and its length."""
        for phrase, first, end in list(self._hits(layer.index)):
            word, concept = self.words[first], phrase.owner
            if concept not in word.tags:
                self.places[concept].append(first)
                self.clauses[word.clause].add(concept)
            word.tags[concept] = max(word.tags.get(concept, 0), end - first)

    @cached_property
    def found(self) -> dict[int, list[Hit[Any]]]:
        """The hits of all rules by the number of the matcher: the text is gone through once for all of them."""
        found: dict[int, list[Hit[Any]]] = defaultdict(list)
        for phrase, first, end in self._hits(_RULES):
            found[phrase.matcher].append(Hit(phrase.owner, first, end))
        return found

    def _hits(self, index: _Index) -> Iterator[tuple[_Phrase, int, int]]:
        words, clauses, present = self.words, self.clauses, self.places.keys()
        for key, places in self.places.items():
            known = index.get(key)
            if known is None:
                continue
            if len(places) > 1:  # the text has not all the words of most phrases
                known = [phrase for phrase in known if not any(map(present.isdisjoint, phrase.needs))]
            for at in places:
                clause = words[at].clause
                keys = clauses[clause]
                for phrase in known:
                    for need in phrase.needs:
                        if need.isdisjoint(keys):
                            break
                    else:
                        end = phrase.end(words, at, clause)
                        if end:
                            yield phrase, at, end


@lru_cache(maxsize=8192)
def _known(text: str) -> str:
    """A word some phrase uses for one that none does: a slip put right, a clipped diminutive ("precin") written out."""
    if text.endswith("in") and text + "ho" in _KEYS:
        return text + "ho"
    return mended(text)


@lru_cache(maxsize=8192)
def _word_keys(text: str) -> tuple[str, ...]:
    """The word and those of its beginnings that some phrase uses."""
    beginnings = (text[:length] + "*" for length in range(_STEM_MIN, min(len(text), _STEM_MAX) + 1))
    return (text, *(key for key in beginnings if key in _KEYS))


def _match(words: Sequence[Word], at: int, elements: tuple[_Element, ...], index: int, clause: int) -> int:
    """The end of the phrase from element `index` on at word `at`, 0 when it does not fit."""
    while index < len(elements):
        element = elements[index]
        index += 1
        if element.gap:
            for skipped in range(element.gap + 1):
                end = _match(words, at + skipped, elements, index, clause)
                if end:
                    return end
            return 0
        if at >= len(words) or words[at].clause != clause:
            return 0
        width = element.width(words[at])
        if not width:
            return 0
        at += width
    return at


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
