"""Changes to leads: who writes, and what we were told."""

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from leads import needs, subjects, suppression
from leads.classification import correct_temperature as correct_temperature
from leads.classification import reclassify as reclassify
from leads.deals import close_orcamento as close_orcamento
from leads.deals import keep_deal_id as keep_deal_id
from leads.merging import merge
from leads.models import Consent, Fact, Identity, Interest, Lead, SubjectRequest
from leads.signals import lead_changed
from leads.succession import succeed
from seleto.lib import hot

_IDENTITIES, _LEADS = hot.Table(Identity), hot.Table(Lead)


@dataclass(frozen=True, slots=True)
class IdentityKey:
    """One key of a person; ``value`` is canonical (``leads.phones``)."""

    kind: Identity.Kind
    value: str


def resolve_lead(
    keys: Sequence[IdentityKey], *, display_name: str, origin: str, referral: dict[str, str], now: datetime
) -> Lead:
    """The lead behind these keys, made if there is none; keys not yet known are added to it.

    Keys are given in order of trust: when they lead to two people these are one, and the first one stays
    (``lead_merged``). Safe under concurrency: the unique constraint of ``Identity`` decides who adds a key, the loser
    reads again. Call inside a transaction.
    """
    while True:
        found = _identities(keys)
        leads = list(dict.fromkeys(found[key].lead for key in keys if key in found))
        if len(leads) == 1 and len(found) == len(keys):
            _rename(found.values(), display_name)
            return leads[0]
        if len(leads) > 1:
            merge(leads[0], leads[1:], actor="sistema", now=now)
            continue
        _add_missing(keys, found, leads, display_name=display_name, origin=origin, referral=referral, now=now)


def _identities(keys: Sequence[IdentityKey]) -> dict[IdentityKey, Identity]:
    rows = hot.fetch(
        f"SELECT {_IDENTITIES.columns('i')}, {_LEADS.columns('l')} FROM leads_identity i"  # noqa: S608
        " JOIN leads_lead l ON l.id = i.lead_id"
        " WHERE (i.kind, i.value) IN (SELECT * FROM unnest(%s::text[], %s::text[]))",
        [[str(key.kind) for key in keys], [key.value for key in keys]],
    )
    found = {}
    for row in rows:
        identity = _IDENTITIES.made(row)
        identity.lead = _LEADS.made(row[_IDENTITIES.width :])
        found[IdentityKey(Identity.Kind(identity.kind), identity.value)] = identity
    return found


def _add_missing(
    keys: Sequence[IdentityKey],
    found: dict[IdentityKey, Identity],
    leads: Sequence[Lead],
    *,
    display_name: str,
    origin: str,
    referral: dict[str, str],
    now: datetime,
) -> None:
    """All missing keys or none: whoever meets a key that somebody else just added begins anew."""
    with contextlib.suppress(IntegrityError), transaction.atomic():
        lead = leads[0] if leads else _begin(keys, origin=origin, referral=referral, now=now)
        for key in sorted(set(keys) - set(found), key=lambda key: (key.kind, key.value)):
            Identity.objects.create(lead=lead, kind=key.kind, value=key.value, display_name=display_name)


def _begin(keys: Sequence[IdentityKey], *, origin: str, referral: dict[str, str], now: datetime) -> Lead:
    """A clean row, even for somebody whose data was erased; that they wanted no messages is all that is remembered."""
    left_at = suppression.since([(key.kind, key.value) for key in keys])
    return Lead.objects.create(created_at=now, origin=origin, referral=referral, opted_out_at=left_at)


def _rename(rows: Iterable[Identity], display_name: str) -> None:
    stale = [row.pk for row in rows if display_name and row.display_name != display_name]
    if stale:
        Identity.objects.filter(pk__in=stale).update(display_name=display_name)


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
    told = list(facts)
    if not told:
        return []
    # Another conversation of this lead may be told the same at this moment; a person may be correcting the class.
    Lead.objects.select_for_update(no_key=True).filter(pk=lead_id).values_list("pk").first()
    rows = Fact.objects.filter(
        lead_id=lead_id, field__in={*(fact.field for fact in told), Fact.Field.UF}, superseded_at=None
    )
    current = {row.field: row for row in rows.only("field", "value", "evidence")}
    change = succeed(current, told)
    if not change.new:
        return []
    if current.keys() & set(change.outdated):
        Fact.objects.filter(lead_id=lead_id, field__in=change.outdated, superseded_at=None).update(superseded_at=now)
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
        for fact in change.new.values()
    )
    lead_changed.send(sender=Lead, lead_id=lead_id, fields=sorted(change.new))
    return made


def withdraw_facts(lead_id: UUID, *, source_id: UUID, text: str, now: datetime) -> list[str]:
    """The lead changed what they said in ``source_id`` to ``text``, or took it back (""): what was read there holds no
    more unless its words still stand there. The values stay in the history. Call inside the caller's transaction.

    Returns the fields that are open again.
    """
    Lead.objects.select_for_update(no_key=True).filter(pk=lead_id).values_list("pk").first()
    told = Fact.objects.filter(lead_id=lead_id, source_id=source_id, superseded_at=None)
    gone = []
    for fact in told.exclude(evidence=Fact.Evidence.GIVEN):
        at = text.find(fact.quote) if fact.quote else -1
        if at >= 0:
            Fact.objects.filter(pk=fact.pk).update(start=at, end=at + len(fact.quote))
        else:
            gone.append(fact)
    if gone:
        Fact.objects.filter(pk__in=[fact.pk for fact in gone]).update(superseded_at=now)
        fields = sorted(fact.field for fact in gone)
        needs.take_back(lead_id, {fact.field: fact.value for fact in gone}, now=now)
        lead_changed.send(sender=Lead, lead_id=lead_id, fields=fields)
        reclassify(lead_id, None, now)
        return fields
    return []


def opt_out(lead_id: UUID, *, quote: str, message_id: UUID, now: datetime) -> bool:
    """The lead wants no more messages; False when we knew. Call inside the caller's transaction."""
    changed = Lead.objects.filter(pk=lead_id, opted_out_at=None).update(opted_out_at=now)
    if not changed:
        return False
    Consent.objects.create(lead_id=lead_id, kind=Consent.Kind.OPT_OUT, quote=quote[:500], source_id=message_id, at=now)
    return True


def record_interests(
    lead_id: UUID, codes: Iterable[str], *, quote: str, message_id: UUID | None, now: datetime
) -> None:
    """Remember who wants what cannot be had now, once per product."""
    Interest.objects.bulk_create(
        [Interest(lead_id=lead_id, produto=code, quote=quote[:500], source_id=message_id, at=now) for code in codes],
        ignore_conflicts=True,
    )


def open_subject_request(lead_id: UUID, kind: SubjectRequest.Kind, *, now: datetime) -> SubjectRequest:
    """The lead asked in their own conversation (LGPD art. 18)."""
    source = SubjectRequest.Source.WHATSAPP
    return subjects.open_request(lead_id, kind, source=source, actor="agente", now=now)
