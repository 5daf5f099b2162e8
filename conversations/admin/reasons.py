"""Reasons as people read them. Rows hold constant words, ``code`` or ``code:detail``, so that they can be counted."""

from collections.abc import Iterable

from conversations.guardrails import Kind
from conversations.models import Handoff

_WORDS = {
    "aguarda_conteudo": "o conteúdo vem em outro evento",
    "antiga_demais": "antiga demais para responder",
    "celular_da_empresa": "escreveu no celular da empresa",
    "descartada": "descartada por uma pessoa",
    "desconectado": "desconectado",
    "eco_proprio": "eco do nosso próprio envio",
    "envio_restrito": "envio restrito pelo WhatsApp",
    "erro": "erro no processamento",
    "indisponivel": "provedor indisponível",
    "lead_voltou": "o lead voltou a escrever",
    "mensagem_desconhecida": "fala de uma mensagem que não temos",
    "mensagem_mais_nova": "chegou mensagem mais nova",
    "mensagem_repetida": "mensagem já registrada",
    "modelo": "modelo sem resposta",
    "pausa_manual": "pausado por uma pessoa",
    "pessoa_assumiu": "uma pessoa assumiu",
    "presenca": "presença",
    "recusada": "recusada pelo provedor",
    "recusada_pelo_whatsapp": "recusada pelo WhatsApp",
    "retomada_manual": "devolvido por uma pessoa",
    "sem_confirmacao": "sem confirmação do provedor",
    "so_registro": "só fica registrado",
    "tentativas_esgotadas": "tentativas esgotadas",
    "velha_demais": "velha demais para ainda servir",
} | {str(value): str(label) for value, label in Handoff.Reason.choices}


_RULES = {
    Kind.PRICE: "preço",
    Kind.PAYMENT: "pagamento",
    Kind.DISCOUNT: "desconto",
    Kind.DEADLINE: "prazo",
    Kind.FREIGHT: "frete",
    Kind.QUESTIONS: "perguntas demais",
    Kind.PROMISE: "promessa",
    Kind.CONTRADICTION: "contradiz o catálogo",
    Kind.LEAK: "vazamento",
    Kind.FORMAT: "formato",
    Kind.PACING: "ritmo",
}


def rule(kind: str) -> str:
    """The name of a guardrail's rule."""
    return _RULES[Kind(kind)] if kind in list(Kind) else kind


def rules(kinds: Iterable[str]) -> str:
    return ", ".join(rule(kind) for kind in kinds)


def words(reason: str) -> str:
    """``recusada:http_400`` → ``recusada pelo provedor (http 400)``; an unknown code without its underscores."""
    code, _, detail = reason.partition(":")
    text = _WORDS.get(code, code.replace("_", " "))
    return f"{text} ({detail.replace('_', ' ')})" if detail else text or "–"
