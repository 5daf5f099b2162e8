"""How warm a lead is: rules give the class, six weighted parts give the score that ranks and explains it
(domain.md, "Temperature and score"). Pure: values in, values out, no database and no model."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from knowledge.weights import PARTS, Weights
from leads import temperature_parts as parts
from leads.models import Fact, Temperature
from leads.temperature_parts import Engagement, Known, Part
from seleto.lib.text.fold import fold

__all__ = ["Engagement", "Known", "Part", "Score", "known", "score", "standing", "updated"]

_F = Fact.Field
# Any of these said makes a real lead of somebody who writes; a name shown by WhatsApp is none.
_QUALIFYING: Final = frozenset(
    {_F.NOME, _F.EMPRESA, _F.CIDADE, _F.UF, _F.PRODUTO, _F.VOLUME, _F.URGENCIA, _F.CNPJ, _F.CONHECE, _F.SEGMENTO}
)
# What the rules look at; a name or an e-mail cannot change a class.
_DECISIVE: Final = frozenset(
    {_F.EMPRESA, _F.CNPJ, _F.SEGMENTO, _F.PRODUTO, _F.VOLUME, _F.URGENCIA, _F.NEGOCIO, _F.INTENCAO}
)
# What told later than it shows that curiosity was not all.
_SERIOUS: Final = (_F.EMPRESA, _F.CNPJ, _F.VOLUME)
# Why an urgency is "baixa": only a need far ahead is cold by itself; the rest is how people wait.
_RESEARCH: Final = re.compile(
    r"pesquis|orcand|olhando|sondando|especul|vendo|cotando|avali|conhecendo|estud|informando|levantando|ideia"
    r"|planej|projeto|curios|saber|conhecer"
)
_NO_HASTE: Final = re.compile(r"press[ao]|urgen|previs|sem data|nao tenho (?:data|prazo)|agora|hoje|\bja\b|demorar")
_AHEAD: Final = re.compile(r"\d|\bano|semestre|futur|frente|adiante|\bum dia\b|longo prazo|\bmes(?:es)?\b")


@dataclass(frozen=True, slots=True)
class Score:
    """`value` 0 to 100, inside the band of `temperature`. `reasons` say why this class, with the lead's words;
    `would_raise` what would make it warmer. `fields` are the facts it rests on."""

    value: int
    temperature: Temperature
    parts: tuple[Part, ...]
    reasons: tuple[str, ...]
    would_raise: tuple[str, ...]
    fields: tuple[str, ...]


class Told(Protocol):
    """A fact as stored or as proposed."""

    @property
    def field(self) -> str: ...
    @property
    def value(self) -> str: ...
    @property
    def quote(self) -> str: ...


def known(facts: Iterable[Told], *, told_at: datetime | None = None) -> tuple[Known, ...]:
    """Facts as the score reads them. `told_at` is the time of those that are only proposed yet; stored rows bring
    their own."""
    return tuple(
        Known(str(fact.field), fact.value, fact.quote, told_at or getattr(fact, "created_at", None)) for fact in facts
    )


def updated(facts: Iterable[Known], news: Iterable[Told], *, at: datetime) -> tuple[Known, ...]:
    """The facts as they will stand once `news` are recorded at `at`: what only repeats what is known is left out."""
    current = {fact.field: fact for fact in facts}
    fresh = [
        fact for fact in known(news, told_at=at) if fact.field not in current or current[fact.field].value != fact.value
    ]
    return tuple({**current, **{fact.field: fact for fact in fresh}}.values())


def standing(temperature: str, corrected_at: datetime | None, facts: Iterable[Known]) -> Temperature | None:
    """The class a person set, while no fact that a class depends on is newer; None when the rules decide.

    `temperature` and `corrected_at` are those of the lead.
    """
    if corrected_at is None or any(
        fact.told_at is not None and fact.told_at > corrected_at and fact.field in _DECISIVE for fact in facts
    ):
        return None
    return Temperature(temperature)


def score(
    facts: Iterable[Known], engagement: Engagement, weights: Weights, corrected: Temperature | None = None
) -> Score:
    """The class and score of a lead; of several values of a field the last one counts.

    `corrected` is the class that a person set and that still stands (`standing`): it wins, and the score moves into its
    band.
    """
    told = {fact.field: fact for fact in facts}
    measured = tuple(parts.measure(name, told, engagement, weights.of(name)) for name in PARTS)
    temperature, reasons = _by_rules(told, engagement)
    if corrected is not None and corrected != temperature:
        reasons = (f"Classe definida por uma pessoa; pelas regras seria {temperature.label}.", *reasons)
        temperature = corrected
    return Score(
        value=_within(sum(part.points for part in measured), temperature, weights),
        temperature=temperature,
        parts=measured,
        reasons=reasons,
        would_raise=_would_raise(told, temperature, measured),
        fields=tuple(sorted(told)),
    )


def _by_rules(told: Mapping[str, Known], engagement: Engagement) -> tuple[Temperature, tuple[str, ...]]:
    """In doubt the colder class: what speaks for frio is looked at first."""
    if not engagement.sale:
        return Temperature.UNCLASSIFIED, ("O assunto não é uma compra.",)
    cold = _cold(told)
    if cold:
        return Temperature.COLD, (cold,)
    hot = _hot(told)
    if hot:
        return Temperature.HOT, hot
    if (
        any(field in told for field in _QUALIFYING)
        or _says(told, _F.NEGOCIO, "sim")
        or _says(told, _F.INTENCAO, "proposta")
    ):
        return Temperature.WARM, ("Lead real, ainda sem tudo o que define um lead quente.",)
    return Temperature.UNCLASSIFIED, ("Ainda não disse nada que permita classificar.",)


def _cold(told: Mapping[str, Known]) -> str:
    """The positive evidence of a cold lead in words; empty for none. Absence of facts is none."""
    none, intention, urgency = told.get(_F.NEGOCIO), told.get(_F.INTENCAO), told.get(_F.URGENCIA)
    if (
        none is not None
        and none.value == "nao"
        and _F.CNPJ not in told
        and not _later(told, none, (_F.EMPRESA, _F.SEGMENTO))
    ):
        return f"Não tem negócio{_cited(none)}."
    if (
        intention is not None
        and intention.value == "curiosidade"
        and not _later(told, intention, _SERIOUS)
        and not _hurry(told, intention)
    ):
        return f"Só curiosidade{_cited(intention)}."
    if urgency is not None and urgency.value == "baixa":
        why = fold(urgency.quote)
        if not why or _AHEAD.search(why) or not (_RESEARCH.search(why) or _NO_HASTE.search(why)):
            return f"Só precisa daqui a mais de 90 dias{_cited(urgency)}."
        if _RESEARCH.search(why) and not _is_business(told):
            return f"Só está pesquisando e não falou de um negócio{_cited(urgency)}."
    return ""


def _hot(told: Mapping[str, Known]) -> tuple[str, ...]:
    business = told.get(_F.EMPRESA) or told.get(_F.CNPJ)
    need = told.get(_F.PRODUTO) or told.get(_F.VOLUME)
    if business is None or need is None:
        return ()
    soon, quote = told.get(_F.URGENCIA), told.get(_F.INTENCAO)
    if soon is not None and soon.value == "alta":
        why = f"Precisa em até 30 dias{_cited(soon)}."
    elif quote is not None and quote.value == "proposta" and _F.CNPJ in told:
        why = f"Pediu proposta e informou o CNPJ{_cited(quote)}."
    else:
        return ()
    return (
        f"Negócio identificado: {parts.label(business)}{_cited(business)}.",
        f"Necessidade conhecida: {parts.label(need)}{_cited(need)}.",
        why,
    )


def _would_raise(told: Mapping[str, Known], temperature: Temperature, measured: tuple[Part, ...]) -> tuple[str, ...]:
    """First what the next class asks for, then the parts with the most points to win."""
    missing = []
    if temperature == Temperature.COLD:
        missing.append("Um negócio e uma necessidade em até 90 dias, ditos pelo lead.")
    if temperature != Temperature.HOT:
        if _F.EMPRESA not in told and _F.CNPJ not in told:
            missing.append("O nome da empresa ou o CNPJ.")
        if _F.PRODUTO not in told and _F.VOLUME not in told:
            missing.append("O produto de interesse ou o volume.")
        if not _says(told, _F.URGENCIA, "alta"):
            missing.append("Uma necessidade em até 30 dias, ou um pedido de proposta com o CNPJ.")
    open_parts = sorted(
        (part for part in measured if part.points < part.weight), key=lambda part: part.points - part.weight
    )
    for part in open_parts[:3]:
        points = part.weight - part.points
        missing.append(f"{part.label}: mais {points} {'ponto' if points == 1 else 'pontos'}. {part.lacks}")
    return tuple(missing)


def _within(points: int, temperature: Temperature, weights: Weights) -> int:
    """Clamped into the band of the class: frio < `warm_from` ≤ morno ≤ `hot_above` < quente. Who is not classified
    never outranks who is."""
    low, high = {
        Temperature.HOT: (weights.hot_above + 1, 100),
        Temperature.WARM: (weights.warm_from, weights.hot_above),
    }.get(temperature, (0, weights.warm_from - 1))
    return min(max(points, low), high)


def _says(told: Mapping[str, Known], field: str, value: str) -> bool:
    return field in told and told[field].value == value


def _is_business(told: Mapping[str, Known]) -> bool:
    return any(field in told for field in (_F.EMPRESA, _F.CNPJ, _F.SEGMENTO, _F.VOLUME)) or _says(
        told, _F.NEGOCIO, "sim"
    )


def _later(told: Mapping[str, Known], than: Known, fields: Iterable[str]) -> bool:
    """Whether any of these was told in a later turn; facts of one turn bear one time."""
    return any(field in told and _after(told[field], than) for field in fields)


def _hurry(told: Mapping[str, Known], than: Known) -> bool:
    urgency = told.get(_F.URGENCIA)
    return urgency is not None and urgency.value in ("alta", "media") and _after(urgency, than)


def _after(one: Known, other: Known) -> bool:
    return one.told_at is not None and other.told_at is not None and one.told_at > other.told_at


def _cited(fact: Known) -> str:
    return f" (“{fact.quote}”)" if fact.quote else ""
