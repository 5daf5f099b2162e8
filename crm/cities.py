"""Our municipalities (IBGE codes) in the CRM's own table of cities.

Theirs may use another spelling, a short form or a former name; the id of the wrong city is worse than none. So a city
of theirs counts only when it can be no other municipality of its state, and a municipality is linked only when one
city of theirs can be it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from crm import gateways
from crm.gateway import City
from crm.models import CityLink
from leads import municipalities
from leads.municipalities import Municipality
from seleto.lib import clock

# Their table seldom changes: a city that was not there is looked for again after this.
RETRY_AFTER = timedelta(days=7)

_SHORTENED = {
    "dr": "doutor", "dep": "deputado", "sen": "senador", "pe": "padre", "fr": "frei", "des": "desembargador",
    "cons": "conselheiro", "mons": "monsenhor", "bal": "balneario", "baln": "balneario", "brig": "brigadeiro",
    "alm": "almirante", "visc": "visconde", "n": "nossa", "ns": "nossa senhora",
}  # fmt: skip
# Names that municipalities bore before, and other spellings than IBGE's that are in use.
_FORMER = {
    ("acu", "RN"): "Assú", ("boa saude", "RN"): "Januário Cicco", ("eldorado dos carajas", "PA"): "Eldorado do Carajás",
    ("munhoz de mello", "PR"): "Munhoz de Melo", ("augusto severo", "RN"): "Campo Grande",
    ("presidente juscelino", "RN"): "Serra Caiada",
    ("santarem", "PB"): "Joca Claudino", ("campo de santana", "PB"): "Tacima",
    ("serido", "PB"): "São Vicente do Seridó", ("itamaraca", "PE"): "Ilha de Itamaracá",
    ("belem de sao francisco", "PE"): "Belém do São Francisco", ("iguaraci", "PE"): "Iguaracy",
    ("lagoa do itaenga", "PE"): "Lagoa de Itaenga", ("governador lomanto junior", "BA"): "Barro Preto",
    ("muquem de sao francisco", "BA"): "Muquém do São Francisco", ("santa teresinha", "BA"): "Santa Terezinha",
    ("amparo de sao francisco", "SE"): "Amparo do São Francisco", ("gracho cardoso", "SE"): "Graccho Cardoso",
    ("sao valerio da natividade", "TO"): "São Valério", ("fortaleza do tabocao", "TO"): "Tabocão",
    ("couto de magalhaes", "TO"): "Couto Magalhães",
    ("santa isabel do para", "PA"): "Santa Izabel do Pará", ("poxoreo", "MT"): "Poxoréu",
    ("bataipora", "MS"): "Batayporã", ("picarras", "SC"): "Balneário Piçarras",
    ("presidente castelo branco", "SC"): "Presidente Castello Branco",
    ("bela vista do caroba", "PR"): "Bela Vista da Caroba",
    ("vila alta", "PR"): "Alto Paraíso", ("chiapeta", "RS"): "Chiapetta", ("ipaucu", "SP"): "Ipaussu",
    ("pinhal", "SP"): "Espírito Santo do Pinhal",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Report:
    """What a comparison of both tables found, as readable names ("Embu das Artes/SP"): cities of theirs that we cannot
    place, municipalities of ours without a city there, and those that several of theirs could be."""

    linked: int
    unknown: tuple[str, ...]
    missing: tuple[str, ...]
    ambiguous: tuple[str, ...]


def remote_city(cidade: str, uf: str) -> str:
    """The CRM's id of a city; "" when it is unknown, ambiguous or not there (asked again after ``RETRY_AFTER``).

    Asks the CRM at most once and passes on how that failed (``seleto.lib.errors``).
    """
    ours = _municipality(cidade, uf)
    if ours is None:
        return ""
    now = clock.now()
    row = CityLink.objects.filter(pk=ours.code).first()
    if row is not None and (row.remote_id or row.manual or now - row.checked_at < RETRY_AFTER):
        return row.remote_id
    gateway = gateways.current()
    if gateway is None:
        return ""
    remote_id = _only(ours, _placed(gateway.cities(name=ours.name, uf=ours.uf)).get(ours, []))
    CityLink.objects.update_or_create(ibge_code=ours.code, defaults={"remote_id": remote_id, "checked_at": now})
    return remote_id


def compare(theirs: Iterable[City]) -> tuple[Mapping[str, str], Report]:
    """IBGE code -> id of the CRM for every municipality, "" where there is none, and what did not fit."""
    known = list(theirs)
    placed = _placed(known)
    unknown = [_show(city.name, city.uf) for city in known if place(city) is None]
    links: dict[str, str] = {}
    missing: list[str] = []
    ambiguous: list[str] = []
    for ours in sorted(_all(), key=lambda one: (one.uf, one.name)):
        found = placed.get(ours, [])
        links[ours.code] = _only(ours, found)
        if not links[ours.code]:
            (ambiguous if found else missing).append(_show(ours.name, ours.uf))
    linked = sum(1 for remote_id in links.values() if remote_id)
    return links, Report(linked, tuple(unknown), tuple(missing), tuple(ambiguous))


def save(links: Mapping[str, str]) -> None:
    """Keep what ``compare`` found; what a person corrected stays."""
    now = clock.now()
    corrected = set(CityLink.objects.filter(manual=True).values_list("pk", flat=True))
    CityLink.objects.bulk_create(
        [
            CityLink(ibge_code=code, remote_id=remote_id, checked_at=now)
            for code, remote_id in links.items()
            if code not in corrected
        ],
        update_conflicts=True,
        unique_fields=["ibge_code"],
        update_fields=["remote_id", "checked_at"],
        batch_size=1000,
    )


def place(theirs: City) -> Municipality | None:
    """The one municipality that a city of the CRM can be."""
    said = municipalities.key(theirs.name)
    former = _FORMER.get((said, theirs.uf))
    for name in (theirs.name, former, _written_out(said)):
        found = {ours for ours in municipalities.choices(name) if ours.uf == theirs.uf} if name else set()
        exact = {ours for ours in found if municipalities.key(ours.name) == said} or found
        if exact:
            return next(iter(exact)) if len(exact) == 1 else None
    return None


def _municipality(cidade: str, uf: str) -> Municipality | None:
    """The one we mean by what a lead said; None while the state is not known."""
    found = municipalities.find(cidade, uf.upper() or None)
    if found is None or not found.uf:
        return None
    exact = [ours for ours in municipalities.choices(found.name) if (ours.name, ours.uf) == (found.name, found.uf)]
    return exact[0] if len(exact) == 1 else None


def _placed(theirs: Iterable[City]) -> Mapping[Municipality, list[City]]:
    found: defaultdict[Municipality, list[City]] = defaultdict(list)
    for city in theirs:
        ours = place(city)
        if ours is not None:
            found[ours].append(city)
    return found


def _only(ours: Municipality, found: list[City]) -> str:
    """Among several the one with today's name wins; two of that name are two too many."""
    said = municipalities.key(ours.name)
    exact = [city for city in found if municipalities.key(city.name) == said] or found
    return exact[0].id if len(exact) == 1 else ""


def _all() -> set[Municipality]:
    return {ours for found in municipalities.table().values() for ours in found}


def _written_out(said: str) -> str:
    return " ".join(_SHORTENED.get(word, word) for word in said.split())


def _show(name: str, uf: str) -> str:
    return f"{name}/{uf}"
