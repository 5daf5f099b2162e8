"""What happens to leads, orçamentos and conversations, as far as the CRM cares. Receivers only write rows."""

from typing import Any
from uuid import UUID

from django.db.models.signals import post_delete
from django.dispatch import receiver

from conversations.models import Conversation, Handoff
from conversations.signals import handoff_opened
from crm import drifts, due, merging
from crm.models import CrmLink
from leads.models import Empresa, Lead, Orcamento
from leads.signals import lead_changed, lead_merged, orcamento_changed, temperature_changed
from seleto.lib import clock


@receiver(lead_changed, sender=Lead)
def on_lead_changed(*, lead_id: UUID, **_: Any) -> None:
    due.mark(lead_id, now=clock.now())


@receiver(orcamento_changed, sender=Orcamento)
def on_orcamento_changed(*, lead_id: UUID, **_: Any) -> None:
    due.mark(lead_id, now=clock.now())


@receiver(temperature_changed, sender=Lead)
def on_temperature_changed(*, lead_id: UUID, **_: Any) -> None:
    due.mark(lead_id, now=clock.now())


@receiver(handoff_opened, sender=Handoff)
def on_handoff_opened(*, conversation_id: UUID, **_: Any) -> None:
    """Somebody is about to call: the CRM must be true by then."""
    lead_id = Conversation.objects.values_list("lead_id", flat=True).get(pk=conversation_id)
    due.mark(lead_id, now=clock.now(), at_once=True)


@receiver(lead_merged, sender=Lead)
def on_lead_merged(*, kept_id: UUID, merged_id: UUID, **_: Any) -> None:
    merging.follow(kept_id, merged_id, now=clock.now())
    due.mark(kept_id, now=clock.now())


@receiver(post_delete, sender=Empresa)
def on_company_gone(*, instance: Empresa, **_: Any) -> None:
    """Its leads turned out to be another company's: what stands in the CRM is for people to decide. A run that has it
    in hand finds its link gone."""
    for link in CrmLink.objects.filter(kind=CrmLink.Kind.COMPANY, local_id=instance.pk).exclude(remote_id=""):
        link.delete()
        if CrmLink.objects.filter(kind=link.kind, remote_id=link.remote_id).exists():
            continue  # another of our companies is the same one there
        drifts.report(
            drifts.LEFT_OVER,
            local_kind=link.kind,
            local_id=link.local_id,
            remote_id=link.remote_id,
            now=clock.now(),
        )
