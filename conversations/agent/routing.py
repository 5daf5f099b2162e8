"""Who answers from here: the agent, a queue of people, or nobody any more (domain.md, hard rules 5 to 8).

A closed list. What rules heard for sure decides first, then what became of the lead, then what the model proposes.
"""

from dataclasses import dataclass

from conversations.agent import moves
from conversations.agent.schema import Answer
from conversations.agent.situations import Matter
from conversations.agent.state import TurnState
from conversations.agent.understanding import Heard
from conversations.models import Handoff
from knowledge.models import Situation
from leads.models import Temperature

Reason = Handoff.Reason


@dataclass(frozen=True, slots=True)
class Route:
    """``handoff`` is None where the agent only takes leave. ``keeps_answer``: an answer stands before the notice."""

    situation: Situation
    handoff: Handoff.Reason | None = None
    keeps_answer: bool = False


# No sale is made here, whatever else the message says.
_SURE = (
    (Matter.PRIVACY, Route(Situation.PRIVACIDADE, Reason.PRIVACY)),
    (Matter.COMPLAINT, Route(Situation.SUPORTE, Reason.COMPLAINT)),
    (Matter.SUPPORT, Route(Situation.SUPORTE, Reason.SUPPORT)),
    (Matter.SUPPLIER, Route(Situation.OUTRO_SETOR, Reason.SUPPLIER)),
    (Matter.CANDIDATE, Route(Situation.OUTRO_SETOR, Reason.CANDIDATE)),
    (Matter.FOREIGN, Route(Situation.IDIOMA, Reason.LANGUAGE)),
    (Matter.HUMAN, Route(Situation.ENCAMINHAMENTO, Reason.ASKED_HUMAN)),
    (Matter.MINOR, Route(Situation.MENOR)),
    (Matter.WRONG_NUMBER, Route(Situation.ENGANO)),
)
# The model's word counts where it asks for the handover as well.
_PROPOSED = {
    "pede_humano": Route(Situation.ENCAMINHAMENTO, Reason.ASKED_HUMAN),
    "suporte": Route(Situation.SUPORTE, Reason.SUPPORT),
    "reclamacao": Route(Situation.SUPORTE, Reason.COMPLAINT),
    "privacidade": Route(Situation.PRIVACIDADE, Reason.PRIVACY),
    "fornecedor": Route(Situation.OUTRO_SETOR, Reason.SUPPLIER),
    "candidato": Route(Situation.OUTRO_SETOR, Reason.CANDIDATE),
    "pergunta_preco": Route(Situation.ENCAMINHAMENTO, Reason.FORMAL_QUOTE),
    "pergunta_prazo": Route(Situation.ENCAMINHAMENTO, Reason.FORMAL_QUOTE),
    "pergunta_tecnica": Route(Situation.ENCAMINHAMENTO, Reason.TECHNICAL_DOUBT, keeps_answer=True),
    "engano": Route(Situation.ENCAMINHAMENTO, Reason.OUT_OF_SCOPE),
    "curioso": Route(Situation.ENCAMINHAMENTO, Reason.OUT_OF_SCOPE),
}
# How the lead is told of a handover for that reason; of any other, that the consultant goes on.
_NOTICE = {route.handoff: route.situation for _, route in _SURE if route.handoff}


def notice_of(reason: Handoff.Reason) -> Situation:
    """The situation whose phrase tells the lead of a handover for that reason."""
    return _NOTICE.get(reason, Situation.ENCAMINHAMENTO)


# Insulted twice, the agent leaves it to a person.
_INSULTS_BORNE = 1
# Answers that could not be used, in a row, before a person is called.
_FAILURES_BORNE = 1


def before_model(state: TurnState, heard: Heard) -> Route | None:
    """What needs no model: the matter is plain and the wording is approved."""
    for matter, route in _SURE:
        if matter in heard.matters:
            return route
    if Matter.INSULT in heard.matters:
        if state.memory.insults >= _INSULTS_BORNE:
            return Route(Situation.ENCAMINHAMENTO, Reason.OUT_OF_SCOPE)
        return Route(Situation.INSULTO)
    if Matter.PRICE in heard.matters and state.memory.price_refusals >= moves.MAX_PRICE_REFUSALS:
        return Route(Situation.ENCAMINHAMENTO, Reason.PRICE_INSISTENCE)
    return None


def after_model(answer: Answer, proposed: Handoff.Reason | None, heard: Heard, state: TurnState) -> Route | None:
    """Whether the answer ends in a handover: a buyer who is ready, a formal quote, or what the model ``proposed``."""
    if heard.temperature == Temperature.HOT and not state.memory.hot_handed_over:
        return Route(Situation.ENCAMINHAMENTO, Reason.HOT, keeps_answer=True)
    if Matter.QUOTE in heard.matters:
        return Route(Situation.ENCAMINHAMENTO, Reason.FORMAL_QUOTE, keeps_answer=True)
    if answer.move == "recusar_preco" and state.memory.price_refusals >= moves.MAX_PRICE_REFUSALS:
        return Route(Situation.ENCAMINHAMENTO, Reason.PRICE_INSISTENCE)
    if "pede_humano" in answer.intents:
        return _PROPOSED["pede_humano"]
    if proposed is not None:
        return Route(notice_of(proposed), proposed, keeps_answer=True)
    if answer.move == "encaminhar":
        named = [_PROPOSED[intent] for intent in answer.intents if intent in _PROPOSED]
        route = named[0] if named else _PROPOSED["pede_humano"]
        return None if _settled_here(route, answer, state) else route
    return None


def _settled_here(route: Route, answer: Answer, state: TurnState) -> bool:
    """A buyer whom a person gave back asks what the knowledge base answers: no reason to hand them over again."""
    doubt = route.handoff == Reason.TECHNICAL_DOUBT
    return doubt and state.memory.hot_handed_over and not answer.unanswered_question


# Where nobody but a person can go on.
GIVEN_UP = Route(Situation.ERRO_AGENTE, Reason.AGENT_FAILURE)
# Voice notes that the agent cannot hear, again and again: a person may.
UNHEARD = Route(Situation.ENCAMINHAMENTO, Reason.AGENT_FAILURE)


def unusable_again(state: TurnState) -> Route | None:
    """The model's answers cannot be used a second time in a row."""
    if state.memory.failures < _FAILURES_BORNE:
        return None
    return GIVEN_UP
