"""What this app holds of a person: how they are reached, what they told, and what was made of it."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.forms.models import model_to_dict

from leads.models import Classification, Consent, Empresa, Fact, Identity, Interest, Lead, Orcamento
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
