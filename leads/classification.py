"""Keeping a lead's temperature up to its facts, and a manager's word above the rules until newer facts come."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject

from knowledge import queries
from leads.models import Classification, Fact, Lead, Temperature
from leads.signals import temperature_changed
from leads.temperature import Engagement, Known, Score, score, standing
from seleto.lib import audit


def reclassify(lead_id: UUID, engagement: Engagement | None, at: datetime) -> Classification | None:
    """Score the lead by the facts stored now, and keep the result if it differs from the last one.

    `engagement` None: as it was counted last, for a fact that changed outside a conversation. Call inside the caller's
    transaction, after the facts were recorded. One statement when nothing changed, one more to store a score, one more
    when the class changed (`temperature_changed`). Returns the row made.
    """
    # Locked, or a person's correction that commits meanwhile would be written over.
    lead = _with_facts(Lead.objects.select_for_update(of=("self",), no_key=True).filter(pk=lead_id)).get()
    facts, last = _facts(lead), lead.last
    corrected = standing(lead.temperature, lead.corrected_at, facts)
    overtaken = lead.corrected_at is not None and corrected is None
    if engagement is None:
        engagement = Engagement(**(last["engagement"] if last else {}))
    found = score(facts, engagement, queries.score_weights(), corrected)
    if overtaken or found.temperature != lead.temperature:
        Lead.objects.filter(pk=lead_id).update(
            temperature=found.temperature, corrected_at=None if overtaken else lead.corrected_at
        )
    kept = (last["temperature"], last["score"], last["reasons"]) if last else None
    if lead.temperature == found.temperature and kept == (found.temperature, found.value, list(found.reasons)):
        return None
    return _store(lead, found, engagement, at=at)


@transaction.atomic
def correct_temperature(lead_id: UUID, temperature: Temperature, by: str, reason: str, at: datetime) -> Classification:
    """A person's class, which wins until a fact the class depends on is newer than `at`.

    `by` names the person as the audit does (`usuário:<id>`); `reason` is their own words, kept with the lead and never
    in the audit. Raises `ValueError` without a reason.
    """
    if not reason.strip():
        raise ValueError("a correction needs a reason")
    lead = _with_facts(Lead.objects.select_for_update(of=("self",)).filter(pk=lead_id)).get()
    engagement = Engagement(**(lead.last["engagement"] if lead.last else {}))
    found = score(_facts(lead), engagement, queries.score_weights(), temperature)
    Lead.objects.filter(pk=lead_id).update(temperature=temperature, corrected_at=at)
    audit.record(
        actor=by,
        action="lead.correct_temperature",
        subject_kind="lead",
        subject_id=lead_id,
        detail={"from": lead.temperature, "to": temperature.value},
        now=at,
    )
    return _store(lead, found, engagement, at=at, by=by, reason=reason.strip())


def _with_facts(leads: "QuerySet[Lead]") -> "QuerySet[Any]":
    """The lead, its current facts and its last classification in one statement: every turn asks for them."""
    facts = Fact.objects.filter(lead=OuterRef("pk"), superseded_at=None).order_by("created_at", "pk")
    last = Classification.objects.filter(lead=OuterRef("pk")).order_by("-at", "-pk")[:1]
    return leads.annotate(
        known=ArraySubquery(
            facts.values(row=JSONObject(id="id", field="field", value="value", quote="quote", at="created_at"))
        ),
        last=Subquery(
            last.values(
                row=JSONObject(temperature="temperature", score="score", reasons="reasons", engagement="engagement")
            )
        ),
    )


def _facts(lead: Any) -> tuple[Known, ...]:
    rows: Sequence[Mapping[str, str]] = lead.known
    return tuple(Known(row["field"], row["value"], row["quote"], datetime.fromisoformat(row["at"])) for row in rows)


def _store(
    lead: Any, found: Score, engagement: Engagement, *, at: datetime, by: str = "", reason: str = ""
) -> Classification:
    former = lead.temperature
    row = Classification.objects.create(
        lead_id=lead.pk,
        temperature=found.temperature,
        score=found.value,
        parts={part.name: asdict(part) for part in found.parts},
        reasons=[f"Corrigido por uma pessoa: {reason}", *found.reasons] if by else list(found.reasons),
        would_raise=list(found.would_raise),
        fact_ids=[fact["id"] for fact in lead.known],
        engagement=asdict(engagement),
        corrected_by=by,
        at=at,
    )
    if found.temperature != former:
        temperature_changed.send(
            sender=Lead, lead_id=lead.pk, former=former, current=found.temperature.value, score=found.value
        )
    return row
