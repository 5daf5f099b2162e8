"""A model's reply as WhatsApp shows it: its own markup instead of Markdown, one text per bubble."""

import re

MAX_BUBBLES = 3

_BOLD = re.compile(r"\*\*([^*\n]+)\*\*|__([^_\n]+)__")
_HEADING = re.compile(r"^#{1,6}\s+(.+)$", re.MULTILINE)
_LINK = re.compile(r"!?\[([^\]\n]*)\]\((https?://[^)\s]+)\)")
_BULLET = re.compile(r"^[*+]\s+", re.MULTILINE)
_BLANK_LINES = re.compile(r"\n[ \t]*\n\s*")


# What nobody sees and what turns the order of letters around; the joiners inside an emoji stay.
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\ufff9-\ufffb\U000e0000-\U000e01ef]|(?<=\\w)\u200d|\u200d(?=\\w)"
)
# A sentence of one word a line reads badly, and no rule sees a sentence in it.
_POURED = re.compile(r"^[ \t]*\S+(?:[ \t]*\n\s*\S+(?=[ \t]*(?:\n|\Z))){2,}", re.M)


def visible(text: str) -> str:
    """``text`` as it is seen: what was hidden in it is reviewed by nobody who reads along, so it does not leave."""
    return _UNSEEN.sub("", text)


def to_whatsapp(text: str) -> str:
    """Markdown that models write by habit, turned into what WhatsApp understands (contracts/zapi.md, section 3)."""
    text = _BOLD.sub(lambda match: f"*{match[1] or match[2]}*", text)
    text = _HEADING.sub(r"*\1*", text)
    text = _LINK.sub(lambda match: f"{match[1]} {match[2]}".strip(), text)
    text = _POURED.sub(lambda match: " ".join(match[0].split()), text)
    return _BULLET.sub("- ", text).strip()


def bubbles(text: str, *, most: int = MAX_BUBBLES) -> tuple[str, ...]:
    """The texts to send, at most ``most``; what is over stays with the last one."""
    parts = [part.strip() for part in _BLANK_LINES.split(text) if part.strip()]
    head, tail = parts[: most - 1], parts[most - 1 :]
    return (*head, "\n\n".join(tail)) if tail else tuple(head)


def typing_s(text: str, *, chars_per_s: int, most_s: float) -> float:
    """Seconds a person would take to type ``text``, within reason."""
    return min(len(text) / chars_per_s, most_s)
