"""Make a real conversation nobody's: whoever and whatever identifies a person gets a fictional name or number, the same
one throughout, so that what the agent has to understand stays the same.

What is known of the lead is replaced wherever it stands; besides, whatever looks like an e-mail, a phone, a document,
a postal code, an address of a page or a capitalised first name. Cities, products and figures stay.
"""

import re
from collections.abc import Callable, Iterable, Sequence

from leads import phones
from leads.extraction.contacts import is_cnpj, plain_cnpj
from leads.extraction.lexicon import COMPANY_TYPES, first_names, surnames
from seleto.lib.text.fold import fold, fold_aligned

_WOMEN = ("Marina", "Renata", "Sílvia", "Lúcia", "Paula", "Denise", "Célia", "Odete")
_MEN = ("Otávio", "Rogério", "Sérgio", "Murilo", "Fábio", "Anselmo", "Heitor", "Valter")
_SURNAMES = ("Prado", "Teles", "Siqueira", "Bastos", "Moura", "Falcão", "Queiroz", "Viana")
_COMPANIES = ("Brasa Viva", "Ponto Certo", "Sabor da Praça", "Recanto Feliz", "Boa Mesa", "Sol Nascente")
_PARTICLES = frozenset({"da", "das", "de", "do", "dos", "e"})
_BETWEEN = ("", *_PARTICLES)
_STREET = "Rua das Amostras, 100"

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_SPOKEN_EMAIL = re.compile(r"[\w.]+ arroba \w+ ponto com(?: ponto br)?\b", re.IGNORECASE)
_URL = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_CNPJ = re.compile(r"(?<!\w)[0-9A-Za-z]{2}\.?[0-9A-Za-z]{3}\.?[0-9A-Za-z]{3}/?[0-9A-Za-z]{4}-?\d{2}(?!\w)")
_PHONE = re.compile(r"(?<![\d.,])(?:\+?55[\s.-]?)?(?:\(\d{2}\)|\d{2})[\s.-]?9?[\s.-]?\d{4}[\s.-]?\d{4}(?!\d)")
_LOCAL_PHONE = re.compile(r"(?<!\d)9\d{4}-\d{4}(?!\d)")
_CPF = re.compile(r"(?<!\d)\d{3}\.?\d{3}\.?\d{3}-?\d{2}(?!\d)")
_CEP = re.compile(r"(?<!\d)\d{2}\.?\d{3}-\d{3}(?!\d)")
_ADDRESS = re.compile(
    r"\b(?:rua|avenida|av\.|travessa|alameda)\s+[A-ZÀ-Ú][^,\n]{2,60}(?:,?\s*(?:n[º°.]?\s*)?\d+)?", re.I
)
_CAPITALISED = re.compile(r"\b[A-ZÀ-Ú][a-zà-ú]{2,}\b")
_CNPJ_ROOT = "990000{:02d}0001"


class Anonymiser:
    """One conversation's replacements. ``texts``: all of it, so that a name met late is known from the beginning;
    ``keep``: words that only look like somebody's name, as the lead's own city."""

    def __init__(
        self, texts: Iterable[str] = (), *, people: Sequence[str], companies: Sequence[str], keep: Iterable[str] = ()
    ) -> None:
        self._kept = {fold(word) for text in keep for word in text.split()}
        self._names: dict[str, str] = {}
        self._firsts = 0
        self._numbers: dict[str, dict[str, str]] = {}
        self._companies = _tails(companies, kept={fold(text) for text in keep})
        for person in people:
            self._learn(person)
        for text in texts:
            self._meet(text)

    def __call__(self, text: str) -> str:
        self._meet(text)
        text = _URL.sub("https://exemplo.com.br", text)
        text = self._numbered(_EMAIL, "email", "contato{}@exemplo.com.br", text)
        text = _SPOKEN_EMAIL.sub("contato arroba exemplo ponto com ponto br", text)
        text = _CNPJ.sub(self._cnpj, text)
        text = _PHONE.sub(self._phone, text)
        text = self._numbered(_LOCAL_PHONE, "local", "90000-{:04d}", text)
        text = _CPF.sub("000.000.000-00", text)
        text = _CEP.sub("01000-000", text)
        text = _ADDRESS.sub(_STREET, text)
        for tail, fictional in self._companies.items():
            text = _replaced(re.compile(_spaced(tail)), lambda _, name=fictional: name, text)  # type: ignore[misc]
        if not self._names:
            return text
        known = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(self._names, key=len, reverse=True)))})\b")
        return _replaced(known, lambda word: self._names[fold(word)], text)

    def _learn(self, person: str) -> None:
        """A name's first word becomes a fictional first name, every other one a fictional surname."""
        words = [word for word in re.findall(r"[^\W\d_]{2,}", person) if fold(word) not in _PARTICLES]
        for place, word in enumerate(words):
            key = fold(word)
            if key in self._names or key in self._kept:
                continue
            if place:
                self._names[key] = _SURNAMES[len(self._names) % len(_SURNAMES)]
            else:
                self._names[key] = self._first_name(key)

    def _first_name(self, key: str) -> str:
        pool = _WOMEN if key.endswith("a") else _MEN
        self._firsts += 1
        return pool[(self._firsts - 1) % len(pool)]

    def _meet(self, text: str) -> None:
        """First names that nobody told us, as an SDR's own, with the surname behind one."""
        after_name = -1
        for found in _CAPITALISED.finditer(text):
            key = fold(found[0])
            if key in self._kept:
                continue
            if key in first_names():
                self._learn(found[0])
            elif (
                key in surnames() and text[after_name : found.start()].strip() in ("", *_PARTICLES) and after_name >= 0
            ):
                self._names.setdefault(key, _SURNAMES[len(self._names) % len(_SURNAMES)])
            else:
                continue
            after_name = found.end()

    def _numbered(self, pattern: re.Pattern[str], kind: str, form: str, text: str) -> str:
        return pattern.sub(lambda found: self._same(kind, found[0].lower(), form), text)

    def _same(self, kind: str, key: str, form: str) -> str:
        seen = self._numbers.setdefault(kind, {})
        return seen.setdefault(key, form.format(len(seen) + 1))

    def _phone(self, found: re.Match[str]) -> str:
        number = phones.canonical(found[0])
        return self._same("phone", number, "(11) 90000-{:04d}") if number else found[0]

    def _cnpj(self, found: re.Match[str]) -> str:
        """One with right check digits for a right one, with wrong ones for a wrong one."""
        plain = plain_cnpj(found[0])
        if sum(char.isdigit() for char in plain) < 10:
            return found[0]
        fictional = _fictional_cnpj(int(self._same("cnpj", plain, "{}")))
        return fictional if is_cnpj(plain) else fictional[:-1] + str((int(fictional[-1]) + 1) % 10)


def _tails(companies: Sequence[str], *, kept: set[str]) -> dict[str, str]:
    """What tells one company from another, without the word for its trade -> a fictional name."""
    tails: dict[str, str] = {}
    for company in companies:
        words = fold(company).split()
        while words and (words[0] in COMPANY_TYPES or words[0] in _PARTICLES):
            words = words[1:]
        tail = " ".join(words)
        if len(tail) > 2 and tail not in kept:
            tails.setdefault(tail, _COMPANIES[len(tails) % len(_COMPANIES)])
    return dict(sorted(tails.items(), key=lambda pair: -len(pair[0])))


def _spaced(words: str) -> str:
    return r"(?<!\w)" + r"\s+".join(re.escape(word) for word in words.split()) + r"(?!\w)"


def _replaced(pattern: re.Pattern[str], by: Callable[[str], str], text: str) -> str:
    """Matched without regard to case and accents, replaced in the case it was written in."""
    parts, at = [], 0
    for found in pattern.finditer(fold_aligned(text)):
        word = text[found.start() : found.end()]
        name = by(word)
        cased = name.lower() if word.islower() else name.upper() if word.isupper() else name
        parts += [text[at : found.start()], cased]
        at = found.end()
    return "".join([*parts, text[at:]])


def _fictional_cnpj(number: int) -> str:
    root = _CNPJ_ROOT.format(number % 100)
    return next(f"{root}{tail:02d}" for tail in range(100) if is_cnpj(f"{root}{tail:02d}"))
