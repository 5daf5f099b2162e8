"""How long to wait for the lead to finish before answering (design.md, stage 3)."""

import re
from datetime import datetime, timedelta

from django.conf import settings

from seleto.lib.text.fold import fold

_GREETING = re.compile(
    r"(oi+|ola+|opa|e ?ai|bom dia|boa tarde|boa noite|tudo (bem|bom)|td bem|hello|hi|hola|alo)[\s,!.?]*"
)
_CORRECTION = re.compile(r"(quer dizer|digo|na verdade|corrigindo|ops|errei|\*)")
_ENDS_SENTENCE = re.compile(r"[.!?…)]\s*$")
# Enough words to be more than a place or a name on its own.
_FRAGMENT_WORDS = 3


def is_fragment(text: str) -> bool:
    """Whether more is likely to come: a greeting alone, a correction, a word or two without an end."""
    folded = fold(text).strip()
    if not folded:
        return True
    if all(_GREETING.fullmatch(part.strip()) for part in re.split(r"[,!.?\n]", folded) if part.strip()):
        return True
    if _CORRECTION.match(folded):
        return True
    return len(folded.split()) <= _FRAGMENT_WORDS and not _ENDS_SENTENCE.search(folded)


def quiet_s(text: str, *, answers_question: bool) -> float:
    """Seconds of silence after ``text`` before the turn is due."""
    if is_fragment(text) and not answers_question:
        return settings.QUIET_FRAGMENT_S
    if answers_question or _ENDS_SENTENCE.search(text):
        return settings.QUIET_AFTER_ANSWER_S
    return settings.QUIET_DEFAULT_S


def due_at(*, pending_since: datetime, heard_at: datetime, wait_s: float) -> datetime:
    """When to answer: after the silence, but never later than the ceiling since the first message waiting."""
    return min(heard_at + timedelta(seconds=wait_s), pending_since + timedelta(seconds=settings.QUIET_MAX_S))
