"""A draft as it may leave: reviewed whole and bubble by bubble, regenerated once, or replaced (design.md, stage 5)."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conversations import guardrails
from conversations.agent import grounding, handouts, moves, wordless
from conversations.agent.errors import ModelFailure
from conversations.agent.schema import Answer, Malformed
from conversations.agent.state import Snapshot, StoppedDraft, TurnState
from conversations.agent.understanding import Heard
from conversations.formatting import bubbles, to_whatsapp, visible
from conversations.guardrails import Kind, ReviewContext, Span, Verdict, Violation
from conversations.models import GuardrailHit
from conversations.speech import ASKABLE, asks_for, without_questions, without_questions_for
from knowledge import phrases
from knowledge.models import Situation
from leads.extraction import MAX_CHARS
from seleto.lib.text.fold import fold

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
# Fewer words than this, all in all, only repeat or press what the lead said before.
NUDGE_WORDS = 4
# A reply of fewer letters in a row than this answers nothing.
_LETTERS = re.compile(r"[^\W\d_]{2}")
_QUOTED = re.compile(r"[“\"«‘]([^”\"»’]{4,})[”\"»’]")
# Said only where a handoff goes with it.
_PERSON = r"(?:consultor\w*|especialista|atendente|vendedor\w*|humano|pessoa|time|equipe|setor|comercial|colega)"
_TO_PERSON = rf"(?:para|pra|pro|ao|a|à|com)\s+(?:(?:o|a|os|as|um|uma|nosso|nossa|seu|sua)\s+)?{_PERSON}"
_TALK = r"(?:você|vc|seu\s+(?:contato|atendimento)|(?:a|sua|esta|nossa)\s+conversa|o\s+atendimento)"
TRANSFER = re.compile(
    r"\b(?:vou|irei|posso|estou|já)\s+(?:te|lhe|o|a)?\s*(?:transferi\w*|encaminh\w+|passa(?:r|ndo)|passei|direcion\w+)"
    rf"\s+(?:você\s+)?(?:para|pra|pro|ao|a|à|seu contato|a conversa)\b|\bpassei\s+(?:o\s+)?seu\s+contato\b"
    rf"|\b{_PERSON}\b[^.!?\n]{{0,40}}\bassum\w+|\b(?:humano|atendente)\b[^.!?\n]{{0,20}}\b(?:fala|falará|atende)\b"
    rf"|\b(?:transferi|encaminhei|passei|direcionei|transfiro|encaminho|passo|direciono)\s+(?:agora\s+)?"
    rf"(?:{_TALK}\b|{_TO_PERSON})"
    rf"|\b(?:vou|irei)\s+(?:chamar|acionar)\s+(?:(?:o|a|um|uma|nosso|nossa)\s+)?{_PERSON}"
    r"|\b(?:transferring|connecting|passing)\s+you\b|\bhanding\s+you\s+over\b"
    r"|\b(?:I['’]ll|I\s+will|let\s+me|going\s+to)\s+(?:transfer|connect|pass|hand)\s+you\b"
    r"|\b(?:consultant|specialist|colleague|person|human)\b[^.!?\n]{0,30}\btak(?:es?|ing)\s+over\b"
    r"|\b(?:te|le|lo|la)\s+(?:paso|transfiero|comunico|derivo)\s+(?:con|a|al)\b"
    r"|\bvoy\s+a\s+(?:transferir|comunicar|derivar|pasar)(?:te|le|lo|la)\b",
    re.IGNORECASE,
)


class NoSafePhrase(Exception):
    """Every approved phrase of a situation breaks a rule: somebody must mend them."""


@dataclass(frozen=True, slots=True)
class Vetted:
    """``answer`` is the one whose words leave, or the first one where a phrase replaced them (``fallback``)."""

    parts: tuple[str, ...]
    answer: Answer
    stopped: tuple[StoppedDraft, ...] = ()
    fallback: str = ""


def vet(session: "Session", answer: Answer, state: TurnState, snapshot: Snapshot, heard: Heard) -> Vetted:
    """The answer as drafted, drafted again, or the approved phrase of its worst fault. Raises ``NoSafePhrase``."""
    parts, verdict = drafted(answer, state, snapshot, heard)
    if verdict.ok and parts:
        return Vetted(parts, answer)
    stopped = [_stopped(parts, verdict, GuardrailHit.Action.REGENERATED)]
    again = _regenerated(session, answer, verdict)
    if again is not None:
        parts, verdict = drafted(again, state, snapshot, heard)
        if verdict.ok and parts:
            return Vetted(parts, again, tuple(stopped))
    stopped.append(_stopped(parts, verdict, GuardrailHit.Action.REPLACED))
    kinds = {kind for draft in stopped for kind in draft.verdict.kinds}
    situation = next((phrase for kind, phrase in PHRASE_FOR if kind in kinds), Situation.GENERICA)
    text = phrase(state, snapshot, heard, situation)
    return Vetted((text,), answer, tuple(stopped), situation.value)


def phrase(state: TurnState, snapshot: Snapshot, heard: Heard, situation: Situation) -> str:
    """An approved phrase that passes the same review as everything else, without a question for what is known.

    Where none does as the answer to what the lead asked ("tem desconto?" turns many a sentence into a yes), one that
    breaks no rule by itself is better than silence. Raises ``NoSafePhrase``.
    """
    last = next((line.text for line in reversed(state.history) if line.author == "agent"), "")
    language = "en" if heard.language == "other" else heard.language  # whoever writes French reads English sooner
    texts = [
        without_questions_for(_not_to_ask(state, heard), text) or text
        for text in (
            option.replace(wordless.CITY, wordless.city(state))
            for option in phrases.options(situation, language=language, avoid=last, seed=str(state.turn_id))
        )
    ]
    for unasked in (False, True):
        for text in texts:
            if review((text,), state, snapshot, heard, unasked=unasked).ok:
                return text
    raise NoSafePhrase(situation.value)


def completed(
    parts: tuple[str, ...], state: TurnState, snapshot: Snapshot, heard: Heard, owed: tuple[moves.Obligation, ...]
) -> tuple[tuple[str, ...], frozenset[Situation]]:
    """The bubbles with what this reply has to say besides, reviewed again as they would leave (I4), and what of it was
    said.

    Should the whole break a rule that its parts keep, only the notice is added; failing that, nothing is.
    """
    if not owed:
        return parts, frozenset()
    said = [(obligation, _statement(state, snapshot, heard, obligation)) for obligation in owed]
    said = [(obligation, text) for obligation, text in said if text]
    for statements in (said, [pair for pair in said if pair[0].footnote]):
        whole = moves.with_statements(parts, statements, most=state.most_bubbles)
        if statements and review(whole, state, snapshot, heard).ok:
            return whole, frozenset(obligation.situation for obligation, _ in statements)
    return parts, frozenset()


def _statement(state: TurnState, snapshot: Snapshot, heard: Heard, obligation: moves.Obligation) -> str:
    text = phrase(state, snapshot, heard, obligation.situation)
    return without_questions(text) if obligation.situation in wordless.RECEIPTS else text


def answering_part(answer: Answer, state: TurnState, snapshot: Snapshot, heard: Heard) -> tuple[str, ...]:
    """What of the draft answers the lead's question and may stand before the notice of a handover; often nothing."""
    if not answer.sources:
        return ()
    sentences = re.findall(r"(?:[^.!?\n]|\.(?=\d))+[.!?]*", to_whatsapp(visible(answer.reply)))
    kept = [text.strip() for text in sentences if "?" not in text and not TRANSFER.search(text) and text.strip()]
    parts = (" ".join(kept),) if kept else ()
    if not parts or not grounding.check(parts[0], state, snapshot, heard).ok:
        return ()
    return parts if review(parts, state, snapshot, heard).ok else ()


def review(
    parts: tuple[str, ...], state: TurnState, snapshot: Snapshot, heard: Heard, *, unasked: bool = False
) -> Verdict:
    """The guardrails over exactly what would leave: the reply as a whole, and each bubble by itself (I4). ``unasked``:
    as a statement, not as the answer to what the lead said."""
    context = ReviewContext(
        lead_last="" if unasked else _asked(state),
        temperature=heard.temperature,
        price_exception=snapshot.prices,
        products=snapshot.products,
        unanswered_question_replies=state.unanswered_question_replies,
        strictness=snapshot.strictness,
    )
    whole = guardrails.review("\n\n".join(parts), context)
    if not whole.ok or len(parts) < 2:
        return whole
    return next((verdict for part in parts if not (verdict := guardrails.review(part, context)).ok), whole)


def drafted(answer: Answer, state: TurnState, snapshot: Snapshot, heard: Heard) -> tuple[tuple[str, ...], Verdict]:
    """The draft without questions for what is known, and what is wrong with it."""
    text = without_questions_for(_not_to_ask(state, heard), to_whatsapp(visible(answer.reply)))
    parts = bubbles(text, most=state.most_bubbles) if _LETTERS.search(text) else ()
    verdict = review(parts, state, snapshot, heard)
    if not verdict.ok:
        return parts, verdict
    unfounded = _unfounded(parts, state, snapshot, heard)
    if not unfounded.ok:
        return parts, unfounded
    promised = _transfer(parts)
    if not promised.ok:
        return parts, promised
    going = handouts.requested(state, snapshot, heard) or handouts.on_leave(answer, state, snapshot, heard)
    return parts, handouts.unkept(parts, going=bool(going))


def _unfounded(parts: tuple[str, ...], state: TurnState, snapshot: Snapshot, heard: Heard) -> Verdict:
    """What comes from nowhere, and what stands in quotation marks: "I cannot say “it costs …”" says it, unless the
    words are the lead's own."""
    text = "\n\n".join(parts)
    unfounded = grounding.check(text, state, snapshot, heard)
    if not unfounded.ok:
        return unfounded
    own = fold(" ".join(line.text for line in (*state.history, *state.pending) if line.author == "lead"))
    quoted = (match[1] for match in _QUOTED.finditer(text) if fold(match[1]).strip(" .!?") not in own)
    return next(
        (verdict for words in quoted if not (verdict := review((words,), state, snapshot, heard)).ok), Verdict()
    )


def _not_to_ask(state: TurnState, heard: Heard) -> list[str]:
    """What is known, would not be told, or is asked for by what is about to leave."""
    leaving = [line.text for line in state.history if line.queued]
    asked = [name for name in ASKABLE if any(asks_for(name, text) for text in leaving)]
    return [*heard.known, *heard.not_told, *asked]


def _asked(state: TurnState) -> str:
    """What the reply answers: everything unanswered, and what the lead said before when that is but a nudge.

    "Sim" to "??" confirms the amount that stood in the message before.
    """
    texts = [line.text for line in state.pending if line.text]
    if sum(len(text.split()) for text in texts) <= NUDGE_WORDS:
        texts = [line.text for line in state.history if line.author == "lead" and line.text][-1:] + texts
    return "\n".join(texts)[-MAX_CHARS:]


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


def _transfer(parts: tuple[str, ...]) -> Verdict:
    """A transfer that is promised by a reply which makes none (I8). The guardrails cannot know; the turn does."""
    text = "\n\n".join(parts)
    spans = tuple(Span(found.start(), found.end(), Kind.PROMISE) for found in TRANSFER.finditer(text))
    if not spans:
        return Verdict()
    return Verdict((Violation(Kind.PROMISE, spans, "Promete passar a conversa a uma pessoa sem fazer o repasse."),))
