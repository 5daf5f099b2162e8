"""What rules alone make of the messages to be answered: read once per turn, before the model is asked.

The brief is built on it, routing obeys it, and it is all there is when no model answers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from conversations.agent import declined, facts, situations
from conversations.agent.situations import Matter
from conversations.agent.state import Line, TurnState
from knowledge.catalogue import ProductFacts
from knowledge.weights import DEFAULT, Weights
from leads import extraction, temperature
from leads.extraction import Extraction
from leads.extraction.intentions import intentions
from leads.models import Fact
from leads.services import NewFact
from leads.temperature import Engagement, Score
from seleto.lib.text.language import Language

# Who writes about these is no buyer (domain.md, hard rule 8).
NO_SALE = frozenset(
    {
        Matter.SUPPORT,
        Matter.COMPLAINT,
        Matter.SUPPLIER,
        Matter.CANDIDATE,
        Matter.WRONG_NUMBER,
        Matter.PRIVACY,
        Matter.MINOR,
    }
)


@dataclass(frozen=True, slots=True)
class Heard:
    """``known``: field -> value, what these messages tell included. ``facts``: only what they tell.
    ``not_told``: what the lead, asked for it, would not tell. ``has_phone`` as in the state."""

    score: Score
    matters: frozenset[Matter] = frozenset()
    language: Language = "pt"
    facts: tuple[NewFact, ...] = field(default=(), repr=False)
    known: Mapping[str, str] = field(default_factory=dict, repr=False)
    ask_state: bool = False
    engagement: Engagement = field(default_factory=Engagement)
    not_told: frozenset[str] = frozenset()
    has_phone: bool = True

    @property
    def temperature(self) -> str:
        return self.score.temperature

    def told(self, field: Fact.Field) -> str:
        """The value that these messages give the field, "" when they give none."""
        return next((fact.value for fact in self.facts if fact.field == field), "")


def listen(state: TurnState, products: tuple[ProductFacts, ...], weights: Weights = DEFAULT) -> Heard:
    """Pure: no database, no model."""
    lines = [line for line in state.pending if line.text and line.own_words]
    texts = [line.text for line in lines]
    said = extraction.extract(texts, products=products) if lines else Extraction()
    matters = situations.read(lines, said)
    if state.memory.price_refusals and situations.presses(lines, state.history):
        matters |= {Matter.PRICE}
    new = facts.from_rules(lines, [*said.items, *intentions(texts)])
    engagement = _engagement(state, sale=not matters & NO_SALE)
    known = _known(state, new)
    return Heard(
        score=_score(state, new, engagement, weights),
        matters=matters,
        language=situations.spoken_language([*state.history, *state.pending]),
        facts=new,
        known=known,
        ask_state=said.ask_state,
        engagement=engagement,
        has_phone=state.has_phone,
        not_told=(declined.read(state.history, state.pending, known) | {*state.memory.not_told}) - {*known},
    )


def with_facts(heard: Heard, new: tuple[NewFact, ...], state: TurnState, weights: Weights) -> Heard:
    """The same, with what the model read as well: its facts count for everything that follows the answer."""
    score = _score(state, new, heard.engagement, weights)
    known = _known(state, new)
    return replace(heard, facts=new, known=known, score=score, not_told=heard.not_told - {*known})


def _known(state: TurnState, new: Sequence[NewFact]) -> dict[str, str]:
    return {**state.facts, **{fact.field: fact.value for fact in new}}


def _score(state: TurnState, new: Sequence[NewFact], engagement: Engagement, weights: Weights) -> Score:
    told = temperature.updated(state.told, new, at=state.waiting_since)
    standing = temperature.standing(state.temperature, state.corrected_at, told)
    return temperature.score(told, engagement, weights, standing)


def _engagement(state: TurnState, *, sale: bool) -> Engagement:
    """How the lead takes part, as far as the messages of the brief show."""
    talk: list[Line] = [*state.history, *state.pending]
    asked = [at for at, line in enumerate(talk) if line.author == "agent" and "?" in line.text]
    answered = [at for at in asked if at + 1 < len(talk) and talk[at + 1].author == "lead"]
    return Engagement(
        messages=sum(line.author == "lead" for line in talk),
        questions=len(asked),
        answered=len(answered),
        days_since_contact=0,
        sale=sale,
    )
