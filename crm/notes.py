"""The note a consultant reads beside the deal (`domain.md`, "CRM note sections"). Pure; all Portuguese.

Its digest covers what a new note would be worth writing for: the score and the wording of the summary may change with
every message and are told as they stand, but make no new note.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from stdnum.br import cnpj

from crm.gateway import Note
from crm.values import Need, Told, Values
from leads.display import fact_value
from leads.models import Fact, Temperature

_F = Fact.Field
UNKNOWN: Final = "Não informado"
SAO_PAULO: Final = ZoneInfo("America/Sao_Paulo")
LINE_CHARS: Final = 600
QUOTE_CHARS: Final = 160
REASONS: Final = 4
WORK: Final = {
    "hamburguer": "formar hambúrgueres",
    "corte": "cortar carnes",
    "filetagem": "filetar",
    "embutimento": "embutir linguiça",
    "mistura": "misturar massa",
    "espeto": "fazer espetos",
}
_URGENCY: Final = {"alta": "alta (até 30 dias)", "media": "média (de 30 a 90 dias)", "baixa": "baixa (mais de 90 dias)"}
_NEXT: Final = {
    Temperature.HOT: "Chamar agora pelo nome, confirmar a necessidade e montar a proposta.",
    Temperature.WARM: "Retomar o contato, completar o que falta e avaliar a proposta.",
    Temperature.COLD: "Sem proposta por ora; manter no relacionamento.",
    Temperature.UNCLASSIFIED: "Entender a necessidade antes de propor.",
}


def build(values: Values, need: Need) -> tuple[Note, str]:
    """The note of one orçamento and the digest of what it says."""
    lasting = (
        ("Dados do cliente", _client(values, need)),
        ("Necessidade identificada", _need(values, need)),
        ("Equipamento de interesse", _equipment(values, need)),
        ("Classificação do lead", (_class(values),)),
        ("Próximo passo", (_next_step(values),)),
    )
    said = _happened(values)
    digest = hashlib.sha256(json.dumps([said, lasting], ensure_ascii=False).encode()).hexdigest()
    told = [*([values.summary] if values.summary else []), *said]
    titles = dict(lasting)
    titles["Classificação do lead"] = (*titles["Classificação do lead"], *_score(values))
    sections = (("Resumo do atendimento", _cut(told)), *((title, _cut(lines)) for title, lines in titles.items()))
    return Note(sections=sections, mark=f"nota:{need.id}:{digest[:12]}"), digest


def cnpj_words(value: str) -> str:
    """A CNPJ with its punctuation, letters included."""
    return str(cnpj.format(value)) if value else ""


def _happened(values: Values) -> tuple[str, ...]:
    """What took place, besides the summary."""
    lines = [f"Canal: WhatsApp ({values.channel})" if values.channel else f"Canal: {UNKNOWN}"]
    lines.append(f"Primeiro contato: {_day(values.created_at)}")
    if values.handed:
        lines.append(f"Repasse em {_moment(values.handed.at)}: {values.handed.reason} (fila {values.handed.queue})")
    lines += [f"Pergunta em aberto: “{_short(question)}”" for question in values.open_questions]
    names = values.product_names
    lines += [f"Avisar quando houver: {names.get(code, code)}" for code in values.interests]
    lines += [
        f"Preço informado ao lead pela exceção de lead frio: {names.get(code, code)}, em {_moment(at)}"
        for code, at in values.disclosed
    ]
    return tuple(lines)


def _client(values: Values, need: Need) -> tuple[str, ...]:
    firm = values.firms.get(need.empresa_id or values.empresa_id or values.lead_id)
    phone = values.phones[0] if values.phones else ""
    place = "/".join(filter(None, (values.told(_F.CIDADE), values.told(_F.UF))))
    name = values.told(_F.NOME)
    if not name and values.shown_name:
        name = f"{UNKNOWN} (no WhatsApp: {values.shown_name})"
    return (
        f"Empresa: {(firm.nome if firm else '') or UNKNOWN}",
        f"CNPJ: {cnpj_words(firm.cnpj if firm else '') or UNKNOWN}",
        f"Contato: {name or UNKNOWN}",
        f"Telefone: {phone or UNKNOWN}",
        f"E-mail: {values.told(_F.EMAIL) or UNKNOWN}",
        f"Cidade: {place or UNKNOWN} (DDD {_area_code(phone)})",
        f"Segmento: {_said(values, _F.SEGMENTO, need.segmento)}",
        f"Já conhece a Seleto: {_said(values, _F.CONHECE)}",
    )


def _need(values: Values, need: Need) -> tuple[str, ...]:
    return (
        f"Necessidade: {WORK.get(need.necessidade, need.necessidade) or UNKNOWN}",
        f"Capacidade/volume: {_said(values, _F.VOLUME, need.volume)}",
        f"Urgência: {_said(values, _F.URGENCIA, need.urgencia)}",
    )


def _equipment(values: Values, need: Need) -> tuple[str, ...]:
    if not need.produto:
        return (UNKNOWN,)
    name = values.product_names.get(need.produto, need.produto)
    return (name if name == need.produto else f"{name} ({need.produto})",)


def _class(values: Values) -> str:
    return Temperature(values.temperature).label.capitalize()


def _score(values: Values) -> tuple[str, ...]:
    told = () if values.score is None else (f"Pontuação: {values.score} de 100",)
    return (*told, *values.reasons[:REASONS])


def _next_step(values: Values) -> str:
    if values.handed:
        return f"Atender: o agente repassou a conversa ({values.handed.reason})."
    return _NEXT[Temperature(values.temperature)]


def _said(values: Values, name: Fact.Field, kept: str = "") -> str:
    """The value, and the lead's words where they say more; ``kept`` is what the orçamento holds."""
    known = values.facts.get(name)
    value = kept or values.told(name)
    if not value:
        return UNKNOWN
    words = _URGENCY.get(value, value) if name == _F.URGENCIA else fact_value(name, value)
    return f"{words}{_quoted(known, words)}" if known and known.value == value else words


def _quoted(known: Told, words: str) -> str:
    quote = _short(known.quote)
    return f" (“{quote}”)" if quote and quote.casefold() != words.casefold() else ""


def _area_code(phone: str) -> str:
    return phone[2:4] if phone.startswith("55") and len(phone) >= 12 else UNKNOWN


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= QUOTE_CHARS else f"{flat[: QUOTE_CHARS - 1]}…"


def _cut(lines: Iterable[str]) -> tuple[str, ...]:
    return tuple(line if len(line) <= LINE_CHARS else f"{line[: LINE_CHARS - 1]}…" for line in lines)


def _day(at: datetime) -> str:
    return f"{at.astimezone(SAO_PAULO):%d/%m/%Y}"


def _moment(at: datetime) -> str:
    return f"{at.astimezone(SAO_PAULO):%d/%m/%Y às %H:%M}"
