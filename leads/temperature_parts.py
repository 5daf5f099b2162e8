"""The six parts of a lead's score: how much of its points each one earns, and why in words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from leads.display import fact_value
from leads.extraction import volumes
from leads.models import Fact

_F = Fact.Field
LABELS: Final = {
    "engajamento": "Engajamento",
    "completude": "Completude",
    "volume": "Volume",
    "urgencia": "Urgência",
    "fit": "Fit",
    "intencao": "Intenção",
}


@dataclass(frozen=True, slots=True)
class Known:
    """A fact about the lead; `told_at` may be missing where only the value is known."""

    field: str
    value: str
    quote: str = ""
    told_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Engagement:
    """How the lead takes part, counted by whoever holds the conversations.

    `messages` the lead wrote; direct `questions` of the agent and how many of them were `answered`; whole days since
    the lead last wrote; `sale` is False for support, complaints, suppliers, job seekers and wrong numbers.
    """

    messages: int = 0
    questions: int = 0
    answered: int = 0
    days_since_contact: int = 0
    sale: bool = True


@dataclass(frozen=True, slots=True)
class Part:
    """Points earned of `weight`, why, in whose words, and what is lacking for the rest."""

    name: str
    weight: int
    points: int
    reason: str
    quote: str = ""
    lacks: str = ""

    @property
    def label(self) -> str:
        return LABELS[self.name]


@dataclass(frozen=True, slots=True)
class _Measure:
    """A share of the weight between 0 and 1."""

    share: float
    reason: str
    lacks: str
    quote: str = ""


def measure(name: str, told: Mapping[str, Known], engagement: Engagement, weight: int) -> Part:
    """One of `knowledge.weights.PARTS`."""
    found = _MEASURES[name](told, engagement)
    return Part(name, weight, round(weight * found.share), found.reason, found.quote, found.lacks)


def label(fact: Known) -> str:
    return f"{Fact.Field(fact.field).label} {fact_value(fact.field, fact.value)}"


# Steps, not curves: a score that moved with every message would only make noise in the history.
_MESSAGES: Final = ((6, 0.7), (3, 0.5), (1, 0.2), (0, 0.0))
_ANSWERED: Final = 0.3
_COOLING: Final = ((30, 0.0), (7, 0.5))


def _engagement(_: Mapping[str, Known], engagement: Engagement) -> _Measure:
    share = next(share for least, share in _MESSAGES if engagement.messages >= least)
    if engagement.questions and engagement.answered * 2 >= engagement.questions:
        share += _ANSWERED
    days = engagement.days_since_contact
    share *= next((factor for least, factor in _COOLING if days > least), 1.0)
    reason = f"Escreveu {engagement.messages} {'vez' if engagement.messages == 1 else 'vezes'}"
    if engagement.questions:
        reason += f" e respondeu {engagement.answered} de {engagement.questions} perguntas"
    if days > 7:
        reason += f"; sem contato há {days} dias"
    return _Measure(share, f"{reason}.", "Conversar mais e responder às perguntas.")


_COLLECTED: Final = {
    "nome": (_F.NOME,),
    "empresa": (_F.EMPRESA, _F.CNPJ),
    "cidade/UF": (_F.CIDADE, _F.UF),
    "produto": (_F.PRODUTO,),
    "volume": (_F.VOLUME,),
    "urgência": (_F.URGENCIA,),
    "se conhece a Seleto": (_F.CONHECE,),
}


def _completeness(told: Mapping[str, Known], _: Engagement) -> _Measure:
    missing = [words for words, fields in _COLLECTED.items() if not any(field in told for field in fields)]
    given = len(_COLLECTED) - len(missing)
    return _Measure(
        given / len(_COLLECTED), f"Informou {given} de {len(_COLLECTED)} dados.", f"Falta: {', '.join(missing)}."
    )


# A working day, week and month; kilograms count as burgers of 125 g. Assumptions, to rank volumes against each other.
_PER_DAY: Final = {"hora": 8.0, "dia": 1.0, "semana": 1 / 5, "mes": 1 / 22}
_PIECES_PER_KG: Final = 8
# Pieces a day: what the manual machine makes is the middle, what asks for an automatic one is everything.
_DAILY: Final = ((1500, 1.0), (600, 0.8), (300, 0.6), (100, 0.4), (0, 0.2))


def _volume(told: Mapping[str, Known], _: Engagement) -> _Measure:
    fact = told.get(_F.VOLUME)
    if fact is None:
        return _Measure(0, "Volume não informado.", "Saber quanto quer produzir.")
    shown, daily = fact_value(fact.field, fact.value), pieces_per_day(fact.value)
    if daily is None:
        return _Measure(0.2, f"Volume sem período: {shown}.", "Saber se é por dia, semana ou mês.", fact.quote)
    share = next(share for least, share in _DAILY if daily >= least)
    return _Measure(share, f"Quer produzir {shown}.", "Um volume maior.", fact.quote)


def pieces_per_day(volume: str) -> float | None:
    """A stored volume as pieces a day; None when it says no period."""
    read = volumes.parse(volume)
    if read is None or read.periodo is None:
        return None
    return read.quantidade * _PER_DAY[read.periodo] * (_PIECES_PER_KG if read.unidade == "kg" else 1)


_URGENCY: Final = {
    "alta": (1.0, "Precisa em até 30 dias."),
    "media": (0.6, "Precisa entre 31 e 90 dias."),
    "baixa": (0.1, "Sem pressa ou daqui a mais de 90 dias."),
}


def _urgency(told: Mapping[str, Known], _: Engagement) -> _Measure:
    fact = told.get(_F.URGENCIA)
    share, reason = _URGENCY.get(fact.value if fact else "", (0.0, "Não disse para quando precisa."))
    return _Measure(share, reason, "Um prazo de compra mais próximo.", fact.quote if fact else "")


def _fit(told: Mapping[str, Known], _: Engagement) -> _Measure:
    """Somebody we sell to: a business, of a kind we serve, for a machine we have."""
    business, segment, product = told.get(_F.EMPRESA) or told.get(_F.CNPJ), told.get(_F.SEGMENTO), told.get(_F.PRODUTO)
    owns = told.get(_F.NEGOCIO)
    if owns is not None and owns.value == "nao" and business is None:
        return _Measure(0, "Não tem negócio.", "Um negócio que produza alimentos.", owns.quote)
    share = 0.0
    reasons: list[str] = []
    lacks: list[str] = []
    for fact, worth, unknown in (
        (business, 0.5, "saber a empresa ou o CNPJ"),
        (segment, 0.1 if segment and segment.value == "outro" else 0.3, "saber o segmento"),
        (product, 0.2, "saber a máquina que procura"),
    ):
        if fact is None:
            lacks.append(unknown)
        else:
            share += worth
            reasons.append(label(fact))
    named = "; ".join(reasons)
    reason = f"{named[0].upper()}{named[1:]}." if named else "Não se sabe que negócio tem."
    source = business or segment or product
    return _Measure(share, reason, f"{'; '.join(lacks).capitalize()}." if lacks else "", source.quote if source else "")


# What shows that the lead means to buy; the last ones are the strong signals that never change the class.
_INTENT: Final = (
    (_F.INTENCAO, "proposta", 0.5, "pediu proposta"),
    (_F.PRODUTO, "", 0.3, "escolheu a máquina"),
    (_F.VISITA, "sim", 0.3, "quer visita ou demonstração"),
    (_F.DECISOR, "sim", 0.2, "é quem decide"),
    (_F.CRESCIMENTO, "sim", 0.2, "está crescendo"),
    (_F.CONHECE, "sim", 0.2, "já conhece a Seleto"),
)


def _intent(told: Mapping[str, Known], _: Engagement) -> _Measure:
    curious = told.get(_F.INTENCAO)
    if curious is not None and curious.value == "curiosidade":
        return _Measure(0, "Disse que é só curiosidade.", "Mostrar que quer comprar.", curious.quote)
    shown = [
        (told[field], worth, words)
        for field, value, worth, words in _INTENT
        if field in told and value in ("", told[field].value)
    ]
    share = min(sum(worth for _, worth, _ in shown), 1.0)
    reason = ", ".join(words for *_, words in shown).capitalize() or "Nenhum sinal forte de compra ainda"
    return _Measure(share, f"{reason}.", "Pedir uma proposta ou uma visita.", shown[0][0].quote if shown else "")


_MEASURES: Final[Mapping[str, Callable[[Mapping[str, Known], Engagement], _Measure]]] = {
    "engajamento": _engagement,
    "completude": _completeness,
    "volume": _volume,
    "urgencia": _urgency,
    "fit": _fit,
    "intencao": _intent,
}
