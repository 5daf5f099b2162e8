"""What answers a price question without naming money: a bare amount, a number in a link, another language (price).

"Quanto custa?" – "Para você, 12.500!" says a price although nothing in the sentence does. Only asked, and only where
the number counts nothing else: a rate, a mass, a model, a date or a phone is told by the number grammar.
"""

import re
from collections.abc import Iterator
from decimal import Decimal

from conversations.guardrails import amounts
from conversations.guardrails.sheet import Sheet
from seleto.lib.text.fold import fold, fold_aligned
from seleto.lib.text.numbers import Kind

Finding = tuple[int, int, str]

_ASKED = re.compile(
    r"\b(?:quanto (?:\w+ )?(?:custa|e|sai|fica|ta|esta|vale|cobra|seria)\w*"
    r"|quanto\b(?! por (?:hora|dia|semana|mes))[^.!?\n]{0,12}\?|precos?"
    r"|valor(?:es)?|orcamento|custa\w*|custo|reais|grana)\b|r\$"
)
# Around these a number without a unit goes on counting what the sentence counts.
_MAKES = re.compile(
    r"\b(?:faz|fazem|forma\w*|produz\w*|chega\w*|por hora|por dia|/\s?h|hamburguer\w*|ciclos?|unidades?)\b"
)
_IN_LINK = re.compile(r"(?:preco|valor|price|total)[=/:-]\s?\d{3,}")
_ENGLISH = re.compile(
    r"\b(?:costs?|price is|thousand|hundred)\b[^.!?\n]{0,40}\b(?:reais|dollars|thousand|hundred|brl|usd)\b"
)
_FOREIGN_NUMERAL = re.compile(r"\bcust\w+\s+[^\x00-\u024f\s]{2,}")
_FREE = re.compile(r"^\W*(?:e |sai )?de graca\W*$|\bsai(?:ria)? de graca\b")
_LEAST = Decimal(100)
_BEFORE = 200  # characters; a sentence is looked at no further back, so that work stays linear
_REASON = "Responde à pergunta de preço com um valor."


def check(sheet: Sheet) -> Iterator[Finding]:
    """Spans in the original text."""
    context, text = sheet.context, sheet.reading.original
    folded = fold_aligned(text)
    for found in _IN_LINK.finditer(folded):
        yield found.start(), found.end(), _REASON
    for found in _ENGLISH.finditer(folded):
        yield found.start(), found.end(), _REASON
    if not _ASKED.search(fold(context.lead_last)):
        return
    for pattern in (_FOREIGN_NUMERAL, _FREE):
        for found in pattern.finditer(folded):
            yield found.start(), found.end(), _REASON
    yield from sheet.reading_spans(_bare_amounts(sheet))


def _bare_amounts(sheet: Sheet) -> Iterator[Finding]:
    """Spans in the reading."""
    context, said = sheet.context, sheet.reading.folded
    allowed = set(context.price_exception.values()) if context.temperature == "frio" else set()
    for at, word in enumerate(sheet.words):
        quantity = word.quantity
        if quantity is None or quantity.kind is not Kind.PLAIN or max(quantity.values) < _LEAST:
            continue
        if allowed.intersection(quantity.values) or amounts.names_a_place(sheet, at):
            continue
        earliest = max(0, word.start - _BEFORE)
        start = max(earliest, *(said.rfind(mark, earliest, word.start) + 1 for mark in ".!?\n"))
        if not _MAKES.search(said, start, min(word.end + 30, len(said))):
            yield word.start, word.end, _REASON
