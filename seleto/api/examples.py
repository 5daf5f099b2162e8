"""What the schema shows beside each form: a request or an answer as it travels, of people who do not exist."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer

_LEAD = "01936d3c-5a10-7c44-9a51-0a4be1f0c001"
_EMPRESA = "01936d3c-5a10-7c44-9a51-0a4be1f0c002"
_TALK = "01936d3c-5a10-7c44-9a51-0a4be1f0c003"

LEAD: dict[str, Any] = {
    "id": _LEAD,
    "created_at": "2026-11-24T12:15:00Z",
    "origin": "whatsapp",
    "temperature": "quente",
    "score": 80,
    "opted_out": False,
    "empresa": _EMPRESA,
    "identities": [{"kind": "phone", "value": "5547900000001"}],
    "facts": [{"field": "produto", "value": "FB700", "evidence": "said", "created_at": "2026-11-24T12:16:02Z"}],
}
EMPRESA: dict[str, Any] = {
    "id": _EMPRESA,
    "nome": "Brasa Norte Alimentos",
    "cnpj": "90441728033740",
    "cidade": "Chapecó",
    "uf": "SC",
    "site": "https://brasanorte.example",
    "email": "compras@brasanorte.example",
    "telefone": "",
    "created_at": "2026-11-24T12:16:02Z",
}
ORCAMENTO: dict[str, Any] = {
    "id": "01936d3c-5a10-7c44-9a51-0a4be1f0c004",
    "lead": _LEAD,
    "empresa": _EMPRESA,
    "status": "aberto",
    "produto": "FB700",
    "segmento": "frigorifico",
    "urgencia": "alta",
    "volume": "1500 hamburgueres/dia",
    "volume_diario": 1500,
    "necessidade": "Aumentar a produção",
    "created_at": "2026-11-24T12:16:02Z",
    "closed_at": None,
}
TALK: dict[str, Any] = {
    "id": _TALK,
    "lead": _LEAD,
    "channel": "01936d3c-5a10-7c44-9a51-0a4be1f0c005",
    "owner": "agent",
    "owner_reason": "",
    "owner_since": "2026-11-24T12:15:00Z",
    "opened_at": "2026-11-24T12:15:00Z",
    "last_message_at": "2026-11-24T12:17:30Z",
    "pending_since": None,
    "closed_at": None,
}
SPOKEN: dict[str, Any] = {
    "id": "01936d3c-5a10-7c44-9a51-0a4be1f0c006",
    "author": "person",
    "type": "text",
    "text": "Olá! Aqui é a Rute, da Seleto.",
    "status": "queued",
    "sent_at": "2026-11-24T12:20:00Z",
    "created_at": "2026-11-24T12:20:00Z",
}
SAYING: dict[str, Any] = {"text": "Olá! Aqui é a Rute, da Seleto."}
HANDED: dict[str, Any] = {
    "id": "01936d3c-5a10-7c44-9a51-0a4be1f0c007",
    "conversation": _TALK,
    "queue": "comercial",
    "reason": "pediu_humano",
    "opened_at": "2026-11-24T12:21:00Z",
    "picked_up_at": None,
    "closed_at": None,
    "assigned_to": "",
}
HANDING: dict[str, Any] = {"reason": "pediu_humano"}
QUESTION: dict[str, Any] = {"question": "quantos hambúrgueres por hora faz a FB300?", "limit": 5}
ANSWER: dict[str, Any] = {
    "kind": "fact",
    "products": ["FB300"],
    "results": [
        {
            "article": "fb300.producao",
            "title": "Produção da FB300",
            "text": "A FB300 produz de 300 a 350 hambúrgueres por hora.",
            "product": "FB300",
            "score": 0.93,
        }
    ],
}
SUMMARY: dict[str, Any] = {
    "since": "2026-10-26T03:00:00Z",
    "funnel": [{"key": "conversations", "count": 120, "share": 1.0}],
    "first_answer_s": {"count": 118, "p50": 11.2, "p95": 24.8},
    "hot_waiting": 1,
    "open_questions": 3,
    "stuck": {"turno": 0},
    "spent_usd": "4.2000",
}
REQUEST: dict[str, Any] = {
    "id": "01936d3c-5a10-7c44-9a51-0a4be1f0c009",
    "lead": _LEAD,
    "kind": "correction",
    "status": "open",
    "opened_at": "2026-11-24T12:30:00Z",
    "due_at": "2026-12-09T12:30:00Z",
    "closed_at": None,
    "verified_at": None,
    "verified_how": "",
    "outcome": "",
}
OPENING: dict[str, Any] = {"lead": _LEAD, "kind": "correction"}
PROOF: dict[str, Any] = {"how": "code", "code": "123456"}
CORRECTION: dict[str, Any] = {"field": "cidade", "value": "Chapecó"}
CLOSING: dict[str, Any] = {"status": "done", "outcome": "Cidade corrigida a pedido."}
STEP: dict[str, Any] = {
    "store": "messages",
    "label": "Mensagens",
    "status": "done",
    "rows": 12,
    "reason": "",
    "until": None,
    "finished_at": "2026-11-24T12:31:00Z",
}


def received(value: dict[str, Any]) -> Any:
    """For a serializer of answers; a list shows it within its page."""
    return extend_schema_serializer(examples=[OpenApiExample("Answer", value=value, response_only=True)])


def sent(value: dict[str, Any]) -> Any:
    """For a serializer of requests."""
    return extend_schema_serializer(examples=[OpenApiExample("Request", value=value, request_only=True)])
