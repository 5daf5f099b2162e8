"""The brief: everything the model may know this turn, rebuilt from our rows each time.

Lead text, transcripts and articles are escaped data inside the XML, never instructions; the policy is in the prompt
and, where it counts, in code behind the model.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from xml.sax.saxutils import escape, quoteattr
from zoneinfo import ZoneInfo

from django.conf import settings

from conversations.agent import handouts, moves, tokens
from conversations.agent.state import Line, Snapshot, TurnState
from conversations.agent.understanding import Heard
from knowledge.catalogue import ArticleFacts
from leads.models import Fact

WEEKDAYS = (
    "segunda-feira",
    "terça-feira",
    "quarta-feira",
    "quinta-feira",
    "sexta-feira",
    "sábado",
    "domingo",
)
SAO_PAULO = ZoneInfo("America/Sao_Paulo")
# The states whose clocks differ from São Paulo's.
ZONES = {
    "AC": ZoneInfo("America/Rio_Branco"),
    "AM": ZoneInfo("America/Manaus"),
    "MS": ZoneInfo("America/Campo_Grande"),
    "MT": ZoneInfo("America/Cuiaba"),
    "RO": ZoneInfo("America/Porto_Velho"),
    "RR": ZoneInfo("America/Boa_Vista"),
}
# A lead's message may be 60,000 characters long; the model reads its beginning.
LINE_MAX_CHARS = 2000
LINE_MIN_CHARS = 200
# The last exchanges stay whatever the budget says: without them there is nothing to answer to.
MIN_HISTORY = 4
# After this long without a word a lead is welcomed back instead of greeted anew.
RETURNED = timedelta(hours=12)

PLACEHOLDERS = {
    "audio": "[áudio que não pode ser ouvido aqui]",
    "image": "[imagem]",
    "video": "[vídeo]",
    "document": "[documento]",
    "sticker": "[figurinha]",
    "contact": "[contato]",
    "location": "[localização]",
    "poll": "[enquete]",
    "call": "[chamada perdida]",
    "reaction": "[reação]",
    "unknown": "[mensagem de tipo desconhecido]",
}
AUTHORS = {"lead": "lead", "agent": "agente", "phone": "humano", "person": "humano"}


def build(state: TurnState, snapshot: Snapshot, heard: Heard, *, now: datetime, room: int | None = None) -> str:
    """The XML the model answers to, within ``room`` characters, else within ``PROMPT_BUDGET_TOKENS`` with the prompt.

    What does not fit is left out from the oldest message on, then from the least relevant article on, then from the
    ends of long messages.
    """
    history, articles, most = list(state.history), list(snapshot.articles), LINE_MAX_CHARS
    if room is None:
        room = round(settings.PROMPT_BUDGET_TOKENS * tokens.START) - len(snapshot.prompt)
    while len(text := _xml(state, snapshot, heard, history, articles, most, now=now)) > room:
        if len(history) > MIN_HISTORY:
            del history[: max(1, (len(history) - MIN_HISTORY) // 4)]
        elif articles:
            del articles[len(articles) // 2 :]
        elif most > LINE_MIN_CHARS:
            most //= 2
        else:
            break
    return text


def _xml(
    state: TurnState,
    snapshot: Snapshot,
    heard: Heard,
    history: Sequence[Line],
    articles: Sequence[ArticleFacts],
    most: int,
    *,
    now: datetime,
) -> str:
    keys = {line.provider_id: line.key for line in (*history, *state.pending) if line.provider_id}
    local = now.astimezone(zone(heard.known.get(Fact.Field.UF, "")))
    context = {
        "agora": local.strftime("%Y-%m-%dT%H:%M"),
        "dia": WEEKDAYS[local.weekday()],
        "saudacao": greeting(local),
        "primeira_resposta": "sim" if state.first_reply else "nao",
        "max_perguntas": str(moves.max_questions(state, snapshot.strictness)),
        "canal": "whatsapp",
        "idioma": heard.language,
    }
    if state.silence >= RETURNED and not state.first_reply:
        context["voltou_apos"] = _days(state.silence)
    if heard.ask_state:
        context["perguntar_estado"] = "sim"
    parts = [
        "<turno>",
        f"<contexto {' '.join(f'{name}={quoteattr(value)}' for name, value in context.items())}/>",
        f"<jogadas>{' '.join(moves.allowed(state, heard, snapshot.products))}</jogadas>",
        "<fatos>",
        *(f"<fato campo={quoteattr(name)}>{escape(value)}</fato>" for name, value in state.facts.items()),
        "</fatos>",
        f"<faltam>{' '.join(moves.missing(heard))}</faltam>",
        *_list("em_aberto", "pergunta", state.memory.open_questions),
        *_prices(snapshot),
        *_list("vai_com_a_resposta", "arquivo", [row.title for row in handouts.requested(state, snapshot, heard)]),
        "<conhecimento>",
        *(
            f"<artigo id={quoteattr(article.id)} produto={quoteattr(' '.join(article.products))}>"
            f"{escape(article.text)}</artigo>"
            for article in articles
        ),
        "</conhecimento>",
        *([f"<resumo>{escape(state.summary)}</resumo>"] if state.summary else []),
        "<conversa>",
        *_talk(state, history, most, keys),
        "</conversa>",
        "<responder>",
        *(_line(line, most, keys) for line in state.pending),
        "</responder>",
        "</turno>",
    ]
    return "\n".join(parts)


def _talk(state: TurnState, history: Sequence[Line], most: int, keys: Mapping[str, str]) -> list[str]:
    """The conversation, with a mark where the last stretch of a person ended and the agent took it up again."""
    lines = [_line(line, most, keys) for line in history]
    last = max((at for at, line in enumerate(history) if AUTHORS[line.author] == "humano"), default=None)
    if state.resumed_at is not None and last is not None:
        lines.insert(last + 1, f'<retomada hora="{state.resumed_at.astimezone(SAO_PAULO):%H:%M}"/>')
    return lines


def zone(uf: str) -> ZoneInfo:
    """The lead's time zone by their state, São Paulo's until it is known."""
    return ZONES.get(uf, SAO_PAULO)


def greeting(local: datetime) -> str:
    """The greeting of the hour where the lead is."""
    return "bom dia" if 5 <= local.hour < 12 else "boa tarde" if 12 <= local.hour < 18 else "boa noite"


def _days(silence: timedelta) -> str:
    return f"{silence.days} dias" if silence.days > 1 else "1 dia" if silence.days else "algumas horas"


def _list(tag: str, item: str, texts: Sequence[str]) -> list[str]:
    if not texts:
        return []
    return [f"<{tag}>", *(f"<{item}>{escape(text)}</{item}>" for text in texts), f"</{tag}>"]


def _prices(snapshot: Snapshot) -> list[str]:
    if not snapshot.prices:
        return []
    rows = (f'<preco produto="{code}">{reais(amount)}</preco>' for code, amount in sorted(snapshot.prices.items()))
    return ["<precos>", *rows, "</precos>"]


def reais(amount: object) -> str:
    """An amount as the brief and the reply write it: 18.900 or 6.490,50."""
    text = f"{amount:,.2f}".replace(",", " ").replace(".", ",").replace(" ", ".")
    return text.removesuffix(",00")


def _line(line: Line, most: int, keys: Mapping[str, str]) -> str:
    """``keys``: the names in this brief of the messages that may be quoted, by the provider's id."""
    text = line.text if len(line.text) <= most else f"{line.text[:most]} […]"
    if line.type in PLACEHOLDERS and not (line.type == "audio" and text):  # what was heard reads like what was written
        text = f"{PLACEHOLDERS[line.type]} {text}".strip()
    clock = line.at.astimezone(SAO_PAULO).strftime("%H:%M")
    attached = f"<anexo>{escape(line.attached[:most])}</anexo>" if line.attached else ""
    quoted = f" cita={quoteattr(keys[line.quotes])}" if line.quotes in keys else ""
    head = f'<msg de="{AUTHORS[line.author]}" id={quoteattr(line.key)} hora="{clock}"{quoted}>'
    return f"{head}{escape(text)}{attached}</msg>"
