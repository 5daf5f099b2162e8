"""How the account is set up: funnel, stages, origins, people, types, tags, fields (domain.md, CRM parameters)."""

import hashlib
from typing import Any

from sandbox.piperun.shapes import ACCOUNT_ID

PIPELINE, AFTER_SALES = 100848, 100912
NEW_LEAD, QUALIFIED, PROPOSAL, NEGOTIATION, CLOSING = 647558, 647559, 647560, 647561, 647562
INTEGRATION, EDVALDO, RENATA = 2001, 2002, 2003
_BEGAN = "2024-01-05 00:00:00"
_STAGES = (
    (PIPELINE, NEW_LEAD, "Novo lead"),
    (PIPELINE, QUALIFIED, "Lead qualificado"),
    (PIPELINE, PROPOSAL, "Proposta enviada"),
    (PIPELINE, NEGOTIATION, "Negociação"),
    (PIPELINE, CLOSING, "Fechamento"),
    (AFTER_SALES, 651201, "Chamado aberto"),
    (AFTER_SALES, 651202, "Em atendimento"),
)
_ORIGINS = (
    (638648, "Ação Marketing"),
    (629282, "Contato do Site"),
    (556694, "Site"),
    (545920, "Neurologic"),
    (556735, "WhatsApp"),
    (535713, "Instagram"),
    (535712, "Facebook"),
)
_USERS = (
    (INTEGRATION, "Integração", "integracao@example.com"),
    (EDVALDO, "Edvaldo Comercial", "edvaldo@example.com"),
    (RENATA, "Renata Comercial", "renata@example.com"),
)
_ACTIVITY_TYPES = (
    (73001, "WhatsApp", "whatsapp"),
    (73002, "Ligação", "phone"),
    (73003, "E-mail", "envelope"),
    (73004, "Reunião", "users"),
    (73005, "Follow-up", "clock-o"),
)
# A field or tag belongs to 1 deals, 2 persons, 3 companies.
_TAGS = ((273001, "whatsapp", 1), (273002, "site", 1), (273003, "decisor", 2), (273004, "cliente", 3))
_FIELDS = (
    (548001, "Produção por hora", 1),
    (548002, "Equipamento de interesse", 1),
    (548003, "Urgência", 1),
    (548004, "Já conhece a Seleto", 2),
    (548005, "Segmento", 3),
)
_LOST_REASONS = ((501, "Produto não fabricado"), (502, "Preço"), (503, "Sem retorno"), (504, "Fora do perfil"))

Table = list[dict[str, Any]]


def digest(*parts: object) -> str:
    return hashlib.sha256(":".join(map(str, parts)).encode()).hexdigest()[:32]


def tables() -> dict[str, Table]:
    """The set-up lists by the name of their endpoint."""
    return {
        "pipelines": [
            _pipeline(0, PIPELINE, "Vendas de máquinas", main=True),
            _pipeline(1, AFTER_SALES, "Pós-venda", main=False),
        ],
        "stages": [_stage(*row) for row in _STAGES],
        "origins": [_origin(*row) for row in _ORIGINS],
        "users": [
            {"id": number, "account_id": ACCOUNT_ID, "name": name, "email": email, "active": 1}
            for number, name, email in _USERS
        ],
        "activityTypes": [_activity_type(*row) for row in _ACTIVITY_TYPES],
        "tags": [tag(number, name, belongs, _BEGAN) for number, name, belongs in _TAGS],
        "customFields": [_field(*row) for row in _FIELDS],
        "lostReasons": [{"id": number, "account_id": ACCOUNT_ID, "name": name} for number, name in _LOST_REASONS],
    }


def tag(number: int, name: str, belongs: int, at: str, color: str = "primary") -> dict[str, Any]:
    return {
        "id": number,
        "account_id": ACCOUNT_ID,
        "user_id": INTEGRATION,
        "name": name,
        "color": color,
        "belongs": belongs,
        "created_at": at,
        "updated_at": at,
    }


def _pipeline(order: int, number: int, name: str, *, main: bool) -> dict[str, Any]:
    return {
        "id": number,
        "account_id": ACCOUNT_ID,
        "funnel_type": 0,
        "user_id": INTEGRATION,
        "name": name,
        "description": "",
        "funnel_type_name": "Vendas",
        "order": order,
        "is_main": main,
        "limit_time": 0,
        "visibility": 0,
        "created_at": _BEGAN,
        "updated_at": _BEGAN,
    }


def _stage(pipeline: int, number: int, name: str) -> dict[str, Any]:
    order = [row[1] for row in _STAGES if row[0] == pipeline].index(number)
    return {
        "id": number,
        "account_id": ACCOUNT_ID,
        "pipeline_id": pipeline,
        "origin_id": None,
        "name": name,
        "description": "",
        "order": order,
        "color": "rgb(103, 106, 108)",
        "completion_percentage": 0,
        "block_emails": 0,
        "days_limit": 3,
        "update_limit": 0,
        "hash": digest("stage", number),
        "allow_win_deal": number in (PROPOSAL, NEGOTIATION, CLOSING),
        "allow_create_deal": order == 0,
        "created_at": _BEGAN,
        "updated_at": _BEGAN,
    }


def _origin(number: int, name: str) -> dict[str, Any]:
    return {
        "id": number,
        "account_id": ACCOUNT_ID,
        "origin_group_id": 5,
        "name": name,
        "hash": digest("origin", number),
        "description": "",
    }


def _activity_type(number: int, name: str, icon: str) -> dict[str, Any]:
    return {
        "id": number,
        "account_id": ACCOUNT_ID,
        "activity_type_id": None,
        "name": name,
        "icon": icon,
        "description": "",
        "active": 1,
        "send_integration": 0,
        "created_at": _BEGAN,
        "updated_at": _BEGAN,
    }


def _field(number: int, name: str, belongs: int) -> dict[str, Any]:
    return {
        "id": number,
        "name": name,
        "description": None,
        "account_id": ACCOUNT_ID,
        "type": 1,
        "hash": digest("field", number),
        "belongs": belongs,
        "values": None,
    }
