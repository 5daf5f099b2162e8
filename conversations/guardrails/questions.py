"""Counting direct questions (`eval/README.md`, 1.2 questions>2)."""

import re
from collections.abc import Iterator

from conversations.guardrails.sheet import Sheet

MAX_QUESTIONS = 2
_REASON = "Faz mais de duas perguntas na mesma resposta."

_HIDDEN = re.compile(r"https?://\S{1,2000}|www\.\S{1,2000}|\"[^\"\n]{0,600}\"|“[^”\n]{0,600}”|«[^»\n]{0,600}»")
_RUN = re.compile(r"[?？][?？!！\s]{0,20}(?<=[?？!！])|[!！]{1,20}[?？][?？!！]{0,20}|[?？]")
_PIECE = re.compile(r"[^?？.!！\n;]{1,4000}[?？.!！;]*|[?？]")
_WORD = re.compile(r"[^\W_]+|,")

_ASKING = frozenset(
    "qual quais quanto quantos quanta quantas quando onde aonde como quem que pq qts qtos qtas qnts qto".split()
)
_BEFORE = frozenset("e ou pra para de por com em desde ate a o d p".split())
# A word before an interrogative that makes it a relative or conjunction: "a cidade onde", "não sei quando".
_RELATIVE = frozenset(
    """
    sei se saber assim tanto seja tudo todo toda tal dia hora momento jeito forma vez maneira caso logo mesmo depois
    antes cada medida lugar local sempre desde ate quem do da no na conforme igual porque
    """.split()
)
_VERBS = frozenset(
    """
    e eh sao seria sera fica ficam faz fazem produz produzem usa usam quer querem precisa precisam pretende pretendem
    tem sai saem vende vendem mora atende atendem compra comprar costuma chama trabalha trabalham pensa pensam ta esta
    estao gostaria prefere preferem foi vai vao da pesa mede seu sua o a os as voce voces vc vcs sao de hamburgueres
    peso cidade nome empresa produto volume tamanho diametro gramatura estado email cnpj quilos kg lanches pessoas unidades
    """.split()
)


def count(sheet: Sheet) -> list[tuple[int, int]]:
    """The questions of the text as (start, end) in the reading."""
    text = sheet.reading.folded
    shown = _HIDDEN.sub(lambda match: " " * len(match[0]), text)
    found: list[tuple[int, int]] = []
    for piece in _PIECE.finditer(shown):
        clauses = _interrogatives(piece[0])
        marked = "?" in piece[0] or "？" in piece[0]
        number = max(len(clauses), 1) if marked else len(clauses)
        if marked and not any(char.isalnum() for char in piece[0]) and found:
            continue  # a run broken by "!" or a space belongs to the question before it
        found += [(piece.start(), piece.end())] * number
    return found


def _interrogatives(piece: str) -> list[int]:
    """Positions of the interrogatives that lead a direct question each."""
    marked = "?" in piece or "？" in piece
    words = _WORD.findall(piece)
    leads: list[int] = []
    for at, word in enumerate(words):
        if word not in _ASKING:
            continue
        back = at - 1
        while back >= 0 and words[back] in _BEFORE and words[back] != ",":
            back -= 1
        if _leads(words, at, back, marked):
            leads.append(at)
    return leads


def _leads(words: list[str], at: int, back: int, marked: bool) -> bool:
    word = words[at]
    following = words[at + 1] if at + 1 < len(words) else ""
    opening = back < 0 or words[back] == ","
    if word == "que":
        asked = following in (
            "horas",
            "tipo",
            "cidade",
            "produto",
            "maquina",
            "carne",
            "tamanho",
            "dia",
            "peso",
            "volume",
        )
        return (
            (asked
            and (opening or words[at - 1] in _BEFORE))
            or (opening and at > 0 and words[at - 1] in ("o", "de", "por") and marked)
        )
    if not opening and words[back] in _RELATIVE:
        return False
    joined = at > 0 and words[at - 1] in ("e", "ou")
    if word in ("quando", "como", "onde", "quem") and not marked:
        return opening and following in _VERBS and word != "como"
    if word == "quanto" and following in ("mais", "menos", "a", "ao"):
        return False
    if not marked and not (opening or joined):
        return False
    return (marked and (opening or joined or words[back] in _TELLS)) or following in _VERBS or opening


_TELLS = frozenset("me fala diz conta diga fale conte falar dizer contar passa manda informa".split())


def check(sheet: Sheet) -> Iterator[tuple[int, int, str]]:
    """(start, end, reason) in the reading for the questions beyond the allowed ones."""
    found = count(sheet)
    if len(found) > MAX_QUESTIONS:
        yield found[MAX_QUESTIONS][0], found[-1][1], _REASON
