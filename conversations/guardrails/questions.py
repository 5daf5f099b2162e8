"""Counting direct questions (`eval/README.md`, 1.2 questions>2)."""

import re
from collections.abc import Iterator

from conversations.guardrails.sheet import Sheet
from conversations.guardrails.words import plain_word

MAX_QUESTIONS = 2
_REASON = "Faz mais de duas perguntas na mesma resposta."
_HOUSE_REASON = "Faz mais perguntas na mesma resposta do que as regras da casa permitem."

_HIDDEN = re.compile(r"https?://\S{1,2000}|www\.\S{1,2000}|\"[^\"\n]{0,600}\"|“[^”\n]{0,600}”|«[^»\n]{0,600}»")
# What lies between two sentence ends, with the marks that close it.
_PIECE = re.compile(r"[^?？.!！\n;]{1,5000}[?？.!！;]*|[?？]+")
_IS = re.compile(r"(?<!\w)[éÉ](?!\w)")
_WORD = re.compile(r"[^\W_]+|[,:(–—]")
_MARKS = frozenset("?？")

_ASKING = frozenset("qual quais quanto quantos quanta quantas quando onde aonde como quem que".split())
_COUNTING = frozenset("qual quais quanto quantos quanta quantas onde aonde".split())
_SMALL = frozenset("pra pro de por com em desde ate a o d p da na no as os".split())
_BREAKS = frozenset(", : ( – — e ou mas".split())
# Before an interrogative these make it part of a statement: "não sei quando", "a hora em que".
_RELATIVE = frozenset("sei sabe assim tanto seja tudo todo toda tal medida conforme igual dependendo depende".split())
_TELLS = frozenset(
    """
    fala diz conta diga fale conte falar dizer contar passa manda informa saber explica responde entender
    """.split()
)
# Verbs a question asks with; before the interrogative ("faz quantos"), or right after it ("quando pretende").
_VERBS = frozenset(
    """
    é e eh seria sera fica ficam faz fazem fazia produz produzem usa usam quer querem precisa precisam pretende
    pretendem tem sai saem vende vendem mora atende atendem compra costuma chama trabalha trabalham pensa pensam
    ta tao gostaria prefere preferem foi vai vao pesa mede roda rodam corta cortam forma formam sao sera gasta
    consome opera operam
    """.split()
)
# After an interrogative these show that it opens a condition or a wish, not a question.
_NO_QUESTION = frozenset("quiser precisar puder for tiver mais menos menor maior vc vcs ele ela sabe antes".split())
_ASKED_THINGS = frozenset(
    "horas tipo cidade produto maquina carne tamanho dia peso volume modelo horario formato".split()
)


def count(sheet: Sheet) -> list[tuple[int, int]]:
    """The questions of the text as (start, end) in the reading."""
    shown = _HIDDEN.sub(lambda match: " " * len(match[0]), _keep_is(sheet))
    found: list[tuple[int, int]] = []
    for piece in _PIECE.finditer(shown):
        marked = not _MARKS.isdisjoint(piece[0])
        said = any(char.isalnum() for char in piece[0])
        if not said:
            # Marks alone: the rest of a run ("! ?"), or a question of their own at the start of the text.
            number = int(marked and not found and not shown[: piece.start()].strip())
        else:
            asked = _interrogatives(piece[0], marked)
            number = max(asked, 1) if marked else asked
        found += [(piece.start(), piece.end())] * number
    return found


def _keep_is(sheet: Sheet) -> str:
    """The folded text with the verb "é" left apart from the conjunction "e"."""
    folded = sheet.reading.folded
    done = 0
    parts: list[str] = []
    for match in _IS.finditer(sheet.reading.text):
        parts += (folded[done : match.start()], "é")
        done = match.end()
    return "".join(parts) + folded[done:]


def _interrogatives(piece: str, marked: bool) -> int:
    """How many interrogative clauses the piece joins, each led by (or closed with) its own interrogative."""
    words = [plain_word(word) for word in _WORD.findall(piece)]
    asked = sum(_asks(words, at, marked) for at, word in enumerate(words) if word in _ASKING)
    if asked >= MAX_QUESTIONS and not marked:
        # "qual seu nome, de onde você é e o que produz": one more in a row of them
        asked += sum(words[at - 1 : at + 1] == ["o", "que"] and words[at - 2] in _BREAKS for at in range(2, len(words)))
    if asked and not marked:
        # "quem decide, quando pretende fechar e como conheceu": only beside a plain question are these asked, too
        asked += sum(_asks_in_row(words, at) for at, word in enumerate(words) if word in ("quem", "como"))
    return asked


def _asks_in_row(words: list[str], at: int) -> bool:
    following = words[at + 1] if at + 1 < len(words) else ""
    leads = at == 0 or words[at - 1] in _BREAKS
    verb = following in _VERBS or (len(following) > 3 and following.endswith(("eu", "ou", "iu", "a", "e")))
    return leads and verb and following not in _NO_QUESTION


def _asks(words: list[str], at: int, marked: bool) -> bool:
    word = words[at]
    following = words[at + 1] if at + 1 < len(words) else ""
    back = at - 1
    while back >= 0 and words[back] in _SMALL:
        back -= 1
    leads = back < 0 or words[back] in _BREAKS
    before = words[back] if back >= 0 else ""
    if before in _RELATIVE or (word == "quanto" and following in ("mais", "menos", "a", "ao")):
        return False
    if word == "que":
        articled = at > 0 and words[at - 1] in ("o", "por")
        return (leads or before in _TELLS) and (following in _ASKED_THINGS or (articled and marked))
    if marked and (leads or before in _TELLS):
        return True
    in_place = before in _VERBS and word in _COUNTING and following not in _NO_QUESTION
    if in_place or (before in _TELLS and word in _COUNTING and following not in _NO_QUESTION):
        return True
    if word == "quem" and at == 0 and len(words) == 2:
        return following in _VERBS  # a line of its own: "quem opera"
    if leads and word == "onde" and at > 0 and words[at - 1] == "de":
        return True  # "de onde você é"
    if marked or not leads or following in _NO_QUESTION or word in ("quem", "como"):
        return False
    if word in ("quando", "onde", "aonde"):
        return following in _VERBS or (at > 0 and words[at - 1] in ("pra", "de"))
    return following != ""


def check(sheet: Sheet) -> Iterator[tuple[int, int, str]]:
    """(start, end, reason) in the reading for the questions beyond the allowed ones."""
    found = count(sheet)
    most = min(MAX_QUESTIONS, sheet.context.strictness.questions)
    if len(found) > most:
        yield found[most][0], found[-1][1], _REASON if most == MAX_QUESTIONS else _HOUSE_REASON
