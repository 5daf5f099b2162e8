"""How much stricter than the code a manager wants the rules. The code's own limits are the loosest there is.

Making a rule stricter needs no more than the right to change rules; loosening one, even back to the code's limit,
needs ``knowledge.loosen_rule`` and is confirmed and audited.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from seleto.lib.text.fold import fold

# domain.md, hard rule 1.
MOST_QUESTIONS = 2


@dataclass(frozen=True, slots=True)
class Strictness:
    """``questions``: direct questions allowed in one reply. ``forbidden``: words and expressions never to be said."""

    questions: int = MOST_QUESTIONS
    forbidden: tuple[str, ...] = ()


CODE = Strictness()


def lines(text: str) -> tuple[str, ...]:
    """One expression per line, as a manager writes them."""
    return tuple(dict.fromkeys(" ".join(line.split()) for line in text.splitlines() if line.strip()))


def said(text: str, forbidden: tuple[str, ...]) -> Iterator[tuple[int, int, str]]:
    """(start, end, expression) of each forbidden expression in ``text``, whatever its case and accents."""
    if not forbidden:
        return
    # One character for one, so that offsets are the text's own.
    plain = "".join((fold(char) or " ")[0] for char in text)
    for expression in forbidden:
        words = r"\s+".join(re.escape(fold(word)) for word in expression.split())
        for found in re.finditer(rf"(?<!\w){words}(?!\w)", plain):
            yield found.start(), found.end(), expression


def loosened(former: Strictness, wanted: Strictness) -> list[str]:
    """What the wanted rules allow that the former ones forbid, in sentences; empty when nothing does."""
    found = []
    if wanted.questions > former.questions:
        found.append(
            f"O agente passa a poder fazer {wanted.questions} perguntas por resposta (hoje: {former.questions})."
        )
    gone = [one for one in former.forbidden if one not in wanted.forbidden]
    if gone:
        found.append(f"O agente volta a poder dizer: {', '.join(gone)}.")
    return found
