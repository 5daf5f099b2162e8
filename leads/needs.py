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

from django.db import IntegrityError, transaction
from django.db.models import Model, Q

from leads import municipalities
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
# The column's; more than that a day is a typing error or a joke.
_MOST_PER_DAY: Final = 2**31 - 1
_ONE_MORE = re.compile(r"\b(?:tambem|alem d\w+|mais uma?|outra|e ainda|junto com|aproveitando)\b")


def kind_of_work(product: str) -> str:
    """The need that a product serves; "" for none."""
    return next((work for start, work in _WORK if product.startswith(start)), product.lower()[:30])


def per_day(volume: str) -> int | None:
    """A volume as a number a day; None when it has no period, is none, or is beyond every machine."""
    read = volumes.parse(volume) if volume else None
    factor = _PER_DAY.get(read.periodo or "") if read else None
    daily = round(read.quantidade * factor) if read and factor else None
    return daily if daily is not None and daily <= _MOST_PER_DAY else None


def follow_facts(
    lead_id: UUID, known: Mapping[str, str], changed: Collection[str], *, quotes: Mapping[str, str], now: datetime
) -> Orcamento | None:
    """Bring company and orçamento up to the facts; ``quotes`` are the lead's words for what changed.

    Call inside the caller's transaction, with the lead's facts already recorded. Returns the orçamento it touched.
    """
    company = _company(lead_id, known, changed, now=now) if set(changed) & {*COMPANY_FIELDS} else None
    if not set(changed) & {*NEED_FIELDS} and company is None:
        return None
    orcamento = _orcamento(lead_id, known, changed, quotes, now=now)
    if orcamento is None:
        return None
    for field in NEED_FIELDS:
        if field in known and (field in changed or not getattr(orcamento, field)):
            _write(orcamento, field, known[field])
    orcamento.necessidade = kind_of_work(orcamento.produto)
    orcamento.volume_diario = per_day(orcamento.volume)
    orcamento.empresa = company or orcamento.empresa
    orcamento.save()
    orcamento_changed.send(sender=Orcamento, lead_id=lead_id, orcamento_id=orcamento.pk)
    return orcamento


def take_back(lead_id: UUID, gone: Mapping[str, str], *, now: datetime) -> None:
    """The lead took back what they had told: ``gone``, field -> value, leaves the open orçamentos. One of which nothing
    stays is over, unless there is a deal, which people close. Call inside the caller's transaction."""
    rows = Orcamento.objects.select_for_update().filter(lead_id=lead_id, status=Orcamento.Status.OPEN).order_by("pk")
    for row in rows:
        told = [
            name for name in NEED_FIELDS if getattr(row, name) and gone.get(name, "").startswith(getattr(row, name))
        ]
        if not told:
            continue
        for field in told:
            setattr(row, field, "")
        row.volume_diario = per_day(row.volume)
        work = kind_of_work(row.produto)
        others = Orcamento.objects.filter(lead_id=lead_id, status=Orcamento.Status.OPEN).exclude(pk=row.pk)
        is_twin = others.filter(necessidade=work).exists()
        if row.oportunidade_pipe_id is None and (is_twin or not any(getattr(row, field) for field in NEED_FIELDS)):
            row.status, row.closed_at = Orcamento.Status.CLOSED, now
        elif not is_twin:
            row.necessidade = work
        row.save()
        orcamento_changed.send(sender=Orcamento, lead_id=lead_id, orcamento_id=row.pk)


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
    exact = next((row for row in rows if row.necessidade == work), None)
    same = exact or next((row for row in rows if not row.necessidade), None)
    if rows and (_F.PRODUTO not in changed or not work):
        return same or rows[0]
    if same is not None:
        return same
    another = any(row.oportunidade_pipe_id for row in rows) or _ONE_MORE.search(fold(quotes.get(_F.PRODUTO, "")))
    if rows and not another:
        return rows[0]
    company = Lead.objects.filter(pk=lead_id).values_list("empresa_id", flat=True).first()
    return Orcamento(lead_id=lead_id, empresa_id=company, created_at=now)


def _company(lead_id: UUID, known: Mapping[str, str], changed: Collection[str], *, now: datetime) -> Empresa | None:
    """The lead's company: the one of its CNPJ, else the one we have for them, else a new one. Of a company with a CNPJ
    that others belong to, what is written is filled in, never overwritten; of any other only what changed is."""
    cnpj, name = known.get(_F.CNPJ) or None, known.get(_F.EMPRESA, "")
    if not cnpj and not name:
        return None
    lead = Lead.objects.select_for_update(of=("self",), no_key=True).select_related("empresa").get(pk=lead_id)
    current = lead.empresa
    if _F.CIDADE in changed and _F.UF not in changed and not _fits(known):
        known, changed = {**known, _F.UF: ""}, {*changed, _F.UF}
    while True:
        company = _company_of(current, cnpj) or Empresa(created_at=now)
        shared = company.cnpj is not None and (company != current or _is_shared(company, lead_id))
        for column, field in (("nome", _F.EMPRESA), ("cidade", _F.CIDADE), ("uf", _F.UF)):
            if field in known and (not getattr(company, column) or (field in changed and not shared)):
                _write(company, column, known[field])
        company.cnpj = company.cnpj or cnpj
        try:
            with transaction.atomic():
                company.save()
            break
        except IntegrityError:
            # A colleague's turn has just written this CNPJ down: theirs is the company.
            if not Empresa.objects.filter(cnpj=cnpj).exclude(pk=company.pk).exists():
                raise
            if current is not None:
                current.refresh_from_db()
    if lead.empresa_id != company.pk:
        lead.empresa = company
        lead.save(update_fields=["empresa"])
        Orcamento.objects.filter(lead=lead, status=Orcamento.Status.OPEN).update(empresa=company)
        _drop_if_unused(current)
    return company


def _company_of(current: Empresa | None, cnpj: str | None) -> Empresa | None:
    found = Empresa.objects.select_for_update().filter(cnpj=cnpj).first() if cnpj else None
    if found is not None:
        return found
    mine = current is not None and (current.cnpj is None or cnpj is None)
    return current if mine else None


def _fits(known: Mapping[str, str]) -> bool:
    """Whether the state, if one is known, has a city of that name; one told with an earlier city may not."""
    return not known.get(_F.UF) or municipalities.find(known[_F.CIDADE], known[_F.UF]) is not None


def _is_shared(company: Empresa, lead_id: UUID) -> bool:
    return Lead.objects.filter(empresa=company).exclude(pk=lead_id).exists()


def _write(row: Model, column: str, value: str) -> None:
    """No longer than the column: a fact has room for more."""
    setattr(row, column, value[: getattr(row._meta.get_field(column), "max_length", None)])


def _drop_if_unused(company: Empresa | None) -> None:
    """A company that we made from a name alone and that nobody points at any more."""
    if company is None or company.cnpj is not None:
        return
    Empresa.objects.filter(pk=company.pk, leads=None, orcamentos=None).filter(Q(site=""), Q(email="")).delete()
