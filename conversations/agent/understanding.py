"""What rules alone make of the messages to be answered: read once per turn, before the model is asked.

The brief is built on it, routing obeys it, and it is all there is when no model answers.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from conversations.agent import facts, situations
from conversations.agent.situations import Matter
from conversations.agent.state import TurnState
from knowledge.catalogue import ProductFacts
from leads import extraction
from leads.extraction import Extraction
from leads.models import Fact, Temperature
from leads.services import NewFact
from seleto.lib.text.language import Language


@dataclass(frozen=True, slots=True)
class Heard:
    """``known``: field -> value, what these messages tell included. ``facts``: only what they tell."""

    matters: frozenset[Matter] = frozenset()
    language: Language = "pt"
    facts: tuple[NewFact, ...] = field(default=(), repr=False)
    known: Mapping[str, str] = field(default_factory=dict, repr=False)
    ask_state: bool = False
    temperature: str = Temperature.UNCLASSIFIED

    def told(self, field: Fact.Field) -> str:
        """The value that these messages give the field, "" when they give none."""
        return next((fact.value for fact in self.facts if fact.field == field), "")


def listen(state: TurnState, products: tuple[ProductFacts, ...]) -> Heard:
    """Pure: no database, no model."""
    lines = [line for line in state.pending if line.text and line.own_words]
    said = extraction.extract([line.text for line in lines], products=products) if lines else Extraction()
    new = facts.from_rules(lines, said)
    matters = situations.read(lines, said)
    if state.memory.price_refusals and situations.presses(lines, state.history):
        matters |= {Matter.PRICE}
    return Heard(
        matters=matters,
        language=situations.spoken_language([*state.history, *state.pending]),
        facts=new,
        known={**state.facts, **{fact.field: fact.value for fact in new}},
        ask_state=said.ask_state,
        temperature=state.temperature,
    )


def with_facts(heard: Heard, new: tuple[NewFact, ...], state: TurnState) -> Heard:
    """The same, with what the model read as well: its facts count for everything that follows the answer."""
    known: dict[str, str] = {**state.facts, **{fact.field: fact.value for fact in new}}
    return replace(heard, facts=new, known=known)
