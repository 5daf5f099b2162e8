"""A delivery's reason in words, and how one is put back in the queue."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from conversations.repair import Repaired
from seleto.outbound import stage

_WHY = {
    "assinatura_desligada": "a assinatura estava desligada",
    "apagado": "o registro foi apagado antes",
    "tentativas_esgotadas": "as tentativas acabaram",
    "bad_address": "endereço que não se entende",
    "not_https": "o endereço não é https",
    "private_address": "o endereço leva a uma rede interna",
    "unresolved": "o nome do servidor não existe",
    "connect_error": "não foi possível conectar",
    "connect_timeout": "a conexão demorou demais",
    "connection_lost": "a conexão caiu",
    "timeout": "a resposta demorou demais",
}


def why(reason: str) -> str:
    """A delivery's reason in words."""
    if reason.startswith("http_"):
        return f"o servidor respondeu {reason.removeprefix('http_')}"
    return _WHY.get(reason, reason)


def again(ids: Iterable[UUID], *, actor: str, now: datetime) -> Repaired:
    """Put deliveries back in the queue; those that wait already are left alone."""
    keys = list(ids)
    done = sum(stage.send_again(key, actor=actor, now=now) for key in keys)
    return Repaired(done, {"já está na fila": len(keys) - done} if done < len(keys) else {})
