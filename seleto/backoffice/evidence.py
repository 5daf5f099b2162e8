"""Where each thing known of a lead came from: the words, the message they stand in, and what was known before."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from conversations.agent.facts import STATE_OF_UNIQUE_CITY
from conversations.models import Message, Turn
from leads.display import fact_value
from leads.models import Fact, Interest, Lead

# The rules by which one thing follows from another, in words.
_RULES = {STATE_OF_UNIQUE_CITY: "só um estado tem município com este nome"}


@dataclass(frozen=True, slots=True)
class Told:
    """A value and its evidence. ``conversation_id`` is where the message that it stands in can be read, if any;
    ``until`` when another value took its place."""

    value: str
    evidence: str
    because: str
    at: datetime
    until: datetime | None
    message_id: UUID | None
    conversation_id: UUID | None
    turn_id: UUID | None


@dataclass(frozen=True, slots=True)
class Known:
    """A field: the value that counts, None when none does any more, and the former ones, newest first."""

    label: str
    current: Told | None
    former: tuple[Told, ...]

    @property
    def shown(self) -> Told:
        """What stands for the field: the value that counts, else the last one that did."""
        return self.current or self.former[0]


def page_context(lead: Lead) -> dict[str, Any]:
    """What the lead's pages show, in five statements however much there is."""
    facts = list(Fact.objects.filter(lead=lead).order_by("-created_at", "-pk"))
    interests = list(Interest.objects.filter(lead=lead).order_by("at"))
    sources = [row.source_id for row in facts] + [row.source_id for row in interests]
    places = dict(Message.objects.filter(pk__in=filter(None, sources)).values_list("pk", "conversation_id"))
    turns = _turns(lead)
    return {
        "facts": [fact for fact in facts if fact.superseded_at is None],
        "known": _by_field(facts, places, {turn.finished_at: turn.pk for turn in turns}),
        "interests": [(row, places.get(row.source_id) if row.source_id else None) for row in interests],
        "dropped": _dropped(turns),
        "empresa": lead.empresa,
    }


def _turns(lead: Lead) -> list[Turn]:
    """Those that stored or refused something: a turn's commit stamps its facts with the moment it finished."""
    stamps = Fact.objects.filter(lead=lead).values("created_at")
    rows = Turn.objects.filter(conversation__lead=lead)
    return list(
        (rows.filter(finished_at__in=stamps) | rows.exclude(facts_dropped=[])).only("finished_at", "facts_dropped")
    )


def _by_field(facts: Iterable[Fact], places: Mapping[UUID, UUID], turns: Mapping[Any, UUID]) -> list[Known]:
    told: dict[str, list[tuple[Fact, Told]]] = {}
    for fact in facts:
        told.setdefault(fact.field, []).append((fact, _told(fact, places, turns)))
    known = []
    for field in Fact.Field:
        rows = told.get(field, [])
        current = next((shown for fact, shown in rows if fact.superseded_at is None), None)
        former = tuple(shown for fact, shown in rows if fact.superseded_at is not None)
        if rows:
            known.append(Known(str(field.label), current, former))
    return known


def _told(fact: Fact, places: Mapping[UUID, UUID], turns: Mapping[Any, UUID]) -> Told:
    because = [f"“{fact.quote}”"] if fact.quote else []
    because += [_RULES.get(fact.rule, fact.rule.replace("_", " "))] if fact.rule else []
    because += [fact.given_by] if fact.given_by else []
    source = fact.source_id if fact.source_id in places else None
    return Told(
        value=fact_value(fact.field, fact.value),
        evidence=fact.get_evidence_display(),
        because=", ".join(because),
        at=fact.created_at,
        until=fact.superseded_at,
        message_id=source,
        conversation_id=places.get(source) if source else None,
        turn_id=turns.get(fact.created_at),
    )


def _dropped(turns: Iterable[Turn]) -> list[tuple[str, int]]:
    """How often a value for the field was proposed that nobody had said."""
    counts: dict[str, int] = {}
    for turn in turns:
        for field in turn.facts_dropped:
            counts[field] = counts.get(field, 0) + 1
    return [
        (str(Fact.Field(field).label) if field in Fact.Field.values else field, count)
        for field, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    ]
