"""Facts as people read them. Stored values are plain (no accents, bare digits), so that programs can compare them."""

import re

from stdnum.br import cnpj

_ACCENTED = {
    "acougue": "açougue",
    "frigorifico": "frigorífico",
    "hamburgueres": "hambúrgueres",
    "hamburguer": "hambúrguer",
    "industria_alimentos": "indústria de alimentos",
    "media": "média",
    "mes": "mês",
    "nao": "não",
}
_AMOUNT = re.compile(r"\d{4,}")
_WORD = re.compile(r"[a-z_]+")
_WORDED = frozenset(
    "produto volume segmento urgencia conhece_seleto negocio intencao visita decisor crescimento".split()
)


def fact_value(field: str, value: str) -> str:
    """``1500 hamburgueres/dia`` → ``1.500 hambúrgueres/dia``; ``acougue`` → ``açougue``; a CNPJ with its punctuation.
    Other fields are the lead's own words and stay as they are."""
    if field == "cnpj":
        return str(cnpj.format(value)) if cnpj.is_valid(value) else value
    if field not in _WORDED:
        return value
    worded = _WORD.sub(lambda word: _ACCENTED.get(word.group(), word.group().replace("_", " ")), value)
    return (
        _AMOUNT.sub(lambda amount: f"{int(amount.group()):,}".replace(",", "."), worded)
        if field == "volume"
        else worded
    )
