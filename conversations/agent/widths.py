"""Whether a lead makes burgers wider than the moulds of most machines (domain.md, "Commercial rules")."""

import re
from decimal import Decimal

from seleto.lib.text.fold import fold_aligned
from seleto.lib.text.foreign import words_in_portuguese
from seleto.lib.text.numbers import Kind, Quantity, find_quantities

MOULD_CM, LINE_CM = Decimal(14), Decimal(19)
_IN_CM = {"cm": Decimal(1), "mm": Decimal("0.1"), "m": Decimal(100)}
_ROUND = re.compile(
    r"hamb[ui]rg\w*|\bburg\w*|\bblends?\b|\bdiscos?\b|\brodelas?\b|\bsmash\w*|\blanches?\b|\bdiametro\b"
)
# The southern "xis" is that wide whether or not its size is told.
_XIS = re.compile(r"\bxis\b|\bx[ -]?(?:salada|burg\w*|bacon|tudo|coracao)? ?gauch\w+")
# What else has a size: the measure belongs to it when it is named last before the number, or right after it.
_OTHER_THING = (
    r"(?:chapas?|bancadas?|mesas?|cozinha|caixas?|bandejas?|embalage\w+|paes|pao|espet\w+|linguicas?|bifes?|tiras?"
    r"|cubos?"
    r"|files?|portas?|espaco|maquina|facas?|panelas?|sacos?|pratos?)"
)
_LAST_NAMED = re.compile(
    rf"\b{_OTHER_THING}\b(?! d[aeo] hamb)(?!.*(?:{_ROUND.pattern}))|{_OTHER_THING} d[aeo]s? hamb", re.DOTALL
)
_ANOTHER_SIDE = re.compile(
    rf"\s*(?:de|no|em)? ?(?:altura|comprimento|espessura|compr|alto|fundo|profundidade|{_OTHER_THING})\b"
)
# "diâmetro de 17": nobody means millimetres.
_BARE = re.compile(r"\bdiametro (?:de |e |tem )?(\d\d)(?![\d.,]| ?[a-z]{1,2}\b)")
_ABOVE = re.compile(r"\b(?:mai(?:or|ores|s)|acima|superior\w*|pass\w+|alem)\b[^\d,.;]{0,12}$")


def wider_than_moulds(text: str) -> bool:
    """``text`` is a message of the lead, in any of the three languages."""
    told = words_in_portuguese(text)
    folded = fold_aligned(told)
    sizes = [size for size in find_quantities(told) if size.kind is Kind.LENGTH and size.unit in _IN_CM]
    if _XIS.search(folded):
        return all(_too_wide(size, folded) for size in sizes)
    if bare := _BARE.search(folded):
        return MOULD_CM < int(bare[1]) <= LINE_CM
    return bool(_ROUND.search(folded)) and any(_too_wide(size, folded) for size in sizes)


def _too_wide(size: Quantity, folded: str) -> bool:
    before, after = folded[max(0, size.start - 80) : size.start], folded[size.end :]
    if _ANOTHER_SIDE.match(after) or _LAST_NAMED.search(before):
        return False
    widest = size.high * _IN_CM[size.unit]
    return MOULD_CM < widest <= LINE_CM or (widest == MOULD_CM and _ABOVE.search(before) is not None)
