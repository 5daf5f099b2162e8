"""The one price that may be told: the cold-lead exception (`domain.md`, hard rule 2; `eval/README.md`, 1.2)."""

from decimal import Decimal

from conversations.guardrails.sheet import Sheet
from conversations.guardrails.words import Word
from seleto.lib.text.numbers import Quantity

ELIGIBLE = frozenset({"FBM100", "FB300"})  # `domain.md`, hard rule 2

_VAGUE = tuple(
    """
    partir parte partindo comeca comecando inicia uns umas cerca quase ate desde aproximadamente media torno faixa menos
    mais acima abaixo minimo maximo perto
    """.split()
)


def excepted(sheet: Sheet, at: int, quantity: Quantity) -> bool:
    """The configured price of FBM100 or FB300, told exactly, to a cold lead, and tied to that product."""
    context = sheet.context
    if context.temperature != "frio":
        return False
    named = _product_of(sheet, at)
    if named not in ELIGIBLE or named not in context.price_exception:
        return False
    exact = quantity.low == quantity.high and Decimal(str(context.price_exception[named])) in quantity.values
    return exact and not quantity.approximate and not sheet.before(at, 4, *_VAGUE)


def _product_of(sheet: Sheet, at: int) -> str:
    """The product named nearest before the amount, else the first after it; "" when none or several machines are."""
    mentions = sheet.mentions
    named = [(mention.first, mention.products[0].code) for mention in mentions if len(mention.products) == 1]
    named += [(index, word.text.upper()) for index, word in enumerate(sheet.words) if _is_code(word)]
    if not named:
        return ""
    index, code = max((pair for pair in named if pair[0] < at), default=min(named))
    before = sheet.words[index - 1] if index else None
    many = before is not None and (before.quantity is not None or before.text in ("dois", "duas"))
    return "" if many else code


def _is_code(word: Word) -> bool:
    return "#model" in word.tags or word.text in ("fbm100", "fb300")
