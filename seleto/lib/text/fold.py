"""Case and accent folding for comparisons."""

import re
import unicodedata
from functools import lru_cache

_ACCENTED = "áàâãäåéèêëíìîïóòôõöúùûüçñýÿÁÀÂÃÄÅÉÈÊËÍÌÎÏÓÒÔÕÖÚÙÛÜÇÑÝ"
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_TABLE = str.maketrans({char: unicodedata.normalize("NFD", char)[0].lower() for char in _ACCENTED})


def fold(text: str) -> str:
    """Casefolded text without accents, for comparing ("Preço À VISTA" -> "preco a vista").

    The length may change ("ß" -> "ss", combining marks vanish); use `fold_aligned` where offsets must survive.
    """
    text = text.translate(_TABLE).casefold()
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFD", text)
    return "".join(char for char in decomposed if not unicodedata.combining(char))


@lru_cache(maxsize=16)
def fold_aligned(text: str) -> str:
    """As `fold`, but one character for each one of `text`, so offsets stay valid (a character that would
    expand or vanish is kept as it is). The last few are kept: one text is read in several ways."""
    text = text.translate(_TABLE)
    if text.isascii():
        return text.lower()
    return _BEYOND_ASCII.sub(lambda found: _fold_char(found[0]), _lower_aligned(text))


def _lower_aligned(text: str) -> str:
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(char.lower() if len(char.lower()) == 1 else char for char in text)


def _fold_char(char: str) -> str:
    folded = fold(char)
    return folded if len(folded) == 1 else char
