"""What a person reads who picks a handoff up (domain.md, "Handoff summary fields"): a private note, in Portuguese.

``build`` is pure and always says every field: what nobody told reads "Não informado". ``of`` reads the values, in two
statements, as they stand in the transaction that opens the handoff.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject

from conversations import channel_cache
from conversations.models import Conversation, Handoff, Message
from knowledge import queries
from leads.display import fact_value
from leads.models import Classification, Fact, Identity, Interest, Lead, Temperature

UNKNOWN = "Não informado"
# A note that fits a screen or two; every line is short enough for all of them, and the last messages give way first.
MAX_CHARS = 6_000
LINE_CHARS = 320
REASONS = 4
MESSAGES = 8
MESSAGE_CHARS = 240
QUOTE_CHARS = 120
SAO_PAULO = ZoneInfo("America/Sao_Paulo")

_F = Fact.Field
_R = Handoff.Reason
_WHO = {Message.Author.LEAD: "Lead", Message.Author.AGENT: "Agente"}
_URGENCY = {"alta": "alta (até 30 dias)", "media": "média (de 30 a 90 dias)", "baixa": "baixa (mais de 90 dias)"}
# What a consultant still has to ask for, in the order of its value.
_WANTED = (
    (_F.NOME, "nome"),
    (_F.EMPRESA, "empresa"),
    (_F.CIDADE, "cidade"),
    (_F.UF, "UF"),
    (_F.PRODUTO, "produto ou necessidade"),
    (_F.VOLUME, "capacidade ou volume"),
    (_F.URGENCIA, "urgência"),
    (_F.CONHECE, "se já conhece a Seleto"),
    (_F.CNPJ, "CNPJ"),
    (_F.EMAIL, "e-mail"),
)
_OBSERVED = (_F.SEGMENTO, _F.CNPJ, _F.EMAIL, _F.TELEFONE, _F.INTENCAO, _F.VISITA, _F.DECISOR, _F.CRESCIMENTO)
_NEXT_STEP = {
    _R.HOT: "Chamar agora pelo nome, confirmar a necessidade e montar a proposta.",
    _R.ASKED_HUMAN: "Apresentar-se e continuar de onde a conversa parou; o lead pediu uma pessoa.",
    _R.FORMAL_QUOTE: "Conferir os dados da empresa e enviar o orçamento formal.",
    _R.PRICE_INSISTENCE: "Tratar dos valores: o lead insistiu e o agente não informa preço.",
    _R.TECHNICAL_DOUBT: "Responder à dúvida técnica; se faltar na base, avisar quem cuida do conhecimento.",
    _R.SUPPORT: "Abrir o chamado de suporte: equipamento, defeito, número de série e fotos.",
    _R.COMPLAINT: "Acolher a reclamação e dizer quem cuida do caso.",
    _R.PRIVACY: "Encaminhar ao encarregado de dados: a lei dá 15 dias para a resposta.",
    _R.SUPPLIER: "Encaminhar a compras ou encerrar com cordialidade.",
    _R.CANDIDATE: "Encaminhar ao RH ou encerrar com cordialidade.",
    _R.OUT_OF_SCOPE: "Ler a conversa e decidir: atender, encaminhar ou encerrar.",
    _R.LANGUAGE: "Responder no idioma do lead.",
    _R.AGENT_FAILURE: "Ler a conversa e responder: o agente não conseguiu.",
}


@dataclass(frozen=True, slots=True)
class Told:
    """A fact in the lead's words; ``value`` as it is stored."""

    value: str
    quote: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """One of the last messages; ``who`` is Lead, Agente or Pessoa."""

    at: datetime
    who: str
    text: str


@dataclass(frozen=True, slots=True)
class Values:
    """Everything a summary is made of. ``facts`` by field; ``product_names`` by code; ``score`` None: never scored."""

    reason: Handoff.Reason
    channel: str
    shown_name: str = ""
    facts: Mapping[str, Told] = field(default_factory=dict, repr=False)
    product_names: Mapping[str, str] = field(default_factory=dict)
    interests: Sequence[str] = ()
    open_questions: Sequence[str] = ()
    temperature: str = Temperature.UNCLASSIFIED.value
    score: int | None = None
    reasons: Sequence[str] = ()
    messages: Sequence[Said] = ()


def of(conversation: Conversation, reason: Handoff.Reason) -> str:
    """The summary of a conversation as it stands now. Two statements."""
    return build(_read(conversation, reason))


def build(values: Values) -> str:
    """The note, at most ``MAX_CHARS`` long."""
    head = "\n".join(_cut(line, LINE_CHARS) for line in _head(values))
    lines = [_message(said) for said in values.messages]
    while len(head) + len(_LAST) + sum(len(line) + 1 for line in lines) + 2 > MAX_CHARS:
        del lines[0]
    return "\n".join([head, "", _LAST, *(lines or [UNKNOWN])])


_LAST = "Últimas mensagens:"


def _head(values: Values) -> list[str]:
    queue = Handoff.QUEUE_OF[values.reason]
    return [
        f"Repasse: {values.reason.label} (fila {queue.label})",
        "",
        f"Canal: {values.channel or UNKNOWN}",
        f"Nome: {_name(values)}",
        f"Empresa: {_quoted(values, _F.EMPRESA)}",
        f"Localização: {_place(values)}",
        f"Produto de interesse: {_product(values)}",
        f"Capacidade/volume: {_quoted(values, _F.VOLUME)}",
        f"Urgência: {_quoted(values, _F.URGENCIA)}",
        f"Já conhece a Seleto: {_quoted(values, _F.CONHECE)}",
        f"Observações: {'; '.join(_observations(values)) or UNKNOWN}",
        f"Pontuação: {_score(values)}",
        *(f"- {reason}" for reason in values.reasons[:REASONS]),
        f"Falta saber: {', '.join(_missing(values)) or 'nada do que se pergunta'}",
        f"Próximo passo sugerido: {_NEXT_STEP[values.reason]}",
    ]


def _name(values: Values) -> str:
    told = values.facts.get(_F.NOME)
    if told:
        return told.value
    return f"{UNKNOWN} (no WhatsApp: {_cut(values.shown_name, 60)})" if values.shown_name else UNKNOWN


def _place(values: Values) -> str:
    parts = [values.facts[name].value for name in (_F.CIDADE, _F.UF) if name in values.facts]
    return "/".join(parts) or UNKNOWN


def _product(values: Values) -> str:
    told = values.facts.get(_F.PRODUTO)
    if told is None:
        return UNKNOWN
    name = values.product_names.get(told.value)
    return _with_quote(f"{told.value}, {name}" if name else told.value, told)


def _quoted(values: Values, name: Fact.Field) -> str:
    told = values.facts.get(name)
    return _with_quote(_words(name, told.value), told) if told else UNKNOWN


def _words(name: str, value: str) -> str:
    return _URGENCY.get(value, value) if name == _F.URGENCIA else fact_value(name, value)


def _with_quote(words: str, told: Told) -> str:
    """The value, and what the lead said when that is more."""
    quote = " ".join(told.quote.split())
    return f"{words} (“{_cut(quote, QUOTE_CHARS)}”)" if quote and quote.casefold() != words.casefold() else words


def _observations(values: Values) -> list[str]:
    seen = [f"{name.label}: {_words(name, values.facts[name].value)}" for name in _OBSERVED if name in values.facts]
    if values.interests:
        seen.append(f"avisar quando houver: {', '.join(values.interests)}")
    seen += [f"pergunta em aberto: “{_cut(question, QUOTE_CHARS)}”" for question in values.open_questions]
    return seen


def _score(values: Values) -> str:
    label = Temperature(values.temperature).label
    return label if values.score is None else f"{values.score} de 100, {label}"


def _missing(values: Values) -> list[str]:
    return [words for name, words in _WANTED if name not in values.facts]


def _message(said: Said) -> str:
    return f"[{said.at.astimezone(SAO_PAULO):%d/%m %H:%M}] {said.who}: {_cut(said.text, MESSAGE_CHARS)}"


def _cut(text: str, most: int) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= most else f"{flat[: most - 1]}…"


def _read(conversation: Conversation, reason: Handoff.Reason) -> Values:
    lead: Any = _leads().get(pk=conversation.lead_id)
    last = lead.last or {}
    return Values(
        reason=reason,
        channel=f"WhatsApp ({channel_cache.by_id(conversation.channel_id).slug})",
        shown_name=lead.shown_name or "",
        facts={row["field"]: Told(row["value"], row["quote"]) for row in lead.known},
        product_names={product.code: product.name for product in queries.products()},
        interests=lead.wanted,
        open_questions=conversation.memory.get("open_questions", ()),
        temperature=lead.temperature,
        score=last.get("score"),
        reasons=last.get("reasons", ()),
        messages=_messages(conversation),
    )


def _leads() -> Any:
    """Leads with what is known of them, in one statement."""
    facts = Fact.objects.filter(lead=OuterRef("pk"), superseded_at=None).order_by("created_at", "pk")
    scored = Classification.objects.filter(lead=OuterRef("pk")).order_by("-at", "-pk")
    named = Identity.objects.filter(lead=OuterRef("pk")).exclude(display_name="").order_by("kind")
    return Lead.objects.annotate(
        known=ArraySubquery(facts.values(row=JSONObject(field="field", value="value", quote="quote"))),
        last=Subquery(scored.values(row=JSONObject(score="score", reasons="reasons"))[:1]),
        wanted=ArraySubquery(Interest.objects.filter(lead=OuterRef("pk")).order_by("at").values("produto")),
        shown_name=Subquery(named.values("display_name")[:1]),
    )


def _messages(conversation: Conversation) -> list[Said]:
    sessions = [pk for pk in (conversation.pk, conversation.previous_id) if pk]
    rows = (
        Message.objects.filter(conversation_id__in=sessions, deleted_at=None)
        .exclude(type=Message.Type.REACTION)
        .exclude(status__in=[Message.Status.CANCELLED, Message.Status.FAILED])
        .order_by("-sent_at", "-revision", "-created_at")[:MESSAGES]
    )
    return [
        Said(row.sent_at, _WHO.get(Message.Author(row.author), "Pessoa"), row.text or f"({row.get_type_display()})")
        for row in reversed(rows)
    ]
