"""What the assistant has said in the conversation so far, so that it neither asks nor says a thing twice."""

import re
from collections.abc import Sequence
from itertools import groupby

from sandbox.model import phrases
from sandbox.model.brief import Brief
from sandbox.model.text import fold, sentences

ASK_AGAIN_AFTER = 3
"""Replies that must have passed since a question before it may be asked in other words."""
_ASK_AT_MOST = 2
# Questions people word in many ways, another model included.
_ALSO_ASKS = {
    "conhece_seleto": re.compile(r"conhec\w+ (?:a seleto|a gente|as? noss)[^?]*\?"),
    "urgencia": re.compile(r"(?:para quando|pra quando|data em mente)[^?]*\?"),
}
_ESSENTIAL = re.compile(r"\d|consultor|especialista|encaminh|atendimento automatico|assistente virtual")
_AGAIN = ("Como comentei, ", "Reforçando: ", "Como eu disse antes, ", "Só para não ficar dúvida: ")


class Memory:
    def __init__(self, brief: Brief) -> None:
        runs = groupby(brief.talk, key=lambda line: line.who)
        self._replies = ["\n".join(line.text for line in run) for who, run in runs if who == "agente"]
        self._said = {_key(sentence) for reply in self._replies for sentence in sentences(reply)}

    def may_ask(self, field: str) -> bool:
        """Not within the next replies after asking, and never a third time."""
        asked = [index for index, reply in enumerate(self._replies) if _asks(field, reply)]
        if not asked:
            return True
        return len(asked) < _ASK_AT_MOST and len(self._replies) - 1 - asked[-1] >= ASK_AGAIN_AFTER

    def unsaid(self, options: Sequence[str]) -> list[str]:
        """The wordings of which no sentence was said before."""
        return [option for option in options if not any(_key(part) in self._said for part in sentences(option))]

    def openings(self) -> list[str]:
        """Short openings, without the one the previous reply began with."""
        last = _key(self._replies[-1]) if self._replies else ""
        return [option for option in phrases.ACK if not last.startswith(_key(option))]

    def without_repeats(self, text: str) -> str:
        """``text`` without sentences said before; one that carries an answer is introduced as a repetition."""
        return " ".join(kept for kept in map(self._reworded, sentences(text)) if kept)

    def _reworded(self, sentence: str) -> str:
        if sentence in phrases.ACK or _key(sentence) not in self._said:
            return sentence
        if not _ESSENTIAL.search(fold(sentence)):
            return ""
        told = (lead + _lowered(sentence) for lead in _AGAIN)
        return next((option for option in told if _key(option) not in self._said), "")


def _asks(field: str, reply: str) -> bool:
    wordings = list(phrases.ASK[field])
    if field == "produto":
        wordings += [wording for options in phrases.ASK_FOR_FAMILY.values() for wording in options]
    also = _ALSO_ASKS.get(field)
    return any(wording in reply for wording in wordings) or bool(also and also.search(fold(reply)))


def _key(text: str) -> str:
    return " ".join(fold(text).split())


def _lowered(sentence: str) -> str:
    """The first letter small, unless the sentence begins with a code such as FB300."""
    return sentence[0].lower() + sentence[1:] if sentence[1:2].islower() or sentence[1:2] == " " else sentence
