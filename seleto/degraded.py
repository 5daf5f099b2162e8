"""What does not work as it should, since when, and what that means for leads: for ``/readyz`` and the start page.

Nothing is remembered here: alerts, circuits, heartbeats, lateness, disks and the database's own word are read and put
into words, several signs of one trouble into one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from seleto import state
from seleto.lib import disk
from seleto.lib.models import Alert
from seleto.state import State


@dataclass(frozen=True, slots=True)
class Words:
    """Portuguese for managers. ``{which}`` stands for the channel or cluster."""

    name: str
    consequence: str
    returns: str


@dataclass(frozen=True, slots=True)
class Mode:
    """One trouble. ``since`` is None when only its being there is known."""

    key: str
    name: str
    since: datetime | None
    consequence: str
    returns: str
    critical: bool = True

    def as_json(self) -> dict[str, object]:
        return {
            "mode": self.key,
            "name": self.name,
            "since": self.since.isoformat() if self.since else None,
            "consequence": self.consequence,
            "returns": self.returns,
            "critical": self.critical,
        }


_WORDS = {
    "read_only": Words(
        "Banco de dados só para leitura",
        "Nada é aceito nem respondido: o provedor recebe 503 e entrega de novo.",
        "Assim que o banco aceita escrita, o que o provedor reenviar entra e o que estava na fila continua.",
    ),
    "disk": Words(
        "Pouco espaço em disco",
        "Os anexos esperam sem ser baixados; textos são respondidos. Se o disco encher, nada mais é aceito.",
        "Com espaço livre, os anexos que esperam são baixados.",
    ),
    "worker": Words(
        "Fila {which} parada",
        "O trabalho desta fila espera, guardado no banco.",
        "O processo é reiniciado sozinho; se não voltar, inicie o worker.",
    ),
    "late": Words(
        "Trabalho atrasado: {which}",
        "O que está vencido espera mais do que devia.",
        "A fila alcança sozinha; se não, falta processo ou sobra volume.",
    ),
    "model": Words(
        "Modelo sem resposta",
        "Cada lead recebe a mensagem de espera uma vez; o que ele diz com clareza fica registrado.",
        "Quando o modelo volta, quem espera é respondido na hora.",
    ),
    "stand_in": Words(
        "Modelo principal fora do ar",
        "O modelo reserva responde.",
        "O principal é testado de tempo em tempo e volta sozinho.",
    ),
    "no_stand_in": Words(
        "Modelo reserva fora do ar",
        "O principal responde; se ele falhar, os leads recebem a mensagem de espera.",
        "O reserva é testado de tempo em tempo e volta sozinho.",
    ),
    "slow": Words(
        "Modelo lento",
        "Quem espera demais recebe a mensagem de espera uma vez e depois a resposta.",
        "O aviso se encerra depois de cinco minutos sem demora.",
    ),
    "spending": Words(
        "Limite de gasto do dia atingido",
        "Os leads recebem a mensagem de espera; sem o modelo, só o que as regras resolvem é respondido.",
        "As respostas voltam amanhã de manhã, ou assim que o limite for aumentado.",
    ),
    "channel": Words(
        "Canal {which} sem conexão",
        "As respostas deste canal esperam; as do agente que passarem de duas horas vão para uma pessoa.",
        "Quando o canal volta, o que espera sai no ritmo dele.",
    ),
    "deaf": Words(
        "Canal {which} não ouve",
        "Mensagens saem, mas nada do que os leads escrevem chega aqui.",
        "Termina com o primeiro retorno do provedor; confira o endereço do webhook.",
    ),
    "undelivered": Words(
        "Canal {which} envia e nada é entregue",
        "O provedor aceita as mensagens, mas os leads não as recebem.",
        "Termina com a primeira entrega confirmada.",
    ),
    "flood": Words(
        "Enxurrada no canal {which}",
        "O que passa do limite por segundo é recusado; o provedor entrega de novo.",
        "Termina um minuto depois da última chamada recusada.",
    ),
    "chatwoot": Words(
        "Chatwoot fora do ar",
        "Os leads são respondidos; a equipe não vê as mensagens novas por lá. Assumir pelo celular funciona.",
        "Quando ele volta, o espelho completa o que falta, em ordem.",
    ),
    "crm": Words(
        "CRM fora do ar",
        "Os leads são respondidos; empresas, negócios e notas esperam para ser levados ao CRM.",
        "Quando ele volta, tudo é levado na ordem em que aconteceu.",
    ),
    "transcription": Words(
        "Transcrição fora do ar",
        "Quem manda áudio é convidado a escrever; no segundo áudio uma pessoa assume.",
        "O servidor é testado de tempo em tempo e volta sozinho.",
    ),
    "embeddings": Words(
        "Busca por significado fora do ar",
        "A busca continua pelas palavras; perguntas com outras palavras podem ficar sem artigo.",
        "O servidor é testado de tempo em tempo e volta sozinho.",
    ),
}
_CLUSTERS = {"conversation": "de conversas", "delivery": "de entrega", "background": "de segundo plano"}
_STAGES = {
    "ingest": "receber mensagens",
    "turn": "responder leads",
    "deliver": "enviar mensagens",
    "hold": "enviar a mensagem de espera",
    "read": "ouvir áudios e ler arquivos",
    "media": "baixar anexos",
    "mirror": "espelhar no Chatwoot",
    "crm_sync": "levar ao CRM",
}
# Signs by the beginning of their key, the longest first.
_SIGNS = {
    "circuit:zapi:": "channel",
    "circuit:whatsapp:": "channel",
    "circuit:chatwoot:": "chatwoot",
    "circuit:transcription": "transcription",
    "circuit:embeddings": "embeddings",
    "circuit:llm-reserva": "no_stand_in",
    "circuit:piperun": "crm",
    "undelivered:": "undelivered",
    "circuit:llm": "stand_in",
    "model:slow": "slow",
    "chatwoot:": "chatwoot",
    "channel:": "channel",
    "flood:": "flood",
    "deaf:": "deaf",
    "model": "model",
    "spend": "spending",
}
_NAMED = frozenset({"channel", "deaf", "undelivered", "flood"})
_EXACT = frozenset({"model", "spend", "circuit:llm"})


def modes(*, now: datetime) -> list[Mode]:
    """Every trouble of this moment, the worst first, then the oldest. Raises DatabaseError without a database."""
    return of(state.read(now=now), now=now)


def of(seen: State, *, now: datetime) -> list[Mode]:
    """The troubles that ``seen`` tells of."""
    found: dict[str, Mode] = {}
    for mode in _all(seen, now):
        other = found.get(mode.key)
        if other is None or (mode.since and (other.since is None or mode.since < other.since)):
            found[mode.key] = mode
    if "model" in found:  # nobody answers: whoever was to stand in does not either
        found.pop("stand_in", None)
        found.pop("no_stand_in", None)
    return sorted(found.values(), key=lambda mode: (not mode.critical, mode.since or now, mode.key))


def _all(seen: State, now: datetime) -> Iterator[Mode]:
    if seen.read_only:
        yield _mode("read_only")
    if disk.is_low():
        since = next((alert.opened_at for alert in seen.alerts if alert.key == "disk"), None)
        yield _mode("disk", since=since)
    for cluster in seen.dead_clusters:
        age = seen.heartbeat_age[cluster]
        since = None if age is None else now - timedelta(seconds=age)
        yield _mode("worker", _CLUSTERS.get(cluster, cluster), since=since)
    for stage, late in seen.stage_late.items():
        if late > settings.STAGE_LATE_S:
            yield _mode("late", _STAGES.get(stage, stage), since=now - timedelta(seconds=late), critical=False)
    for alert in seen.alerts:
        yield from _told(alert.key, alert.opened_at, warned=alert.level == Alert.Level.WARNING)
    for key, since in seen.circuits.items():
        yield from _told(f"circuit:{key}", since)


def _told(key: str, since: datetime | None, *, warned: bool = False) -> Iterator[Mode]:
    kind = next((kind for begin, kind in _SIGNS.items() if _begins(key, begin)), "")
    if not kind:
        return
    if kind == "spending" and warned:  # a share of the ceiling: nothing is held back yet
        return
    if kind == "stand_in" and not settings.LLM_FALLBACK_MODEL:
        kind = "model"
    which = key.rpartition(":")[2] if kind in _NAMED else ""
    minor = kind in ("slow", "stand_in", "no_stand_in", "embeddings")
    yield _mode(kind, which, since=since, critical=not minor)


def _begins(key: str, begin: str) -> bool:
    return key == begin if begin in _EXACT else key.startswith(begin)


def _mode(kind: str, which: str = "", *, since: datetime | None = None, critical: bool = True) -> Mode:
    words = _WORDS[kind]
    return Mode(
        key=f"{kind}:{which}" if which else kind,
        name=words.name.format(which=which),
        since=since,
        consequence=words.consequence,
        returns=words.returns,
        critical=critical,
    )
