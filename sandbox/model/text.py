"""Folding that keeps every character in its place, so that a match in the folded text is a span of the original."""

import re
import unicodedata
import zlib
from collections.abc import Sequence
from functools import lru_cache

_STOPWORDS = frozenset(
    """a o as os um uma uns umas de da do das dos e em no na nos nas por para pra pro com sem sobre que qual
    quais quanto quanta quantos quantas como onde quando quem eu voce voces vc vcs me meu minha seu sua nos ele ela
    isso esse essa este esta aquele aquela ja nao sim mais menos muito so tambem tem ter temos faz fazer fazem ser sao
    era foi sou estou ta esta la ai aqui la ou se ao aos pela pelo queria quero gostaria saber maquina maquinas
    produto oi ola bom boa dia tarde noite tudo bem ok ate vez uma serve da pode posso voce favor""".split()
)


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Lower case without accents, of the same length as ``text``."""
    return "".join(unicodedata.normalize("NFD", letter)[0].lower()[:1] or " " for letter in text)


def words(text: str) -> set[str]:
    """Content words, folded and roughly reduced to the singular."""
    found = re.findall(r"[a-z]{3,}|\d+", fold(text))
    return {_singular(word) for word in found if word not in _STOPWORDS}


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") else word


def sentences(text: str) -> list[str]:
    """Sentences with their end marks; a line break ends one as well."""
    parts = re.split(r"(?<=[.!?…])\s+|\n+", text.strip())
    return [part.strip() for part in parts if part.strip()]


def pick(options: Sequence[str], seed: str) -> str:
    """One of several wordings, always the same for the same seed."""
    return options[zlib.crc32(seed.encode()) % len(options)]
