"""When saying nothing is the polite thing: thanks after the last word, and robots that answer robots."""

import re
from collections import Counter
from itertools import takewhile

from conversations.agent.state import Line, TurnState
from leads.extraction import MAX_CHARS
from seleto.lib.text.fold import fold

_THANKS = re.compile(
    r"(?:\W*\b(?:ok(?:ay)?|okk+|blz|beleza|certo|ta|bom|ta bom|tudo bem|show|perfeito|otimo|legal|combinado|entendi"
    r"|muito|mt|obrigad\w+|obg|brigad\w+|valeu|vlw|grat[oa]|agradeco|por enquanto|e isso|era isso|so isso|thanks?"
    r"|thank you|gracias|muchas|tchau|ate (?:mais|logo|breve)|abracos?|abs)\b)+\W*|[\W_]+"
)
_GRATITUDE = re.compile(
    r"\b(?:obrigad\w+|obg|brigad\w+|valeu|vlw|grat[oa]|agradeco|thanks?|thank you|gracias|tchau|abs)\b"
)
_THUMB = re.compile("[👍🙏👌❤🤝😊😉🙌✅]")
# What machines of other companies write by themselves.
_AUTOMATIC = re.compile(
    r"mensagem automatica|resposta automatica|atendimento automatico|nao respond\w+ (?:a )?est[ae] (?:mensagem|email)"
    r"|(?:agradecemos|obrigad\w+ (?:por|pelo)) (?:o |a )?(?:seu |sua |entrar em |nos )+(?:contato|contatar|mensagem)"
    r"|(?:em breve|assim que possivel|logo)\b[^.!?\n]{0,40}\b(?:retornaremos|responderemos|entraremos em contato)"
    r"|(?:retornaremos|responderemos)\b[^.!?\n]{0,40}\b(?:em breve|assim que possivel|o mais breve)"
    r"|(?:digite|tecle|escolha|selecione) (?:o numero |a opcao |uma (?:das )?opc\w+|\d)|nosso horario de atendimento"
    r"|(?:no momento|agora) (?:estamos|nao (?:estamos|podemos|e possivel))\b[^.!?\n]{0,30}"
    r"\b(?:atend|ausent|fora|indispon)"
    r"|sou (?:o|a) (?:assistente|atendente|robo) virtual|automatic(?:ally)? (?:reply|response|message)"
)
_REPEATED_CHARS = 20
# So many automatic messages in a row are answered; a text that comes this often is one.
_AUTOMATIC_BORNE = 1
_SAME_TEXT = 3
_LOOKED_AT = 12


def needs_no_answer(state: TurnState) -> bool:
    """Whether the lead only took leave, or is no lead but a machine."""
    if not state.pending or any(line.attached for line in state.pending):
        return False
    return _only_thanks(state) or _is_machine(state)


def _only_thanks(state: TurnState) -> bool:
    """Thanks for what was said; a yes to a question is none."""
    if state.awaiting_answer or not all(map(_is_thanks, state.pending)):
        return False
    before = next((line for line in reversed(state.history) if line.author != "lead" or not _is_thanks(line)), None)
    return before is not None and before.author != "lead"


def _is_thanks(line: Line) -> bool:
    folded = fold(line.text)
    if line.type != "text" or len(folded) > MAX_CHARS or not _THANKS.fullmatch(folded):
        return False
    return bool(_GRATITUDE.search(folded) or _THUMB.search(line.text))


def _is_machine(state: TurnState) -> bool:
    """Automatic texts one after the other, or one text again and again: nobody reads our answers."""
    lead = [line for line in (*state.history, *state.pending) if line.author == "lead" and line.text][-_LOOKED_AT:]
    texts = [" ".join(fold(line.text[:MAX_CHARS]).split()) for line in lead]
    automatic = sum(1 for _ in takewhile(_AUTOMATIC.search, reversed(texts)))
    if automatic > _AUTOMATIC_BORNE:
        return True
    last = texts[-1] if texts else ""
    return len(last) >= _REPEATED_CHARS and Counter(texts)[last] >= _SAME_TEXT
