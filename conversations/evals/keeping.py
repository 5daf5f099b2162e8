"""A rehearsed conversation as JSON between two messages, for a talk that outlives the process it began in.

What is kept is what a turn leaves behind; the material (prompt, knowledge, policy) is given anew each time, so that a
draft edited in between counts from the next message on.
"""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from conversations.agent.memory import Memory
from conversations.agent.state import Line
from conversations.evals.rehearsal import Material, Rehearsal
from leads.models import Fact, Temperature
from leads.services import NewFact
from leads.temperature import Part, Score

# What is plain in both forms.
_PLAIN = (
    "owner", "opted_out", "interests", "gaps", "handoffs", "_awaiting", "_unanswered", "_failures", "_renewed",
)  # fmt: skip


def kept(talk: Rehearsal) -> dict[str, Any]:
    """The conversation as it stands, JSON-ready; its takes are not part of it."""
    return {
        **{name: getattr(talk, name) for name in _PLAIN},
        "lines": [_from_line(line) for line in talk.lines],
        "pending": [_from_line(line) for line in talk._pending],
        "facts": {name: _from_fact(fact, talk.told_at[name]) for name, fact in talk.facts.items()},
        "memory": talk._memory.stored(),
        "score": asdict(talk._score),
    }


def taken_up(stored: dict[str, Any], material: Material) -> Rehearsal:
    """The conversation that ``kept`` describes, to go on with this material; a new one for an empty description."""
    talk = Rehearsal(material)
    if not stored:
        return talk
    for name in _PLAIN:
        setattr(talk, name, stored[name])
    talk.lines = [_to_line(row) for row in stored["lines"]]
    talk._pending = [_to_line(row) for row in stored["pending"]]
    talk.facts = {name: _to_fact(row) for name, row in stored["facts"].items()}
    talk.told_at = {name: datetime.fromisoformat(row["told_at"]) for name, row in stored["facts"].items()}
    talk._memory = Memory.read(stored["memory"])
    talk._score = _to_score(stored["score"])
    return talk


def _from_line(line: Line) -> dict[str, Any]:
    return {**asdict(line), "id": str(line.id), "at": line.at.isoformat()}


def _to_line(row: dict[str, Any]) -> Line:
    return Line(**{**row, "id": UUID(row["id"]), "at": datetime.fromisoformat(row["at"])})


def _from_fact(fact: NewFact, told_at: datetime) -> dict[str, Any]:
    source = str(fact.source_id) if fact.source_id else None
    return {**asdict(fact), "source_id": source, "told_at": told_at.isoformat()}


def _to_fact(row: dict[str, Any]) -> NewFact:
    values = {name: value for name, value in row.items() if name != "told_at"}
    source = UUID(row["source_id"]) if row["source_id"] else None
    field, evidence = Fact.Field(row["field"]), Fact.Evidence(row["evidence"])
    return NewFact(**{**values, "field": field, "evidence": evidence, "source_id": source})


def _to_score(row: dict[str, Any]) -> Score:
    return Score(
        value=row["value"],
        temperature=Temperature(row["temperature"]),
        parts=tuple(Part(**part) for part in row["parts"]),
        reasons=tuple(row["reasons"]),
        would_raise=tuple(row["would_raise"]),
        fields=tuple(row["fields"]),
    )
