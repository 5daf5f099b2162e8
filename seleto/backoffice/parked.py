"""Everything that stands still until a person does something, whatever part of the pipe it is in (I12).

Each source says which rows wait, since when and why, what a person should do next, and which service puts one back to
work. The services refuse what may not be done and do nothing twice, so a list may be worked again at any time.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Min, Model, QuerySet

from conversations import repair
from conversations.models import ChatwootLink, Event, HandoffAlarm, Media, Outbox, Turn
from conversations.repair import Repaired
from conversations.wording import words
from crm import services as crm
from crm import wording as crm_wording
from crm.models import CrmSync
from leads.names import with_lead_name
from seleto.backoffice import runs
from seleto.backoffice.models import BulkRun
from seleto.lib import clock
from seleto.outbound import repairing as outbound
from seleto.outbound.models import Delivery

RUN_KIND = "parked"
# Rows of one source that a page shows, oldest first.
SHOWN = 40

Repair = Callable[..., Repaired]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One kind of parked row. ``since`` and ``lead`` are paths from the row; ``next_step`` begins with the reason's
    code and gives what to do about it, the empty key for any other."""

    name: str
    one: str
    many: str
    model: type[Model]
    rows: Callable[[], QuerySet[Any]]
    since: str
    repair: Repair
    verb: str
    next_step: Mapping[str, str]
    lead: str = ""
    told: Callable[[str], str] = words
    warning: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Rows of a source that wait for the same reason."""

    source: Source
    reason: str
    count: int
    oldest: datetime | None

    @property
    def why(self) -> str:
        return self.source.told(self.reason)

    @property
    def next_step(self) -> str:
        return step(self.source, self.reason)


@dataclass(frozen=True, slots=True)
class Row:
    """One parked row as the list shows it; ``lead`` may be empty."""

    source: Source
    key: UUID
    reason: str
    since: datetime
    lead: str

    @property
    def why(self) -> str:
        return self.source.told(self.reason)

    @property
    def next_step(self) -> str:
        return step(self.source, self.reason)


def _crm_retry(ids: Iterable[UUID], *, actor: str, now: datetime) -> Repaired:
    keys = list(ids)
    parked = set(CrmSync.objects.filter(pk__in=keys, status=CrmSync.Status.PARKED).values_list("pk", flat=True))
    done = sum(crm.retry(key, by=actor, now=now) for key in keys if key in parked)
    return Repaired(done, {"não está parada": len(keys) - done} if done < len(keys) else {})


def _chatwoot_words(reason: str) -> str:
    code, _, detail = reason.partition(":")
    return words(f"recusada_no_chatwoot:{detail}" if code == "recusada" else f"chatwoot:{reason}")


_OUTBOX_STEPS = {
    "velha_demais": "Veja se ainda faz sentido; se não, descarte na página da mensagem.",
    "janela_de_24h": "Envie um modelo aprovado, ou espere o lead escrever.",
    "anexo": "Baixe o arquivo de novo em Arquivos; a mensagem o segue.",
    "recusada": "Confira o número e o canal; depois envie de novo.",
    "": "Abra a mensagem, corrija a causa e envie de novo.",
}

SOURCES: tuple[Source, ...] = (
    Source(
        name="evento",
        one="Evento recebido",
        many="Eventos recebidos",
        model=Event,
        rows=lambda: Event.objects.filter(status=Event.Status.PARKED).defer("body"),
        since="received_at",
        repair=repair.reprocess_events,
        verb="Reprocessar",
        next_step={
            "erro": "Reprocesse; se parar de novo, mande o id a quem cuida do sistema.",
            "": "Reprocesse; o que já virou mensagem não se repete.",
        },
    ),
    Source(
        name="turno",
        one="Resposta do agente",
        many="Respostas do agente",
        model=Turn,
        rows=repair.waiting_for_retry,
        since="finished_at",
        lead="conversation__lead",
        repair=repair.retry_turns,
        verb="Tentar de novo",
        next_step={
            "modelo": "Confira o modelo na página de configuração; depois tente de novo.",
            "janela_encerrada": "Passou do prazo de resposta: fale com o lead pelo Chatwoot.",
            "": "Tente de novo, ou responda pelo Chatwoot.",
        },
    ),
    Source(
        name="saida",
        one="Mensagem de saída",
        many="Mensagens de saída",
        model=Outbox,
        rows=lambda: Outbox.objects.filter(status=Outbox.Status.PARKED),
        since="created_at",
        lead="conversation__lead",
        repair=repair.requeue_outbox,
        verb="Enviar de novo",
        next_step=_OUTBOX_STEPS,
    ),
    Source(
        name="duvida",
        one="Mensagem sem confirmação",
        many="Mensagens sem confirmação",
        model=Outbox,
        rows=lambda: Outbox.objects.filter(status=Outbox.Status.UNKNOWN).exclude(reason=""),
        since="created_at",
        lead="conversation__lead",
        repair=repair.requeue_outbox,
        verb="Enviar de novo",
        next_step={"": "Confira no WhatsApp da empresa se chegou antes de enviar de novo."},
        warning="o que já chegou o lead receberá duas vezes. Confira antes no WhatsApp da empresa.",
    ),
    Source(
        name="espelho",
        one="Conversa no Chatwoot",
        many="Conversas no Chatwoot",
        model=ChatwootLink,
        rows=lambda: ChatwootLink.objects.filter(status=ChatwootLink.Status.PARKED),
        since="due_at",
        lead="lead",
        repair=repair.mirror_again,
        verb="Espelhar de novo",
        next_step={"": "Confira a caixa e o token do Chatwoot; depois espelhe de novo."},
        told=_chatwoot_words,
    ),
    Source(
        name="crm",
        one="Lead no CRM",
        many="Leads no CRM",
        model=CrmSync,
        rows=lambda: CrmSync.objects.filter(status=CrmSync.Status.PARKED),
        since="parked_at",
        lead="lead",
        repair=_crm_retry,
        verb="Tentar de novo",
        next_step={
            "recusada pelo CRM": "Corrija o dado no lead ou a configuração do CRM; depois tente de novo.",
            "": "Confira o CRM; depois tente de novo.",
        },
        told=crm_wording.reason,
    ),
    Source(
        name="arquivo",
        one="Arquivo de mensagem",
        many="Arquivos de mensagens",
        model=Media,
        rows=lambda: Media.objects.filter(state=Media.State.FAILED),
        since="created_at",
        lead="message__conversation__lead",
        repair=repair.fetch_media,
        verb="Baixar de novo",
        next_step={"": "Baixe de novo; se não der, peça o arquivo ao lead."},
    ),
    Source(
        name="aviso",
        one="Aviso de repasse",
        many="Avisos de repasse",
        model=HandoffAlarm,
        rows=lambda: HandoffAlarm.objects.filter(status=HandoffAlarm.Status.PARKED),
        since="raised_at",
        lead="handoff__conversation__lead",
        repair=repair.retry_alarms,
        verb="Tentar de novo",
        next_step={"": "Confira o destino do nível de espera; depois tente de novo."},
    ),
    Source(
        name="entrega",
        one="Evento para outro sistema",
        many="Eventos para outros sistemas",
        model=Delivery,
        rows=lambda: Delivery.objects.filter(status=Delivery.Status.PARKED).defer("body"),
        since="occurred_at",
        repair=outbound.again,
        verb="Enviar de novo",
        next_step={"": "Confira o endereço com quem cuida do outro sistema; depois envie de novo."},
        told=outbound.why,
    ),
)
_BY_NAME = {source.name: source for source in SOURCES}


def source(name: str) -> Source:
    """Raises ``KeyError`` for an unknown name."""
    return _BY_NAME[name]


def step(of: Source, reason: str) -> str:
    """What a person should do about a row parked for this reason."""
    fitting = (said for start, said in of.next_step.items() if start and reason.startswith(start))
    return next(fitting, of.next_step[""])


def groups(sources: Sequence[Source]) -> list[Group]:
    """What waits, by source and reason, the largest heaps of each source first; one statement per source."""
    return [
        Group(one, row["reason"], row["count"], row["oldest"])
        for one in sources
        for row in one.rows()
        .order_by()
        .values("reason")
        .annotate(count=Count("pk"), oldest=Min(one.since))
        .order_by("-count", "reason")[:20]
    ]


def rows(sources: Sequence[Source], *, reason: str | None = None) -> list[Row]:
    """The oldest ``SHOWN`` rows of each source, oldest first over all; one statement per source."""
    found = [row for one in sources for row in _rows(one, reason)]
    return sorted(found, key=lambda row: row.since)


def _rows(one: Source, reason: str | None) -> list[Row]:
    waiting = of_reason(one, reason).annotate(waits_since=F(one.since)).order_by(F(one.since).asc(nulls_first=True))
    named = with_lead_name(waiting, one.lead) if one.lead else waiting
    return [
        Row(one, row.pk, row.reason, row.waits_since or clock.now(), getattr(row, "lead_name", ""))
        for row in named[:SHOWN]
    ]


def of_reason(one: Source, reason: str | None) -> QuerySet[Any]:
    """The source's waiting rows, those of one reason when it is given."""
    return one.rows() if reason is None else one.rows().filter(reason=reason)


def keys(one: Source, reason: str | None) -> list[UUID]:
    """All of them, oldest first."""
    return list(of_reason(one, reason).order_by(one.since, "pk").values_list("pk", flat=True))


def begin(one: Source, ids: Sequence[UUID], *, dry_run: bool, actor: str, by: str, now: datetime) -> BulkRun:
    """Have a worker put these rows back to work, or find out what would come of it."""
    title = f"{one.verb}: {one.many.lower()}"
    params = {"source": one.name}
    return runs.start(RUN_KIND, ids, title=title, actor=actor, by=by, now=now, params=params, dry_run=dry_run)


def register() -> None:
    runs.register_kind(runs.Kind(name=RUN_KIND, work=_work))


def _work(run: BulkRun, piece: Sequence[str]) -> Mapping[str, int]:
    service = source(run.params["source"]).repair
    result = service([UUID(key) for key in piece], actor=run.actor, now=clock.now())
    return Counter(result.refused)
