"""A conversation that is only thought: ``decide`` turn after turn, its outcome kept in memory as ``commit`` would keep
it in the database. Nothing is written and nobody is written to, so no lead comes of it.

Used by the quick evaluations, by the check before a prompt is published and by the playground.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings

from conversations.agent import brief
from conversations.agent.decide import decide
from conversations.agent.endpoints import Endpoint
from conversations.agent.memory import NEW, Memory
from conversations.agent.retrieval import articles_for
from conversations.agent.situations import Matter
from conversations.agent.state import Decision, Line, Snapshot, TurnState
from conversations.agent.understanding import listen
from knowledge import calendar, queries
from knowledge.catalogue import ArticleFacts, ProductFacts
from knowledge.strictness import CODE, Strictness
from knowledge.weights import DEFAULT, Weights
from leads import temperature
from leads.extraction import MAX_CHARS, asks_opt_out
from leads.models import Fact, Temperature
from leads.services import NewFact
from leads.succession import succeed
from leads.temperature import Engagement, Known, Score
from seleto.lib.ids import new_id
from seleto.lib.text.language import Language

LOCAL = ZoneInfo("America/Sao_Paulo")
# As many unanswered messages as a turn reads at most.
_PENDING = 30
# What only the score looks at; a brief holds none of it.
_FOR_THE_SCORE = frozenset(
    {Fact.Field.NEGOCIO, Fact.Field.INTENCAO, Fact.Field.VISITA, Fact.Field.DECISOR, Fact.Field.CRESCIMENTO}
)


@dataclass(frozen=True, slots=True)
class Said:
    """One message of the lead. ``own_words`` is False for what was forwarded."""

    text: str
    at: datetime
    type: str = "text"
    own_words: bool = True


@dataclass(frozen=True, slots=True)
class Material:
    """What the managers can change: prompt, knowledge and policy. ``prices`` are told to cold leads who ask."""

    prompt: str = field(repr=False)
    prompt_version: str
    products: tuple[ProductFacts, ...] = field(repr=False)
    articles: Callable[[TurnState], tuple[ArticleFacts, ...]] = articles_for
    prices: Mapping[str, Decimal] = field(default_factory=dict, repr=False)
    weights: Weights = DEFAULT
    strictness: Strictness = CODE
    is_open: Callable[[datetime], bool] = calendar.is_open
    # The language to answer in, whatever the lead writes in.
    language: Language | None = None

    @classmethod
    def published(cls, *, today: datetime | None = None) -> "Material":
        """What leads are answered with now. Raises ``queries.NoPrompt``."""
        prompt = queries.published_prompt("agente")
        prices = queries.price_exception(today=today.astimezone(LOCAL).date()) if today else {}
        return cls(
            prompt=prompt.text,
            prompt_version=prompt.version,
            products=queries.products(),
            prices=prices,
            weights=queries.score_weights(),
            strictness=queries.strictness(),
        )


@dataclass(frozen=True, slots=True)
class Take:
    """What became of one turn. ``facts`` are those known afterwards; a take without ``decided`` was a person's to
    answer. ``own_ms`` is the processor time of everything but the model."""

    number: int
    at: datetime
    said: tuple[Line, ...] = field(repr=False)
    decision: Decision
    facts: Mapping[str, str] = field(repr=False)
    score: Score
    owner: str
    decided: bool = True
    own_ms: float = 0.0
    total_ms: float = 0.0
    state: TurnState | None = field(default=None, repr=False)
    snapshot: Snapshot | None = field(default=None, repr=False)

    @property
    def reply(self) -> str:
        return "\n\n".join(self.decision.bubbles)

    @property
    def sources(self) -> tuple[str, ...]:
        return tuple(self.decision.answer.sources) if self.decision.answer else ()

    @property
    def draft(self) -> str:
        """What the model wrote first, before the guardrails; empty when no model was asked."""
        if self.decision.stopped:
            return self.decision.stopped[0].text
        return self.decision.answer.reply if self.decision.answer else ""

    def brief(self) -> str:
        """What the model was told; empty when nothing was to be decided."""
        if self.state is None or self.snapshot is None or self.snapshot.heard is None:
            return ""
        return brief.build(self.state, self.snapshot, self.snapshot.heard, now=self.at)


class Rehearsal:
    """One imagined lead. Messages go in by ``hear``, what the agent would do comes out as a ``Take``."""

    def __init__(self, material: Material, *, origin: str = "", endpoint: Endpoint | None = None) -> None:
        self.material = material
        self.lines: list[Line] = []
        self.owner = "agent"
        self.opted_out = False
        self.takes: list[Take] = []
        self.facts: dict[str, NewFact] = {}
        self.told_at: dict[str, datetime] = {}
        self.interests: list[str] = []
        self.gaps: list[str] = []
        self.handoffs: list[str] = []
        self._origin = origin
        # May be changed between turns.
        self.endpoint = endpoint
        self._pending: list[Line] = []
        self._memory: Memory = NEW
        self._awaiting = False
        self._unanswered = 0
        self._failures = 0
        self._renewed = False
        self._ids = (new_id(), new_id(), new_id())
        self._score = temperature.score((), Engagement(), material.weights)

    @property
    def known(self) -> dict[str, str]:
        return {name: fact.value for name, fact in self.facts.items()}

    @property
    def temperature(self) -> Temperature:
        return self._score.temperature

    @property
    def awaiting_answer(self) -> bool:
        return self._awaiting

    def hear(self, *said: Said, now: datetime | None = None) -> Take:
        """The lead writes and falls silent; ``now`` is when the turn is due. No message: what waits is tried again.

        Raises ``ValueError`` when there is nothing to answer.
        """
        self._begin_session(said[0].at if said else None)
        for message in said:
            line = Line(new_id(), "", "lead", message.type, message.text, message.at, own_words=message.own_words)
            self._pending.append(line)
            if message.own_words and asks_opt_out(message.text[:MAX_CHARS]):
                self.opted_out = True
        if not self._pending:
            raise ValueError("nobody has said anything")
        return self._turn(now or self._pending[-1].at)

    def see(self, said: Said) -> None:
        """Something of the lead's that is shown and not answered: a sticker, a contact."""
        self.lines.append(Line(new_id(), "", "lead", said.type, said.text, said.at, own_words=False))

    def person_says(self, text: str, at: datetime) -> None:
        """Somebody of the house writes: the agent is silent from here on (domain.md, hard rule 5)."""
        self._take_in(Line(new_id(), "", "person", "text", text, at))
        self.owner = "human"

    def resume(self) -> None:
        """The conversation is given back to the agent."""
        self.owner = "agent"

    def _turn(self, now: datetime) -> Take:
        if self.owner != "agent":
            said = tuple(self._pending)
            self._take_in(*said)
            return self._note(now, said, Decision(bubbles=(), memory=self._memory), decided=False)
        began, cpu = time.perf_counter(), time.thread_time()
        state = self._state(now)
        snapshot = self._snapshot(state, now)
        decision = decide(state, snapshot, now=now, endpoint=self.endpoint)
        own_ms = (time.thread_time() - cpu) * 1000
        total_ms = (time.perf_counter() - began) * 1000
        self._apply(decision, state, now)
        return self._note(
            now, state.pending, decision, own_ms=own_ms, total_ms=total_ms, state=state, snapshot=snapshot
        )

    def _note(
        self,
        now: datetime,
        said: tuple[Line, ...],
        decision: Decision,
        *,
        decided: bool = True,
        own_ms: float = 0.0,
        total_ms: float = 0.0,
        state: TurnState | None = None,
        snapshot: Snapshot | None = None,
    ) -> Take:
        take = Take(
            number=len(self.takes) + 1,
            at=now,
            said=said,
            decision=decision,
            facts=self.known,
            score=self._score,
            owner=self.owner,
            decided=decided,
            own_ms=own_ms,
            total_ms=total_ms,
            state=state,
            snapshot=snapshot,
        )
        self.takes.append(take)
        return take

    # --- What a turn knows ------------------------------------------------------------------------------------

    def _state(self, now: datetime) -> TurnState:
        talk = [*self.lines, *self._pending][-(settings.HISTORY_MESSAGES + _PENDING) :]
        keyed = [replace(line, key=f"m{place}") for place, line in enumerate(talk, start=1)]
        pending = tuple(keyed[-len(self._pending) :])
        history = keyed[: -len(self._pending)]
        silence = pending[0].at - history[-1].at if history else timedelta(0)
        turn, conversation, lead = self._ids
        return TurnState(
            turn_id=UUID(int=(turn.int + len(self.takes)) % 2**128),
            lease_token=turn,
            conversation_id=conversation,
            lead_id=lead,
            revision=len(self.lines) + len(self._pending),
            answered_revision=len(self.lines),
            channel_slug="ensaio",
            origin=self._origin,
            temperature=self.temperature,
            opted_out=self.opted_out,
            first_reply=not self._renewed and not any(line.author != "lead" for line in history),
            awaiting_answer=self._awaiting,
            unanswered_question_replies=self._unanswered,
            turn_failures=self._failures,
            waiting_since=pending[0].at,
            due_at=now,
            facts={name: value for name, value in self.known.items() if name not in _FOR_THE_SCORE},
            told=self._told(),
            history=tuple(history[-settings.HISTORY_MESSAGES :]),
            pending=pending,
            memory=self._memory,
            silence=max(silence, timedelta(0)),
        )

    def _snapshot(self, state: TurnState, now: datetime) -> Snapshot:
        heard = listen(state, self.material.products, self.material.weights)
        if self.material.language is not None:
            heard = replace(heard, language=self.material.language)
        cold = heard.temperature == Temperature.COLD and Matter.PRICE in heard.matters
        return Snapshot(
            prompt=self.material.prompt,
            prompt_version=self.material.prompt_version,
            products=self.material.products,
            articles=self.material.articles(state),
            prices=self.material.prices if cold else {},
            heard=heard,
            weights=self.material.weights,
            strictness=self.material.strictness,
            open_now=self.material.is_open(now),
        )

    def _told(self) -> tuple[Known, ...]:
        return tuple(
            Known(str(name), fact.value, fact.quote, self.told_at[name])
            for name, fact in sorted(self.facts.items(), key=lambda pair: self.told_at[pair[0]])
        )

    # --- What a turn leaves behind ----------------------------------------------------------------------------

    def _apply(self, decision: Decision, state: TurnState, now: datetime) -> None:
        changed = self._learn(decision.facts, now)
        if decision.engagement and (changed or not decision.engagement.sale):
            self._score = temperature.score(self._told(), decision.engagement, self.material.weights)
        self._memory = decision.memory
        self.interests += [code for code in decision.interests if code not in self.interests]
        self.gaps += [decision.gap] if decision.gap else []
        spoken = [Line(new_id(), "", "agent", "text", text, now) for text in decision.bubbles]
        if decision.retry_reason:
            self._failures += 1
            self.lines += spoken  # what waits is still to be answered
            return
        self._take_in(*self._pending, *spoken)
        asked = any("?" in text for text in decision.bubbles)
        streak = 0 if decision.facts else state.unanswered_question_replies
        self._awaiting, self._unanswered, self._failures = asked, streak + 1 if asked else 0, 0
        if decision.handoff_reason:
            self.handoffs.append(decision.handoff_reason)
            self.owner = "human"

    def _learn(self, facts: Sequence[NewFact], now: datetime) -> bool:
        change = succeed(self.facts, facts)
        for name in change.outdated:
            self.facts.pop(name, None)
        for name, fact in change.new.items():
            self.facts[name], self.told_at[name] = fact, now
        return bool(change.new)

    def _take_in(self, *lines: Line) -> None:
        self.lines += lines
        self._pending.clear()

    def _begin_session(self, at: datetime | None) -> None:
        """After the window of a session another one begins, with what outlives it."""
        if at is None or not self.lines:
            return
        if at - self.lines[-1].at > timedelta(hours=settings.SESSION_WINDOW_H):
            self._memory = self._memory.for_next_session()
            self._awaiting, self._unanswered, self._failures, self._renewed = False, 0, 0, True
