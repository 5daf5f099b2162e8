"""Think: from the state of a conversation to a proposal. Calls the model and nothing else; writes nothing (design.md,
stage 3). Playground, replay and the turn itself all come through here."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from conversations.agent import brief, courtesy, facts, handouts, moves, routing, vetting, wordless
from conversations.agent.endpoints import Endpoint, endpoints
from conversations.agent.errors import CONTEXT_LENGTH, ModelFailure
from conversations.agent.memory import Memory
from conversations.agent.routing import Route
from conversations.agent.schema import Answer, Malformed
from conversations.agent.situations import Matter
from conversations.agent.state import Decision, HandoutFacts, Snapshot, TurnState
from conversations.agent.tools import ToolBox
from conversations.agent.understanding import Heard, listen, with_facts
from conversations.agent.vetting import NoSafePhrase, Vetted
from conversations.models import Handoff
from conversations.outbox import digest
from conversations.speech import names_product
from knowledge import search
from knowledge.models import Situation
from leads.extraction import MAX_CHARS, asks_opt_out
from leads.models import Temperature

if TYPE_CHECKING:
    from conversations.agent.runner import Allowance, Session

GAP_MAX_CHARS = 500


def decide(state: TurnState, snapshot: Snapshot, *, now: datetime, endpoint: Endpoint | None = None) -> Decision:
    """The turn's proposal, by the model of ``endpoint`` (else the first of the settings).

    Never raises for what a model or a manager's text may do: a turn that cannot be answered comes back with
    ``retry_reason`` and what little can be said. So do the functions below, of which this one is made.
    """
    return settled(state, snapshot) or asked(state, snapshot, now=now, endpoint=endpoint)


def settled(state: TurnState, snapshot: Snapshot) -> Decision | None:
    """What needs no model; None when one has to be asked."""
    if not state.pending:  # what was to be answered is gone
        return Decision(bubbles=(), memory=state.memory)
    try:
        return _without_model(state, snapshot, _heard(state, snapshot))
    except NoSafePhrase:
        return _speechless(state)


def asked(
    state: TurnState,
    snapshot: Snapshot,
    *,
    now: datetime,
    endpoint: Endpoint | None = None,
    allowance: "Allowance | None" = None,
) -> Decision:
    """The model's proposal for a turn that ``settled`` left open, within ``allowance``."""
    from conversations.agent import factory  # Agno is imported where a turn runs and nowhere else
    from conversations.agent.runner import Allowance, Session

    began = time.monotonic()
    endpoint = endpoint or endpoints()[0]
    heard = _heard(state, snapshot)
    text = brief.build(state, snapshot, heard, now=now, room=factory.room(snapshot.prompt, endpoint))
    session = Session(endpoint, snapshot.prompt, text, ToolBox(state, snapshot, heard), allowance or Allowance())

    def shorter() -> str:
        return brief.build(state, snapshot, heard, now=now, room=factory.room(snapshot.prompt, endpoint, share=0.5))

    try:
        decision = _proposed(session, shorter, state, snapshot, heard)
    except NoSafePhrase:
        decision = _speechless(state)
    usage = session.usage()
    own_ms = round((time.monotonic() - began) * 1000) - usage.model_ms
    timings = {"modelo": usage.model_ms, "nosso": own_ms}
    return replace(decision, tools=session.tools(), usage=usage, timings=timings)


def handed_over(state: TurnState, snapshot: Snapshot) -> Decision:
    """The agent cannot go on here: a person takes over, with the approved notice."""
    try:
        return _routed(routing.GIVEN_UP, (), None, state, snapshot, _heard(state, snapshot))
    except NoSafePhrase:
        return _speechless(state)


def degraded(state: TurnState, snapshot: Snapshot, *, reason: str) -> Decision:
    """No model for a turn that ``settled`` left open: the holding phrase once, the facts that rules can read, and a
    later retry (design.md, Degraded)."""
    heard = _heard(state, snapshot)
    if state.turn_failures:
        return Decision(
            bubbles=(),
            facts=heard.facts,
            engagement=heard.engagement,
            memory=state.memory,
            retry_reason=reason,
        )
    try:
        text = vetting.phrase(state, snapshot, heard, Situation.ESPERA)
    except NoSafePhrase:
        return _speechless(state)
    return Decision(
        bubbles=(text,),
        reviewed=(digest(text),),
        facts=heard.facts,
        engagement=heard.engagement,
        memory=state.memory,
        fallback=Situation.ESPERA.value,
        retry_reason=reason,
    )


def _heard(state: TurnState, snapshot: Snapshot) -> Heard:
    return snapshot.heard or listen(state, snapshot.products, snapshot.weights)


def _speechless(state: TurnState) -> Decision:
    return Decision(bubbles=(), memory=state.memory, retry_reason="sem_frase_aprovada")


def _without_model(state: TurnState, snapshot: Snapshot, heard: Heard) -> Decision | None:
    """What is plain enough to be answered with an approved phrase at once."""
    if Matter.PRIVACY not in heard.matters and any(
        line.own_words and asks_opt_out(line.text[:MAX_CHARS]) for line in state.pending
    ):
        return _phrase_only(state, snapshot, heard, Situation.OPT_OUT)
    if courtesy.needs_no_answer(state):
        return Decision(bubbles=(), memory=state.memory)
    if not any(map(wordless.has_words, state.pending)):
        return _wordless(state, snapshot, heard)
    route = routing.before_model(state, heard)
    return _routed(route, (), None, state, snapshot, heard) if route else None


def _wordless(state: TurnState, snapshot: Snapshot, heard: Heard) -> Decision:
    """Nothing but files, places and cards. A voice note that cannot be heard is asked for in writing once; after the
    next one a person takes over, who may have better ears."""
    wanted = wordless.situation(state, dict(heard.known))
    if wanted in (Situation.REPETIR_AUDIO, Situation.AUDIO_LONGO):
        if state.memory.unheard:
            decision = _routed(routing.UNHEARD, (), None, state, snapshot, heard)
        else:
            decision = _phrase_only(state, snapshot, heard, wanted)
        return replace(decision, memory=replace(decision.memory, unheard=state.memory.unheard + 1))
    if wordless.said_enough(state.memory.acknowledged, wanted):
        return Decision(bubbles=(), memory=state.memory)
    decision = _phrase_only(state, snapshot, heard, wanted)
    acknowledged = (*decision.memory.acknowledged, wanted.value)
    return replace(decision, memory=replace(decision.memory, acknowledged=acknowledged))


def _proposed(
    session: "Session", shorter: Callable[[], str], state: TurnState, snapshot: Snapshot, heard: Heard
) -> Decision:
    """What the model's answer comes to, or its failure. Raises ``NoSafePhrase``."""
    try:
        return _answered(session, _first_answer(session, shorter), state, snapshot, heard)
    except ModelFailure as failure:
        decision = degraded(state, snapshot, reason=f"modelo:{failure.reason}")
        return replace(decision, retry_after_s=failure.retry_after or 0)
    except Malformed:
        return _unusable(state, snapshot, heard)


def _first_answer(session: "Session", shorter: Callable[[], str]) -> Answer:
    """A brief that is too long for the model after all is shortened once. Raises ``ModelFailure``, ``Malformed``."""
    try:
        return session.ask()
    except ModelFailure as failure:
        if failure.reason != CONTEXT_LENGTH:
            raise
    return session.ask_shorter(shorter())


def _answered(session: "Session", answer: Answer, state: TurnState, snapshot: Snapshot, heard: Heard) -> Decision:
    """The answer with what the turn has to do besides; a handover takes its place where one is due."""
    effects = session.effects()
    kept, dropped = facts.accept([*effects.facts, *answer.facts], state, snapshot.products, heard.facts)
    heard = with_facts(heard, kept, state, snapshot.weights)
    route = routing.after_model(answer, effects.handoff, heard, state)
    if route is not None:
        stated = vetting.answering_part(answer, state, snapshot, heard) if route.keeps_answer else ()
        decision = _routed(route, stated, answer, state, snapshot, heard)
    else:
        decision = _replied(vetting.vet(session, answer, state, snapshot, heard), state, snapshot, heard)
    wanted = (*moves.interests(heard, snapshot.products), *effects.interests)
    gap = _gap(answer)
    going = _handouts(answer, route, state, snapshot, heard)
    return replace(
        decision,
        handouts=going,
        reviewed=(*decision.reviewed, *(digest(row.caption) for row in going)),
        facts=kept,
        dropped_facts=dropped,
        gap=gap,
        memory=decision.memory.owing(gap) if gap else decision.memory,
        interests=tuple(dict.fromkeys(wanted)),
    )


def _digests(parts: tuple[str, ...]) -> tuple[str, ...]:
    """Of all that was reviewed: each bubble, and the reply as one text."""
    return tuple(digest(text) for text in dict.fromkeys((*parts, "\n\n".join(parts))))


def _handouts(
    answer: Answer, route: Route | None, state: TurnState, snapshot: Snapshot, heard: Heard
) -> tuple[HandoutFacts, ...]:
    """The files that go with this reply; a caption that the guardrails would stop here stays behind."""
    if route is not None and not handouts.helps_after(route.handoff):
        return ()
    rows = handouts.requested(state, snapshot, heard) or handouts.on_leave(answer, state, snapshot, heard)
    said = [row.caption if vetting.review((row.caption,), state, snapshot, heard).ok else "" for row in rows]
    return tuple(replace(row, caption=caption) for row, caption in zip(rows, said, strict=True))


def _replied(vetted: Vetted, state: TurnState, snapshot: Snapshot, heard: Heard) -> Decision:
    text = "\n\n".join(vetted.parts)
    if vetted.fallback:
        owed = moves.notice(text, state.memory)
    else:
        owed = moves.obligations(text, state, heard, snapshot.products)
    parts, told = vetting.completed(vetted.parts, state, snapshot, heard, owed)
    return Decision(
        bubbles=parts,
        reviewed=_digests(parts),
        answer=vetted.answer,
        engagement=heard.engagement,
        memory=_remembered(parts, state, snapshot, heard, told=told),
        stopped=vetted.stopped,
        fallback=vetted.fallback,
        disclosed=tuple(code for code, amount in snapshot.prices.items() if brief.reais(amount) in text),
    )


def _routed(
    route: Route, stated: tuple[str, ...], answer: Answer | None, state: TurnState, snapshot: Snapshot, heard: Heard
) -> Decision:
    """The approved notice, after what answers the lead's question; with the handover it speaks of, if any (I8)."""
    notice = (vetting.phrase(state, snapshot, heard, _in_hours(route.situation, snapshot)),)
    parts: tuple[str, ...] = (*stated, *notice)
    if not vetting.review(parts, state, snapshot, heard).ok:
        parts = notice
    owed = moves.notice("\n\n".join(parts), state.memory)
    parts, told = vetting.completed(parts, state, snapshot, heard, owed)
    return Decision(
        bubbles=parts,
        reviewed=_digests(parts),
        answer=answer,
        facts=heard.facts,
        engagement=heard.engagement,
        handoff_reason=route.handoff.value if route.handoff else "",
        memory=_remembered(parts, state, snapshot, heard, route.handoff, told=told),
        interests=moves.interests(heard, snapshot.products),
        fallback=route.situation.value,
    )


def _phrase_only(state: TurnState, snapshot: Snapshot, heard: Heard, situation: Situation) -> Decision:
    text = vetting.phrase(state, snapshot, heard, situation)
    # Whoever asks for silence is told of nothing else.
    silent = situation == Situation.OPT_OUT
    owed = () if silent else (*moves.received(text, state), *moves.notice(text, state.memory))
    parts, told = vetting.completed((text,), state, snapshot, heard, owed)
    return Decision(
        bubbles=parts,
        reviewed=_digests(parts),
        facts=heard.facts,
        engagement=heard.engagement,
        memory=_remembered(parts, state, snapshot, heard, told=told),
        fallback=situation.value,
    )


def _unusable(state: TurnState, snapshot: Snapshot, heard: Heard) -> Decision:
    """The model answered twice and neither answer has the form that was asked for."""
    route = routing.unusable_again(state)
    decision = (
        _routed(route, (), None, state, snapshot, heard)
        if route
        else _phrase_only(state, snapshot, heard, Situation.GENERICA)
    )
    return replace(decision, memory=replace(decision.memory, failures=state.memory.failures + 1))


def _in_hours(situation: Situation, snapshot: Snapshot) -> Situation:
    if situation == Situation.ENCAMINHAMENTO and not snapshot.open_now:
        return Situation.ENCAMINHAMENTO_FORA_HORARIO
    return situation


def _remembered(
    parts: tuple[str, ...],
    state: TurnState,
    snapshot: Snapshot,
    heard: Heard,
    handed_over: Handoff.Reason | None = None,
    told: frozenset[Situation] = frozenset(),
) -> Memory:
    """What this turn leaves behind for the next ones. ``told``: the approved phrases in ``parts``, which count for what
    they are, however a manager words them."""
    memory, text = state.memory, "\n\n".join(parts)
    hot = heard.temperature == Temperature.HOT
    told_price = snapshot.prices and heard.temperature == Temperature.COLD
    refused = Matter.PRICE in heard.matters and not told_price
    return replace(
        memory,
        price_refusals=memory.price_refusals + bool(refused),
        insults=memory.insults + (Matter.INSULT in heard.matters),
        failures=0,
        unheard=0,
        hot_handed_over=hot and (memory.hot_handed_over or handed_over == Handoff.Reason.HOT),
        fb300_presented=memory.fb300_presented
        or Situation.APRESENTAR_FB300 in told
        or names_product(moves.SEMI_AUTOMATIC, text),
        notice_given=Situation.LGPD_AVISO in told or not moves.notice(text, memory),
        not_told=tuple(sorted(heard.not_told)),
        acknowledged=(*memory.acknowledged, *sorted(told & wordless.RECEIPTS.keys())),
    )


def _gap(answer: Answer) -> str:
    """The question nobody could answer, unless it is one for the consultant (prices, terms): that is no gap."""
    question = (answer.unanswered_question or "")[:GAP_MAX_CHARS]
    return question if question and search.search(question, limit=1).kind is not search.Kind.COMMERCIAL else ""
