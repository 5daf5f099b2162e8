"""Digits that name a thing: machine models ("FB300", "CT 200"), norms ("NR-12"), steel ("inox 304"), identifiers."""

from seleto.lib.text.cursor import Cursor
from seleto.lib.text.number_words import CARDINALS, MAGNITUDES
from seleto.lib.text.numerals import Shape, Token
from seleto.lib.text.units import CURRENCY, PERIODS, THOUSAND_SLANG, UNITS

_NAMING = frozenset("fb fbm ct fs ens epe mix modelo inox nr aisi abnt iso".split())
_NOT_A_PREFIX = frozenset("x e a o de por rs r us n no com ate".split())
_NOT_A_SUFFIX = frozenset("e a o as x ate p por pra".split())


def model_at(cursor: Cursor, index: int) -> tuple[int, int] | None:
    """(index of the first token, index after the last) of the name that the digits at `index` belong to."""
    token = cursor.tokens[index]
    if index and token.text.isalnum():
        prefix = _prefix(cursor, index)
        if prefix is not None:
            after = index + 1
            while cursor.glued(after) and cursor.tokens[after].shape is not Shape.SIGN:
                after += 1
            return prefix, after
    return _identifier(cursor, index)


def _prefix(cursor: Cursor, index: int) -> int | None:
    token, before = cursor.tokens[index], cursor.tokens[index - 1]
    if before.text == "-" and cursor.glued(index) and cursor.glued(index - 1):
        owner = cursor.tokens[index - 2]
        if owner.shape is Shape.WORD and (owner.text in _NAMING or _is_code(cursor, owner)):
            return index - 2
        return None
    if before.shape is not Shape.WORD or before.text in _NOT_A_PREFIX or _is_measure(before.text):
        return None
    if cursor.glued(index):
        return index - 1
    if token.start - before.end > 1:
        return None
    named = before.text in _NAMING or (_is_code(cursor, before) and len(token.text) >= 3)
    return index - 1 if named or _is_se(cursor, index) else None


def _is_measure(word: str) -> bool:
    return word in UNITS or word in CURRENCY or word in MAGNITUDES or word in THOUSAND_SLANG or word in PERIODS


def _is_code(cursor: Cursor, token: Token) -> bool:
    """Two to four capital letters, as in a model name, in a text that is not all in capitals."""
    raw = cursor.text[token.start : token.end]
    capitals = raw.isupper() and 2 <= len(raw) <= 4 and not cursor.shouted
    return capitals and not _is_measure(token.text) and token.text not in CARDINALS


def _is_se(cursor: Cursor, index: int) -> bool:
    """ "a se 3000": the article tells the model from the conjunction "se"."""
    named = cursor.word(index - 1) == "se" and len(cursor.tokens[index].text) == 4
    return named and cursor.word(index - 2) in ("a", "da", "na", "uma", "pra", "maquina")


def _identifier(cursor: Cursor, index: int) -> tuple[int, int] | None:
    """ "7f3c": digits run into letters that are no unit, and into digits again."""
    if not cursor.glued(index + 1) or not cursor.glued(index + 2):
        return None
    word = cursor.word(index + 1)
    if not word or _is_measure(word) or word in _NOT_A_SUFFIX or cursor.tokens[index + 2].shape is not Shape.DIGITS:
        return None
    return index, index + 3
