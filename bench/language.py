"""Speed of the language core: review of a reply, facts from a message, search in the catalogue.

Processor time of one thread on a few fixed texts, to be compared from run to run; ``make evals`` has the long form.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from bench.leads import TEXTS
from bench.load import timing
from conversations import guardrails
from knowledge import catalogue, search
from leads import extraction

_REPLIES = (
    "Oi! Que bom ter você por aqui. O que você produz hoje?",
    "A FB300 molda de 300 a 350 hambúrgueres por hora e trabalha com carne bovina, suína ou de frango.\n\n"
    "Ela é de bancada e cabe bem em uma cozinha pequena. Quantos hambúrgueres você faz por dia?",
    "Valores e prazos quem passa é o nosso consultor, que monta a proposta para a sua produção. Posso encaminhar?",
    "O equipamento sai por R$ 18.900 à vista, com 10 % de desconto, e entregamos em 15 dias.",
)


def speed(*, quick: bool) -> dict[str, Any]:
    """Milliseconds per text."""
    rounds = 10 if quick else 100
    products = catalogue.shipped_products()
    context = guardrails.ReviewContext(products=products)
    return {
        "review_ms": _timed(lambda text: guardrails.review(text, context), _REPLIES, rounds),
        "extract_ms": _timed(lambda text: extraction.extract([text], products=products), TEXTS, rounds),
        "search_ms": _timed(search.search_shipped, TEXTS, rounds),
    }


def _timed(work: Callable[[str], object], texts: Sequence[str], rounds: int) -> dict[str, Any]:
    for text in texts:
        work(text)
    taken = []
    for number in range(rounds):
        for text in texts:
            said = f"{text} ({number})"  # nothing that was kept for the very same text helps
            began = time.thread_time()
            work(said)
            taken.append(time.thread_time() - began)
    return asdict(timing(taken))
