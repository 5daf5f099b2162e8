"""The text a person would read, whatever characters it was written with.

First step of guardrails, extraction and number reading (`eval/README.md`, section 1.1). Every disguise is undone in
place and every character of the result knows which stretch of the original it came from. Ordinary figures are not
touched: letters stand for digits, and digits for letters, only where the token cannot be read otherwise.
All steps are linear in the length of the text.
"""

import base64
import binascii
import html
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import islice, pairwise, product
from typing import NamedTuple

from seleto.lib.text.characters import INVISIBLE, plain
from seleto.lib.text.fold import fold, fold_aligned
from seleto.lib.text.vocabulary import (
    COMMON_WORDS,
    NUMBER_WORDS,
    STEMS,
    is_sensitive,
    may_begin_sensitive,
    may_end_sensitive,
    segment,
)

_Replace = Callable[[re.Match[str]], str | None]


@dataclass(frozen=True)
class Reading:
    """`text` as read; `starts[i]`/`ends[i]` delimit the part of `original` that character i was read from."""

    original: str
    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    @cached_property
    def folded(self) -> str:
        """`text` in lower case without accents, same length and offsets."""
        return fold_aligned(self.text)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Offsets into `original` (end exclusive) of `text[start:end]`. An empty range gives an empty span."""
        if start >= end:
            point = self.starts[start] if start < len(self.starts) else len(self.original)
            return point, point
        last = max(self.ends[start:end])
        while last < len(self.original) and unicodedata.category(self.original[last]) in INVISIBLE:
            last += 1  # marks and joiners belong to the character before them
        return self.starts[start], last


class _Draft:
    """A text under rewriting, with the original offsets of each character."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = list(range(len(text)))
        self.ends = list(range(1, len(text) + 1))

    @cached_property
    def chunks(self) -> "list[_Chunk]":
        """The stretches without white space, looked up rather than read: most are words met before."""
        return [_chunk(chunk) for chunk in self.text.split()]

    def rewrite_chunks(self, pattern: re.Pattern[str], replace: "_Replace") -> None:
        """`rewrite` with a pattern that never crosses white space, where some chunk changes by it."""
        if any(pattern in chunk.disguises for chunk in self.chunks):
            self.rewrite(pattern, replace)

    def rewrite(self, pattern: re.Pattern[str], replace: "_Replace") -> None:
        """Replace matches; None keeps one as it is. A replacement of equal length keeps offsets one by one."""
        pieces: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        done = 0
        for match in pattern.finditer(self.text):
            new = replace(match)
            start, end = match.span()
            if new is None or new == match[0]:
                continue
            pieces += (self.text[done:start], new)
            starts += self.starts[done:start]
            ends += self.ends[done:start]
            for low, high in _sources(match[0], new):
                starts.append(self.starts[start + low])
                ends.append(self.ends[start + high - 1])
            done = end
        if not done:
            return
        pieces.append(self.text[done:])
        starts += self.starts[done:]
        ends += self.ends[done:]
        self.text, self.starts, self.ends = "".join(pieces), starts, ends
        self.__dict__.pop("chunks", None)


def _sources(old: str, new: str) -> list[tuple[int, int]]:
    """For each character of `new` the part of `old` it was read from: its own character where `new` is `old` with
    pieces left out (or of the same length), else all of `old`."""
    if len(new) == len(old):
        return [(at, at + 1) for at in range(len(old))]
    found: list[tuple[int, int]] = []
    at = 0
    for char in new:
        place = old.find(char, at)
        if place < 0 and char != " ":
            return [(0, len(old))] * len(new)
        found.append((place, place + 1) if place >= 0 else (min(at, len(old) - 1), min(at, len(old) - 1) + 1))
        at = place + 1 if place >= 0 else at
    return found


def read(text: str) -> Reading:
    """The reading of any string, lone surrogates and NUL included; never raises."""
    draft = _Draft(text)
    if "&" in text:
        for _ in range(2):  # entities are sometimes escaped twice
            draft.rewrite(_ENTITY, _entity)
    _characters(draft)
    draft.rewrite_chunks(_BASE64, _base64)
    draft.rewrite(_SPACED, _join_spaced)
    if _DIGITS_APART.search(draft.text):
        draft.rewrite(_SPACED_DIGITS, _join_digits)
    if _GAP.search(draft.text):
        draft.rewrite(_LOOSE_AMOUNT, lambda match: re.sub(r"[\s_'’´`]", "", match[0]))
    draft.rewrite_chunks(_LETTER_DIGITS, _digits_from_letters)
    draft.rewrite_chunks(_LEET, _letters_from_digits)
    draft.rewrite_chunks(_SPLIT_WORD, _join_split_word)
    if any(_cut_between(left, right) for left, right in pairwise(draft.chunks)):
        draft.rewrite(_SPLIT_PAIR, _join_pair)
    draft.rewrite_chunks(_STRETCHED, _unstretch)
    if "\n" in draft.text:
        draft.rewrite(_BROKEN_AMOUNT, _mend_line)
    return Reading(text, draft.text, tuple(draft.starts), tuple(draft.ends))


# --- single characters -------------------------------------------------------------------------------------------

_ENTITY = re.compile(r"&(?:#[0-9]{1,7};?|#[xX][0-9a-fA-F]{1,6};?|[A-Za-z][A-Za-z0-9]{1,30};)")
# Anything but plain ASCII, Latin letters with accents, and usual punctuation; with the character it may combine with.
_ODD = re.compile(r"[^\x00]?[^\t\n\x20-\x7e¡-¨«®±·¿-ÿ–—‘’“”•…]+")

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_POWER = re.compile(r"10(?<![0-9]10)(?:([⁰¹²³⁴⁵⁶⁷⁸⁹])(?![⁰¹²³⁴⁵⁶⁷⁸⁹])|\^([0-9])(?![0-9]))")


def _characters(draft: _Draft) -> None:
    if "10" in draft.text:
        draft.rewrite(_POWER, lambda match: "1" + "0" * int((match[1] or match[2]).translate(_SUPERSCRIPTS)))
    if not _ODD.search(draft.text):
        return
    draft.rewrite(_ODD, lambda match: plain(match[0]) if len(match[0]) < 3 else None)
    # Longer clusters are redone one character at a time, so a run of foreign letters keeps exact offsets.
    draft.rewrite(_ODD_ONE, lambda match: plain(match[0]))


_ODD_ONE = re.compile(
    r"[^\t\n\x20-\x7e¡-¨«®±·¿-ÿ–—‘’“”•…][\u0300-\u036f\u20dd-\u20e0\u20e3\ufe0e\ufe0f]*|(?<=\w)[\u0300-\u036f]+"
)


def _entity(match: re.Match[str]) -> str | None:
    raw = match[0] if match[0].endswith(";") else match[0] + ";"
    decoded = html.unescape(raw)
    return decoded if decoded != raw else None


# --- hidden stretches --------------------------------------------------------------------------------------------

_BASE64 = re.compile(r"(?<![A-Za-z0-9+/=_\-.])[A-Za-z0-9+/_\-]{8,}={0,2}(?![A-Za-z0-9+/=_\-])")


def _base64(match: re.Match[str]) -> str | None:
    raw = match[0].rstrip("=")
    coded = any(char.isupper() for char in raw[1:]) and any(char.islower() for char in raw)
    if not coded or len(raw) % 4 == 1:
        return None
    try:
        data = base64.b64decode(raw.translate(str.maketrans("-_", "+/")) + "=" * (-len(raw) % 4), validate=True)
        decoded = data.decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return None
    readable = all(char.isprintable() or char in "\n\t" for char in decoded)
    worded = sum(char.isalnum() or char in " .,$\n" for char in decoded) >= 0.8 * len(decoded)
    return decoded if readable and worded and not decoded.isspace() else None


# --- joined letters and digits -----------------------------------------------------------------------------------

# Single characters all parted by the same separator: "d o z e", "f.r.e.t.e", "R $ 1 2".
_ONE = r"(?:[^\W_]|\$)"
_SPACED = re.compile(rf"(?<![^\W_]){_ONE}(?P<sep>[ ._\-*/~|\n]{{1,2}}){_ONE}(?:(?P=sep){_ONE})+(?![^\W_])")
_DIGITS_APART = re.compile(r"\d(?:[ _\-.,\n]{1,3}\d){2}")  # what any of the next holds, with a plain start
_SPACED_DIGITS = re.compile(r"(?<![\w.,:/\-])\d(?:[ _\-.,\n]{1,3}\d){2,}(?![\w:/])")
# "R $ 12 . 990", "12 .990,00": the punctuation of an amount with air around it.
_LOOSE_AMOUNT = re.compile(
    r"\b[Rr] \$|(?<![\w.,])\d{1,3} +[.,] *(?=\d{3}\b)|(?<![\w.,])\d{1,2}[ _](?=\d\d0\b)"
    r"|(?<![\w.,])\d{1,3}['’´`](?=\d{3}\b)"
)


# What any of those holds; a plain start makes the search quick.
_GAP = re.compile(r"[\drR][ _'’´`]+[.,]? *[\d$]")


def _join_spaced(match: re.Match[str]) -> str | None:
    joined = "".join(char for char in match[0] if char.isalnum() or char == "$")
    letters = sum(char.isalpha() for char in joined)
    if letters < 3:
        return None
    parts: list[str] = []
    for run in re.findall(r"[^\W\d_]+|\d+|\$", joined):
        words = segment(fold(run)) if run.isalpha() and len(fold(run)) == len(run) else None
        if words is None:
            parts.append(run)
            continue
        at = 0
        for word in words:
            parts.append(run[at : at + len(word)])
            at += len(word)
    if letters == 3 and not any(is_sensitive(fold(part)) for part in parts):
        return None
    return " ".join(parts).replace("R $", "R$")


def _join_digits(match: re.Match[str]) -> str | None:
    separators = re.findall(r"\D+", match[0])
    if len(set(separators)) == 1 and len(separators) < 3 and "\n" in separators[0]:
        return None
    mixed = len(set(separators)) > 1
    joined = []
    for piece in re.findall(r"\d|\D+", match[0]):
        if piece.isdigit():
            joined.append(piece)
        elif mixed and ("." in piece or "," in piece):
            joined.append("," if "," in piece else ".")
    return "".join(joined)


# --- letters for digits and digits for letters -------------------------------------------------------------------

_LETTER_DIGITS = re.compile(r"(?<![\w])[\dOolI][\dOolI.,]*[\dOolI](?![\w])")
_LEET = re.compile(r"(?<![\w@$!|])[\w@$!|]*(?:[A-Za-zÀ-ÿ][0-9@$!|]|[013457@$!|][A-Za-zÀ-ÿ])[\w@$!|]*", re.ASCII)
_LEET_LETTERS = {
    "0": "o",
    "1": "il",
    "3": "e",
    "4": "a",
    "5": "s",
    "7": "t",
    "@": "a",
    "$": "s",
    "!": "il",
    "|": "il",
    "8": "b",
}


def _digits_from_letters(match: re.Match[str]) -> str | None:
    """ "12.9OO" -> "12.900", "I5" -> "15". A final "l" is litres, a single final "o" an ordinal."""
    token = match[0]
    digits = sum(char.isdigit() for char in token)
    if not digits or digits == len(token) - token.count(".") - token.count(","):
        return None
    unit = token[-1] in "lo" and token[:-1].replace(".", "").replace(",", "").isdigit()
    return None if unit else re.sub("[lI]", "1", re.sub("[Oo]", "0", token))


def _letters_from_digits(match: re.Match[str]) -> str | None:
    token = match[0]
    core = token.rstrip("!|$")
    if not any(char.isalpha() for char in core) or not any(char in _LEET_LETTERS for char in core):
        return None
    if len(core) > 24:
        return None
    options = [_LEET_LETTERS.get(char, char) for char in core]
    for letters in islice(product(*options), 32):
        word = "".join(letters)
        if is_sensitive(fold(word)):
            return word + token[len(core) :]
    between = re.fullmatch(r"[A-Za-zÀ-ÿ]+(?:[013457@]{1,2}[A-Za-zÀ-ÿ]+)+[013457@]?", core)
    if between and not re.fullmatch(r"[A-Za-z]{1,4}\d{2,}[A-Za-z]?|[a-z]+@.*", core):
        return "".join(option[0] for option in options) + token[len(core) :]
    return None


# --- words cut in pieces -----------------------------------------------------------------------------------------

_SPLIT_WORD = re.compile(r"(?<![^\W_])[^\W\d_]{1,8}(?:[._\-*~'|][^\W\d_]{1,8}){1,6}(?![^\W_])")
_SPLIT_PAIR = re.compile(r"(?<![^\W_])([^\W\d_]{1,6})[ \n](?=([^\W\d_]{1,8})(?![^\W_]))")
_STRETCHED = re.compile(r"(?<![^\W_])[^\W_]*([^\W\d_])\1\1[^\W_]*", re.IGNORECASE)
_BROKEN_AMOUNT = re.compile(r"(?<=[\w$.,])[ \t]*\n[ \t\n]*(?=\w)")


def _join_split_word(match: re.Match[str]) -> str | None:
    joined = "".join(char for char in match[0] if char.isalpha())
    return joined if is_sensitive(fold(joined)) else None


def _join_pair(match: re.Match[str]) -> str | None:
    return match[1] if _cut_word(match[1], match[2]) else None


def _cut_between(left: "_Chunk", right: "_Chunk") -> bool:
    """False where no word is cut between two chunks; True is only likely."""
    return left.cut or bool(left.end and right.start and _cut_word(left.end, right.start))


@lru_cache(maxsize=8192)
def _cut_word(left: str, right: str) -> bool:
    """Whether two short words are one sensitive word cut in two."""
    left, right = fold(left), fold(right)
    if not is_sensitive(left + right) or is_sensitive(left):
        return False
    return not all(word in COMMON_WORDS or is_sensitive(word) for word in (left, right))


def _unstretch(match: re.Match[str]) -> str | None:
    short = re.sub(r"(.)\1\1+", r"\1", match[0])
    return short if is_sensitive(fold(short)) else None


def _mend_line(match: re.Match[str]) -> str | None:
    """A line break inside an amount is a space: "R$ 12.<break>990", "doze<break>mil"."""
    text = match.string
    left = re.search(r"[\w$.,]+$", text[max(0, match.start() - 20) : match.start()])
    right = re.match(r"\w+", text[match.end() : match.end() + 20])
    if left is None or right is None:
        return None
    before, after = fold(left[0]), fold(right[0])
    if before.endswith("$") and after[0].isdigit():
        return " "
    if re.fullmatch(r"\d{1,3}(\.\d{3})*\.", before) and re.fullmatch(r"\d{3}", after):
        return ""
    amount = before in NUMBER_WORDS or before[0].isdigit()
    money = after in NUMBER_WORDS or after in {"e", "k", "reais", "conto", "contos", "pila", "paus", "mangos"}
    return " " if amount and money and (before in NUMBER_WORDS or after != "e") else None


# --- chunks ------------------------------------------------------------------------------------------------------


class _Chunk(NamedTuple):
    """What rewriting a stretch without white space needs: the patterns that change it, and its outer words where
    they may be parts of a word cut in two (`cut`: the last one is a stem, to which anything may belong)."""

    disguises: tuple[re.Pattern[str], ...]
    start: str
    end: str
    cut: bool


_IN_CHUNKS: tuple[tuple[re.Pattern[str], _Replace], ...] = (
    (_BASE64, _base64),
    (_LETTER_DIGITS, _digits_from_letters),
    (_LEET, _letters_from_digits),
    (_SPLIT_WORD, _join_split_word),
    (_STRETCHED, _unstretch),
)
_FIRST_WORD = re.compile(r"[^\W\d_]{1,8}(?![^\W_])")
_LAST_WORD = re.compile(r"(?<![^\W_])[^\W\d_]{1,6}\Z")
_CHUNK_KEPT = 40  # characters; longer ones are seldom met again


def _chunk(text: str) -> _Chunk:
    return _known_chunk(text) if len(text) <= _CHUNK_KEPT else _new_chunk(text)


def _new_chunk(text: str) -> _Chunk:
    disguises = tuple(pattern for pattern, replace in _IN_CHUNKS if _changes(text, pattern, replace))
    first, last = _FIRST_WORD.match(text), _LAST_WORD.search(text, max(0, len(text) - 7))
    start = first[0] if first and may_end_sensitive(fold(first[0])) else ""
    end = last[0] if last and may_begin_sensitive(fold(last[0])) and not is_sensitive(fold(last[0])) else ""
    return _Chunk(disguises, start, end, end != "" and fold(end).startswith(STEMS))


_known_chunk = lru_cache(maxsize=16384)(_new_chunk)


def _changes(text: str, pattern: re.Pattern[str], replace: _Replace) -> bool:
    return any((new := replace(match)) is not None and new != match[0] for match in pattern.finditer(text))
