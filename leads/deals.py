"""What the CRM makes of an orçamento: its deal's id, and its end when people close the deal over there."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from leads.models import Orcamento
from leads.signals import orcamento_changed


def keep_deal_id(orcamento_id: UUID, deal_id: str) -> None:
    """Keep `oportunidade_pipe_id`; "" forgets it. A CRM whose ids are no numbers has none."""
    number = int(deal_id) if deal_id.isdecimal() else None
    Orcamento.objects.filter(pk=orcamento_id).update(oportunidade_pipe_id=number)


@transaction.atomic
def close_orcamento(orcamento_id: UUID, *, reopen: bool, now: datetime) -> UUID | None:
    """The deal was closed in the CRM, so this need is over; None when it was over already.

    ``reopen``: the lead asks for it again, which is a new orçamento with what is known of the need. Returns the id of
    the one that tells of the need from now on.
    """
    row = Orcamento.objects.select_for_update().filter(pk=orcamento_id, status=Orcamento.Status.OPEN).first()
    if row is None:
        return None
    Orcamento.objects.filter(pk=row.pk).update(status=Orcamento.Status.CLOSED, closed_at=now)
    if not reopen:
        return row.pk
    fresh = Orcamento.objects.create(
        lead_id=row.lead_id,
        empresa_id=row.empresa_id,
        produto=row.produto,
        segmento=row.segmento,
        urgencia=row.urgencia,
        volume=row.volume,
        volume_diario=row.volume_diario,
        necessidade=row.necessidade,
        resumo=row.resumo,
        created_at=now,
    )
    orcamento_changed.send(sender=Orcamento, lead_id=row.lead_id, orcamento_id=fresh.pk)
    return fresh.pk
