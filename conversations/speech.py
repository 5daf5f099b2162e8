"""What a reply says, as far as the agent and its evaluations need to know: which product it names, what it asks for."""

import re
from collections.abc import Iterable, Iterator

from seleto.lib.text.fold import fold

# Products that are named by words rather than by their code (eval/README.md, section 3).
_NAMED = {
    "SMARTPRO": (r"smart ?-?pro",),
    "LINHA_ESPETO": (r"espeto",),
    "LINHA_FB700": (r"linha automatica", r"fb ?-?700"),
    "ENS15": (r"ensacadeira", r"\b(?:ens ?-?)?15\b"),
    "ENS30": (r"ensacadeira", r"\b(?:ens ?-?)?30\b"),
}
# A sentence that asks without a question mark.
_REQUEST = re.compile(
    r"\b(?:me (?:pass|cont|diz|diga|fal|inform|mand|envi|confirm)\w*|(?:pode|poderia|consegue)s? (?:me )?\w+r\b"
    r"|inform[ea]\b|qual\b|quais\b|quant[oa]s?\b|preciso (?:saber|do|da|de)\b|gostaria de saber)"
)
_PLACE = r"(?:empresa|restaurante|hamburgueria|lanchonete|loja|estabelecimento|negocio|acougue|padaria|mercado|casa)"
_YOU = r"(?:voce|vc|voces|vcs)"
_MACHINE = r"(?:maquina|equipamento|modelo|produto|formadora|linha)s?"
_WANT = r"(?:pretende|precisa|quer|gostaria|deseja|procura|busca|pensa)m?"
# Each fact with the ways to ask a lead for it, on folded text.
_ASKS: dict[str, tuple[str, ...]] = {
    "nome": (
        rf"(?:seu|teu) nome\b(?! d[aoe] (?:sua |seu )?{_PLACE})",
        rf"qual (?:e )?o nome\b(?! d[aoe] (?:sua |seu )?{_PLACE})",
        r"como (?:\w+ )?(?:se |te )?cham[ao]",
        r"com quem (?:eu )?(?:falo|estou|to)\b",
        r"quem (?:esta falando|fala)",
    ),
    "empresa": (
        rf"nome d[aoe] (?:sua |seu |teu )?{_PLACE}",
        r"qual (?:e )?(?:o |a )?(?:sua |seu )?(?:empresa|negocio)\b",
        r"(?:de|em) (?:qual|que) empresa",
        r"razao social",
        r"(?:tem|possui) (?:uma )?empresa",
        rf"(?:sua|seu) {_PLACE} (?:se )?chama",
    ),
    "cidade": (
        r"\bcidade\b",
        rf"\bonde (?:{_YOU}|ficam?|esta|estao|e|sera|vai)\b",
        r"\bde onde\b",
        r"(?:qual|que) (?:a )?(?:sua )?(?:regiao|localizacao|localidade)",
    ),
    "uf": (
        r"\b(?:qual|que) (?:e )?(?:o )?(?:seu )?estado\b",
        r"cidade ?(?:e|ou|/) ?(?:o )?(?:estado|uf)\b",
        r"\buf\b",
    ),
    "produto": (
        r"(?:qual|quais|que) (?:e )?(?:a |o )?(?:sua )?(?:tipo de )?" + _MACHINE + r"\b",
        rf"o que (?:\w+ )?{_WANT}",
        r"qual (?:e )?(?:a )?sua necessidade",
    ),
    "volume": (
        r"quant[oa]s?\b.{0,60}\bpor (?:dia|hora|semana|mes)\b",
        rf"quant[oa]s?\b.{{0,60}}\b(?:produz\w*|fabrica\w*|faz\w*|vende\w*|{_WANT})\b",
        r"\bvolume\b",
        r"(?:qual|sua) (?:e )?(?:a )?(?:sua )?(?:producao|capacidade)",
        r"producao (?:diaria|semanal|mensal)",
    ),
    "urgencia": (
        r"(?:pra|para|ate) quando\b",
        rf"\bquando (?:{_YOU}|{_WANT}|seria|quiser)\b",
        r"qual (?:e )?(?:o )?(?:seu )?prazo",
        r"prazo (?:de|para|pra) (?:a )?compra",
        rf"em quanto tempo (?:{_YOU}|{_WANT})\b",
        r"\burgencia\b",
    ),
    "cnpj": (r"\bcnpj\b",),
    "email": (r"\be-?mail\b",),
    "telefone": (r"\b(?:telefone|celular|numero (?:de|para|pra) contato)\b",),
    "conhece_seleto": (
        r"\bconhec\w+ (?:a |o trabalho da |as maquinas da )?(?:seleto|gente|nossas?)\b",
        r"\b(?:ouviu falar|comprou|trabalhou|teve contato)\b.{0,25}\b(?:seleto|gente|conosco|nos)\b",
    ),
    "segmento": (
        r"\bsegmento\b",
        r"\bramo\b",
        r"(?:tipo de|qual (?:e )?(?:o )?seu) (?:negocio|estabelecimento|empresa)",
        r"area de atuacao",
    ),
}
_PATTERNS = {name: re.compile("|".join(ways)) for name, ways in _ASKS.items()}
ASKABLE = frozenset(_PATTERNS)


def names_product(code: str, text: str) -> bool:
    """Whether the text names the product, by its code however it is written, or by the words of the set's table."""
    said = fold(text)
    if code.startswith("MIX"):
        return re.search(rf"\b{code[3:]}(?:(?:, | e | ou )\d+)* ?(?:l|litros?)\b|mix ?-?{code[3:]}\b", said) is not None
    return all(re.search(pattern, said) for pattern in _NAMED.get(code) or (_code_pattern(code),))


def asks_for(field: str, text: str) -> str:
    """The sentence that asks the lead for the fact, empty when none does. ``KeyError`` for a field nobody asks for."""
    pattern = _PATTERNS[field]
    return next((sentence for sentence in _questions(text) if pattern.search(fold(sentence))), "")


def without_questions_for(fields: Iterable[str], text: str) -> str:
    """The text without the questions that ask for one of these facts. Only sentences with a question mark are taken
    out: what merely sounds like a request is left alone."""
    patterns = [_PATTERNS[field] for field in fields if field in _PATTERNS]

    def keep(sentence: re.Match[str]) -> str:
        asked = sentence[0].rstrip().endswith("?") and any(pattern.search(fold(sentence[0])) for pattern in patterns)
        return "" if asked else sentence[0]

    kept = re.sub(r"(?:[^.!?\n]|\.(?=\d))+[.!?]*[ \t]*", keep, text)
    return re.sub(r"\n{3,}", "\n\n", kept).strip()


def only_asks(text: str) -> bool:
    """Whether every sentence of the text asks something."""
    sentences = [found[0].strip() for found in re.finditer(r"(?:[^.!?\n]|\.(?=\d))+[.!?]*", text)]
    sentences = [sentence for sentence in sentences if sentence]
    return bool(sentences) and all(sentence.endswith("?") for sentence in sentences)


def without_questions(text: str) -> str:
    """Only the sentences that ask nothing."""
    return " ".join(part.strip() for part in re.findall(r"[^.!?\n]+[.!?]*", text) if "?" not in part).strip()


def _questions(text: str) -> Iterator[str]:
    for found in re.finditer(r"[^.!?\n]+[.!?]*", text):
        sentence = found[0].strip()
        if sentence.endswith("?") or _REQUEST.search(fold(sentence)):
            yield sentence


def _code_pattern(code: str) -> str:
    letters, digits = re.fullmatch(r"([A-Z_]*)(\d*)", code).groups()  # type: ignore[union-attr]
    thousands = rf"{digits[:-3]}\.?{digits[-3:]}" if len(digits) > 3 else digits
    return rf"\b{letters.lower().replace('_', ' ')} ?-?{thousands}\b"
