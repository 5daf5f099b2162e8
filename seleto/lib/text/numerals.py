"""Cardinal numbers as Brazilians write and say them: tokens of a folded text, and the value that starts at a token.

`parse` reads digits ("12.990", "18,9"), words ("doze mil e quinhentos"), magnitudes ("12 mil", "18.9k", "meia dúzia"),
halves ("dois e meio") and elided thousands ("doze e quinhentos" said of 12,500). It never looks further than the
number it reads plus a few tokens, so reading a whole text is linear in its length.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum
from functools import lru_cache, partial
from typing import NamedTuple

from seleto.lib.text.number_words import AUGMENTED, CARDINALS, MAGNITUDES, MONEY_THOUSANDS

HALF = Decimal("0.5")


class Shape(IntEnum):
    DIGITS = 0
    WORD = 1
    SIGN = 2


class Token(NamedTuple):
    shape: Shape
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number read from tokens [first, next).

    `magnitude` is the last multiplier said ("mil" -> 1000) or 1; in "8 a 9 mil" the first number takes it over.
    `others` are further readings of the same words ("quarenta e dois e meio" as 42,500 when it is money).
    `parts` are the two numbers of a digit pair read as elided thousands ("12 e 500"), which another unit undoes.
    `loose` is true for an article that only a unit makes a number ("um quilo") and `vague` for "dezenas de".
    """

    value: Decimal
    next: int
    magnitude: Decimal = Decimal(1)
    others: tuple[Decimal, ...] = ()
    parts: tuple[Decimal, Decimal] | None = None
    in_words: bool = False
    loose: bool = False
    vague: bool = False
    money: bool = False


# Every character belongs to a match, white space too: places follow from lengths.
_TOKEN = re.compile(r"\s+|\d+[⁰¹²³⁴⁵⁶⁷⁸⁹]*(?:[.,]\d+)*|[^\W\d_]+|[^\s\w]|_")
_new_token = partial(tuple.__new__, Token)  # one is made for every word of every text
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_POWER = re.compile(r"10[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_FRACTIONS = {"½": HALF, "¼": Decimal("0.25"), "¾": Decimal("0.75")}
_VAGUE = frozenset({"dezenas", "centenas", "milhares"})
_LARGE = frozenset({"mil", "milhar", "milhares", "milhao", "milhoes", "mi", "bilhao", "bilhoes", "k"})
_GLUED_LEAST, _GLUED_LIMIT = 6, 60


def tokenize(folded: str) -> list[Token]:
    """Tokens of an already folded text; offsets are those of the text given."""
    digits, word, sign = Shape.DIGITS, Shape.WORD, Shape.SIGN
    tokens = []
    start = 0
    for text in _TOKEN.findall(folded):
        end = start + len(text)
        first = text[0]
        if not first.isspace():
            shape = word if first.isalpha() else digits if first.isdecimal() else sign
            tokens.append(_new_token((shape, text, start, end)))
        start = end
    return tokens


def parse(tokens: Sequence[Token], index: int) -> Numeral | None:
    """The number that starts exactly at `tokens[index]`, or None."""
    token = tokens[index]
    if token.shape is Shape.DIGITS:
        return _from_digits(tokens, index)
    if token.shape is Shape.SIGN:
        fraction = _FRACTIONS.get(token.text)
        return Numeral(fraction, index + 1) if fraction is not None else None
    return _from_words(tokens, index)


@lru_cache(maxsize=8192)
def begins_number(word: str) -> bool:
    """Whether a number in words may start with the folded `word`; False is certain, True is not."""
    return (
        word in CARDINALS
        or word in MAGNITUDES
        or word in AUGMENTED
        or word in ("meia", "meio")
        or (len(word) >= _GLUED_LEAST and word.startswith(_PREFIXES))
    )


def digits_value(text: str) -> tuple[Decimal, tuple[Decimal, ...]]:
    """Value of a digit token and its other reading, if any: "12.990" -> 12990 (12.99); "18,9" -> 18.9."""
    power = _POWER.fullmatch(text)
    if power:
        exponent = int(text[2:].translate(_SUPERSCRIPTS))
        return (Decimal(10) ** min(exponent, 12), ())
    text = "".join(char if char.isascii() else str(_digit(char)) for char in text)
    groups = re.split(r"[.,]", text)
    if len(groups) == 1:
        return Decimal(text), ()
    decimals = groups[-1]
    marks = {char for char in text if char in ".,"}
    last_mark = text[-len(decimals) - 1]
    whole = "".join(groups[:-1])
    thousands = len(decimals) == 3 and 0 < len(groups[0]) <= 3 and groups[0].strip("0") != ""
    if len(marks) == 2 or (len(groups) > 2 and len(decimals) != 3):
        return Decimal(f"{whole}.{decimals}"), ()
    if len(groups) > 2:
        return Decimal(whole + decimals), ()
    if thousands and last_mark == ".":
        return Decimal(whole + decimals), (Decimal(f"{whole}.{decimals}"),)
    if thousands:
        return Decimal(f"{whole}.{decimals}"), (Decimal(whole + decimals),)
    return Decimal(f"{whole}.{decimals}"), ()


def _digit(char: str) -> str:
    return char.translate(_SUPERSCRIPTS) if char in "⁰¹²³⁴⁵⁶⁷⁸⁹" else str(int(char)) if char.isdecimal() else char


def _from_digits(tokens: Sequence[Token], index: int) -> Numeral | None:
    value, others = digits_value(tokens[index].text)
    after = index + 1
    if _word(tokens, after) == "" and after < len(tokens) and tokens[after].text in _FRACTIONS:
        return Numeral(value + _FRACTIONS[tokens[after].text], after + 1)
    return _finish(tokens, Numeral(value, after, others=others))


def _from_words(tokens: Sequence[Token], index: int) -> Numeral | None:
    word = tokens[index].text
    glued = _unglue(word)
    if glued is not None:
        numeral = parse(glued, 0)
        if numeral is None or numeral.next < len(glued):
            return None
        return _finish(
            tokens,
            Numeral(numeral.value, index + 1, numeral.magnitude, numeral.others, in_words=True),
        )
    if word in AUGMENTED:
        value = Decimal(AUGMENTED[word])
        others = (value * 1000,) if value < 100 else ()
        return Numeral(value, index + 1, others=others, in_words=True, money=True)
    if word in ("meia", "meio"):
        # "meio-dia", "o meio do mês": half is a number only before a magnitude or a unit.
        return _finish(tokens, Numeral(HALF, index + 1, in_words=True, loose=True))
    if word in _VAGUE:
        return _vague(tokens, index)
    if word == "mil" or word in CARDINALS:
        value, after = (Decimal(1), index) if word == "mil" else _group(tokens, index)
        loose = value == 1 and after == index + 1 and word != "mil"
        return _finish(tokens, Numeral(value, after, in_words=True, loose=loose))
    return None


def _vague(tokens: Sequence[Token], index: int) -> Numeral | None:
    """ "dezenas de milhares": the least that is meant."""
    value = Decimal(MAGNITUDES[tokens[index].text])
    after = index + 1
    if _word(tokens, after) == "de" and _word(tokens, after + 1) in _LARGE:
        value *= MAGNITUDES[tokens[after + 1].text]
        after += 2
    return Numeral(value, after, in_words=True, vague=True)


def _group(tokens: Sequence[Token], index: int) -> tuple[Decimal, int]:
    """A number below one thousand in words: hundreds, tens, units, joined by "e" or by nothing."""
    total = CARDINALS[tokens[index].text]
    limit = _next_rank(total)
    after = index + 1
    while limit:
        step = after + 1 if _word(tokens, after) == "e" else after
        value = CARDINALS.get(_word(tokens, step), 0)
        if not 0 < value < limit:
            break
        total += value
        limit = _next_rank(value)
        after = step + 1
    return Decimal(total), after


def _next_rank(value: int) -> int:
    """What a following part must stay below: "duzentos" takes up to 99, "vinte" up to 9, "doze" nothing."""
    if value == 100 or (value > 100 and value % 100 == 0):
        return 100
    return 10 if value >= 20 else 0


def _finish(tokens: Sequence[Token], numeral: Numeral) -> Numeral:
    """What may follow a number below one thousand: a magnitude, the rest after it, a half, an elided thousand."""
    magnitude_at = _magnitude_at(tokens, numeral.next, numeral.value)
    if magnitude_at is None:
        return _half_or_elided(tokens, numeral)
    return _multiplied(tokens, numeral, magnitude_at)


def _magnitude_at(tokens: Sequence[Token], index: int, value: Decimal) -> int | None:
    """Index of the magnitude word that multiplies the number ending before `index`."""
    word = _word(tokens, index)
    if word == "e" and _word(tokens, index + 1) in ("meio", "meia") and _word(tokens, index + 2) in _LARGE:
        return None
    if word not in MAGNITUDES and word not in MONEY_THOUSANDS:
        return None
    if word == "k" and not _glued_to(tokens, index):
        following = _word(tokens, index + 1)
        if following in ("g", "gs"):
            return None
    if word == "mi" and value >= 1000:
        return None
    return index


def _multiplied(tokens: Sequence[Token], numeral: Numeral, at: int) -> Numeral:
    word = tokens[at].text
    factor = Decimal(MAGNITUDES.get(word, 1000))
    total = numeral.value * factor
    others = tuple(other * factor for other in numeral.others)
    after = at + 1
    money = word in MONEY_THOUSANDS
    if _word(tokens, after) == "de" and _word(tokens, after + 1) in _LARGE:  # "meia centena de milhares"
        factor *= MAGNITUDES[tokens[after + 1].text]
        total = numeral.value * factor
        after += 2
    elif _word(tokens, after) in ("mil", "milhares") and factor < 1000:  # "três centenas mil"
        factor *= 1000
        total = numeral.value * factor
        after += 1
    half = _word(tokens, after) == "e" and _word(tokens, after + 1) in ("meio", "meia")
    if half and _word(tokens, after + 2) not in MAGNITUDES:
        return Numeral(total + factor / 2, after + 2, factor, in_words=numeral.in_words, money=money)
    if factor >= 1000:
        total, after, more = _rest(tokens, total, factor, after)
        others += more
    return Numeral(total, after, factor, others, in_words=numeral.in_words, money=money)


def _rest(
    tokens: Sequence[Token], total: Decimal, factor: Decimal, after: int
) -> tuple[Decimal, int, tuple[Decimal, ...]]:
    """The smaller part after "mil" or "milhão": "12 mil e 900", "mil duzentos", "um milhão e duzentos mil"."""
    step = after + 1 if _word(tokens, after) == "e" else after
    if step >= len(tokens):
        return total, after, ()
    token = tokens[step]
    if token.shape is Shape.WORD and token.text in CARDINALS:
        if step == after and token.text in ("um", "uma"):
            return total, after, ()
        value, end = _group(tokens, step)
    elif token.shape is Shape.DIGITS and token.text.isdecimal() and len(token.text) <= 3 and not _is_list(tokens, step):
        if step == after and len(token.text) != 3:
            return total, after, ()
        value, end = Decimal(token.text), step + 1
    else:
        return total, after, ()
    if not 0 < value < 1000:
        return total, after, ()
    following = _word(tokens, end)
    if factor > 1000:
        if following == "mil":
            return _rest(tokens, total + value * 1000, Decimal(1000), end + 1)
        return total + value * 1000, end, (total + value,)
    if following in MAGNITUDES or (_word(tokens, end) == "e" and _word(tokens, end + 1) in ("meio", "meia")):
        return total, after, ()  # "mil e duas dúzias", "mil e dois e meio": two numbers
    return total + value, end, ()


def _is_list(tokens: Sequence[Token], index: int) -> bool:
    """Digits that belong to something else: glued to letters or to another sign ("12 mil 300g", "mil 10x")."""
    after = index + 1
    if after >= len(tokens) or tokens[after].start != tokens[index].end:
        return False
    return tokens[after].shape is Shape.WORD or tokens[after].text in "/:%"


def _half_or_elided(tokens: Sequence[Token], numeral: Numeral) -> Numeral:
    after = numeral.next
    if _word(tokens, after) != "e" or after + 1 >= len(tokens):
        return numeral
    joined = tokens[after + 1]
    if joined.text in ("meio", "meia"):
        halved = numeral.value + HALF
        following = _word(tokens, after + 2)
        if following in _LARGE:
            return _multiplied(tokens, Numeral(halved, after + 2, in_words=numeral.in_words), after + 2)
        if following in MAGNITUDES:
            return numeral
        thousand = (halved * 1000,) if halved < 1000 else ()
        return Numeral(halved, after + 2, others=thousand, in_words=numeral.in_words)
    return _elided(tokens, numeral, after + 1)


def _elided(tokens: Sequence[Token], numeral: Numeral, index: int) -> Numeral:
    """ "doze e quinhentos": the first part counts thousands when the second is at least a hundred."""
    value = numeral.value
    if not 1 <= value < 1000 or value != int(value) or (value >= 100 and value % 100 == 0):
        return numeral
    token = tokens[index]
    if token.shape is Shape.WORD and CARDINALS.get(token.text, 0) >= 100:
        second, end = _group(tokens, index)
    elif token.shape is Shape.DIGITS and len(token.text) == 3 and token.text.isdecimal() and token.text[0] != "0":
        if _is_list(tokens, index):
            return numeral
        second, end = Decimal(token.text), index + 1
    else:
        return numeral
    if _word(tokens, end) in MAGNITUDES:
        return numeral
    return Numeral(value * 1000 + second, end, Decimal(1000), parts=(value, second), in_words=numeral.in_words)


def _word(tokens: Sequence[Token], index: int) -> str:
    if 0 <= index < len(tokens) and tokens[index].shape is Shape.WORD:
        return tokens[index].text
    return ""


def _glued_to(tokens: Sequence[Token], index: int) -> bool:
    return index > 0 and tokens[index - 1].end == tokens[index].start


def _unglue(word: str) -> list[Token] | None:
    """Tokens of number words written without spaces ("dozemilequinhentos"), or None. Obfuscated letters come so."""
    if not _GLUED_LEAST <= len(word) <= _GLUED_LIMIT or word in CARDINALS or word in MAGNITUDES or word in AUGMENTED:
        return None
    if not word.startswith(_PREFIXES):
        return None
    # reached[p]: length of the last piece of a split that ends at p, longest pieces preferred
    reached: dict[int, int] = {0: 0}
    for position in range(len(word)):
        if position in reached:
            for length in range(_LONGEST, 0, -1):
                if word[position : position + length] in _PIECES and position + length not in reached:
                    reached[position + length] = length
    if len(word) not in reached:
        return None
    pieces: list[str] = []
    position = len(word)
    while position:
        pieces.append(word[position - reached[position] : position])
        position -= reached[position]
    pieces.reverse()
    if len(pieces) < 2:
        return None
    return [Token(Shape.WORD, piece, place, place + 1) for place, piece in enumerate(pieces)]


_PIECES = frozenset({*CARDINALS, "mil", "e", "meio", "milhao", "milhoes"}) - {"uma", "duas", "hum"}
_LONGEST = max(len(piece) for piece in _PIECES)
_PREFIXES = tuple(sorted({piece[:3] for piece in _PIECES if len(piece) >= 3} | {"um"}))
