"""Where the two systems disagree: one open row per disagreement, however often it is met."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction

from crm.models import Drift

TWO_PERSONS: Final = "duas pessoas de um lead"
TWO_COMPANIES: Final = "duas empresas com o mesmo CNPJ"
LEFT_OVER: Final = "empresa antiga sem CNPJ"
HELD_TWICE: Final = "registro ligado a outro lead"
OWNERLESS: Final = "criado para um lead que não existe mais"
ERASED: Final = "titular apagado, registro ainda no CRM"
# Met by comparing (``crm.comparing``).
GONE: Final = "registro apagado no CRM"
OUTDATED: Final = "dado antigo no CRM"
OTHER_COMPANY: Final = "pessoa em outra empresa"
SAME_CODE: Final = "dois registros com o nosso código"
SAME_PHONE: Final = "duas pessoas com o mesmo telefone"
WITHOUT_PERSON: Final = "oportunidade sem pessoa"
OTHER_PERSON: Final = "oportunidade de outra pessoa"
STAGE: Final = "lead quente na etapa de lead novo"
CLOSED_THERE: Final = "encerrada no CRM, orçamento aberto"
OPEN_THERE: Final = "orçamento encerrado, aberta no CRM"
UNLINKED: Final = "oportunidade nossa sem ligação"
UNKNOWN_DEAL: Final = "oportunidade que o CRM não conhece"
HANDED_OVER: Final = "lead quente repassado sem oportunidade"
PARKED: Final = "sincronização parada há muito tempo"
COMPARED: Final = frozenset(
    {
        GONE,
        OUTDATED,
        OTHER_COMPANY,
        SAME_CODE,
        SAME_PHONE,
        WITHOUT_PERSON,
        OTHER_PERSON,
        STAGE,
        CLOSED_THERE,
        OPEN_THERE,
        UNLINKED,
        UNKNOWN_DEAL,
        HANDED_OVER,
        PARKED,
        TWO_COMPANIES,
    }
)


def report(
    kind: str,
    *,
    local_kind: str,
    local_id: UUID,
    remote_id: str,
    now: datetime,
    lead_id: UUID | None = None,
    evidence: Mapping[str, object] | None = None,
    repair: str = "",
) -> None:
    """Tell people; ``evidence`` holds ids and constant words. A record that is reported already is only seen again."""
    known = Drift.objects.filter(local_kind=local_kind, remote_id=remote_id, closed_at=None)
    if known.update(seen_at=now):
        return
    try:
        with transaction.atomic():
            Drift.objects.create(
                kind=kind,
                local_kind=local_kind,
                local_id=local_id,
                lead_id=lead_id,
                remote_id=remote_id,
                evidence=dict(evidence or {}),
                repair=repair,
                found_at=now,
                seen_at=now,
            )
    except IntegrityError:
        known.update(seen_at=now)  # somebody met it at the same moment
