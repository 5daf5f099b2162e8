"""The brief: everything the model may know this turn, rebuilt from our rows each time.

Lead text, transcripts and articles are escaped data inside the XML, never instructions; the policy is in the prompt
and, where it counts, in code behind the model.
"""

from collections.abc import Sequence
from datetime import datetime
from xml.sax.saxutils import escape, quoteattr
from zoneinfo import ZoneInfo

from conversations.agent.state import Line, Snapshot, TurnState
from knowledge.catalogue import ArticleFacts

LOCAL = ZoneInfo("America/Sao_Paulo")
WEEKDAYS = (
    "segunda-feira",
    "terça-feira",
    "quarta-feira",
    "quinta-feira",
    "sexta-feira",
    "sábado",
    "domingo",
)
# What is worth knowing, the most valuable first (domain.md, "What the agent does").
WANTED = ("produto", "nome", "cidade", "volume", "urgencia", "empresa", "conhece_seleto")
MAX_QUESTIONS = 2
# After this many question-bearing replies in a row that the lead left unanswered, nothing more is asked.
MAX_UNANSWERED_REPLIES = 2
# A lead's message may be 60,000 characters long; the model reads its beginning.
LINE_MAX_CHARS = 2000

PLACEHOLDERS = {
    "audio": "[áudio que não pode ser ouvido aqui]",
    "image": "[imagem]",
    "video": "[vídeo]",
    "document": "[documento]",
    "sticker": "[figurinha]",
    "contact": "[contato]",
    "location": "[localização]",
    "poll": "[enquete]",
    "reaction": "[reação]",
    "unknown": "[mensagem de tipo desconhecido]",
}
AUTHORS = {"lead": "lead", "agent": "agente", "phone": "humano", "person": "humano"}


def build(state: TurnState, snapshot: Snapshot, articles: Sequence[ArticleFacts], *, now: datetime) -> str:
    """The XML the model answers to."""
    local = now.astimezone(LOCAL)
    context = {
        "agora": local.strftime("%Y-%m-%dT%H:%M"),
        "dia": WEEKDAYS[local.weekday()],
        "saudacao": greeting(now),
        "primeira_resposta": "sim" if state.first_reply else "nao",
        "max_perguntas": str(max_questions(state)),
        "canal": "whatsapp",
    }
    parts = [
        "<turno>",
        f"<contexto {' '.join(f'{name}={quoteattr(value)}' for name, value in context.items())}/>",
        f"<jogadas>{' '.join(moves(state))}</jogadas>",
        "<fatos>",
        *(f"<fato campo={quoteattr(name)}>{escape(value)}</fato>" for name, value in state.facts.items()),
        "</fatos>",
        f"<faltam>{' '.join(missing(state))}</faltam>",
        *_prices(snapshot),
        "<conhecimento>",
        *(
            f"<artigo id={quoteattr(article.id)} produto={quoteattr(' '.join(article.products))}>"
            f"{escape(article.text)}</artigo>"
            for article in articles
        ),
        "</conhecimento>",
        "<conversa>",
        *(_line(line) for line in state.history),
        "</conversa>",
        "<responder>",
        *(_line(line) for line in state.pending),
        "</responder>",
        "</turno>",
    ]
    return "\n".join(parts)


def greeting(now: datetime) -> str:
    """The greeting of the hour in São Paulo."""
    hour = now.astimezone(LOCAL).hour
    return "bom dia" if 5 <= hour < 12 else "boa tarde" if 12 <= hour < 18 else "boa noite"


def missing(state: TurnState) -> list[str]:
    """What is still to be asked, the most valuable first."""
    return [name for name in WANTED if name not in state.facts]


def max_questions(state: TurnState) -> int:
    """domain.md, hard rule 1."""
    return 0 if state.unanswered_question_replies >= MAX_UNANSWERED_REPLIES else MAX_QUESTIONS


def moves(state: TurnState) -> list[str]:
    """What the agent may do this turn; code decides, the model chooses."""
    allowed = ["responder", "recusar_preco", "registrar_interesse", "encaminhar", "encerrar"]
    if missing(state) and max_questions(state):
        allowed.insert(1, "perguntar")
    if not any(line.author == "agent" and "FB300" in line.text for line in state.history):
        allowed.insert(-2, "apresentar_fb300")
    return allowed


def _prices(snapshot: Snapshot) -> list[str]:
    if not snapshot.prices:
        return []
    rows = (f'<preco produto="{code}">{_reais(amount)}</preco>' for code, amount in sorted(snapshot.prices.items()))
    return ["<precos>", *rows, "</precos>"]


def _reais(amount: object) -> str:
    text = f"{amount:,.2f}".replace(",", " ").replace(".", ",").replace(" ", ".")
    return text.removesuffix(",00")


def _line(line: Line) -> str:
    text = line.text if len(line.text) <= LINE_MAX_CHARS else f"{line.text[:LINE_MAX_CHARS]} […]"
    if line.type in PLACEHOLDERS:
        text = f"{PLACEHOLDERS[line.type]} {text}".strip()
    clock = line.at.astimezone(LOCAL).strftime("%H:%M")
    return f'<msg de="{AUTHORS[line.author]}" id={quoteattr(line.key)} hora="{clock}">{escape(text)}</msg>'
