"""What `doctor` says of one thing it looked at."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. ``text`` is a Portuguese sentence that says what to do when ``level`` is not OK."""

    check: str
    level: Level
    text: str
