"""Scripted conversations and what came of them, in a few words, for the tests of the assertions."""

from datetime import datetime
from typing import Any

from conversations.evals.assertions import Outcome, Result, check
from conversations.evals.observed import Final, Line
from conversations.evals.schema import LOCAL, Case, Setup, Turn
from knowledge.catalogue import shipped_products

START = datetime(2026, 12, 1, 10, 0, tzinfo=LOCAL)
# (who, text): "lead", "agent" (a new reply), "+agent" (one more bubble of it), "sdr_phone", "sdr_chatwoot", "clock".
Said = tuple[str, str]


def outcome(
    *said: Said, must: list[tuple[str, Any]] | None = None, setup: Setup | None = None, **final: Any
) -> Outcome:
    """A played conversation whose lines lie ten seconds apart."""
    turns: list[Turn] = []
    lines: list[Line] = []
    reply = 0
    for place, (who, text) in enumerate(said):
        at = 10.0 * place
        if who.endswith("agent"):
            reply += who == "agent"
            lines.append(Line(at, "agent", "text", text, f"out{place}", reply=reply))
            continue
        turns.append(Turn(len(turns) + 1, at, who, "text", text))
        sender = "system" if who == "clock" else who
        lines.append(Line(at, sender, "text", text, f"in{place}", turn=turns[-1].number))
    case = Case("t", "", "whatsapp_direct", START, setup or Setup(), tuple(turns), tuple(must or ()))
    return Outcome(case=case, lines=tuple(lines), final=Final(**final), products=shipped_products())


def judged(key: str, expected: Any, *said: Said, **final: Any) -> Result:
    """The one assertion's result."""
    results = check(outcome(*said, must=[(key, expected)], **final))
    return next(result for result in results if result.key == key)
