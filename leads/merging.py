"""Two leads turned out to be one person: by a key that both have, or because somebody compared them and said so."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from leads.classification import reclassify
from leads.models import (
    Classification,
    Consent,
    Fact,
    Identity,
    Interest,
    Lead,
    NotDuplicate,
    Orcamento,
    SubjectRequest,
)
from leads.signals import lead_merged, leads_merging
from seleto.lib import audit


class AlreadyMerged(LookupError):
    """One of the two is gone: somebody, or a message that came in, joined them meanwhile."""


@transaction.atomic
def merge_by_person(kept_id: UUID, other_id: UUID, *, actor: str, now: datetime) -> None:
    """A person compared two leads and found them to be one. Raises ``AlreadyMerged``; ``ValueError`` for one lead."""
    if kept_id == other_id:
        raise ValueError("A lead cannot be merged with itself.")
    rows = Lead.objects.in_bulk([kept_id, other_id])
    if len(rows) < 2:
        raise AlreadyMerged
    merge(rows[kept_id], [rows[other_id]], actor=actor, now=now)


def keep_apart(one: UUID, other: UUID, *, actor: str, now: datetime) -> None:
    """A person compared two leads and found them to be two people: they are proposed no more."""
    first, second = sorted([one, other])
    _, made = NotDuplicate.objects.get_or_create(first_id=first, second_id=second, defaults={"by": actor, "at": now})
    if made:
        audit.record(
            actor=actor,
            action="lead.keep_apart",
            subject_kind="lead",
            subject_id=first,
            detail={"other": str(second)},
            now=now,
        )


def merge(kept: Lead, others: Sequence[Lead], *, actor: str, now: datetime) -> None:
    """Everything told by either stays: where both have a value, that of the kept one counts and the other's becomes a
    former one. Whoever asked for no messages stays asked for. Call inside a transaction; it cannot be undone."""
    leads_merging.send(sender=Lead, lead_ids=[kept.pk, *(lead.pk for lead in others)])
    for other in Lead.objects.select_for_update().filter(pk__in=[lead.pk for lead in others]).order_by("pk"):
        Identity.objects.filter(lead=other).update(lead=kept)
        known = set(Fact.objects.filter(lead=kept, superseded_at=None).values_list("field", flat=True))
        Fact.objects.filter(lead=other, superseded_at=None, field__in=known).update(superseded_at=now)
        _close_twin_needs(kept, other, now=now)
        taken = Interest.objects.filter(lead=kept).values("produto")
        Interest.objects.filter(lead=other, produto__in=taken).delete()
        for rows in (Fact, Orcamento, Interest, Classification, Consent, SubjectRequest):
            rows._default_manager.filter(lead=other).update(lead=kept)
        if other.empresa_id and not kept.empresa_id:
            Lead.objects.filter(pk=kept.pk).update(empresa=other.empresa_id)
        if other.opted_out_at and not kept.opted_out_at:
            Lead.objects.filter(pk=kept.pk).update(opted_out_at=other.opted_out_at)
        if other.corrected_at and not kept.corrected_at:
            Lead.objects.filter(pk=kept.pk).update(temperature=other.temperature, corrected_at=other.corrected_at)
        lead_merged.send(sender=Lead, kept_id=kept.pk, merged_id=other.pk)
        audit.record(
            actor=actor,
            action="lead.merge",
            subject_kind="lead",
            subject_id=kept.pk,
            detail={"merged": str(other.pk)},
            now=now,
        )
        other.delete()
    reclassify(kept.pk, None, now)


def _close_twin_needs(kept: Lead, other: Lead, *, now: datetime) -> None:
    """Both asked for the same: one open orçamento stays, the one with a deal if there is one."""
    mine = {row.necessidade: row for row in Orcamento.objects.filter(lead=kept, status=Orcamento.Status.OPEN)}
    for theirs in Orcamento.objects.filter(lead=other, status=Orcamento.Status.OPEN):
        twin = mine.get(theirs.necessidade)
        if twin is not None:
            closed = twin if theirs.oportunidade_pipe_id and not twin.oportunidade_pipe_id else theirs
            closed.status, closed.closed_at = Orcamento.Status.CLOSED, now
            closed.save(update_fields=["status", "closed_at"])
