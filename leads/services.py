"""Changes to leads: who writes, and what we were told."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from leads.models import Consent, Fact, Identity, Lead
from leads.signals import lead_changed


@dataclass(frozen=True, slots=True)
class IdentityKey:
    """One key of a person; ``value`` is canonical (``leads.phones``)."""

    kind: Identity.Kind
    value: str


def resolve_lead(
    keys: Sequence[IdentityKey], *, display_name: str, origin: str, referral: dict[str, str], now: datetime
) -> Lead:
    """The lead behind these keys, made if there is none; keys not yet known are added to it.

    Keys are given in order of trust: when they lead to two people the first one wins. Safe under concurrency: the
    unique constraint of ``Identity`` decides who makes the lead, the loser reads again.
    """
    wanted = Q()
    for key in keys:
        wanted |= Q(kind=key.kind, value=key.value)
    found = {(row.kind, row.value): row for row in Identity.objects.filter(wanted).select_related("lead")}
    known = [found[key.kind, key.value] for key in keys if (key.kind, key.value) in found]
    lead = (
        known[0].lead
        if known
        else _create_lead(keys[0], display_name=display_name, origin=origin, referral=referral, now=now)
    )
    missing = [key for key in keys if (key.kind, key.value) not in found]
    if missing:
        Identity.objects.bulk_create(
            [Identity(lead=lead, kind=key.kind, value=key.value, display_name=display_name) for key in missing],
            ignore_conflicts=True,
        )
    if display_name:
        stale = [row.pk for row in known if row.display_name != display_name]
        if stale:
            Identity.objects.filter(pk__in=stale).update(display_name=display_name)
    return lead


def _create_lead(key: IdentityKey, *, display_name: str, origin: str, referral: dict[str, str], now: datetime) -> Lead:
    with transaction.atomic():
        lead = Lead.objects.create(created_at=now, origin=origin, referral=referral)
        _, created = Identity.objects.get_or_create(
            kind=key.kind, value=key.value, defaults={"lead": lead, "display_name": display_name}
        )
        if created:
            return lead
        lead.delete()
    return Identity.objects.select_related("lead").get(kind=key.kind, value=key.value).lead


@dataclass(frozen=True, slots=True)
class NewFact:
    """A fact about to be stored. ``said`` needs quote, source and offsets (I7)."""

    field: Fact.Field
    value: str
    evidence: Fact.Evidence
    source_kind: str
    source_id: UUID | None
    quote: str = ""
    start: int | None = None
    end: int | None = None
    rule: str = ""
    given_by: str = ""


def record_facts(lead_id: UUID, facts: Iterable[NewFact], *, now: datetime) -> list[Fact]:
    """Store what is new; the value it replaces stays in the history. Call inside the caller's transaction.

    A fact that says what is already known changes nothing. Returns the rows made.
    """
    newest = {fact.field: fact for fact in facts}
    if not newest:
        return []
    current = dict(
        Fact.objects.select_for_update()
        .filter(lead_id=lead_id, field__in=newest, superseded_at=None)
        .values_list("field", "value")
    )
    changed = {field: fact for field, fact in newest.items() if current.get(field) != fact.value}
    if not changed:
        return []
    if current:
        Fact.objects.filter(lead_id=lead_id, field__in=changed, superseded_at=None).update(superseded_at=now)
    made = Fact.objects.bulk_create(
        Fact(
            lead_id=lead_id,
            field=fact.field,
            value=fact.value,
            evidence=fact.evidence,
            source_kind=fact.source_kind,
            source_id=fact.source_id,
            quote=fact.quote,
            start=fact.start,
            end=fact.end,
            rule=fact.rule,
            given_by=fact.given_by,
            created_at=now,
        )
        for fact in changed.values()
    )
    lead_changed.send(sender=Lead, lead_id=lead_id, fields=sorted(changed))
    return made


def opt_out(lead_id: UUID, *, quote: str, message_id: UUID, now: datetime) -> bool:
    """The lead wants no more messages; False when we knew. Call inside the caller's transaction."""
    changed = Lead.objects.filter(pk=lead_id, opted_out_at=None).update(opted_out_at=now)
    if not changed:
        return False
    Consent.objects.create(lead_id=lead_id, kind=Consent.Kind.OPT_OUT, quote=quote[:500], source_id=message_id, at=now)
    return True
