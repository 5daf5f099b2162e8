"""Think: from the state of a conversation to a proposal. Calls the model and nothing else; writes nothing (design.md,
stage 3). Playground, replay and the turn itself all come through here."""

import re
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from conversations import guardrails
from conversations.agent import brief, facts
from conversations.agent.errors import ModelFailure
from conversations.agent.schema import Answer, Malformed
from conversations.agent.state import Decision, Snapshot, StoppedDraft, TurnState, Usage
from conversations.formatting import bubbles, to_whatsapp
from conversations.guardrails import Kind, ReviewContext, Span, Verdict, Violation
from conversations.models import GuardrailHit, Handoff
from conversations.outbox import digest
from knowledge import phrases, search
from knowledge.models import Situation
from leads.extraction import MAX_CHARS, asks_opt_out

if TYPE_CHECKING:
    from conversations.agent.runner import Session

# The approved phrase for what a draft broke, the first that applies.
PHRASE_FOR = (
    (Kind.PRICE, Situation.RECUSA_PRECO),
    (Kind.PAYMENT, Situation.RECUSA_PAGAMENTO),
    (Kind.DISCOUNT, Situation.RECUSA_DESCONTO),
    (Kind.DEADLINE, Situation.RECUSA_PRAZO),
    (Kind.FREIGHT, Situation.RECUSA_FRETE),
    (Kind.CONTRADICTION, Situation.SEM_RESPOSTA),
    (Kind.PROMISE, Situation.SEM_RESPOSTA),
)
HANDOFF_FOR = {
    "pede_humano": Handoff.Reason.ASKED_HUMAN,
    "suporte": Handoff.Reason.SUPPORT,
    "reclamacao": Handoff.Reason.COMPLAINT,
    "privacidade": Handoff.Reason.PRIVACY,
    "fornecedor": Handoff.Reason.SUPPLIER,
    "candidato": Handoff.Reason.CANDIDATE,
}
# What remains to be settled with a lead handed over for none of those.
SALES_FOR = {
    "pergunta_preco": Handoff.Reason.FORMAL_QUOTE,
    "pergunta_prazo": Handoff.Reason.FORMAL_QUOTE,
    "pergunta_tecnica": Handoff.Reason.TECHNICAL_DOUBT,
    "engano": Handoff.Reason.OUT_OF_SCOPE,
    "curioso": Handoff.Reason.OUT_OF_SCOPE,
}
# What the lead is told when a person takes over; the consultant's notice where nothing else stands.
NOTICE_FOR = {
    Handoff.Reason.SUPPORT: Situation.SUPORTE,
    Handoff.Reason.COMPLAINT: Situation.SUPORTE,
    Handoff.Reason.PRIVACY: Situation.PRIVACIDADE,
}
# Fewer words than this, all in all, only repeat or press what the lead said before.
NUDGE_WORDS = 4
GAP_MAX_CHARS = 500
# Said only where a handoff goes with it.
_PERSON = r"(?:consultor\w*|especialista|atendente|vendedor\w*|humano|pessoa|time|equipe|setor|comercial|colega)"
TRANSFER = re.compile(
    r"\b(?:vou|irei|posso|estou|já)\s+(?:te|lhe|o|a)?\s*(?:transferi\w*|encaminha\w*|passa(?:r|ndo)|direciona\w*)"
    rf"\s+(?:você\s+)?(?:para|pra|pro|ao|a|à|seu contato|a conversa)\b|\bpassei\s+(?:o\s+)?seu\s+contato\b"
    rf"|\b{_PERSON}\b[^.!?\n]{{0,40}}\bassum\w+|\b(?:humano|atendente)\b[^.!?\n]{{0,20}}\b(?:fala|falará|atende)\b",
    re.IGNORECASE,
)
# How many variants of a phrase are tried should a manager have stored one that the guardrails refuse.
PHRASE_TRIES = 5


class NoSafePhrase(Exception):
    """Every approved phrase of a situation breaks a rule: somebody must mend them."""


def decide(state: TurnState, snapshot: Snapshot, *, now: datetime) -> Decision:
    """The turn's proposal. Never raises for what a model or a manager's text may do: a turn that cannot be answered
    comes back with ``retry_reason`` and what little can be said."""
    try:
        if not state.pending:  # what was to be answered is gone
            return Decision(bubbles=())
        if any(line.own_words and asks_opt_out(line.text[:MAX_CHARS]) for line in state.pending):
            return _phrase_only(state, snapshot, Situation.OPT_OUT)
        if not any(line.text for line in state.pending):
            return _phrase_only(state, snapshot, Situation.REPETIR_AUDIO)
        return _with_model(state, snapshot, now)
    except NoSafePhrase:
        return Decision(bubbles=(), retry_reason="sem_frase_aprovada")


def degraded(state: TurnState, snapshot: Snapshot, *, reason: str, usage: Usage) -> Decision:
    """No model: the holding phrase once, the facts that rules can read, and a later retry (design.md, Degraded)."""
    found = facts.from_rules(state, snapshot)
    if state.turn_failures:
        return Decision(bubbles=(), facts=found, retry_reason=reason, usage=usage)
    text = _phrase(state, snapshot, Situation.ESPERA)
    return Decision(
        bubbles=(text,),
        reviewed=(digest(text),),
        facts=found,
        fallback=Situation.ESPERA.value,
        retry_reason=reason,
        usage=usage,
    )


def _with_model(state: TurnState, snapshot: Snapshot, now: datetime) -> Decision:
    from conversations.agent.runner import Session  # Agno is imported where a turn runs and nowhere else

    began = time.monotonic()
    session = Session(snapshot.prompt, brief.build(state, snapshot, snapshot.articles, now=now))
    try:
        decision = _vetted(session, session.ask(), state, snapshot)
    except ModelFailure as failure:
        return degraded(state, snapshot, reason=f"modelo:{failure.reason}", usage=session.usage())
    except Malformed:
        decision = _phrase_only(state, snapshot, Situation.GENERICA)
    usage = session.usage()
    own_ms = round((time.monotonic() - began) * 1000) - usage.model_ms
    return replace(decision, usage=usage, timings={"modelo": usage.model_ms, "nosso": own_ms})


def _vetted(session: "Session", answer: Answer, state: TurnState, snapshot: Snapshot) -> Decision:
    """The answer as it may leave: as drafted, regenerated once, or replaced by the approved phrase."""
    reason = _handoff_reason(answer)
    if reason:
        situation = NOTICE_FOR.get(reason, Situation.ENCAMINHAMENTO)
        return _decision(state, snapshot, answer, (_phrase(state, snapshot, situation),), handoff=reason)
    parts, verdict = _draft(answer, state, snapshot)
    if verdict.ok and parts:
        return _decision(state, snapshot, answer, parts)
    stopped = [_stopped(parts, verdict, GuardrailHit.Action.REGENERATED)]
    again = _regenerated(session, answer, verdict)
    if again is not None:
        parts, verdict = _draft(again, state, snapshot)
        if verdict.ok and parts:
            return _decision(state, snapshot, again, parts, stopped=stopped)
    stopped.append(_stopped(parts, verdict, GuardrailHit.Action.REPLACED))
    kinds = {kind for draft in stopped for kind in draft.verdict.kinds}
    situation = next((phrase for kind, phrase in PHRASE_FOR if kind in kinds), Situation.GENERICA)
    text = _phrase(state, snapshot, situation)
    return _decision(state, snapshot, answer, (text,), stopped=stopped, fallback=situation.value)


def _draft(answer: Answer, state: TurnState, snapshot: Snapshot) -> tuple[tuple[str, ...], Verdict]:
    parts = bubbles(to_whatsapp(answer.reply))
    verdict = review(parts, state, snapshot)
    return parts, _transfer(parts) if verdict.ok else verdict


def _stopped(parts: tuple[str, ...], verdict: Verdict, action: GuardrailHit.Action) -> StoppedDraft:
    return StoppedDraft("\n\n".join(parts), verdict, action.value)


def _regenerated(session: "Session", answer: Answer, verdict: Verdict) -> Answer | None:
    """A second draft that was told what was wrong with the first; None when the model gives none."""
    from conversations.agent.runner import Correction

    reasons = "; ".join(violation.reason for violation in verdict.violations) or "A resposta veio vazia."
    try:
        return session.ask_again(answer, Correction(",".join(verdict.kinds) or "vazio", reasons))
    except (Malformed, ModelFailure):
        return None


def _asked(state: TurnState) -> str:
    """What the reply answers: everything unanswered, and what the lead said before when that is but a nudge.

    "Sim" to "??" confirms the amount that stood in the message before.
    """
    texts = [line.text for line in state.pending if line.text]
    if sum(len(text.split()) for text in texts) <= NUDGE_WORDS:
        texts = [line.text for line in state.history if line.author == "lead" and line.text][-1:] + texts
    return "\n".join(texts)[-MAX_CHARS:]


def review(parts: tuple[str, ...], state: TurnState, snapshot: Snapshot) -> Verdict:
    """The guardrails over exactly what would leave: the reply as a whole, and each bubble by itself (I4)."""
    context = ReviewContext(
        lead_last=_asked(state),
        temperature=state.temperature,
        price_exception=snapshot.prices,
        products=snapshot.products,
        unanswered_question_replies=state.unanswered_question_replies,
    )
    whole = guardrails.review("\n\n".join(parts), context)
    if not whole.ok or len(parts) < 2:
        return whole
    return next((verdict for part in parts if not (verdict := guardrails.review(part, context)).ok), whole)


def _transfer(parts: tuple[str, ...]) -> Verdict:
    """A transfer that is promised by a reply which makes none (I8). The guardrails cannot know; the turn does."""
    text = "\n\n".join(parts)
    spans = tuple(Span(found.start(), found.end(), Kind.PROMISE) for found in TRANSFER.finditer(text))
    if not spans:
        return Verdict()
    return Verdict((Violation(Kind.PROMISE, spans, "Promete passar a conversa a uma pessoa sem fazer o repasse."),))


def _decision(
    state: TurnState,
    snapshot: Snapshot,
    answer: Answer,
    parts: tuple[str, ...],
    *,
    stopped: Sequence[StoppedDraft] = (),
    fallback: str = "",
    handoff: Handoff.Reason | None = None,
) -> Decision:
    accepted, dropped = facts.accept(answer, state, snapshot)
    return Decision(
        bubbles=parts,
        reviewed=tuple(digest(part) for part in parts),
        answer=answer,
        facts=accepted,
        dropped_facts=dropped,
        handoff_reason=handoff.value if handoff else "",
        stopped=tuple(stopped),
        fallback=fallback or (Situation.ENCAMINHAMENTO.value if handoff else ""),
        gap=_gap(answer),
    )


def _gap(answer: Answer) -> str:
    """The question nobody could answer, unless it is one for the consultant (prices, terms): that is no gap."""
    question = (answer.unanswered_question or "")[:GAP_MAX_CHARS]
    return question if question and search.search(question, limit=1).kind is not search.Kind.COMMERCIAL else ""


def _handoff_reason(answer: Answer) -> Handoff.Reason | None:
    """Who asks for a person gets one, whatever move the model named (domain.md, hard rule 8)."""
    named = next((HANDOFF_FOR[intent] for intent in answer.intents if intent in HANDOFF_FOR), None)
    if named == Handoff.Reason.ASKED_HUMAN or answer.move == "encaminhar":
        return named or next((SALES_FOR[i] for i in answer.intents if i in SALES_FOR), Handoff.Reason.ASKED_HUMAN)
    return None


def _phrase_only(state: TurnState, snapshot: Snapshot, situation: Situation) -> Decision:
    text = _phrase(state, snapshot, situation)
    return Decision(
        bubbles=(text,),
        reviewed=(digest(text),),
        facts=facts.from_rules(state, snapshot),
        fallback=situation.value,
    )


def _phrase(state: TurnState, snapshot: Snapshot, situation: Situation) -> str:
    """An approved phrase that passes the same review as everything else. Raises ``NoSafePhrase``."""
    last = next((line.text for line in reversed(state.history) if line.author == "agent"), "")
    for attempt in range(PHRASE_TRIES):
        text = phrases.choose(situation, avoid=last, seed=f"{state.turn_id}:{attempt}")
        if review((text,), state, snapshot).ok:
            return text
    raise NoSafePhrase(situation.value)
