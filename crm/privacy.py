"""What this app holds of a person: ids of records over there, what we wrote into them, and the history of calls.

Erasing ends every run at once (``crm.links.Lost``). The records in the CRM itself are shown to a person, by id alone:
deleting a customer's history there is theirs to decide.
"""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from crm import drifts
from crm.models import CrmCall, CrmLink, CrmSync, Drift
from leads.models import Orcamento
from seleto.lib import clock, privacy
from seleto.lib.privacy import PersonalData, Subject

_SHOWN = (CrmLink.Kind.PERSON, CrmLink.Kind.DEAL)


def register() -> None:
    privacy.register(
        PersonalData(
            app="crm",
            label="Registros no CRM e o que foi escrito neles",
            fields=("CrmLink.remote_id", "CrmLink.written", "CrmSync.refused", "CrmCall.request", "Drift.evidence"),
            find=_find,
            export=_export,
            erase=_erase,
        )
    )


def _links(subject: Subject) -> list[CrmLink]:
    needs = Orcamento.objects.filter(lead_id=subject.lead_id).values_list("pk", flat=True)
    return list(CrmLink.objects.filter(local_id__in=[subject.lead_id, *needs]).order_by("pk"))


def _find(subject: Subject) -> Iterable[Any]:
    lead_id = subject.lead_id
    return [
        *((f"crmlink:{row.pk}") for row in _links(subject)),
        *((f"crmsync:{pk}") for pk in CrmSync.objects.filter(lead_id=lead_id).values_list("pk", flat=True)),
        *((f"crmcall:{pk}") for pk in CrmCall.objects.filter(lead_id=lead_id).values_list("pk", flat=True)),
        *((f"drift:{pk}") for pk in Drift.objects.filter(lead_id=lead_id).values_list("pk", flat=True)),
    ]


def _export(subject: Subject) -> list[dict[str, Any]]:
    return [
        {"tipo": row.get_kind_display(), "id_no_crm": row.remote_id, "escrito": row.written} for row in _links(subject)
    ]


@transaction.atomic
def _erase(subject: Subject) -> int:
    lead_id, now = subject.lead_id, clock.now()
    erased = CrmSync.objects.filter(lead_id=lead_id).delete()[0]
    erased += Drift.objects.filter(lead_id=lead_id).delete()[0]
    erased += CrmCall.objects.filter(lead_id=lead_id).delete()[0]
    for link in _links(subject):
        if link.kind in _SHOWN and link.remote_id:
            drifts.report(
                drifts.ERASED, local_kind=link.kind, local_id=link.local_id, remote_id=link.remote_id, now=now
            )
        link.delete()
        erased += 1
    return erased
