"""How many characters a token takes, corrected by what the servers count (design.md, stage 4).

Kept per endpoint and process: a guess to start with, then a running mean of what came back as ``usage``.
"""

import os
import threading

START = 3.0
LEAST, MOST = 2.5, 4.5
# What the newest answer weighs.
_WEIGHT = 0.2

_lock = threading.Lock()
_ratios: dict[str, float] = {}


def chars_per_token(endpoint: str) -> float:
    """Between ``LEAST`` and ``MOST``."""
    return _ratios.get(endpoint, START)


def learn(endpoint: str, *, chars: int, tokens: int) -> None:
    """Take in that a request of ``chars`` characters, everything in it counted, was ``tokens`` tokens long."""
    if tokens <= 0:  # a server that does not count
        return
    seen = min(max(chars / tokens, LEAST), MOST)
    with _lock:
        known = _ratios.get(endpoint, START)
        _ratios[endpoint] = known + _WEIGHT * (seen - known)


def forget() -> None:
    """Start guessing again: another model, or a fresh fork."""
    global _lock
    _lock = threading.Lock()
    _ratios.clear()


os.register_at_fork(after_in_child=forget)
