"""What a lead needs, and for which company: `Orcamento` and `Empresa` follow the facts (domain.md, legacy contracts
`cria_orcamento` and `cria_empresa_db`).

One open orçamento per need. A need is a kind of work (forming burgers, cutting, stuffing …): another machine for the
same work is a change of mind; another kind of work is another need only when the lead says so or the first has a deal.
"""

import re
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Q

from leads.extraction import volumes
from leads.models import Empresa, Fact, Lead, Orcamento
from leads.signals import orcamento_changed
from seleto.lib.text.fold import fold

_F = Fact.Field
NEED_FIELDS: Final = (_F.PRODUTO, _F.VOLUME, _F.URGENCIA, _F.SEGMENTO)
COMPANY_FIELDS: Final = (_F.EMPRESA, _F.CNPJ, _F.CIDADE, _F.UF)
# The kind of work by the beginning of the product's code; a product that a manager adds is a kind of its own.
_WORK: Final = (
    ("LINHA_ESPETO", "espeto"),
    ("CT", "corte"),
    ("FS", "filetagem"),
    ("ENS", "embutimento"),
    ("MIX", "mistura"),
    (("FBM", "FB", "SE", "SMARTPRO", "EPE", "LINHA_FB"), "hamburguer"),
)
# A working day, week and month, for the daily volume that consultants compare machines by; an assumption.
_PER_DAY: Final = {"hora": 8.0, "dia": 1.0, "semana": 1 / 5, "mes": 1 / 22}
_ONE_MORE = re.compile(r"\b(?:tambem|alem d\w+|mais uma?|outra|e ainda|junto com|aproveitando)\b")


def kind_of_work(product: str) -> str:
    """The need that a product serves; "" for none."""
    return next((work for start, work in _WORK if product.startswith(start)), product.lower()[:30])


def per_day(volume: str) -> int | None:
    """A volume as a number a day; None when it has no period or is none."""
    read = volumes.parse(volume) if volume else None
    factor = _PER_DAY.get(read.periodo or "") if read else None
    return round(read.quantidade * factor) if read and factor else None


def follow_facts(
    lead_id: UUID, known: Mapping[str, str], changed: Collection[str], *, quotes: Mapping[str, str], now: datetime
) -> Orcamento | None:
    """Bring company and orçamento up to the facts; ``quotes`` are the lead's words for what changed.

    Call inside the caller's transaction, with the lead's facts already recorded. Returns the orçamento it touched.
    """
    company = _company(lead_id, known, now=now) if set(changed) & {*COMPANY_FIELDS} else None
    if not set(changed) & {*NEED_FIELDS} and company is None:
        return None
    orcamento = _orcamento(lead_id, known, changed, quotes, now=now)
    if orcamento is None:
        return None
    for field in NEED_FIELDS:
        if field in known and (field in changed or not getattr(orcamento, field)):
            setattr(orcamento, field, known[field])
    orcamento.necessidade = kind_of_work(orcamento.produto)
    orcamento.volume_diario = per_day(orcamento.volume)
    orcamento.empresa = company or orcamento.empresa
    orcamento.save()
    orcamento_changed.send(sender=Orcamento, lead_id=lead_id, orcamento_id=orcamento.pk)
    return orcamento


def _orcamento(
    lead_id: UUID, known: Mapping[str, str], changed: Collection[str], quotes: Mapping[str, str], *, now: datetime
) -> Orcamento | None:
    """The open one that these facts are about, or a new one where there is a need to write down."""
    rows = list(
        Orcamento.objects.select_for_update()
        .filter(lead_id=lead_id, status=Orcamento.Status.OPEN)
        .order_by("-created_at")
    )
    if not any(known.get(field) for field in NEED_FIELDS):
        return rows[0] if rows else None
    work = kind_of_work(known.get(_F.PRODUTO, ""))
    same = next((row for row in rows if row.necessidade == work or not row.necessidade), None)
    if rows and (_F.PRODUTO not in changed or not work):
        return same or rows[0]
    if same is not None:
        return same
    another = any(row.oportunidade_pipe_id for row in rows) or _ONE_MORE.search(fold(quotes.get(_F.PRODUTO, "")))
    if rows and not another:
        return rows[0]
    company = Lead.objects.filter(pk=lead_id).values_list("empresa_id", flat=True).first()
    return Orcamento(lead_id=lead_id, empresa_id=company, created_at=now)


def _company(lead_id: UUID, known: Mapping[str, str], *, now: datetime) -> Empresa | None:
    """The lead's company: the one of its CNPJ, else the one we have for them, else a new one. What a person or another
    lead already wrote of a company with a CNPJ is filled in, never overwritten."""
    cnpj, name = known.get(_F.CNPJ) or None, known.get(_F.EMPRESA, "")
    if not cnpj and not name:
        return None
    lead = Lead.objects.select_for_update(of=("self",)).select_related("empresa").get(pk=lead_id)
    current = lead.empresa
    company = Empresa.objects.select_for_update().filter(cnpj=cnpj).first() if cnpj else None
    if company is None:
        mine = current is not None and (current.cnpj is None or current.cnpj == cnpj or cnpj is None)
        company = current if mine and current is not None else Empresa(created_at=now)
    shared = company.pk is not None and company.cnpj is not None and company != current
    values = {"nome": name, "cidade": known.get(_F.CIDADE, ""), "uf": known.get(_F.UF, "")}
    for field, value in values.items():
        if value and (not shared or not getattr(company, field)):
            setattr(company, field, value)
    company.cnpj = company.cnpj or cnpj
    company.save()
    if lead.empresa_id != company.pk:
        lead.empresa = company
        lead.save(update_fields=["empresa"])
        Orcamento.objects.filter(lead=lead, status=Orcamento.Status.OPEN).update(empresa=company)
        _drop_if_unused(current)
    return company


def _drop_if_unused(company: Empresa | None) -> None:
    """A company that we made from a name alone and that nobody points at any more."""
    if company is None or company.cnpj is not None:
        return
    Empresa.objects.filter(pk=company.pk, leads=None, orcamentos=None).filter(Q(site=""), Q(email="")).delete()
