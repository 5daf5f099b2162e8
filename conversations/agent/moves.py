"""What the agent may do this turn, and what it has to say whatever the model writes. Code decides, the model chooses.

The rules are those of domain.md: hard rules 1 and 6, "Commercial rules", and LGPD.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from conversations.agent import wordless
from conversations.agent.memory import Memory
from conversations.agent.situations import Matter
from conversations.agent.state import Line, TurnState
from conversations.agent.understanding import Heard
from conversations.agent.widths import wider_than_moulds
from conversations.speech import names_product
from knowledge.catalogue import ProductFacts
from knowledge.models import Situation
from knowledge.strictness import CODE, Strictness
from leads.extraction import MAX_CHARS
from leads.models import Fact
from seleto.lib.text.fold import fold
from seleto.lib.text.foreign import words_in_portuguese

# What is worth knowing, the most valuable first (domain.md, "What the agent does").
WANTED = ("produto", "nome", "cidade", "volume", "urgencia", "empresa", "conhece_seleto")
# Leads may come without one: a private id or a user name is all that WhatsApp tells then (whatsapp-cloud.md, 6.5).
PHONE = "telefone"
MAX_QUESTIONS = 2
# After this many question-bearing replies in a row that the lead left unanswered, nothing more is asked.
MAX_UNANSWERED_REPLIES = 2
# Insisting on a price for the third time brings a person (eval/README.md, section 3).
MAX_PRICE_REFUSALS = 2

MANUAL, SEMI_AUTOMATIC, CUTTER, WIDE_LINE = "FBM100", "FB300", "CT200", "FB700"
_UNAVAILABLE = re.compile(r"indispon\w+|em melhoria|nao (?:esta|estamos|temos|tem)\b")
_AUTOMATIC = re.compile(
    r"assistente virtual|automatic\w+|robo\b|inteligencia artificial|virtual assistant|asistente virtual"
)
_RECORDED = re.compile(
    r"\bconversa\w*[^.!?\n]{0,30}\b(?:registrad|gravad|recorded)\w*|\b(?:registr|grav)\w+[^.!?\n]{0,20}\bconversa\w*"
)


@dataclass(frozen=True, slots=True)
class Obligation:
    """Something this reply has to say. ``situation`` names the approved phrase for when the model did not."""

    situation: Situation
    footnote: bool = False


def missing(heard: Heard) -> list[str]:
    """What is still to be asked, the most valuable first: of a lead whom nobody could call, a phone as well."""
    wanted = WANTED if heard.has_phone else (*WANTED[:2], PHONE, *WANTED[2:])
    return [name for name in wanted if name not in heard.known and name not in heard.not_told]


def max_questions(state: TurnState, strictness: Strictness = CODE) -> int:
    """domain.md, hard rule 1, or fewer where the house wants so."""
    if state.unanswered_question_replies >= MAX_UNANSWERED_REPLIES:
        return 0
    return min(MAX_QUESTIONS, strictness.questions)


def allowed(state: TurnState, heard: Heard, products: Sequence[ProductFacts]) -> list[str]:
    """The moves of this turn."""
    moves = ["responder"]
    if missing(heard) and max_questions(state):
        moves.append("perguntar")
    if heard.matters & {Matter.PRICE, Matter.QUOTE} or state.memory.price_refusals:
        moves.append("recusar_preco")
    if presents_fb300(state, heard):
        moves.append("apresentar_fb300")
    if interests(heard, products):
        moves.append("registrar_interesse")
    return [*moves, "encaminhar", "encerrar"]


def interests(heard: Heard, products: Sequence[ProductFacts]) -> tuple[str, ...]:
    """Products asked for now that cannot be had at the moment."""
    wanted = heard.told(Fact.Field.PRODUTO)
    return tuple(product.code for product in products if product.code == wanted and not product.available)


def presents_fb300(state: TurnState, heard: Heard) -> bool:
    """Whoever wants the manual FBM100 hears of the FB300, once."""
    return heard.known.get(Fact.Field.PRODUTO) == MANUAL and not state.memory.fb300_presented


def obligations(reply: str, state: TurnState, heard: Heard, products: Sequence[ProductFacts]) -> tuple[Obligation, ...]:
    """What ``reply`` still has to say."""
    said = fold(words_in_portuguese(reply))
    owed = received(reply, state)
    if Matter.ROBOT in heard.matters and not _AUTOMATIC.search(said):
        owed.append(Obligation(Situation.ROBO))
    if interests(heard, products) and not (_UNAVAILABLE.search(said) and names_product(CUTTER, reply)):
        owed.append(Obligation(Situation.ESPETO))
    if _wants_wide(state.pending) and not names_product(WIDE_LINE, reply):
        owed.append(Obligation(Situation.HAMBURGUER_LARGO))
    if presents_fb300(state, heard) and not names_product(SEMI_AUTOMATIC, reply):
        owed.append(Obligation(Situation.APRESENTAR_FB300))
    return (*owed, *notice(reply, state.memory))


def received(reply: str, state: TurnState) -> list[Obligation]:
    """The acknowledgement of files, places and cards that ``reply`` passes over."""
    return [Obligation(situation) for situation in wordless.unacknowledged(reply, state)]


def notice(reply: str, memory: Memory) -> tuple[Obligation, ...]:
    """At first contact the lead learns that the conversation is recorded (domain.md, LGPD)."""
    if memory.notice_given or _RECORDED.search(fold(reply)):
        return ()
    return (Obligation(Situation.LGPD_AVISO, footnote=True),)


def with_statements(parts: Sequence[str], said: Iterable[tuple[Obligation, str]], *, most: int) -> tuple[str, ...]:
    """The bubbles with what was owed: before a closing question, a footnote under the first one."""
    result, statements = list(parts), list(said)
    told = [text for obligation, text in statements if not obligation.footnote]
    at = len(result) - 1 if result and result[-1].rstrip().endswith("?") else len(result)
    if told:
        result.insert(at, "\n".join(told))
    while len(result) > most:
        tail = result.pop()
        result[-1] = f"{result[-1]}\n\n{tail}"
    for obligation, text in statements:
        if obligation.footnote and result:
            result[0] = f"{result[0]}\n\n_{text}_"
    return tuple(result)


def _wants_wide(pending: Iterable[Line]) -> bool:
    """Burgers wider than the moulds of the other machines."""
    return any(line.own_words and wider_than_moulds(line.text[:MAX_CHARS]) for line in pending)
