"""A message of the lead made ready for the rules, and what a rule finds in it."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from leads.extraction.spelling import spell_out
from seleto.lib.text.fold import fold_aligned
from seleto.lib.text.numbers import Quantity, find_quantities

_TRANSCRIPT = re.compile(r"^\s*\[transcri[cç][aã]o\]", re.IGNORECASE)
# Addresses hold words that mean nothing here ("@padariasol.example", "wa.me/5511...", "@boibravo").
_ADDRESS = re.compile(
    r"(?<!\S)[^\s@]*@\S+|https?://\S+|\bwww\.\S+|\b\w+(?:\.\w+)*\.(?:com|net|br|example)(?:\.br)?\b(?:/\S*)?"
)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
# Ends of a thought: sentence marks (not the dot of a number or an abbreviation), line breaks, "mas".
_ABBREVIATIONS = ("sr", "dr", "sra", "dra", "eng", "prof", "sta", "sto", "pres", "gov", "av", "r", "rod", "jd")
_STOP = r"\.(?=\s|$)" + "".join(rf"(?<!\b{short}\.)" for short in _ABBREVIATIONS)
_BREAK = re.compile(rf"[!?;\n]|{_STOP}|\bmas\b")
_SEGMENT_BREAK = re.compile(rf"[,;\n!?|•]|\s[-–—/]\s|\s/|/\s|{_STOP}|(?<=[^\W\d])/(?=[^\W\d]{{4}})")
_CORRECTION = re.compile(
    r"\b(?:na verdade|alias|quer dizer|digo|ops|opa|errei|errado|corrig\w+|correcao|pera|perai|espera|melhor dizendo"
    r"|ou melhor|minto|me enganei|enganei|esquece|mudei|mudou|troquei|desculp\w+(?=\s*,)|o certo|o correto"
    r"|atualiz\w+|nao e\b)"
)


class Word(NamedTuple):
    """`text` is folded; `raw` as written; offsets in the message."""

    text: str
    raw: str
    start: int
    end: int

    @property
    def capitalised(self) -> bool:
        return self.raw[0].isupper()


@dataclass(frozen=True, slots=True)
class Volume:
    """What the machine must make: `unidade` hamburgueres, kg, espetos or unidades; `periodo` hora, dia, semana, mes."""

    quantidade: float
    unidade: str
    periodo: str | None

    def __str__(self) -> str:
        amount = f"{self.quantidade:g}" if self.quantidade < 10**6 else f"{self.quantidade:.0f}"
        return f"{amount} {self.unidade}" + (f"/{self.periodo}" if self.periodo else "")


Spans = Sequence[tuple[int, int, int]]  # (message, start, end) that belong to a name, a company, a place
Value = str | bool | Volume


@dataclass(frozen=True, slots=True)
class Item:
    """One fact: `quote` is `messages[message][start:end]`; `confidence` between 0 and 1 tells how sure the rule is."""

    field: str
    value: Value
    quote: str
    message: int
    start: int
    end: int
    confidence: float = 1.0

    @property
    def stored(self) -> str:
        """The value as text: booleans as "sim" and "nao", a volume as "1500 hamburgueres/dia"."""
        if isinstance(self.value, bool):
            return "sim" if self.value else "nao"
        return str(self.value)


class Thoughts:
    """A folded text whose thoughts can be looked at around a place."""

    folded: str

    def before(self, position: int, reach: int = 60) -> str:
        """Folded text of the same thought that ends at `position`, at most `reach` characters."""
        window = self.folded[max(0, position - reach) : position]
        cut = 0
        for match in _BREAK.finditer(window):
            cut = match.end()
        return window[cut:]

    def after(self, position: int, reach: int = 60) -> str:
        """Folded text of the same thought that follows `position`, at most `reach` characters."""
        window = self.folded[position : position + reach]
        match = _BREAK.search(window)
        return window[: match.start()] if match else window


class Said(Thoughts):
    """One message. `whole` is folded with the length of `text`; in `folded` addresses and the mark of a voice
    transcript are blanked too."""

    def __init__(self, text: str, index: int = 0) -> None:
        self.text = text
        self.index = index
        mark = _TRANSCRIPT.match(text)
        self.spoken = mark is not None
        self.whole = fold_aligned(text)
        if mark:
            self.whole = " " * mark.end() + self.whole[mark.end() :]
        self.folded = _ADDRESS.sub(lambda match: "#" * len(match.group()), self.whole)
        letters = [char for char in text if char.isalpha()]
        upper = sum(char.isupper() for char in letters)
        self._firsts: dict[re.Pattern[str], re.Match[str] | None] = {}
        self.shouted = len(letters) > 3 and upper > 0.8 * len(letters)

    def hide(self, start: int, end: int) -> None:
        """Blanks a stretch that was read as an address, before anything else reads it as words."""
        self.folded = self.folded[:start] + "#" * (end - start) + self.folded[end:]
        self.__dict__.pop("spelled", None)
        self._firsts.clear()

    def first(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """The first match in `folded`, looked for once however many amounts ask for it."""
        if pattern not in self._firsts:
            self._firsts[pattern] = pattern.search(self.folded)
        return self._firsts[pattern]

    @cached_property
    def spelled(self) -> "Spelled":
        return Spelled(self)

    @cached_property
    def words(self) -> list[Word]:
        return [
            Word(match.group(), self.text[match.start() : match.end()], match.start(), match.end())
            for match in _WORD.finditer(self.folded)
        ]

    def words_within(self, start: int, end: int) -> list[Word]:
        """The words that begin in [start, end)."""
        first = bisect_left(self.words, start, key=lambda word: word.start)
        return self.words[first : bisect_left(self.words, end, lo=first, key=lambda word: word.start)]

    def words_from(self, start: int, most: int) -> list[Word]:
        """At most so many of the words that begin at `start` or after it."""
        first = bisect_left(self.words, start, key=lambda word: word.start)
        return self.words[first : first + most]

    @cached_property
    def quantities(self) -> list[Quantity]:
        return find_quantities(self.text)

    @cached_property
    def segments(self) -> list[tuple[int, int]]:
        """Stretches between commas, slashes, dashes and line breaks, trimmed: what a lead lists."""
        bounds, start = [], len(self.folded) - len(self.folded.lstrip())
        for match in _SEGMENT_BREAK.finditer(self.folded):
            bounds.append((start, match.start()))
            start = match.end()
        bounds.append((start, len(self.folded)))
        return [(first, last) for first, last in (self._trim(*pair) for pair in bounds) if first < last]

    def fills(self, start: int, end: int) -> bool:
        """Whether a stretch is one of the segments, but for a character of punctuation."""
        return any(first >= start - 1 and first <= start and last <= end + 1 for first, last in self.segments)

    def _trim(self, start: int, end: int) -> tuple[int, int]:
        while start < end and not self.folded[start].isalnum():
            start += 1
        while end > start and self.folded[end - 1].isspace():
            end -= 1
        return start, end

    def item(self, field: str, value: Value, start: int, end: int, confidence: float = 1.0) -> Item:
        return Item(field, value, self.text[start:end], self.index, start, end, confidence)


class Spelled(Thoughts):
    """A message in plain spelling (`leads.extraction.spelling`); its items still quote what was written."""

    def __init__(self, said: Said) -> None:
        self.said = said
        self.index = said.index
        self.folded, self._at = spell_out(said.folded)

    def item(self, field: str, value: Value, start: int, end: int, confidence: float = 1.0) -> Item:
        first = self._at[start]
        last = self._at[end - 1] + 1 if end > start else first
        while last < len(self.said.folded) and self.said.folded[last - 1 : last + 1].isalpha():
            last += 1  # the rest of an abbreviation
        return self.said.item(field, value, first, last, confidence)


def prepare(messages: Sequence[str]) -> list[Said]:
    return [Said(text, index) for index, text in enumerate(messages)]


def overlaps(taken: Spans, message: int, start: int, end: int) -> bool:
    return any(index == message and start < stop and first < end for index, first, stop in taken)


def corrects(said: Sequence[Said], earlier: Item, later: Item) -> bool:
    """Whether the words between two findings, or before the later in its message, take the earlier one back."""
    message = said[later.message]
    start = earlier.end if earlier.message == later.message else max(0, later.start - 60)
    return _CORRECTION.search(message.folded, start, later.start) is not None


def search_all(said: Sequence[Said], pattern: re.Pattern[str]) -> Iterator[tuple[Spelled, re.Match[str]]]:
    """Every match of `pattern`, which is written for plain spelling."""
    for message in (one.spelled for one in said):
        for match in pattern.finditer(message.folded):
            yield message, match


def first_unless(said: Sequence[Said], pattern: re.Pattern[str], unless: re.Pattern[str], field: str) -> Item | None:
    """The first place where `pattern` holds once everything that `unless` covers is taken out."""
    for message in (one.spelled for one in said):
        text = unless.sub(lambda match: "#" * len(match.group()), message.folded)
        match = pattern.search(text)
        if match:
            return message.item(field, True, match.start(), match.end(), 0.9)
    return None
