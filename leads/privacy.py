"""What this app holds of a person: how they are reached, what they told, and what was made of it."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.forms.models import model_to_dict

from leads.models import (
    Classification,
    Consent,
    Empresa,
    Fact,
    Identity,
    Interest,
    Lead,
    Orcamento,
    SubjectExport,
    SubjectRequest,
)
from seleto.lib import privacy
from seleto.lib.privacy import PersonalData, Subject

_GONE = (Identity, Fact, Interest, Consent)


def register() -> None:
    privacy.register(
        PersonalData(
            app="leads",
            label="Identidades, fatos, interesses, consentimentos, classificações e orçamentos",
            fields=("Identity.value", "Fact.value", "Consent.quote", "Classification.reasons", "Orcamento.resumo"),
            find=_find,
            export=_export,
            erase=_erase,
        )
    )
    privacy.register(
        PersonalData(
            app="leads",
            label="Pedidos de titular e cópias feitas para a pessoa",
            fields=("SubjectRequest.note", "SubjectRequest.outcome", "SubjectExport.content"),
            find=lambda subject: [f"subjectexport:{key}" for key in _copies(subject).values_list("pk", flat=True)],
            export=_export_requests,
            erase=_erase_requests,
        )
    )


def _copies(subject: Subject) -> QuerySet[SubjectExport]:
    return SubjectExport.objects.filter(lead_id=subject.lead_id, content__isnull=False)


def _export_requests(subject: Subject) -> list[dict[str, Any]]:
    return [
        {
            "pedido": row.get_kind_display(),
            "situacao": row.get_status_display(),
            "aberto_em": row.opened_at.isoformat(),
            "prazo": row.due_at.isoformat(),
            "o_que_se_fez": row.outcome,
        }
        for row in SubjectRequest.objects.filter(lead_id=subject.lead_id).order_by("opened_at")
    ]


def _erase_requests(subject: Subject) -> int:
    """That they asked, and what came of it, is kept by law; a note in free words is not."""
    copies = _copies(subject).update(content=None, size=0)
    return copies + SubjectRequest.objects.filter(lead_id=subject.lead_id).exclude(note="").update(note="")


def _find(subject: Subject) -> Iterable[Any]:
    return [
        f"{model._meta.model_name}:{key}"
        for model in _GONE
        for key in model._default_manager.filter(lead_id=subject.lead_id).values_list("pk", flat=True)
    ]


def _export(subject: Subject) -> list[dict[str, Any]]:
    return [
        {"tipo": str(model._meta.verbose_name), **{name: str(value) for name, value in model_to_dict(row).items()}}
        for model in (*_GONE, Classification, Orcamento)
        for row in model._default_manager.filter(lead_id=subject.lead_id).order_by("pk")
    ]


@transaction.atomic
def _erase(subject: Subject) -> int:
    """Class and score stay, as do product and segment of what was asked for: they lead to nobody."""
    lead = Lead.objects.select_for_update().get(pk=subject.lead_id)
    erased: int = sum(model._default_manager.filter(lead=lead).delete()[0] for model in _GONE)
    erased += Classification.objects.filter(lead=lead).update(
        parts={}, reasons=[], would_raise=[], fact_ids=[], corrected_by=""
    )
    needs = Orcamento.objects.filter(lead=lead)
    firms = {key for key in (lead.empresa_id, *needs.values_list("empresa_id", flat=True)) if key is not None}
    erased += needs.update(resumo="", empresa=None, volume="", volume_diario=None, oportunidade_pipe_id=None)
    Lead.objects.filter(pk=lead.pk).update(referral={}, empresa=None)
    # A company of nobody else's goes too: a small one's name and CNPJ are its owner's.
    erased += Empresa.objects.filter(pk__in=firms, leads=None, orcamentos=None).delete()[0]
    return erased
