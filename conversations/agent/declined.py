"""What a lead, asked for it, says outright that they will not or cannot tell (domain.md: "qualificado", told or not).

It is no fact: it has no value and is shown nowhere, everybody goes on reading "Não informado". It only ends the asking
and counts as an answer. Vague answers ("ainda não sei", "depois vejo") are none: the question may come again.
"""

import re
from collections.abc import Collection, Sequence

from conversations.agent.state import Line
from conversations.speech import asks_for
from leads.models import Fact
from seleto.lib.text.fold import fold

_F = Fact.Field
FIELDS = (_F.NOME, _F.CIDADE, _F.PRODUTO, _F.URGENCIA, _F.EMPRESA, _F.TELEFONE)

_YET = r"(?:ainda )?"
_WILL_NOT = re.compile(
    r"\b(?:prefiro|melhor|gostaria de|quero|queria) nao (?:te |lhe )?(?:informar|dizer|passar|revelar|me identificar)\b"
    r"|\bnao (?:quero|vou|posso|gostaria de|pretendo) (?:te |lhe )?(?:informar|dizer|passar|revelar|me identificar)\b"
    r"(?! que\b)"
)
_CANNOT = {
    _F.EMPRESA: re.compile(
        rf"\bnao (?:tenho|temos|possuo|possuimos|abri|abrimos) {_YET}(?:uma |a |nenhuma )?(?:empresa|firma|cnpj)\b"
    ),
    _F.URGENCIA: re.compile(
        rf"\bnao (?:sei|tenho|temos|defini\w*) {_YET}(?:o |um |nenhum |uma |qual (?:e |seria )?o )?(?:prazo|data)\b"
        r"|\bsem (?:prazo|data)\b"
    ),
    _F.PRODUTO: re.compile(
        rf"\bnao (?:sei|defini\w*|decidi\w*) {_YET}(?:o |a |qual |que )?(?:produto|maquina|equipamento|modelo)\b"
    ),
}


def read(history: Sequence[Line], pending: Sequence[Line], told: Collection[str]) -> frozenset[str]:
    """The fields that the agent's last words asked for and the answer leaves untold. ``told``: what is known by now."""
    question = _last_words(history)
    asked = [name for name in FIELDS if name not in told and asks_for(name, question)]
    if not asked:
        return frozenset()
    answer = fold(" . ".join(line.text for line in pending if line.own_words and line.author == "lead"))
    if _WILL_NOT.search(answer):
        return frozenset(asked)
    return frozenset(name for name in asked if name in _CANNOT and _CANNOT[name].search(answer))


def _last_words(history: Sequence[Line]) -> str:
    """The agent's last reply, in however many bubbles; "" when somebody else spoke last."""
    words: list[str] = []
    for line in reversed(history):
        if line.author != "agent":
            break
        words.insert(0, line.text)
    return "\n".join(words)
