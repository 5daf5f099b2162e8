"""What an SDR tells the agent from Chatwoot (domain.md, "Human in the loop")."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from seleto.lib.text.fold import fold


class Command(StrEnum):
    RESUME = "resume"
    PAUSE = "pause"


@dataclass(frozen=True, slots=True)
class Unknown:
    """Begins with a slash and is no command: it must not reach the lead."""


_WORDS = {
    "bot on": Command.RESUME,
    "retomar": Command.RESUME,
    "continuar": Command.RESUME,
    "bot off": Command.PAUSE,
    "pausar": Command.PAUSE,
}
_WRONG = re.compile(r"\s*erro\s*:(.*)", re.IGNORECASE | re.DOTALL)


def parse(text: str) -> Command | Unknown | None:
    """The command that ``text`` equals, with or without its slash; None for ordinary text.

    What nobody sees (a pasted zero-width space, a byte order mark) and the form of a letter make no other word of it.
    """
    visible = "".join(char for char in unicodedata.normalize("NFKC", text) if unicodedata.category(char) != "Cf")
    said = " ".join(fold(visible).split())
    command = _WORDS.get(said.removeprefix("/"))
    if command is None and said.startswith("/"):
        return Unknown()
    return command


def reported(text: str) -> str | None:
    """What ``erro: <motivo>`` says after the colon, for private notes only; None for any other text."""
    found = _WRONG.fullmatch(text)
    return found[1].strip() if found else None
