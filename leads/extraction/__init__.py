"""What a lead told, read from the messages alone: fifteen fields by rules, no model (eval rules, section 2).

Serves three masters: facts when no model is available, the check of what a model proposes, and the brief.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from knowledge.catalogue import ProductFacts
from leads.extraction import acquaintance, companies, contacts, cost, human, people, places, segments, timing, volumes
from leads.extraction import products as wanted
from leads.extraction.checks import validate
from leads.extraction.optout import asks_opt_out, opt_out
from leads.extraction.said import Item, Volume, prepare
from seleto.lib.text.foreign import translated
from seleto.lib.text.reading import Reading

__all__ = ["FIELDS", "Extraction", "Item", "Volume", "asks_opt_out", "extract", "validate"]

FIELDS = (
    "nome", "empresa", "cidade", "uf", "produto", "volume", "urgencia", "cnpj", "email", "telefone",
    "conhece_seleto", "segmento", "opt_out", "pede_humano", "pede_preco",
)  # fmt: skip
_BOOLEANS = frozenset({"opt_out", "pede_humano", "pede_preco"})
MAX_CHARS = 4000  # of one message; a lead's facts are not further in


@dataclass(frozen=True, slots=True)
class Extraction:
    """At most one item per field. `ask_state`: several municipalities bear the city's name and no state was said."""

    items: tuple[Item, ...] = ()
    ask_state: bool = False

    def get(self, field: str) -> Item | None:
        return next((item for item in self.items if item.field == field), None)

    def facts(self) -> dict[str, object]:
        """All fifteen keys, as JSON: unknown is None, the three requests default to False, a volume is an object."""
        known: dict[str, object] = {field: False if field in _BOOLEANS else None for field in FIELDS}
        for item in self.items:
            value = item.value
            known[item.field] = (
                {"quantidade": value.quantidade, "unidade": value.unidade, "periodo": value.periodo}
                if isinstance(value, Volume)
                else value
            )
        return known


# "Vocês entregam em Curitiba?" tells less of where the lead is than what else they say.
_SENTENCE = re.compile(r"[^.!?\n]+\??")
_ASKED_PLACE = re.compile(r"\b(?:entreg|envi|mand|despach|atend)[ae]m?\b", re.IGNORECASE)


def _blank_asked(found: re.Match[str]) -> str:
    sentence = found.group()
    return " " * len(sentence) if sentence[-1] == "?" and _ASKED_PLACE.search(sentence) else sentence


def _within(inner: Item, outer: Item) -> bool:
    return inner.message == outer.message and outer.start <= inner.start and inner.end <= outer.end


def extract(messages: Sequence[str], *, products: Sequence[ProductFacts] = ()) -> Extraction:
    """Reads the lead's messages, oldest first. `Item.message` is the index in `messages`.

    English and Spanish are read by the same rules, word by word; quotations stay in the lead's own words.
    """
    abroad = [translated(message[:MAX_CHARS]) for message in messages]
    if not any(abroad):
        return _extract(messages, products)
    told = [message if reading is None else reading.text for message, reading in zip(messages, abroad, strict=True)]
    found = _extract(told, products)
    return Extraction(tuple(_as_written(item, abroad[item.message]) for item in found.items), found.ask_state)


def _as_written(item: Item, reading: Reading | None) -> Item:
    if reading is None:
        return item
    start, end = reading.span(item.start, item.end)
    return replace(item, quote=reading.original[start:end], start=start, end=end)


def _extract(messages: Sequence[str], products: Sequence[ProductFacts]) -> Extraction:
    said = prepare([message[:MAX_CHARS] for message in messages])
    mail = contacts.email(said)
    if mail:
        said[mail.message].hide(mail.start, mail.end)
    company, taken = companies.company(said)
    machines = wanted.mentions(said, products)
    named = [(mention.item.message, mention.item.start, mention.item.end) for mention in machines]
    person = people.name(said, [*taken, *named])
    if person:
        taken = [*taken, (person.message, person.start, person.end)]
    if person and company and _within(company, person):
        company = None  # "João da Silva" has a surname, not a company
    elsewhere = prepare([_SENTENCE.sub(_blank_asked, message[:MAX_CHARS]) for message in messages])
    city, uf, ask_state = places.city_and_state(elsewhere, taken)
    if city is None:
        city, uf, ask_state = places.city_and_state(said, taken)
    found = (
        person,
        company,
        city,
        uf,
        wanted.product(said, machines),
        volumes.volume(said),
        timing.urgency(said),
        contacts.cnpj(said),
        mail,
        contacts.phone(said),
        acquaintance.knows_us(said, wanted.starts(machines)),
        segments.segment(said, company),
        opt_out(said),
        human.asks_person(said),
        cost.asks_price(said, taken),
    )
    return Extraction(tuple(item for item in found if item is not None), ask_state)
