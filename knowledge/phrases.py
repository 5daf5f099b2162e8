"""Approved sentences: what the agent says when a draft may not leave or no model answers."""

import hashlib

from knowledge import queries
from knowledge.models import Situation
from knowledge.sources import shipped_phrases


def choose(situation: str, *, language: str = "pt", avoid: str = "", seed: str = "") -> str:
    """The first of ``options``."""
    return options(situation, language=language, avoid=avoid, seed=seed)[0]


def options(situation: str, *, language: str = "pt", avoid: str = "", seed: str = "") -> tuple[str, ...]:
    """Every sentence of that situation, in the same order for the same seed, `avoid` last.

    The shipped sentences stand in when the tables hold none of it, so that there is always something safe to say; the
    Portuguese ones when there is none in the language. Raises `ValueError` for a situation that does not exist.
    """
    known = Situation(situation).value
    texts = _texts(known, language) or _texts(known, "pt")
    fresh = [text for text in texts if text != avoid] or list(texts)
    digest = hashlib.sha256(f"{known}:{seed}".encode()).digest()
    first = int.from_bytes(digest[:4]) % len(fresh)
    return (*fresh[first:], *fresh[:first], *(text for text in texts if text not in fresh))


def _texts(situation: str, language: str) -> tuple[str, ...]:
    return queries.phrases().get((situation, language)) or shipped_phrases(language).get(situation, ())
