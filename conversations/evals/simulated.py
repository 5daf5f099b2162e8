"""A lead as a state machine: opens, asks, tells what the disclosure rule lets out, and ends the talk.

The same dice give the same lead, as far as the agent gives the same answers.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from conversations import speech
from conversations.agent.endpoints import Endpoint
from conversations.evals.people import ANSWERS, CLOSINGS, DUNNO, OPENINGS, TELLS, Disclosure, Goal, Persona
from conversations.evals.rehearsal import Material, Rehearsal, Said
from conversations.evals.schema import LOCAL
from conversations.evals.variation import STYLES, bubbles, typed
from seleto.lib.text.fold import fold

MAX_TURNS = 14
# Working hours, an evening and a Saturday: the agent answers at any time.
_STARTS = (
    datetime(2026, 12, 1, 9, 12, tzinfo=LOCAL),
    datetime(2026, 12, 2, 13, 47, tzinfo=LOCAL),
    datetime(2026, 12, 3, 21, 5, tzinfo=LOCAL),
    datetime(2026, 12, 5, 16, 30, tzinfo=LOCAL),
)
_ORDER = ("produto", "nome", "cidade", "empresa", "volume", "cnpj", "urgencia", "negocio")
_UNITS = {"hamburgueres": "hambúrgueres"}
Voice = Callable[[str, Persona], str]


@dataclass
class Lead:
    """One person in one conversation. ``told`` are the fields given away so far."""

    persona: Persona
    disclosure: Disclosure
    dice: random.Random
    told: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    done: bool = False
    _turns: int = 0
    _refused: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.questions = list(self.persona.questions)

    def speak(self, reply: str) -> str:
        """What the lead says to ``reply`` ("" at the start); "" when they have nothing more to say."""
        self._turns += 1
        if self.done or self._turns > MAX_TURNS:
            return ""
        return self._opening() if self._turns == 1 else self._answer(reply)

    def left(self) -> list[str]:
        """The fields not yet told, in the order in which they come up."""
        mine = {*self.persona.facts, *self.persona.said} - {"uf", "problema", "pedido"}
        return [name for name in _ORDER if name in mine and name not in self.told]

    def _opening(self) -> str:
        greeting = self.dice.choice(OPENINGS)
        if fixed := self.persona.said.get("problema") or self.persona.said.get("pedido"):
            if self.persona.goal != Goal.SILENCE or not self.questions:
                given = self._tell(self.left()) if self.persona.goal == Goal.PERSON else ""
                self.done = self.persona.goal != Goal.SILENCE
                return ", ".join(part for part in (greeting, given, fixed) if part)
            return self.questions.pop(0)
        if self.disclosure == Disclosure.AT_ONCE:
            return f"{greeting}, {self._tell(self.left())}"
        if self.disclosure == Disclosure.ONE_BY_ONE:
            return f"{greeting}, {self._tell(self.left()[:1])}"
        return greeting if self.dice.random() < 0.5 or not self.questions else f"{greeting}, {self.questions.pop(0)}"

    def _answer(self, reply: str) -> str:
        if self.persona.goal == Goal.SILENCE:
            self.done = True
            return self.persona.said["pedido"]
        asked = [name for name in self.left() if name in speech.ASKABLE and speech.asks_for(name, reply)]
        if self.disclosure == Disclosure.LATE and self.questions:
            return self.questions.pop(0)
        if self.disclosure == Disclosure.ONE_BY_ONE and self.left():
            return self._tell((asked or self.left())[:1], asked=bool(asked))
        if asked:
            return self._tell(asked, asked=True)
        if dunno := self._dunno(reply):
            return dunno
        if self.questions:
            return self.questions.pop(0)
        if self.left() and self.disclosure != Disclosure.WHEN_ASKED:
            return self._tell(self.left()[:2])
        self.done = True
        return self.dice.choice(CLOSINGS)

    def _dunno(self, reply: str) -> str:
        """A question for what this lead does not know is answered once."""
        unknown = [name for name in speech.ASKABLE - {*self.persona.facts} if speech.asks_for(name, reply)]
        fresh = [name for name in unknown if name not in self._refused]
        self._refused.update(fresh)
        return self.dice.choice(DUNNO) if fresh else ""

    def _tell(self, names: list[str], *, asked: bool = False) -> str:
        self.told += names
        ways = {**TELLS, **ANSWERS} if asked and len(names) == 1 else TELLS
        return ", ".join(self.dice.choice(ways[name]).format(self._spoken(name)) for name in names)

    def _spoken(self, name: str) -> str:
        if name in self.persona.said:
            return self.persona.said[name]
        value = self.persona.facts[name]
        if name == "volume" and isinstance(value, Mapping):
            unit = str(value["unidade"])
            return f"{value['quantidade']} {_UNITS.get(unit, unit)} por {value['periodo']}"
        if name == "cidade" and self.dice.random() < 0.5:
            return f"{value} {self.persona.facts['uf']}"
        return str(value)


@dataclass(frozen=True, slots=True)
class Talk:
    """One simulated conversation, over, with how many facts and questions the lead still had in mind."""

    persona: Persona
    disclosure: Disclosure
    rehearsal: Rehearsal
    told: tuple[str, ...]
    facts_left: int = 0
    questions_left: int = 0

    @property
    def id(self) -> str:
        return f"{self.persona.id}/{self.disclosure}"


def converse(
    persona: Persona,
    disclosure: Disclosure,
    material: Material,
    dice: random.Random,
    *,
    endpoint: Endpoint | None = None,
    voice: Voice | None = None,
) -> Talk:
    """Play the lead against the agent until one of them has nothing more to say."""
    talk = Rehearsal(material, origin="anuncio" if persona.ad else "", endpoint=endpoint)
    lead, noise = Lead(persona, disclosure, dice), STYLES[persona.style]
    kept = frozenset(word for value in persona.facts.values() for word in fold(str(value)).split())
    at, reply = dice.choice(_STARTS) + timedelta(minutes=dice.randint(0, 50)), ""
    while text := lead.speak(reply):
        text = voice(text, persona) if voice else typed(text, noise, dice, kept=kept)
        parts = bubbles(text) if dice.random() < noise.split else [text]
        said = [Said(part, at + timedelta(seconds=3 * place)) for place, part in enumerate(parts)]
        take = talk.hear(*said, now=said[-1].at + timedelta(seconds=8))
        if take.decision.retry_reason:
            take = talk.hear(now=take.at + timedelta(seconds=15))
        if talk.owner != "agent":
            break
        reply = take.reply
        at = take.at + timedelta(seconds=dice.choice((20, 45, 90, 600)))
    return Talk(persona, disclosure, talk, tuple(lead.told), len(lead.left()), len(lead.questions))
