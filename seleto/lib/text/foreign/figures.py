"""English numbers as Portuguese writes them."""

from collections.abc import Sequence

_UNITS = {
    "month": "meses",
    "day": "dias",
    "year": "anos",
    "week": "semanas",
    "hour": "horas",
    "liter": "litros",
    "litre": "litros",
    "l": "L",
    "kg": "kg",
    "kilo": "kg",
    "cm": "cm",
    "mm": "mm",
    "hp": "cv",
    "percent": "%",
}
_MEASURED = {
    "warranty": "garantia",
    "guarantee": "garantia",
    "bowl": "cuba",
    "hopper": "cuba",
    "tank": "reservatório",
    "reservoir": "reservatório",
    "motor": "motor",
    "engine": "motor",
    "burger": "hambúrguer",
    "burgers": "hambúrgueres",
    "delivery": "entrega",
    "discount": "desconto",
    "mixer": "misturador",
    "stuffer": "ensacadeira",
    "trial": "teste",
    "deadline": "prazo",
}
_SMALL = {
    word: value
    for value, word in enumerate(
        """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
        seventeen eighteen nineteen""".split()
    )
}
_TENS = {
    word: 10 * value
    for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)
}
_SCALES = {"hundred": 100, "thousand": 1000, "million": 1_000_000}


# As many words as a numeral is looked for in.
LONGEST = 12


def read(words: Sequence[str]) -> tuple[str, int] | None:
    """What numbers the words begin with, as Portuguese writes them, and how many words that takes."""
    return _measured(words) or _range(words) or _numeral(words) or _alone(words)


def _figure(digits: str) -> str:
    """ "12,500.50" as Portuguese writes it."""
    return digits.replace(",", "\0").replace(".", ",").replace("\0", ".") if _english_figure(digits) else digits


def _alone(words: Sequence[str]) -> tuple[str, int] | None:
    if not words[0][:1].isdigit():
        return None
    if words[1:2] in (["am"], ["pm"]):
        return f"{words[0]}h", 2
    return (_figure(words[0]), 1) if _english_figure(words[0]) else None


def _range(words: Sequence[str]) -> tuple[str, int] | None:
    """ "300 to 350"."""
    if len(words) < 3 or words[1] != "to" or not (words[0][:1].isdigit() and words[2][:1].isdigit()):
        return None
    return f"{_figure(words[0])} a {_figure(words[2])}", 3


def _english_figure(digits: str) -> bool:
    """Thousands are set off by commas, or a point stands before one or two decimals."""
    whole, _, cents = digits.partition(".")
    groups = whole.split(",")
    return (len(groups) > 1 and all(len(group) == 3 for group in groups[1:])) or 0 < len(cents) < 3


def _numeral(words: Sequence[str]) -> tuple[str, int] | None:
    """The figure that the words begin with ("five thousand two hundred" is "5.200"), and how many of them it takes."""
    total = group = taken = 0
    for at, word in enumerate(words):
        if word in ("a", "half") and not taken and words[at + 1 : at + 2] and words[at + 1] in _SCALES:
            group = 1
        elif word in _SMALL or word in _TENS:
            group += _SMALL.get(word, _TENS.get(word, 0))
        elif word == "hundred" and (group or not taken):
            group = (group or 1) * 100
        elif word in _SCALES and taken:
            total, group = total + (group or 1) * _SCALES[word], 0
        elif word == "and" and taken and at + 1 < len(words) and words[at - 1] in _SCALES and _counts(words[at + 1]):
            pass
        else:
            break
        taken = at + 1
    if not taken or (taken == 1 and words[0] in ("one", "a", "half", "hundred")):
        return None
    return f"{total + group:,}".replace(",", "."), taken


def _counts(word: str) -> bool:
    return word in _SMALL or word in _TENS


def _measured(words: Sequence[str]) -> tuple[str, int] | None:
    """ "12-month warranty" as "garantia de 12 meses", and how many words it takes."""
    if len(words) < 3 or words[1] not in _UNITS or words[2] not in _MEASURED:
        return None
    count = words[0] if words[0][:1].isdigit() else str(_SMALL.get(words[0], _TENS.get(words[0], "")))
    return (f"{_MEASURED[words[2]]} de {_figure(count)} {_UNITS[words[1]]}", 3) if count else None
