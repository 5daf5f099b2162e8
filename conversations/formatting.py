"""A model's reply as WhatsApp shows it: its own markup instead of Markdown, one text per bubble."""

import re

MAX_BUBBLES = 3

_BOLD = re.compile(r"\*\*([^*\n]+)\*\*|__([^_\n]+)__")
_HEADING = re.compile(r"^#{1,6}\s+(.+)$", re.MULTILINE)
_LINK = re.compile(r"!?\[([^\]\n]*)\]\((https?://[^)\s]+)\)")
_BULLET = re.compile(r"^[*+]\s+", re.MULTILINE)
_BLANK_LINES = re.compile(r"\n[ \t]*\n\s*")


def to_whatsapp(text: str) -> str:
    """Markdown that models write by habit, turned into what WhatsApp understands (contracts/zapi.md, section 3)."""
    text = _BOLD.sub(lambda match: f"*{match[1] or match[2]}*", text)
    text = _HEADING.sub(r"*\1*", text)
    text = _LINK.sub(lambda match: f"{match[1]} {match[2]}".strip(), text)
    return _BULLET.sub("- ", text).strip()


def bubbles(text: str, *, most: int = MAX_BUBBLES) -> tuple[str, ...]:
    """The texts to send, at most ``most``; what is over stays with the last one."""
    parts = [part.strip() for part in _BLANK_LINES.split(text) if part.strip()]
    head, tail = parts[: most - 1], parts[most - 1 :]
    return (*head, "\n\n".join(tail)) if tail else tuple(head)


def typing_s(text: str, *, chars_per_s: int, most_s: float) -> float:
    """Seconds a person would take to type ``text``, within reason."""
    return min(len(text) / chars_per_s, most_s)
