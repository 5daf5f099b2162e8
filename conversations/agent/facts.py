"""What the lead told us, from the model's proposals and from rules; nothing without evidence is kept (I7)."""

import re
from collections.abc import Iterable, Sequence

from conversations.agent.schema import ProposedFact
from conversations.agent.state import Line, TurnState
from knowledge.catalogue import ProductFacts
from leads import extraction, municipalities
from leads.extraction import Item
from leads.models import Fact
from leads.services import NewFact
from seleto.lib.text.fold import fold

MESSAGE = "mensagem"
STATE_OF_UNIQUE_CITY = "uf_de_municipio_unico"


# A short yes to a question makes what the question said the lead's own (I7); with any other word it is no plain yes.
_YES = re.compile(
    r"\W*(?:sim+|s|ss|isso|exat\w+|correto|cert[oa]|certissim[oa]|certinho|uhum|aham|perfeito|confirm\w+|positivo|claro"
    r"|com certeza|pode ser|ok|okay|e|yes|yep|right|si|correct|correcto)\b"
    r"(?:\W+(?:sim|isso|mesmo|ai|exat\w+|correto|certo|com|certeza|claro|que|e|eh|sou|eu|moro|fico|la|aqui|daqui|de|tenho|quero|ta|tudo|bem|por|favor|pfv?|obrigad[oa]|obg|vlw|valeu|senhora?|please|it|is|yes|si|ok))*\W*"
)
_YES_WORDS = 4
# A yes to "one or the other?" names neither.
_CHOICE = re.compile(r"\b(?:ou|or)\b")
_QUESTION = re.compile(r"[^.!?\n]*\?")


def accept(
    proposed: Sequence[ProposedFact],
    state: TurnState,
    products: tuple[ProductFacts, ...],
    heard: Sequence[NewFact],
) -> tuple[tuple[NewFact, ...], tuple[str, ...]]:
    """The model's proposals that stand, and the names of the fields of those that do not (counted, never stored).

    What rules ``heard`` in the same messages fills what the model left out.
    """
    kept, dropped = {fact.field: fact for fact in heard}, []
    answered = [line.key for line in state.history]
    order = [*answered, *(line.key for line in state.pending)]
    for item in sorted(proposed, key=lambda item: order.index(item.message) if item.message in order else 0):
        fact = check(item, state, products)
        if fact is not None and item.message in answered:
            fact = None if _is_outdone(fact, state, heard) else fact
        if fact is None:
            dropped.append(item.field)
        else:
            kept[fact.field] = fact
    return tuple(kept.values()), tuple(dropped)


def check(proposed: ProposedFact, state: TurnState, products: tuple[ProductFacts, ...]) -> NewFact | None:
    """The proposal as a fact with its evidence; None when nobody said it."""
    talk = [*state.history, *state.pending]
    place = next((at for at, line in enumerate(talk) if line.key == proposed.message and _is_own(line)), None)
    if place is None:
        return None
    return _checked(proposed, talk[place], products) or _confirmed(proposed, talk[place], talk[:place], products)


def _is_outdone(old: NewFact, state: TurnState, heard: Sequence[NewFact]) -> bool:
    """Whether something told later, or given by a person, stands against a word from a message that was answered."""
    return state.facts.get(old.field, old.value) != old.value or any(fact.field == old.field for fact in heard)


def from_rules(lines: Sequence[Line], items: Iterable[Item]) -> tuple[NewFact, ...]:
    """What rules read in ``lines``, as facts with their quotations."""
    return tuple(
        _derived_state(item.stored, item.quote, lines[item.message], item.start, item.end)
        if item.field == Fact.Field.UF and not _names_state(item.quote)
        else _fact(Fact.Field(item.field), item.stored, item.quote, lines[item.message], item.start, item.end)
        for item in items
        if item.field in Fact.Field.values
    )


def _is_own(line: Line) -> bool:
    return line.author == "lead" and line.own_words


def _checked(proposed: ProposedFact, line: Line, products: tuple[ProductFacts, ...]) -> NewFact | None:
    value = extraction.validate(
        proposed.field, proposed.value, quote=proposed.quote, message=line.text, products=products
    )
    if value is None:
        return None
    if proposed.field == "uf" and not _names_state(proposed.quote):
        return _state_by_city(value, proposed.quote, line)
    start = line.text.find(proposed.quote)
    end = start + len(proposed.quote) if start >= 0 else None
    return _fact(Fact.Field(proposed.field), value, proposed.quote, line, start if start >= 0 else None, end)


def _confirmed(
    proposed: ProposedFact, line: Line, before: Sequence[Line], products: tuple[ProductFacts, ...]
) -> NewFact | None:
    """A yes to the agent's own question, when that question contains the value."""
    folded = fold(line.text)
    asked = before[-1] if before and before[-1].author == "agent" else None
    if asked is None or len(folded.split()) > _YES_WORDS or not _YES.fullmatch(folded):
        return None
    for question in _QUESTION.findall(asked.text):
        if _CHOICE.search(fold(question)):
            continue
        value = extraction.validate(proposed.field, proposed.value, quote=question, message=question, products=products)
        if value is not None:
            return NewFact(
                field=Fact.Field(proposed.field),
                value=value[:200],
                evidence=Fact.Evidence.CONFIRMED,
                source_kind=MESSAGE,
                source_id=line.id,
                quote=f"{question.strip()} {line.text}"[-500:],
            )
    return None


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
