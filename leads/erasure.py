"""A person leaves (LGPD art. 18): what is known of them goes from every app's rows, what happened stays to be counted.

The lead's row remains, without anything that leads to a person, so that conversations, scores and costs still add up.
What must outlive it, by law or to keep a message from being taken in twice, is: the requests of data subjects, the
audit, and the keys of messages and events.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from leads.models import Identity, Lead, SubjectRequest
from seleto.lib import audit, privacy
from seleto.lib.privacy import Subject


class AlreadyAnonymous(Exception):
    """Nothing is known of this lead any more."""


def subject_of(lead_id: UUID) -> Subject:
    known: dict[str, tuple[str, ...]] = {}
    for kind, value in Identity.objects.filter(lead_id=lead_id).order_by("pk").values_list("kind", "value"):
        known[kind] = (*known.get(kind, ()), value)
    return Subject(lead_id, known)


def anonymise(lead_id: UUID, *, actor: str, now: datetime) -> int:
    """Erase in every store at once, the highest app's first; returns how many rows. Open requests for it are settled.

    Raises ``AlreadyAnonymous`` and ``Lead.DoesNotExist``. It cannot be undone.
    """
    with transaction.atomic():
        if Lead.objects.get(pk=lead_id).anonymised_at is not None:
            raise AlreadyAnonymous
        subject = subject_of(lead_id)
        erased = sum(store.erase(subject) for store in reversed(privacy.registered()))
        Lead.objects.filter(pk=lead_id).update(anonymised_at=now)
        SubjectRequest.objects.filter(
            lead=lead_id, kind=SubjectRequest.Kind.ERASURE, status=SubjectRequest.Status.OPEN
        ).update(status=SubjectRequest.Status.DONE, closed_at=now)
        audit.record(
            actor=actor,
            action="lead.anonymise",
            subject_kind="lead",
            subject_id=lead_id,
            detail={"erased": erased},
            now=now,
        )
    return erased
