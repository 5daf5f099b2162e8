"""How often: "por dia", "/h", "ao mês", "diários", "no fim de semana" after a number or its unit."""

from seleto.lib.text.cursor import Cursor
from seleto.lib.text.units import ADVERBIAL, PERIODS

SINGULAR = frozenset("hora dia semana mes noite minuto ano h".split())
_PER = frozenset("por p cada pela pelo /".split())
_IN = frozenset("ao a na no numa num toda todo todos todas em".split())


def period_at(cursor: Cursor, index: int, *, has_unit: bool) -> tuple[str, int]:
    """Period said at token `index` and the index after it; ("", index) when none is.

    `has_unit` tells that a unit was just said, so that "85 kg dia" needs no preposition.
    """
    word = cursor.sign(index)
    if word in ADVERBIAL:
        return PERIODS[word], index + 1
    if word in _PER or (word == "a" and cursor.word(index + 1) == "cada"):
        step = index + (2 if word == "a" else 1)
        while cursor.sign(step) in ("/", "cada"):
            step += 1
    elif word in _IN:
        step = index + 1
        if cursor.word(step) in ("o", "os", "a", "as") or (word == "em" and cursor.sign(step) in ("1", "um", "uma")):
            step += 1
        if cursor.word(step) not in SINGULAR and cursor.word(step) not in ("dias", "fim", "final", "fds"):
            return "", index
    elif has_unit and word in SINGULAR:
        step = index
    else:
        return "", index
    return _period_word(cursor, step, index)


def _period_word(cursor: Cursor, step: int, index: int) -> tuple[str, int]:
    word = cursor.word(step)
    if word in ("fim", "final") and cursor.word(step + 1) == "de" and cursor.word(step + 2) == "semana":
        return "semana", step + 3
    if word in PERIODS:
        return PERIODS[word], step + 1
    return "", index
