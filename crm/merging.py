"""Two leads turned out to be one person: what stands in the CRM follows the one that stays.

Deals, notes and activities hang on the orçamentos, which have moved already. People in the CRM are never merged by us:
two of ours are shown to a person.
"""

from datetime import datetime
from uuid import UUID

from crm import drifts, links
from crm.models import CrmLink, CrmSync, Drift


def follow(kept_id: UUID, merged_id: UUID, *, now: datetime) -> None:
    """Inside the transaction that merges. A run in hand for the lead that goes finds its row gone and creates nothing
    more; what it had asked for without an answer is looked for under its code."""
    CrmSync.objects.filter(lead_id=merged_id).delete()
    Drift.objects.filter(lead_id=merged_id).update(lead_id=kept_id)
    rows = {
        row.local_id: row
        for row in CrmLink.objects.select_for_update()
        .filter(kind=CrmLink.Kind.PERSON, local_id__in=[kept_id, merged_id])
        .order_by("pk")
    }
    ours, theirs = rows.get(kept_id), rows.get(merged_id)
    if theirs is None:
        return
    if ours is None or not (ours.remote_id or ours.unsure or ours.strays):
        if ours is not None:
            ours.delete()
        CrmLink.objects.filter(pk=theirs.pk).update(local_id=kept_id)
        return
    theirs.delete()
    _join(ours, theirs, kept_id, now=now)


def _join(ours: CrmLink, theirs: CrmLink, kept_id: UUID, *, now: datetime) -> None:
    if theirs.remote_id and ours.remote_id:
        drifts.report(
            drifts.TWO_PERSONS,
            local_kind=CrmLink.Kind.PERSON,
            local_id=kept_id,
            lead_id=kept_id,
            remote_id=theirs.remote_id,
            evidence={"outra": ours.remote_id},
            now=now,
        )
    ours.strays = [*ours.strays, *theirs.strays]
    if theirs.unsure:
        ours.strays.append(theirs.code)
    if theirs.remote_id and not ours.remote_id:
        if ours.unsure:
            ours.strays.append(ours.code)
        ours.remote_id, ours.code, ours.written, ours.unsure = theirs.remote_id, theirs.code, theirs.written, False
    ours.save()
    if ours.strays:
        links.rest(ours)
