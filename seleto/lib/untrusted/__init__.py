"""Open files that strangers sent in a process of their own, which may take no more than it is given and may die.

A decoder is the place where a crafted file does its harm: it blows up, never ends, or takes the process along. So
each program here (``sound``, ``pdf``) runs apart, without our settings, our environment or a connection, and says what
it found as one JSON object. It stands alone: it imports nothing of the product. Every file gets a process that lives
for it alone; what the program loads is kept ready in another one, which never opens a file (``child``, ``warm``).
"""

import json
from dataclasses import dataclass
from typing import Any

from seleto.lib.untrusted import warm

_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Bounds:
    """``seconds`` of the clock and, separately, of the processor; ``memory_mib`` of address space; ``file_mib`` for
    each file written."""

    seconds: int
    memory_mib: int = 1024
    file_mib: int = 64


class Unreadable(Exception):
    """Nothing came of the file. ``reason`` is a constant word: what the program said, ``tempo`` or ``memoria``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def run(program: str, *arguments: str, bounds: Bounds) -> dict[str, Any]:
    """What ``program`` found. Raises ``Unreadable``, and ``OSError`` when no process could be started."""
    limits = (bounds.seconds, bounds.memory_mib * _MIB, bounds.file_mib * _MIB)
    try:
        code, said = warm.ask(program, arguments, limits=limits)
    except TimeoutError:
        raise Unreadable("tempo") from None
    except EOFError:
        raise Unreadable("interrompida") from None
    return _found(said, code)


def _found(said: bytes, code: int) -> dict[str, Any]:
    try:
        found = json.loads(said)
    except (ValueError, RecursionError):
        found = None
    if code < 0:  # killed by a signal: its processor time was over, or the decoder crashed
        raise Unreadable("interrompida")
    if code or not isinstance(found, dict):
        raise Unreadable("ilegivel")
    if "erro" in found:
        raise Unreadable(str(found["erro"])[:40])
    return found
