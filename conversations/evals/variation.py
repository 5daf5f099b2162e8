"""The same conversation as another person would have typed it: noise, bubbles, pauses and a fault, all from dice.

What a case hangs on stays: names, numbers, codes and the words its assertions speak of. Turns keep their numbers, so a
message that comes in pieces is one turn still.
"""

import random
import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from conversations.evals.schema import Case, Turn
from conversations.quiet import is_fragment
from seleto.lib.text.fold import fold

# How people shorten what they type.
_SHORT = {
    "você": "vc",
    "vocês": "vcs",
    "também": "tb",
    "porque": "pq",
    "quanto": "qto",
    "quantos": "qtos",
    "que": "q",
    "para": "pra",
    "beleza": "blz",
    "obrigado": "obg",
    "por favor": "pfv",
    "hoje": "hj",
    "mesmo": "msm",
}
_NEIGHBOURS = {"a": "s", "e": "r", "i": "o", "o": "p", "r": "t", "s": "d", "t": "y", "m": "n", "n": "m", "c": "v"}
_WORD = re.compile(r"[^\W\d_]+")
_SENTENCE = re.compile(r"(?<=[.!?]) +|(?<=,) +(?=(?:e|mas|aqui|sou|preciso|quero|qual|quanto)\b)")
_EMOJI = (" 👍", " 🙏", " 😊", " rs", " kkk", "…")
# Shorter words are too often something else with one letter changed.
_TYPO_LETTERS = 6
# Pauses below this are inside one burst.
_BURST_S = 15.0
# A fault or another rhythm may add or take a reply.
_COUNTS_REPLIES = frozenset(
    {"reply_count_max", "reply_count_min", "reply_after_turn_max", "no_reply_between_turns", "no_reply_after_turn"}
)


@dataclass(frozen=True, slots=True)
class Noise:
    """How somebody types: shares from 0 to 1."""

    accents_dropped: float = 0.0
    lower_case: float = 0.0
    typos: float = 0.0
    short_forms: float = 0.0
    emoji: float = 0.0
    split: float = 0.0
    no_punctuation: float = 0.0


PLAIN = Noise()
HURRIED = Noise(0.9, 0.9, 0.06, 0.5, 0.05, 0.6, 0.7)
CHATTY = Noise(0.2, 0.3, 0.02, 0.3, 0.5, 0.4, 0.2)
CAREFUL = Noise(0.0, 0.0, 0.0, 0.0, 0.05, 0.1, 0.0)
ELDERLY = Noise(0.6, 0.3, 0.08, 0.1, 0.2, 0.3, 0.5)
SPOKEN = Noise(0.0, 1.0, 0.0, 0.1, 0.0, 0.0, 1.0)
STYLES = {
    "apressado": HURRIED,
    "falante": CHATTY,
    "cuidadoso": CAREFUL,
    "desajeitado": ELDERLY,
    "por voz": SPOKEN,
}


@dataclass(frozen=True, slots=True)
class Variation:
    """A case as it is played this time; ``split`` and ``fails_at`` as in ``quick.rehearse``."""

    case: Case
    split: dict[int, list[str]] = field(default_factory=dict)
    fails_at: int = 0
    style: str = ""


def vary(case: Case, dice: random.Random) -> Variation:
    """Another telling of the case. The same dice give the same one."""
    style = dice.choice(list(STYLES))
    noise, kept = STYLES[style], protected(case)
    turns, split, at_s, before = [], {}, 0.0, 0.0
    for turn in case.turns:
        gap, before = turn.at_s - before, turn.at_s
        at_s += gap * (dice.uniform(0.5, 1.0) if gap < _BURST_S else dice.uniform(1.0, 1.5))
        text = typed(turn.text, noise, dice, kept=kept) if _is_typed(turn) else turn.text
        turns.append(replace(turn, at_s=at_s, text=text))
        if _is_typed(turn) and turn.type == "text" and dice.random() < noise.split:
            split[turn.number] = bubbles(text)
    keys = {key for key, _ in case.must}
    fails_at = dice.randint(1, 2) if dice.random() < 0.25 and not keys & _COUNTS_REPLIES else 0
    start = case.start + timedelta(seconds=dice.randint(0, 240))
    return Variation(replace(case, start=start, turns=tuple(turns)), split, fails_at, style)


def typed(text: str, noise: Noise, dice: random.Random, *, kept: Collection[str] = ()) -> str:
    """``text`` as typed by somebody of that noise. ``kept`` are folded words that stay as they are."""
    dropped, lowered = dice.random() < noise.accents_dropped, dice.random() < noise.lower_case

    def word(found: re.Match[str]) -> str:
        said = found[0]
        if fold(said) in kept or (said[0].isupper() and found.start() > 0) or said.isupper():
            return said
        if said.lower() in _SHORT and dice.random() < noise.short_forms:
            return _SHORT[said.lower()]
        said = said.lower() if lowered else said
        said = _bare(said) if dropped else said
        return _slip(said, dice) if len(said) >= _TYPO_LETTERS and dice.random() < noise.typos else said

    result = _WORD.sub(word, text)
    if dice.random() < noise.no_punctuation:
        result = result.rstrip(".!")
    return result + dice.choice(_EMOJI) if dice.random() < noise.emoji else result


def bubbles(text: str) -> list[str]:
    """The text in the pieces it may be sent in; the last one must not look unfinished where the whole does not."""
    parts = [part.strip() for part in _SENTENCE.split(text) if part.strip()]
    return parts if len(parts) < 2 or is_fragment(text) or not is_fragment(parts[-1]) else [text]


def protected(case: Case) -> frozenset[str]:
    """Words the assertions speak of."""
    return frozenset(word for _, expected in case.must for text in _texts(expected) for word in fold(text).split())


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for item in value.values() for text in _texts(item)]
    return [text for item in value for text in _texts(item)] if isinstance(value, list) else []


def _is_typed(turn: Turn) -> bool:
    return turn.sender == "lead" and turn.type == "text"


def _bare(word: str) -> str:
    """Without accents, its case kept."""
    return "".join(char for char in unicodedata.normalize("NFD", word) if not unicodedata.combining(char))


def _slip(word: str, dice: random.Random) -> str:
    """One slip of the finger inside the word."""
    at = dice.randint(1, len(word) - 2)
    match dice.randint(0, 3):
        case 0:
            return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        case 1:
            return word[:at] + word[at + 1 :]
        case 2:
            return word[:at] + word[at] + word[at:]
        case _:
            return word[:at] + _NEIGHBOURS.get(word[at], word[at]) + word[at + 1 :]
