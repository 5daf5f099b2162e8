"""What answers a price question without naming money: a bare amount, a number in a link, another language (price).

"Quanto custa?" – "Para você, 12.500!" says a price although nothing in the sentence does. Only asked, and only where
the number counts nothing else: a rate, a mass, a model, a date or a phone is told by the number grammar.
"""

import re
from collections.abc import Iterator
from decimal import Decimal

from conversations.guardrails.verdict import ReviewContext
from seleto.lib.text.fold import fold, fold_aligned
from seleto.lib.text.numbers import Kind, find_quantities

Finding = tuple[int, int, str]

_ASKED = re.compile(
    r"\b(?:quanto (?:\w+ )?(?:custa|e|sai|fica|ta|esta|vale|cobra|seria)\w*|quanto\b[^.!?\n]{0,12}\?|precos?"
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
_REASON = "Responde à pergunta de preço com um valor."


def check(text: str, context: ReviewContext) -> Iterator[Finding]:
    """Spans in the original text."""
    folded = fold_aligned(text)
    for found in _IN_LINK.finditer(folded):
        yield found.start(), found.end(), _REASON
    if not _ASKED.search(fold(context.lead_last)):
        return
    for pattern in (_ENGLISH, _FOREIGN_NUMERAL, _FREE):
        for found in pattern.finditer(folded):
            yield found.start(), found.end(), _REASON
    allowed = set(context.price_exception.values()) if context.temperature == "frio" else set()
    for quantity in find_quantities(text):
        if (
            allowed.intersection(quantity.values)
            or quantity.kind is not Kind.PLAIN
            or max(quantity.values, default=Decimal(0)) < _LEAST
        ):
            continue
        start = max(folded.rfind(mark, 0, quantity.start) for mark in ".!?\n") + 1
        if not _MAKES.search(folded, start, min(quantity.end + 30, len(folded))):
            yield quantity.start, quantity.end, _REASON
