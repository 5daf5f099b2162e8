"""What kind of talk the unanswered messages are, as far as rules can tell for sure (domain.md, hard rules 5 to 8).

These readings are few and careful: what they name is acted on whatever the model says, and with no model at all. What
they leave out the model may still name in its ``intents``.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import takewhile

from conversations.agent.matters import ASKS_WHO, Matter, matters
from conversations.agent.state import Line
from leads.extraction import MAX_CHARS, Extraction
from leads.models import SubjectRequest
from seleto.lib.text.fold import fold
from seleto.lib.text.foreign import words_in_portuguese
from seleto.lib.text.language import Language, language

__all__ = ["Matter", "presses", "read", "spoken_language", "subject_request_kind"]


# Words that press on what was just turned down without naming it again.
_PRESSES = re.compile(
    r"\bconfirma\b|\b(?:so|apenas)\b[^.!?\n]{0,12}\b(?:sim|nao|ok|isso)\b|\brespond\w+ (?:com|so|ai)\b|\bse for isso\b"
    r"|\bmais ou menos\b|\bpelo menos\b|\b(?:uma|alguma) (?:ideia|base|nocao|faixa|media|estimativa)\b|\bestimativa\b"
    r"|\bme (?:fala|diz|passa|da|adianta) (?:logo|so|ai|uma|o)\b|\baproximad\w+|\bchut\w+|\bentre quanto\b"
    r"|\bpor cima\b|^\W*e (?:a|o|da|do) \w|\bpassa de\b|\bmais de\b|\bmenos de\b|^\W*\d[\d.,]* ?(?:mil|k)?\W*\?"
)


def presses(lines: Iterable[Line], history: Sequence[Line]) -> bool:
    """Whether the lead insists on what the agent has just left to the consultant."""
    last = list(takewhile(lambda line: line.author != "lead", reversed(history)))
    deferred = any("consult" in fold(line.text) for line in last)
    return deferred and any(_PRESSES.search(fold(words_in_portuguese(line.text[:MAX_CHARS]))) for line in lines)


def read(lines: Sequence[Line], said: Extraction) -> frozenset[Matter]:
    """What ``lines``, the lead's own words, are surely about; ``said`` is what extraction made of them."""
    found = set().union(*(matters(fold(words_in_portuguese(line.text[:MAX_CHARS]))) for line in lines))
    asks_who = any(ASKS_WHO.search(fold(line.text[:MAX_CHARS])) for line in lines)
    if said.get("pede_humano") and Matter.ROBOT not in found and not asks_who:
        found.add(Matter.HUMAN)
    if said.get("pede_preco"):
        found.add(Matter.PRICE)
    if any(language(line.text) == "other" for line in lines):
        found.add(Matter.FOREIGN)
    return frozenset(found)


_REQUESTS = (
    (SubjectRequest.Kind.ERASURE, re.compile(r"\b(?:apag|exclu|delet|remov|elimin|esquec|anonimiz|tir[ae])\w*")),
    (SubjectRequest.Kind.CORRECTION, re.compile(r"\b(?:corrig|corre[cs]|atualiz|alter|mud|retific)\w*")),
    (SubjectRequest.Kind.PORTABILITY, re.compile(r"\bportabilidade\b|\b(?:transfer|export|baix)\w*")),
)


def subject_request_kind(text: str) -> SubjectRequest.Kind:
    """What a data subject asks for (LGPD art. 18); access when the words name nothing else."""
    folded = fold(text[:MAX_CHARS])
    return next((kind for kind, pattern in _REQUESTS if pattern.search(folded)), SubjectRequest.Kind.ACCESS)


def spoken_language(lines: Iterable[Line]) -> Language:
    """The language to answer in: that of the latest words that tell, Portuguese until then."""
    for line in reversed([line for line in lines if line.author == "lead" and line.own_words]):
        if told := language(line.text):
            return told
    return "pt"
