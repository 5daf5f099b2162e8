"""The incidents: how each begins in the sandbox, by which alert it is noticed, and how one sees that it is over."""

from collections.abc import Callable

import httpx

from conversations.models import Channel
from crm.models import CrmSync
from seleto.drills.house import OURS
from seleto.drills.stage import Incident, Stage, quiet
from seleto.lib.models import Circuit

_FLOOD = 400


def _disconnected(stage: Stage) -> None:
    stage.tell("zapi/connection", {"connected": False})


def _quota(stage: Stage) -> None:
    stage.tell("model", {"mode": "quota"})
    stage.writes("Quero conhecer a FB300.")


def _frozen(stage: Stage) -> None:
    stage.freeze()
    stage.writes("Quero conhecer a FB300.")


def _full(stage: Stage) -> None:
    stage.disk().write_text("1000", encoding="utf-8")


def _crm_down(stage: Stage) -> None:
    stage.tell("piperun/fault", {"name": "unavailable"})
    stage.writes("Sou a Patrícia, da Burger Exemplo de Itajaí, CNPJ 11.222.333/0001-81. Quero uma FB300 ainda hoje!")


def _connected(slug: str) -> Callable[[Stage], bool]:
    return lambda _: Channel.objects.filter(slug=slug, connected=True).exists() and quiet(f"channel:{slug}")


def _crm_back(_: Stage) -> bool:
    synced = CrmSync.objects.filter(synced_at__isnull=False, reason="").exists()
    return synced and not Circuit.objects.filter(key="piperun").exclude(state="closed").exists()


def _rotated(stage: Stage) -> bool:
    """The stolen address opens nothing any more, and the lead is heard."""
    answer = httpx.post(stage.running.webhook, content="{}", timeout=10, trust_env=False)
    return answer.status_code == 401 and stage.answered()


INCIDENTS = (
    Incident(
        "provedor-desconectado",
        "O celular da empresa perdeu a conexão com o provedor",
        ("channel:principal",),
        _disconnected,
        _connected("principal"),
    ),
    Incident(
        "token-revogado",
        "O provedor recusa o token de um canal",
        ("channel:nuvem", "circuit:whatsapp:nuvem"),
        lambda stage: stage.tell("cloud/settings", {"token_revoked": True}),
        lambda _: quiet("channel:nuvem", "circuit:whatsapp:nuvem"),
    ),
    Incident(
        "cota-esgotada",
        "A conta do modelo ficou sem cota",
        ("circuit:llm", "model"),
        _quota,
        lambda stage: stage.answered() and quiet("model", "circuit:llm"),
    ),
    Incident(
        "fila-parada",
        "A fila parou: o worker vive e não trabalha",
        ("worker:", "late"),
        _frozen,
        lambda stage: stage.answered(),
    ),
    Incident("disco-cheio", "O disco está enchendo", ("disk",), _full, lambda _: quiet("disk")),
    Incident("crm-fora-do-ar", "O CRM não responde", ("circuit:piperun",), _crm_down, _crm_back),
    Incident(
        "enxurrada",
        "Uma enxurrada de chamadas no webhook",
        ("flood:",),
        lambda stage: stage.deliver(_FLOOD),
        lambda stage: stage.answered() and quiet("flood:"),
        {"WEBHOOK_MAX_PER_S": "10"},
    ),
    Incident(
        "segredo-vazado",
        "O segredo do webhook vazou",
        ("forged:",),
        lambda stage: stage.deliver(40),
        _rotated,
    ),
    *OURS,
)


def named(slug: str) -> Incident:
    """Raises KeyError."""
    return {incident.slug: incident for incident in INCIDENTS}[slug]
