"""How much the machine must make, as ``1500 hamburgueres/dia``."""

import re

from sandbox.model.text import fold

_UNITS = {
    "um": 1, "uma": 1, "dois": 2, "duas": 2, "tres": 3, "quatro": 4, "cinco": 5, "seis": 6, "sete": 7, "oito": 8,
    "nove": 9, "dez": 10, "onze": 11, "doze": 12, "treze": 13, "quatorze": 14, "catorze": 14, "quinze": 15,
    "dezesseis": 16, "dezessete": 17, "dezoito": 18, "dezenove": 19, "vinte": 20, "trinta": 30, "quarenta": 40,
    "cinquenta": 50, "sessenta": 60, "setenta": 70, "oitenta": 80, "noventa": 90, "cem": 100, "cento": 100,
    "duzentos": 200, "duzentas": 200, "trezentos": 300, "trezentas": 300, "quatrocentos": 400, "quatrocentas": 400,
    "quinhentos": 500, "quinhentas": 500, "seiscentos": 600, "seiscentas": 600, "setecentos": 700, "setecentas": 700,
    "oitocentos": 800, "oitocentas": 800, "novecentos": 900, "novecentas": 900,
}  # fmt: skip
_WORDS = "|".join(sorted(_UNITS, key=len, reverse=True))
_NUMBER = rf"(?:\d+(?:[.,]\d+)*(?:\s*(?:mil|k)\b)?|(?:(?:{_WORDS}|mil)\b(?:\s+e\s+)?\s*)+)"
_UNIT = (
    r"(?:hamburguer(?:es|s)?|hamburgers?|burgers?|burguers?|lanches?|discos?|kg|kgs|kilos?|quilos?|toneladas?"
    r"|espet(?:o|inho)s?|unidades?|pecas?|unid|un|duzias?)"
)
_PERIOD = (
    r"(?:(?:por|ao|a|na|no|/|cada|de|em uma|numa)\s*)?"
    r"\b(hora|h|dia|diari[oa]s?|noite|semana|semanal|semanais|mes|mensal|mensais|fim de semana)\b"
)
_VOLUME = re.compile(
    rf"(?<![a-z\d.,-])(?P<number>{_NUMBER})\s*(?:de\s+)?(?P<unit>{_UNIT})?\b(?:\s+(?:de\s+)?(?!por\b|ao\b|a\b|na\b|no\b|em\b|numa\b)[a-z]+){{0,4}}?\s*{_PERIOD}"
)
_UNIT_VALUES = (
    ("hambur|burger|burguer|lanche|disco", "hamburgueres"),
    ("kg|kilo|quilo|tonelad", "kg"),
    ("espet", "espetos"),
)
_PERIODS = {
    "h": "hora",
    "hora": "hora",
    "noite": "dia",
    "semana": "semana",
    "mes": "mes",
    "dia": "dia",
    "fim de semana": "semana",
}
_BEFORE = re.compile(r"\b(?:daqui (?:a )?|em |ate |dentro de |nos proximos |as )(?:uns |umas )?$")


def find_volume(text: str) -> tuple[str, int, int] | None:
    """Value and span of the last volume in a message; a correction therefore wins."""
    folded = fold(text)
    best = None
    for found in _VOLUME.finditer(folded):
        quantity = _number(found["number"])
        if quantity <= 0 or _BEFORE.search(folded[: found.start()]):
            continue
        unit, factor = _unit(found["unit"] or "", folded)
        amount = quantity * factor
        plain = str(int(amount)) if amount == int(amount) else str(amount)
        best = (f"{plain} {unit}/{_period(found[found.lastindex or 0])}", found.start(), found.end())
    return best


def _number(words: str) -> float:
    words = words.strip()
    digits = re.match(r"(\d+(?:[.,]\d+)*)\s*(mil|k)?", words)
    if digits:
        raw = digits[1]
        value = (
            float(re.sub(r"[.,]", "", raw))
            if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", raw)
            else float(raw.replace(",", ".").rstrip("."))
        )
        return value * (1000 if digits[2] else 1)
    total = part = 0
    for word in re.findall(r"[a-z]+", words):
        if word == "mil":
            total, part = total + (part or 1) * 1000, 0
        else:
            part += _UNITS.get(word, 0)
    return total + part


def _unit(word: str, folded: str) -> tuple[str, float]:
    if word.startswith("duzia"):
        return "hamburgueres", 12
    for pattern, name in _UNIT_VALUES:
        if word and re.match(pattern, word):
            return name, 1000 if word.startswith("tonelada") else 1
    if not word and re.search(r"espet", folded):
        return "espetos", 1
    if word and not re.search(r"hambur|burg", folded):
        return "unidades", 1
    return "hamburgueres", 1


def _period(word: str) -> str:
    for prefix, name in (("diari", "dia"), ("seman", "semana"), ("mens", "mes")):
        if word.startswith(prefix):
            return name
    return _PERIODS.get(word, "dia")
