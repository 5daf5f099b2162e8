"""Which products a text speaks of, from the catalogue's own names, and what the catalogue says of them."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from conversations.guardrails.words import Word, split
from knowledge.catalogue import ProductFacts
from seleto.lib.text.fold import fold
from seleto.lib.text.numbers import Kind as QuantityKind
from seleto.lib.text.numbers import Quantity
from seleto.lib.text.reading import read

# A type word stands for the machine only after one of these ("a manual", "da semi").
_ARTICLES = frozenset("a as da das na nas pra pras pela uma essa esta nossa cada ou".split())
_NUMBERED = re.compile(r"([A-Z]{2,3})(\d{3,4})")
_TOO_VAGUE = frozenset("linha maquina".split())


@dataclass(frozen=True, slots=True)
class Mention:
    """Words [first, end) name these products (several when a family is named)."""

    first: int
    end: int
    products: tuple[ProductFacts, ...]


@dataclass(frozen=True, slots=True)
class _Name:
    words: tuple[Word, ...]
    products: tuple[ProductFacts, ...]
    adjective: bool


class Names:
    """The names of a catalogue, found in linear time."""

    def __init__(self, products: Sequence[ProductFacts]) -> None:
        self._figures = {product.code: _figures(product) for product in products}
        self._all_figures = frozenset().union(*self._figures.values())
        bearers: dict[tuple[str, ...], list[ProductFacts]] = defaultdict(list)
        shapes: dict[tuple[str, ...], tuple[tuple[Word, ...], bool]] = {}
        for product in products:
            for name, adjective in _names(product):
                words, _ = split(read(name))
                key = tuple(_shape(word) for word in words)
                if key and product not in bearers[key]:
                    bearers[key].append(product)
                    shapes.setdefault(key, (tuple(words), adjective))
            spoken = _spoken(product.code)
            if spoken:
                key = tuple(_shape(word) for word in spoken)
                bearers[key].append(product)
                shapes.setdefault(key, (spoken, False))
        self._by_first: dict[str, list[_Name]] = defaultdict(list)
        for key, owners in bearers.items():
            words_of, adjective = shapes[key]
            self._by_first[words_of[0].text].append(_Name(words_of, tuple(owners), adjective))
        for names in self._by_first.values():
            names.sort(key=lambda name: -len(name.words))

    def figures_of(self, mentions: Sequence[Mention]) -> frozenset[Decimal]:
        """Every figure the catalogue has of the products mentioned; of all products when none is."""
        codes = [product.code for mention in mentions for product in mention.products]
        return frozenset().union(*(self._figures[code] for code in codes)) if codes else self._all_figures

    def find(self, words: Sequence[Word]) -> list[Mention]:
        mentions: list[Mention] = []
        at = 0
        while at < len(words):
            name = next((name for name in self._by_first.get(words[at].text, ()) if _stands(name, words, at)), None)
            if name is None:
                at += 1
                continue
            mentions.append(Mention(at, at + len(name.words), name.products))
            at += len(name.words)
        return mentions


def _figures(product: ProductFacts) -> frozenset[Decimal]:
    known = {
        value
        for attribute in product.attributes
        for value in (attribute.low, attribute.high, *attribute.values)
        if value is not None
    }
    written = (re.findall(r"(?<![\d.,])\d{2,4}(?![\d.,])", attribute.text) for attribute in product.attributes)
    return frozenset(known | {Decimal(number) for numbers in written for number in numbers})


def _names(product: ProductFacts) -> list[tuple[str, bool]]:
    kind = product.attribute("tipo")
    names = [(product.code, False), (product.code.replace("_", " "), False), (product.name, False)]
    names += [(alias, False) for alias in product.aliases]
    names += [(alias.replace(" com ", " com a "), False) for alias in product.aliases if " com " in alias]
    head = fold(product.description or product.name).split()[:1]
    names += [(form, False) for word in head if word not in _TOO_VAGUE for form in (word, word + "es", word + "s")]
    if kind is not None:
        word = fold(kind.text).replace(",", " ").split()[0]
        if word not in _TOO_VAGUE:
            names.append((word, True))
            if word.startswith("semi"):
                names.append(("semi", True))
    return names


def _spoken(code: str) -> tuple[Word, ...]:
    """ "fb trezentos": the number in words. SE is left out, for "se" is also "if"."""
    match = _NUMBERED.fullmatch(code)
    if match is None or match[1] == "SE":
        return ()
    number = Decimal(match[2])
    quantity = Quantity(number, number, 0, 0, QuantityKind.PLAIN)
    return Word(match[1].lower(), 0, 0), Word("#", 0, 0, quantity=quantity)


def _shape(word: Word) -> str:
    if word.quantity is None:
        return word.text
    return f"#{word.quantity.low}{word.quantity.unit}"


def _stands(name: _Name, words: Sequence[Word], at: int) -> bool:
    if at + len(name.words) > len(words):
        return False
    if name.adjective and (at == 0 or words[at - 1].text not in _ARTICLES):
        return False
    return all(_shape(own) == _shape(words[at + index]) for index, own in enumerate(name.words))


_KNOWN: list[tuple[tuple[ProductFacts, ...], Names]] = []


def names_of(products: tuple[ProductFacts, ...]) -> Names:
    """The names of a catalogue; the last few catalogues are kept, found by identity (hashing one is slow)."""
    for known, names in _KNOWN:
        if known is products:
            return names
    names = Names(products)
    _KNOWN.insert(0, (products, names))
    del _KNOWN[4:]
    return names
