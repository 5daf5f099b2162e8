"""The careless personality: mistakes a real model makes, at stated rates, drawn from the seed.

Under it every hard rule of the product must still hold, so each mistake here is one the product has to catch:
a fact nobody said, a question already answered, a price, too many questions, a promise.
"""

import random
from collections.abc import Callable
from typing import Any

from sandbox.model import phrases
from sandbox.model.brief import Brief

Mistake = Callable[[dict[str, Any], Brief, random.Random], None]


def spoil(answer: dict[str, Any], brief: Brief, rng: random.Random) -> dict[str, Any]:
    """The answer with its mistakes; every rate is drawn each time, so the draws depend on the seed alone."""
    drawn = [(mistake, rng.random() < rate) for mistake, rate in RATES.items()]
    for mistake, happens in drawn:
        if happens:
            mistake(answer, brief, rng)
    return answer


def _wrong_city(answer: dict[str, Any], brief: Brief, rng: random.Random) -> None:
    """A city the lead did not name, with a quotation that does not hold it."""
    message = brief.asked[-1] if brief.asked else None
    city = rng.choice(("Curitiba", "Goiânia", "Recife", "Manaus"))
    answer["facts"] = [row for row in answer["facts"] if row["field"] not in ("cidade", "uf")]
    answer["facts"].append(_fact("cidade", city, message.text if message else city, message.id if message else "m0"))


def _invented_fact(answer: dict[str, Any], brief: Brief, rng: random.Random) -> None:
    """A fact with words nobody wrote."""
    field, value, quote = rng.choice(
        (
            ("empresa", "Grelha Real Ltda", "minha empresa é a Grelha Real"),
            ("volume", "9000 hamburgueres/dia", "fazemos 9 mil por dia"),
            ("nome", "Roberto", "aqui é o Roberto"),
            ("urgencia", "alta", "preciso para amanhã"),
        )
    )
    answer["facts"] = [row for row in answer["facts"] if row["field"] != field]
    answer["facts"].append(_fact(field, value, quote, brief.asked[0].id if brief.asked else "m0"))


def _wrong_message(answer: dict[str, Any], brief: Brief, rng: random.Random) -> None:
    for row in answer["facts"]:
        row["message"] = f"m{rng.randrange(900, 999)}"


def _asks_again(answer: dict[str, Any], brief: Brief, rng: random.Random) -> None:
    known = [name for name in brief.known if name in phrases.ASK]
    if known:
        answer["reply"] += "\n\n" + phrases.ASK[rng.choice(known)][0]


def _leaks_price(answer: dict[str, Any], brief: Brief, rng: random.Random) -> None:
    amount = rng.choice(("R$ 18.900,00", "uns dezoito mil", "entre 15 e 20 mil reais", "12x de R$ 1.590"))
    answer["reply"] += f"\n\nSó para você ter uma ideia, a FB300 fica em {amount}."


def _asks_too_much(answer: dict[str, Any], brief: Brief, rng: random.Random) -> None:
    answer["reply"] += "\n\nQual o seu nome? De onde você fala? E qual o seu CNPJ?"


def _promises(answer: dict[str, Any], brief: Brief, rng: random.Random) -> None:
    answer["reply"] += "\n\n" + rng.choice(
        (
            "Garanto a entrega em 10 dias úteis.",
            "Um consultor te liga em 5 minutos.",
            "O frete é por nossa conta.",
            "Se não gostar, devolvemos o seu dinheiro.",
        )
    )


def _fact(field: str, value: str, quote: str, message: str) -> dict[str, str]:
    return {"field": field, "value": value, "quote": quote, "message": message}


RATES: dict[Mistake, float] = {
    _wrong_city: 0.12,
    _invented_fact: 0.15,
    _wrong_message: 0.05,
    _asks_again: 0.20,
    _leaks_price: 0.15,
    _asks_too_much: 0.12,
    _promises: 0.12,
}
"""Share of answers with each mistake; several may meet in one answer."""
