"""Checks of what a model proposes: the words must be the lead's and the value must follow from them."""

import re
from collections.abc import Callable, Sequence

from knowledge.catalogue import ProductFacts
from leads import municipalities
from leads.extraction import contacts, products, volumes
from leads.extraction.said import Said
from seleto.lib.text.fold import fold

SEGMENTS = frozenset(
    "hamburgueria lanchonete restaurante churrascaria espetaria food_truck dark_kitchen padaria acougue "
    "supermercado frigorifico "
    "industria_alimentos cozinha_industrial distribuidora revenda outro".split()
)
_URGENCIES = frozenset({"alta", "media", "baixa"})
_MAX_NAME = 80

Check = Callable[[str, str, str, Sequence[ProductFacts]], str | None]


def validate(field: str, value: str, *, quote: str, message: str, products: Sequence[ProductFacts] = ()) -> str | None:
    """The value in its stored form, or None when it must be dropped.

    `quote` has to stand in `message`, the lead's own words (case, accents and spacing apart), and the value has to be
    valid and to follow from the quotation: check digits, an existing city, digits that were typed, words that were
    written. What takes judgement (`urgencia`, `segmento`, `conhece_seleto`) is only checked for its range.
    """
    if not _quoted(quote, message):
        return None
    value = " ".join(value.split())
    check = _CHECKS.get(field)
    if check is None or not value:
        return None
    return check(value, quote, message, products)


def _plain(text: str) -> str:
    return " ".join(fold(text).split())


def _quoted(quote: str, message: str) -> bool:
    return bool(quote.strip()) and _plain(quote) in _plain(message)


def _written(value: str, quote: str, _: str, __: Sequence[ProductFacts]) -> str | None:
    """A name counts when its words are in the quotation."""
    said = re.sub(r"[^a-z0-9]+", " ", fold(quote)).split()
    words = re.sub(r"[^a-z0-9]+", " ", fold(value)).split()
    joke = "{" in value or "<" in value or "seleto" in words
    return value if words and len(value) <= _MAX_NAME and not joke and all(word in said for word in words) else None


def _name(value: str, quote: str, message: str, known: Sequence[ProductFacts]) -> str | None:
    """A machine's name is nobody's."""
    return None if products.named_in(value, known) else _written(value, quote, message, known)


def _city(value: str, quote: str, _: str, __: Sequence[ProductFacts]) -> str | None:
    place = municipalities.find(value)
    if place is None:
        return None
    said = municipalities.key(quote)
    nickname = any(
        municipalities.is_nickname(word) and (known := municipalities.find(word)) and known.name == place.name
        for word in said.split()
    )
    return (
        place.name if nickname or municipalities.key(value) in said or municipalities.key(place.name) in said else None
    )


def _state(value: str, quote: str, message: str, _: Sequence[ProductFacts]) -> str | None:
    """Two letters that the lead said, or that follow from a city only one state has. A laugh after a city is no
    state: "Sorocaba rs"."""
    uf = municipalities.state(value)
    if uf is None or (uf == "RS" and _laughs(quote, message)):
        return None
    said = municipalities.key(quote)
    name = municipalities.key(municipalities.STATES[uf])
    if re.search(rf"\b(?:{uf.lower()}|{name})\b", said) or (uf == "MG" and re.search(r"\bminas\b", said)):
        return uf
    words = municipalities.key(quote).split()
    for size in range(min(municipalities.longest_name(), len(words)), 0, -1):
        for start in range(len(words) - size + 1):
            place = municipalities.find(" ".join(words[start : start + size]))
            if place and place.uf == uf:
                return uf
    return None


def _laughs(quote: str, message: str) -> bool:
    """Whether the "rs" at the end can only be a laugh: it follows a city that no such state has."""
    found = re.search(r"([^\W\d_][^,.!?\d]*?)[ ,]+rs[\W_]*$", message.strip())
    if found is None or not re.search(r"\brs\W*$", quote.strip()):
        return False
    words = found[1].split()
    cities = [" ".join(words[start:]) for start in range(len(words)) if municipalities.find(" ".join(words[start:]))]
    return bool(cities) and not any(municipalities.find(city, "RS") for city in cities)


def _product(value: str, quote: str, message: str, known: Sequence[ProductFacts]) -> str | None:
    """A code of the catalogue that the quotation, read in its message, names or describes."""
    code = value.upper().replace(" ", "").replace("-", "_")
    if code not in {product.code for product in known}:
        return None
    return code if code in products.named_in(quote, known) | products.named_in(message, known) else None


def _volume(value: str, quote: str, message: str, _: Sequence[ProductFacts]) -> str | None:
    proposed = volumes.parse(value)
    if proposed is None:
        return None
    numbers = [reading for quantity in Said(quote).quantities for reading in quantity.values]
    several = (
        len(numbers) > 1 or len(Said(message).quantities) > 1 or re.search(r"\bdobr|\btripl|\bcada\b", fold(message))
    )
    amount = proposed.quantidade
    follows = any(float(number) * factor == amount for number in numbers for factor in (1, 12, 15, 60, 1000))
    computed = several and any(number and amount % float(number) == 0 for number in numbers)
    return str(proposed) if follows or computed else None


def _one_of(allowed: frozenset[str]) -> Check:
    def check(value: str, _quote: str, _message: str, _products: Sequence[ProductFacts]) -> str | None:
        folded = fold(value).replace(" ", "_")
        return folded if folded in allowed else None

    return check


def _cnpj(value: str, quote: str, _: str, __: Sequence[ProductFacts]) -> str | None:
    plain = contacts.plain_cnpj(value)
    return plain if contacts.is_cnpj(plain) and plain in contacts.plain_cnpj(quote) else None


def _email(value: str, quote: str, _: str, __: Sequence[ProductFacts]) -> str | None:
    lowered = value.lower()
    if not contacts.is_email(lowered):
        return None
    heard = contacts.email([Said(quote)])
    return lowered if lowered in fold(quote) or (heard is not None and heard.value == lowered) else None


def _phone(value: str, quote: str, _: str, __: Sequence[ProductFacts]) -> str | None:
    heard = contacts.phone([Said(quote)])
    digits = re.sub(r"\D", "", value)
    if heard is None or not digits:
        return None
    said = re.sub(r"\D", "", str(heard.value))
    return str(heard.value) if said in (digits, f"55{digits}", f"55{digits.lstrip('0')}") else None


_CHECKS: dict[str, Check] = {
    "nome": _name,
    "empresa": _written,
    "cidade": _city,
    "uf": _state,
    "produto": _product,
    "volume": _volume,
    "urgencia": _one_of(_URGENCIES),
    "cnpj": _cnpj,
    "email": _email,
    "telefone": _phone,
    "conhece_seleto": _one_of(frozenset({"sim", "nao"})),
    "segmento": _one_of(SEGMENTS),
}
