"""Approved sentences: what the agent says when a draft may not leave or no model answers."""

import hashlib

from knowledge import queries
from knowledge.models import Situation
from knowledge.sources import shipped_phrases


def choose(situation: str, *, avoid: str = "", seed: str = "") -> str:
    """A sentence of that situation, the same for the same seed, never `avoid` while another one exists.

    The shipped sentences stand in when the tables hold none of it, so that there is always something safe to say.
    Raises `ValueError` for a situation that does not exist.
    """
    known = Situation(situation).value
    texts = queries.phrases().get(known) or shipped_phrases()[known]
    fresh = [text for text in texts if text != avoid] or list(texts)
    digest = hashlib.sha256(f"{known}:{seed}".encode()).digest()
    return fresh[int.from_bytes(digest[:4]) % len(fresh)]
