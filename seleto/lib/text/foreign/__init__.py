"""English and Spanish put into Portuguese word by word, so that rules written for Portuguese hold in all three.

This is no translation for people to read. It keeps what the rules look at: numbers with their units and money, the
words of trade, who does what, denials and questions. Names, codes and unknown words pass as they are. Every character
of the result knows the stretch of the original it came from, so spans and quotations stay those of the original.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from seleto.lib.text.foreign import english, figures, spanish
from seleto.lib.text.foreign.glossary import Glossary
from seleto.lib.text.reading import Reading

_ENGLISH = Glossary(english.WORDS, english.MARKS)
_SPANISH = Glossary(spanish.WORDS, spanish.MARKS, spanish.ALONE)
_MARKS = frozenset(_ENGLISH.marks) | frozenset(_SPANISH.marks)
# Words of Portuguese that neither of the others uses; a sentence with more of them is Portuguese.
_PORTUGUESE = frozenset(
    """voce voces vc vcs nao sim uma um com nosso nossa nossos nossas meu minha seu sua da dos na nas em ate pra pro
    isso esse essa tambem muito faz fazer sao eh foi ta tem tenho ao aos pelo pela quem qual quando onde ou ele ela ola
    bom boa obrigado obrigada so ja mais e os ainda agora hoje preco valor quanto quero queria preciso gostaria
    aqui fica consultor producao hamburguer hamburgueres""".split()
)
_TOKEN = re.compile(r"[a-z0-9]+(?:['’][a-z]+)?")
_NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)|\d+\.\d{1,2}(?!\d)|\d+(?:[.,]\d+)*")
_ADDRESS = re.compile(r"https?://\S+|\bwww\.\S+|(?<!\S)[^\s@]+@\S+")
_SENTENCE = re.compile(r"[^.!?¿¡;\n]*(?:\.(?=\d)[^.!?¿¡;\n]*)*[.!?¿¡;\n]*")
_LONGEST_PHRASE = 6
# What may stand between the words of a phrase.
_JOINS = frozenset(" -")
# Makes a word part of an identifier, an address or a sum of money.
_GLUE = frozenset("_=&@$/\\")


class _Token(NamedTuple):
    """A folded word or number of the text, with its offsets; ``pause``: no further word follows at once."""

    text: str
    start: int
    end: int
    pause: bool


@dataclass(frozen=True, slots=True)
class _Piece:
    """``text`` put in the place of [start, end)."""

    text: str
    start: int
    end: int


def in_portuguese(reading: Reading, *, keep_names: bool = False) -> Reading:
    """``reading`` with its English and Spanish sentences as Portuguese words; itself when it has none.

    With ``keep_names`` a capitalised word inside a sentence is taken for a name and left alone.
    """
    folded = reading.folded.replace("’", "'")
    if _MARKS.isdisjoint(_TOKEN.findall(folded)):
        return reading
    folded = _ADDRESS.sub(lambda found: "_" * len(found[0]), folded)
    sentences = [list(_tokens(folded, *found.span())) for found in _SENTENCE.finditer(folded)]
    words = {token.text for tokens in sentences for token in tokens}
    if words.isdisjoint(_ENGLISH.marks) and words.isdisjoint(_SPANISH.marks):
        return reading
    main = _glossary(words, None, least=1)
    pieces: list[_Piece] = []
    for tokens in sentences:
        glossary = _glossary({token.text for token in tokens}, main, least=2)
        if glossary is not None:
            pieces += _pieces(tokens, glossary, reading.text if keep_names else "")
    return _rewritten(reading, pieces) if pieces else reading


def _glossary(words: set[str], main: Glossary | None, *, least: int) -> Glossary | None:
    """The glossary of what these words are in; where they do not tell, ``main``, that of the whole text."""
    own = len(words & _PORTUGUESE)
    found, glossary = max(
        ((len(words & option.marks), option) for option in (_ENGLISH, _SPANISH)), key=lambda pair: pair[0]
    )
    if found > own and (found >= least or glossary is main):
        return glossary
    return main if own == 0 or (main and found >= own) else None


def _tokens(folded: str, start: int, end: int) -> Iterator[_Token]:
    at = start
    while (found := _TOKEN.search(folded, at, end)) is not None:
        number = _NUMBER.match(folded, found.start(), end) if found[0][0].isdigit() else None
        if number and not folded[number.end() : number.end() + 1].isalpha():
            found = number
        before, after = folded[found.start() - 1 : found.start()], folded[found.end() : found.end() + 1]
        glued = before in _GLUE or after in _GLUE
        yield _Token("" if glued else found[0], found.start(), found.end(), pause=after not in _JOINS)
        at = found.end()


def _pieces(tokens: Sequence[_Token], glossary: Glossary, raw: str) -> Iterator[_Piece]:
    at = 0
    while at < len(tokens):
        piece, taken = _next(tokens, at, glossary)
        names = raw and at and any(raw[token.start].isupper() for token in tokens[at : at + taken])
        if piece is not None and not names:
            yield piece
        at += taken


def _next(tokens: Sequence[_Token], at: int, glossary: Glossary) -> tuple[_Piece | None, int]:
    """What stands for the words from ``at`` on, and how many of them it takes."""
    pause = next((index for index in range(at, len(tokens)) if tokens[index].pause), len(tokens) - 1)
    words = [token.text for token in tokens[at : min(pause + 1, at + figures.LONGEST)]]
    found = figures.read(words) if glossary is _ENGLISH else None
    if tokens[at].pause and (alone := glossary.alone.get(words[0])):
        found = alone, 1
    for length in range(min(_LONGEST_PHRASE, len(words)), 0, -1):
        if found is None and (text := glossary.words.get(" ".join(words[:length]))) is not None:
            found = text, length
    if found is None:
        return None, 1
    text, taken = found
    return _Piece(text, tokens[at].start, tokens[at + taken - 1].end), taken


def _rewritten(reading: Reading, pieces: Sequence[_Piece]) -> Reading:
    texts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    done = 0
    for piece in pieces:
        texts += (reading.text[done : piece.start], piece.text)
        starts += reading.starts[done : piece.start]
        ends += reading.ends[done : piece.start]
        starts += [reading.starts[piece.start]] * len(piece.text)
        ends += [max(reading.ends[piece.start : piece.end])] * len(piece.text)
        done = piece.end
    texts.append(reading.text[done:])
    return Reading(reading.original, "".join(texts), (*starts, *reading.starts[done:]), (*ends, *reading.ends[done:]))


def translated(text: str) -> Reading | None:
    """``text`` as written, with its foreign sentences as Portuguese words; None when it has none. Names are kept."""
    plain = Reading(text, text, tuple(range(len(text))), tuple(range(1, len(text) + 1)))
    told = in_portuguese(plain, keep_names=True)
    return None if told is plain else told


def words_in_portuguese(text: str) -> str:
    """``text`` as `translated` has it, for rules that only ask whether something is said."""
    told = translated(text)
    return text if told is None else told.text


__all__ = ["in_portuguese", "translated", "words_in_portuguese"]
