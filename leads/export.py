"""What a list of leads, empresas or orçamentos holds when it leaves as a spreadsheet."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from leads.display import fact_value
from leads.models import Classification, Empresa, Fact, Identity, Lead, Orcamento
from leads.names import with_lead_name
from seleto.lib.spreadsheets import Cell

CHUNK = 500
_LOCAL = ZoneInfo("America/Sao_Paulo")
_TOLD = tuple(
    Fact.Field(name)
    for name in "nome empresa cidade uf produto volume urgencia segmento conhece_seleto email cnpj telefone".split()
)


@dataclass(frozen=True, slots=True)
class Table:
    """One kind of list: its columns, and the rows of some keys in their order; a key whose row is gone has none."""

    title: str
    header: tuple[str, ...]
    rows: Callable[[Sequence[UUID]], Iterator[list[Cell]]]


def lines(table: Table, keys: Iterable[UUID], progress: Callable[[int], None]) -> Iterator[list[Cell]]:
    """The rows of all keys, read in pieces; ``progress`` is told how many keys are done after each piece."""
    left, done = iter(keys), 0
    while piece := list(islice(left, CHUNK)):
        yield from table.rows(piece)
        done += len(piece)
        progress(done)


def _leads(keys: Sequence[UUID]) -> Iterator[list[Cell]]:
    rows = {row.pk: row for row in with_lead_name(Lead.objects.filter(pk__in=keys), "pk")}
    facts = {
        (lead, field): value
        for lead, field, value in Fact.objects.filter(lead__in=keys, superseded_at=None, field__in=_TOLD).values_list(
            "lead_id", "field", "value"
        )
    }
    phones: dict[UUID, list[str]] = {}
    for lead, value in Identity.objects.filter(lead__in=keys, kind=Identity.Kind.PHONE).values_list("lead_id", "value"):
        phones.setdefault(lead, []).append(value)
    scores = dict(
        Classification.objects.filter(lead__in=keys)
        .order_by("lead_id", "-at", "-pk")
        .distinct("lead_id")
        .values_list("lead_id", "score")
    )
    for key in keys:
        if (row := rows.get(key)) is None:
            continue
        yield [
            str(key),
            _moment(row.created_at),
            row.lead_name,
            row.get_temperature_display(),
            scores.get(key),
            ", ".join(sorted(phones.get(key, []))),
            *(fact_value(field, facts.get((key, field), "")) for field in _TOLD),
            row.origin,
            "não" if row.opted_out_at else "sim",
        ]


def _empresas(keys: Sequence[UUID]) -> Iterator[list[Cell]]:
    rows = Empresa.objects.in_bulk(keys)
    for row in filter(None, map(rows.get, keys)):
        cnpj = fact_value(Fact.Field.CNPJ, row.cnpj or "")
        yield [
            str(row.pk),
            _moment(row.created_at),
            row.nome,
            cnpj,
            row.cidade,
            row.uf,
            row.site,
            row.email,
            row.telefone,
        ]


def _orcamentos(keys: Sequence[UUID]) -> Iterator[list[Cell]]:
    found: Any = with_lead_name(Orcamento.objects.filter(pk__in=keys).select_related("empresa"), "lead")
    rows = {row.pk: row for row in found}
    for row in filter(None, map(rows.get, keys)):
        yield [
            str(row.pk),
            _moment(row.created_at),
            row.lead_name,
            row.empresa.nome if row.empresa else "",
            row.get_status_display(),
            *(fact_value(field, getattr(row, field)) for field in ("produto", "segmento", "volume", "urgencia")),
            row.resumo,
            row.oportunidade_pipe_id,
            _moment(row.closed_at),
        ]


def _moment(at: datetime | None) -> str:
    return at.astimezone(_LOCAL).strftime("%d/%m/%Y %H:%M") if at else ""


TABLES = {
    "lead": Table(
        "Leads",
        (
            "id", "criado em", "nome ou perfil", "temperatura", "pontos", "telefones",
            *(str(field.label) for field in _TOLD), "origem", "aceita mensagens",
        ),
        _leads,
    ),
    "empresa": Table(
        "Empresas",
        ("id", "criada em", "nome", "CNPJ", "cidade", "UF", "site", "e-mail", "telefone"),
        _empresas,
    ),
    "orcamento": Table(
        "Orçamentos",
        (
            "id", "criado em", "lead", "empresa", "situação", "produto", "segmento", "volume", "urgência", "resumo",
            "oportunidade no CRM", "encerrado em",
        ),
        _orcamentos,
    ),
}  # fmt: skip
