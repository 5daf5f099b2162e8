"""Every Brazilian municipality, read-only: official names, states, common short forms.

A name that several municipalities share gives the city without a state (eval rules, `uf`): the state must be asked.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from seleto.lib.text.fold import fold

_TABLE = Path(__file__).parent / "data" / "municipios.csv"

STATES: dict[str, str] = {
    "AC": "Acre", "AL": "Alagoas", "AM": "Amazonas", "AP": "Amapá", "BA": "Bahia", "CE": "Ceará",
    "DF": "Distrito Federal", "ES": "Espírito Santo", "GO": "Goiás", "MA": "Maranhão", "MG": "Minas Gerais",
    "MS": "Mato Grosso do Sul", "MT": "Mato Grosso", "PA": "Pará", "PB": "Paraíba", "PE": "Pernambuco", "PI": "Piauí",
    "PR": "Paraná", "RJ": "Rio de Janeiro", "RN": "Rio Grande do Norte", "RO": "Rondônia", "RR": "Roraima",
    "RS": "Rio Grande do Sul", "SC": "Santa Catarina", "SE": "Sergipe", "SP": "São Paulo", "TO": "Tocantins",
}  # fmt: skip

# What people call a city -> its key and state. The rule names POA, though Poá is a city too.
_NICKNAMES: dict[str, tuple[str, str]] = {
    "bh": ("belo horizonte", "MG"), "beaga": ("belo horizonte", "MG"),
    "belzonte": ("belo horizonte", "MG"), "poa": ("porto alegre", "RS"), "bsb": ("brasilia", "DF"),
    "floripa": ("florianopolis", "SC"), "sampa": ("sao paulo", "SP"), "rio": ("rio de janeiro", "RJ"),
    "cwb": ("curitiba", "PR"), "ctba": ("curitiba", "PR"), "jampa": ("joao pessoa", "PB"), "ssa": ("salvador", "BA"),
    "gyn": ("goiania", "GO"), "sjc": ("sao jose dos campos", "SP"), "sjrp": ("sao jose do rio preto", "SP"),
    "sbc": ("sao bernardo do campo", "SP"), "foz": ("foz do iguacu", "PR"), "jf": ("juiz de fora", "MG"),
    "bal camboriu": ("balneario camboriu", "SC"), "rj capital": ("rio de janeiro", "RJ"),
    "sp capital": ("sao paulo", "SP"),
    "campos dos goitacazes": ("campos dos goytacazes", "RJ"), "udi": ("uberlandia", "MG"),
    "pvh": ("porto velho", "RO"), "cachoeiro": ("cachoeiro de itapemirim", "ES"), "pinda": ("pindamonhangaba", "SP"),
    "gv": ("governador valadares", "MG"), "bc": ("balneario camboriu", "SC"), "sjp": ("sao jose dos pinhais", "PR"),
}  # fmt: skip
# Spellings still in use beside the official one.
_SPELLINGS = {
    "sao thome das letras": "sao tome das letras", "moji das cruzes": "mogi das cruzes", "moji guacu": "mogi guacu",
    "moji mirim": "mogi mirim", "sao luis do paraitinga": "sao luiz do paraitinga",
    "parati": "paraty", "florinia": "florinea", "santo antonio do leverger": "santo antonio de leverger",
    "dona eusebia": "dona euzebia", "barao de monte alto": "barao do monte alto",
    "embu": "embu das artes", "brasopolis": "brazopolis",
    "santana do livramento": "sant ana do livramento",
    "trajano de morais": "trajano de moraes", "piracununga": "pirassununga",
    "itapecirica da serra": "itapecerica da serra",
}  # fmt: skip
_SHORTENED = {
    "sta": "santa", "sto": "santo", "pres": "presidente", "gov": "governador", "cel": "coronel", "gal": "general",
    "eng": "engenheiro", "sra": "senhora", "cap": "capitao", "mal": "marechal", "prof": "professor",
}  # fmt: skip
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_ELISION = re.compile(r"\bd (?=[aeiouh])")


@dataclass(frozen=True, slots=True)
class Municipality:
    """`code` is the seven-digit IBGE code; `name` the official spelling."""

    code: str
    name: str
    uf: str


@dataclass(frozen=True, slots=True)
class Place:
    """A city as far as it is known; `uf` is "" while several municipalities share the name (`ask_state`)."""

    name: str
    uf: str
    ask_state: bool


def key(name: str) -> str:
    """Comparison form of a place name: folded, words apart by one space, "sta." and the like written out."""
    words = _NOT_WORD.sub(" ", fold(name)).split()
    return " ".join(_SHORTENED.get(word, word) for word in words)


@cache
def table() -> dict[str, tuple[Municipality, ...]]:
    """Key of a name -> the municipalities that bear it."""
    found: defaultdict[str, list[Municipality]] = defaultdict(list)
    with _TABLE.open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            municipality = Municipality(row["codigo"], row["nome"], row["uf"])
            name = key(row["dobrado"])
            # "d'Oeste" is written "d oeste", "doeste" and "do oeste"
            for form in {name, _ELISION.sub("d", name), _ELISION.sub("do ", name), *_initials(name)}:
                found[form].append(municipality)
    return {name: tuple(municipalities) for name, municipalities in found.items()}


def _initials(name: str) -> Iterable[str]:
    """ "S. J. do Rio Preto", "São J. dos Pinhais", "S. Bernardo": the saint as an initial."""
    words = name.split()
    if words[0] == "sao" and len(words) > 1:
        yield " ".join(("s", *words[1:]))
        if words[1] == "jose" and len(words) > 2:
            yield " ".join(("s j", *words[2:]))
            yield " ".join(("sao j", *words[2:]))


@cache
def longest_name() -> int:
    """Most words a name of the table has."""
    return max(len(name.split()) for name in table())


@cache
def first_words() -> frozenset[str]:
    """First word of every name, shortened ones too, so that a text is not looked up word by word in vain."""
    names: Iterable[str] = (*table(), *_NICKNAMES, *_SPELLINGS)
    return frozenset(name.split()[0] for name in names) | _SHORTENED.keys()


def state(said: str) -> str | None:
    """UF of a state written in full or as its two letters; None when it is no state."""
    return _states().get(key(said))


@cache
def _states() -> dict[str, str]:
    by_name = {key(name): uf for uf, name in STATES.items()}
    extra = {"minas": "MG", "rio grande": "RS", "matogrosso": "MT", "matogrosso do sul": "MS"}
    return by_name | {uf.lower(): uf for uf in STATES} | extra


def find(name: str, uf: str | None = None) -> Place | None:
    """The place called `name`, of state `uf` if that is known; None when there is no such municipality (there)."""
    said = key(name)
    municipalities = table().get(_SPELLINGS.get(said, said), ())
    # Without its accent "poa" is Porto Alegre, not Poá.
    if said in _NICKNAMES and name.strip().isascii() and (not uf or _NICKNAMES[said][1] == uf):
        official, uf = _NICKNAMES[said]
        municipalities = table()[official]
    if uf:
        municipalities = tuple(found for found in municipalities if found.uf == uf)
    if not municipalities:
        return None
    states = {found.uf for found in municipalities}
    only = municipalities[0].uf if len(states) == 1 else ""
    return Place(municipalities[0].name, only, ask_state=not only)


def is_nickname(name: str) -> bool:
    """Whether `name` is a short form that is no municipality's own name ("BH", "Rio")."""
    return key(name) in _NICKNAMES


def choices(name: str) -> tuple[Municipality, ...]:
    """Every municipality of that name, to ask which one is meant."""
    said = key(name)
    return table().get(_SPELLINGS.get(said, said), ())
