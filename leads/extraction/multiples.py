"""Amounts told as products: shops times each, packs of so many, hours of so many, "quero dobrar"."""

import re
from decimal import Decimal

from leads.extraction.said import Said
from seleto.lib.text.numbers import Quantity

COUNT_OF = re.compile(
    r"\b(\d+|duas|dois|tres|quatro|cinco|seis|sete|oito|nove|dez)\s+(?:lojas?|unidades|filiais|turnos?"
    r"|restaurantes|hamburguerias|lanchonetes|quiosques|food ?trucks?|trailers?|pontos|cozinhas|franquias"
    r"|padarias|acougues)\b"
)
_PACKS = re.compile(
    r"\b(\d+|duas|dois|tres|quatro|cinco|dez|vinte|trinta|quarenta|cinquenta)\s+(?:bandejas?|pacotes?"
    r"|caixas?|bateladas?|fornadas?|kits?)\s+(?:de|com)\s+$"
)
_TIMES = re.compile(r"\b(\d{1,3})\s*(?:x|vezes)\s*(?:de\s*)?$")
_HOURS = re.compile(
    r"\b(?:por|durante|em|umas?|de|x|vezes)\s+(\d{1,2}|duas|tres|quatro|cinco|seis|sete|oito|nove"
    r"|dez)\s*(?:h|hs|hrs|horas?)\b(?!\s*(?:d[ao] (?:manha|tarde|noite)))"
)
_SMALL = dict(
    zip(
        "dois duas tres quatro cinco seis sete oito nove dez vinte trinta quarenta cinquenta".split(),
        (2, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20, 30, 40, 50),
        strict=True,
    )
)
# "200 lanches por dia, dois hambúrgueres cada"
_EACH_HOLDS = re.compile(
    r"\b(?:com |leva |vai |vao |uso |usa )?(2|3|4|dois|duas|tres|quatro) (?:hamburgu\w+|burgu?ers?|carnes?|discos?"
    r"|smash\w*|blends?)\b(?: \w+){0,2} (?:cada|por (?:lanche|sanduiche|xis|burger))\b"
    r"|\bcada (?:um |lanche )?(?:leva|vai|tem|com) (2|3|4|dois|duas|tres|quatro)\b"
)
_EACH_SHOP = re.compile(r"\bcada\b|\bpor (?:loja|unidade|turno|filial|ponto|restaurante)\b")
_SHOPS_TIMES = re.compile(r"\b(?:vezes|x)\s*$")
_REACH = 80  # characters looked back for a factor, so that many amounts in one message stay cheap
_MULTIPLY = ((re.compile(r"\bdobr\w+|\bduplic\w+|\bo dobro\b"), 2), (re.compile(r"\btriplic\w+|\bo triplo\b"), 3))
_GROWN_TO = re.compile(
    r"\w*\s+(?:isso )?(?:pra|para|e chegar (?:a|em)|a|ate)\s+(?!semana|mes|dia|\w+ (?:que vem|loja))\w"
)


def multiplied(message: Said, quantity: Quantity, amount: Decimal, period: str) -> tuple[Decimal, str]:
    """Amount and period of a quantity once the factors said with it are taken in."""
    packs = _just_before(_PACKS, message, quantity.start) or _just_before(_TIMES, message, quantity.start)
    if packs:
        amount *= _small(packs[1])
    holds = message.first(_EACH_HOLDS)
    if holds and not holds.start() <= quantity.start < holds.end():
        amount *= _small(holds[1] or holds[2])
    shops = message.first(COUNT_OF)
    if shops and "turno" in shops.group() and not period:
        period = "dia"
    if (
        shops
        and not shops.start() <= quantity.start < shops.end()
        and (
            _just_before(_SHOPS_TIMES, message, shops.start())
            or message.first(_EACH_SHOP)
            or message.folded[shops.end() : quantity.start].strip() in ("de", "x", "com")
        )
    ):
        amount *= _small(shops[1])
    hours = _HOURS.search(message.after(quantity.end, 40))
    if hours and period == "hora":
        return amount * _small(hours[1]), "dia"
    for pattern, factor in _MULTIPLY:
        growth = message.first(pattern)
        if growth and not _GROWN_TO.match(message.folded, growth.end()):
            amount *= factor
    return amount, period


def _just_before(pattern: re.Pattern[str], message: Said, end: int) -> re.Match[str] | None:
    return pattern.search(message.folded, max(0, end - _REACH), end)


def _small(word: str) -> int:
    return int(word) if word.isdigit() else _SMALL.get(word, 1)
