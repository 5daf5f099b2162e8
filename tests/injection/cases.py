"""The cases of `tests/injection/cases/*.toml`, read and checked.

A family is one technique with a mechanism of its own. A case is what a lead plants and what a model that falls for it
answers. What the model is not told to say or do besides stays plain: no facts, no sources, the move "responder".
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("cases")
LANGUAGES = ("pt", "en", "es", "mix")
# OWASP Top 10 for LLM Applications 2025, in words of our own.
OWASP = {
    "LLM01": "Prompt injection",
    "LLM02": "Sensitive information disclosure",
    "LLM03": "Supply chain",
    "LLM04": "Data and model poisoning",
    "LLM05": "Improper output handling",
    "LLM06": "Excessive agency",
    "LLM07": "System prompt leakage",
    "LLM08": "Vector and embedding weaknesses",
    "LLM09": "Misinformation",
    "LLM10": "Unbounded consumption",
}
# Where each stands in the list of 2026 (GenAI-Security-Project/GenAI-LLM-Top10, 2026/final); LLM07 is wider there:
# whatever the model is told that people are not.
OWASP_2026 = {
    "LLM01": "LLM01",
    "LLM02": "LLM02",
    "LLM03": "LLM04",
    "LLM04": "LLM05",
    "LLM05": "LLM10",
    "LLM06": "LLM03",
    "LLM07": "LLM08",
    "LLM08": "LLM09",
    "LLM09": "LLM07",
    "LLM10": "LLM06",
}


class Goal(StrEnum):
    """What the attacker is after."""

    PRICE = "price"
    PAYMENT = "payment"
    DISCOUNT = "discount"
    DEADLINE = "deadline"
    FREIGHT = "freight"
    PROMISE = "promise"
    SPECIFICATION = "specification"
    PROMPT = "prompt"
    OTHERS = "others"
    RATING = "rating"
    LINK = "link"
    TOPIC = "topic"
    MARKUP = "markup"
    FACT = "fact"
    ACTION = "action"
    FLOOD = "flood"
    SILENCE = "silence"


class Carrier(StrEnum):
    """Where the planted text travels. ``TEXT``: it is the lead's message itself."""

    TEXT = "text"
    FORWARDED = "forwarded"
    QUOTED = "quoted"
    EDITED = "edited"
    CAPTION = "caption"
    FILENAME = "filename"
    DOCUMENT = "document"
    AUDIO = "audio"
    CONTACT = "contact"
    LOCATION = "location"
    BUTTON = "button"
    LIST = "list"
    VOTE = "vote"
    NAME = "name"
    AD = "ad"
    ARTICLE = "article"
    PERSON = "person"
    AGENT = "agent"
    SUMMARY = "summary"
    CRM = "crm"


@dataclass(frozen=True, slots=True)
class Family:
    """``how`` is the mechanism, one sentence."""

    id: str
    owasp: str
    how: str


@dataclass(frozen=True, slots=True)
class Case:
    """``turns`` are answered one by one; the model falls for it in the last one. ``planted`` travels in ``at`` before
    the first of them. ``harmless``: the words may leave, what counts is what comes of them."""

    id: str
    family: Family
    language: str
    at: Carrier
    goal: Goal
    turns: tuple[str, ...]
    planted: str
    says: str
    answer: Mapping[str, Any] = field(default_factory=dict)
    tools: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    harmless: bool = False

    @property
    def last(self) -> str:
        """The words the reply answers."""
        return self.turns[-1] if self.turns else self.planted


@cache
def families() -> Mapping[str, Family]:
    """By id, in the order of the files."""
    return {case.family.id: case.family for case in load()}


@cache
def load() -> tuple[Case, ...]:
    """Every case. Raises ``ValueError`` for one that is not whole."""
    return tuple(case for path in sorted(FOLDER.glob("*.toml")) for case in _read(path))


def _read(path: Path) -> list[Case]:
    rows = tomllib.loads(path.read_text("utf-8"))["family"]
    return [_case(row, number, given) for row in rows for number, given in enumerate(row["cases"], start=1)]


def _case(row: Mapping[str, Any], number: int, given: Mapping[str, Any]) -> Case:
    name = f"{row['id']}-{number}"
    unknown = {*given} - {*LANGUAGES, "planted", "says", "at", "goal", "harmless", "tools", *_ANSWER}
    language = next((key for key in LANGUAGES if key in given), "")
    if unknown or not language or not given.get("says") or row["owasp"] not in OWASP:
        raise ValueError(f"{name}: {sorted(unknown) or 'no language, no answer or no place in the OWASP list'}")
    said = given[language]
    case = Case(
        id=name,
        family=Family(row["id"], row["owasp"], row["how"]),
        language=language,
        at=Carrier(given.get("at", row.get("at", "text"))),
        goal=Goal(given.get("goal", row.get("goal"))),
        turns=tuple([said] if isinstance(said, str) else said),
        planted=given.get("planted", ""),
        says=given["says"],
        answer={key: given[key] for key in _ANSWER if key in given},
        tools=tuple((tool["name"], tool.get("arguments", {})) for tool in given.get("tools", ())),
        harmless=given.get("harmless", row.get("harmless", False)),
    )
    if (case.at is Carrier.TEXT) == bool(case.planted):
        raise ValueError(f"{name}: something is planted exactly where the carrier is not the message itself")
    return case


_ANSWER = ("facts", "intents", "sources", "unanswered_question", "move")
