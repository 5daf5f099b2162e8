"""What the lead told us, from the model's proposals and from rules; nothing without evidence is kept (I7)."""

import re

from conversations.agent.schema import Answer, ProposedFact
from conversations.agent.state import Line, Snapshot, TurnState
from leads import extraction, municipalities
from leads.models import Fact
from leads.services import NewFact

MESSAGE = "mensagem"
STATE_OF_UNIQUE_CITY = "uf_de_municipio_unico"


def accept(answer: Answer, state: TurnState, snapshot: Snapshot) -> tuple[tuple[NewFact, ...], tuple[str, ...]]:
    """The proposals that stand, and the names of the fields of those that do not (counted, never stored).

    What rules read in the same messages fills what the model left out.
    """
    lines = {line.key: line for line in (*state.history, *state.pending) if line.author == "lead" and line.own_words}
    kept, dropped = {fact.field: fact for fact in from_rules(state, snapshot)}, []
    for proposed in answer.facts:
        fact = _checked(proposed, lines.get(proposed.message), snapshot)
        if fact is None:
            dropped.append(proposed.field)
        else:
            kept[fact.field] = fact
    return tuple(kept.values()), tuple(dropped)


def from_rules(state: TurnState, snapshot: Snapshot) -> tuple[NewFact, ...]:
    """What can be read in the unanswered messages without a model."""
    lines = [line for line in state.pending if line.text and line.own_words]
    found = extraction.extract([line.text for line in lines], products=snapshot.products)
    return tuple(
        _derived_state(item.stored, item.quote, lines[item.message], item.start, item.end)
        if item.field == Fact.Field.UF and not _names_state(item.quote)
        else _fact(Fact.Field(item.field), item.stored, item.quote, lines[item.message], item.start, item.end)
        for item in found.items
        if item.field in Fact.Field.values
    )


def _checked(proposed: ProposedFact, line: Line | None, snapshot: Snapshot) -> NewFact | None:
    if line is None:
        return None
    value = extraction.validate(
        proposed.field, proposed.value, quote=proposed.quote, message=line.text, products=snapshot.products
    )
    if value is None:
        return None
    if proposed.field == "uf" and not _names_state(proposed.quote):
        return _state_by_city(value, proposed.quote, line)
    start = line.text.find(proposed.quote)
    end = start + len(proposed.quote) if start >= 0 else None
    return _fact(Fact.Field(proposed.field), value, proposed.quote, line, start if start >= 0 else None, end)


def _names_state(quote: str) -> bool:
    """Whether the quotation ends in a state, as in "Santa Maria, RS"."""
    words = re.findall(r"\w+", quote)
    return any(municipalities.state(" ".join(words[start:])) for start in range(len(words)))


def _state_by_city(value: str, quote: str, line: Line) -> NewFact | None:
    """A state the lead did not name stands only if it follows from the city they did name."""
    place = municipalities.find(quote)
    if place is None or place.uf != value:
        return None
    start = max(line.text.find(quote), 0)
    return _derived_state(value, quote, line, start, start + len(quote))


def _derived_state(value: str, quote: str, line: Line, start: int, end: int) -> NewFact:
    """The state follows from a city whose name no other state has; the lead said the city only (I7)."""
    return NewFact(
        field=Fact.Field.UF,
        value=value,
        evidence=Fact.Evidence.DERIVED,
        source_kind=MESSAGE,
        source_id=line.id,
        quote=quote,
        start=start,
        end=end,
        rule=STATE_OF_UNIQUE_CITY,
    )


def _fact(field: Fact.Field, value: str, quote: str, line: Line, start: int | None, end: int | None) -> NewFact:
    return NewFact(
        field=field,
        value=value[:200],
        evidence=Fact.Evidence.SAID,
        source_kind=MESSAGE,
        source_id=line.id,
        quote=quote[:500],
        start=start,
        end=end,
    )
