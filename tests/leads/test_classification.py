"""A lead's stored temperature follows its facts; a manager's word stands until newer facts come."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from knowledge.models import ScoreWeights
from knowledge.weights import DEFAULT
from leads.models import Classification, Fact, Identity, Lead, Temperature
from leads.services import IdentityKey, NewFact, correct_temperature, reclassify, record_facts, resolve_lead
from leads.signals import temperature_changed
from leads.temperature import Engagement, known, score, standing, updated
from seleto.lib.models import AuditEntry
from tests.factories import LeadFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
TALKED = Engagement(messages=4, questions=2, answered=2)


def tell(lead: Lead, *facts: tuple[str, ...], minute: int = 0) -> datetime:
    at = NOW + timedelta(minutes=minute)
    record_facts(
        lead.pk,
        [
            NewFact(
                Fact.Field(fact[0]), fact[1], Fact.Evidence.SAID, "mensagem", uuid4(), quote=fact[-1], start=0, end=1
            )
            for fact in facts
        ],
        now=at,
    )
    return at


HOT = [("empresa", "Brasa Norte"), ("produto", "FB700"), ("urgencia", "alta", "essa semana")]


@pytest.fixture
def lead() -> Lead:
    return LeadFactory.create()


@pytest.fixture
def news() -> Any:
    heard: list[dict[str, Any]] = []

    def hear(**signal: Any) -> None:
        heard.append({key: signal[key] for key in ("lead_id", "former", "current", "score")})

    temperature_changed.connect(hear)
    yield heard
    temperature_changed.disconnect(hear)


def test_a_classification_keeps_score_parts_reasons_and_its_facts(lead: Lead, news: list[dict[str, Any]]) -> None:
    at = tell(lead, *HOT)

    row = reclassify(lead.pk, TALKED, at)

    assert row is not None
    lead.refresh_from_db()
    assert lead.temperature == row.temperature == Temperature.HOT
    assert "Precisa em até 30 dias (“essa semana”)." in row.reasons
    assert row.parts["urgencia"] == {
        "name": "urgencia", "weight": 20, "points": 20, "reason": "Precisa em até 30 dias.", "quote": "essa semana",
        "lacks": "Um prazo de compra mais próximo.",
    }  # fmt: skip
    assert set(map(UUID, row.fact_ids)) == set(Fact.objects.values_list("pk", flat=True))
    assert any("Volume: mais 20 pontos" in words for words in row.would_raise)
    assert news == [{"lead_id": lead.pk, "former": "nao_classificado", "current": "quente", "score": row.score}]


def test_what_did_not_change_is_not_stored_again(lead: Lead, news: list[dict[str, Any]]) -> None:
    reclassify(lead.pk, TALKED, tell(lead, *HOT))

    assert reclassify(lead.pk, TALKED, NOW + timedelta(minutes=1)) is None

    assert Classification.objects.count() == 1
    assert len(news) == 1


def test_a_new_fact_is_scored_and_the_former_row_stays(lead: Lead, news: list[dict[str, Any]]) -> None:
    reclassify(lead.pk, TALKED, tell(lead, ("produto", "FB700")))
    reclassify(lead.pk, TALKED, tell(lead, ("volume", "800 hamburgueres/dia"), minute=1))
    reclassify(lead.pk, TALKED, tell(lead, ("urgencia", "baixa", "ano que vem"), minute=2))

    rows = list(Classification.objects.order_by("at").values_list("temperature", "score"))
    assert [temperature for temperature, _ in rows] == ["morno", "morno", "frio"]
    assert rows[0][1] < rows[1][1]
    assert [one["current"] for one in news] == ["morno", "frio"]


def test_it_costs_few_statements(lead: Lead) -> None:
    from knowledge import queries

    queries.score_weights()
    counts = []
    for step, facts in enumerate([[("produto", "FB700")], [], [("volume", "800 hamburgueres/dia")]]):
        at = tell(lead, *facts, minute=step)
        with CaptureQueriesContext(connection) as statements:
            reclassify(lead.pk, TALKED, at)
        counts.append(len(statements))

    assert counts == [3, 1, 2], "class changed; nothing changed; score changed"


def test_without_counts_the_last_ones_hold(lead: Lead) -> None:
    reclassify(lead.pk, TALKED, tell(lead, ("produto", "FB700")))

    row = reclassify(lead.pk, None, tell(lead, ("volume", "800 hamburgueres/dia"), minute=1))

    assert row is not None
    assert row.parts["engajamento"]["points"] == 8
    assert row.engagement["messages"] == 4


def test_the_weights_in_use_count(lead: Lead) -> None:
    ScoreWeights.objects.create(
        name="Volume", active=True, engajamento=0, completude=0, volume=100, urgencia=0, fit=0, intencao=0
    )

    row = reclassify(lead.pk, TALKED, tell(lead, ("volume", "400 hamburgueres/dia")))

    assert row is not None
    assert row.score == 60


def test_a_correction_wins_while_nothing_new_is_told(lead: Lead, news: list[dict[str, Any]]) -> None:
    reclassify(lead.pk, TALKED, tell(lead, *HOT))

    row = correct_temperature(lead.pk, Temperature.COLD, "usuário:7", "É um concorrente.", NOW + timedelta(minutes=1))
    reclassify(lead.pk, Engagement(messages=9), tell(lead, ("nome", "Marina"), minute=2))

    lead.refresh_from_db()
    assert lead.temperature == Temperature.COLD
    assert (row.corrected_by, row.score, row.reasons[0]) == (
        "usuário:7",
        29,
        "Corrigido por uma pessoa: É um concorrente.",
    )
    assert [one["current"] for one in news] == ["quente", "frio"]


def test_a_newer_fact_that_matters_takes_the_correction_back(lead: Lead, news: list[dict[str, Any]]) -> None:
    tell(lead, *HOT)
    correct_temperature(lead.pk, Temperature.COLD, "usuário:7", "Só pesquisa.", NOW + timedelta(minutes=1))

    reclassify(lead.pk, TALKED, tell(lead, ("volume", "800 hamburgueres/dia"), minute=2))

    lead.refresh_from_db()
    assert (lead.temperature, lead.corrected_at) == (Temperature.HOT, None)
    assert [one["current"] for one in news] == ["frio", "quente"]


def test_a_correction_is_audited_without_its_words(lead: Lead) -> None:
    correct_temperature(lead.pk, Temperature.WARM, "usuário:7", "A Marina ligou.", NOW)

    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.action, entry.subject_id) == ("usuário:7", "lead.correct_temperature", lead.pk)
    assert entry.detail == {"from": "nao_classificado", "to": "morno"}


def test_a_correction_needs_a_reason(lead: Lead) -> None:
    with pytest.raises(ValueError, match="reason"):
        correct_temperature(lead.pk, Temperature.WARM, "usuário:7", "  ", NOW)

    assert not AuditEntry.objects.exists()


def test_a_turn_knows_beforehand_what_it_will_store(lead: Lead) -> None:
    tell(lead, *HOT[:2])
    correct_temperature(lead.pk, Temperature.COLD, "usuário:7", "Concorrente.", NOW)
    lead.refresh_from_db()
    at = NOW + timedelta(minutes=1)
    news = [NewFact(Fact.Field.URGENCIA, "alta", Fact.Evidence.SAID, "mensagem", uuid4(), quote="essa semana")]

    facts = updated(known(Fact.objects.filter(lead=lead)), news, at=at)
    expected = score(facts, TALKED, DEFAULT, standing(lead.temperature, lead.corrected_at, facts))
    record_facts(lead.pk, news, now=at)
    row = reclassify(lead.pk, TALKED, at)

    assert row is not None
    assert (row.temperature, row.score, row.reasons) == (Temperature.HOT, expected.value, list(expected.reasons))


def test_two_leads_that_are_one_person_are_scored_together(lead: Lead) -> None:
    other = LeadFactory.create()
    keys = [IdentityKey(Identity.Kind.PHONE, "5511900000001"), IdentityKey(Identity.Kind.LID, "1@lid")]
    for key, owner in zip(keys, (lead, other), strict=True):
        Identity.objects.create(lead=owner, kind=key.kind, value=key.value)
    tell(lead, *HOT[:2])
    tell(other, HOT[2])

    kept = resolve_lead(keys, display_name="", origin="", referral={}, now=NOW)

    assert Lead.objects.get(pk=kept.pk).temperature == Temperature.HOT


def test_a_correction_survives_a_merge(lead: Lead) -> None:
    other = LeadFactory.create()
    keys = [IdentityKey(Identity.Kind.PHONE, "5511900000001"), IdentityKey(Identity.Kind.LID, "1@lid")]
    for key, owner in zip(keys, (lead, other), strict=True):
        Identity.objects.create(lead=owner, kind=key.kind, value=key.value)
    tell(lead, *HOT)
    correct_temperature(other.pk, Temperature.COLD, "usuário:7", "Concorrente.", NOW + timedelta(minutes=1))

    kept = resolve_lead(keys, display_name="", origin="", referral={}, now=NOW + timedelta(minutes=2))

    assert Lead.objects.get(pk=kept.pk).temperature == Temperature.COLD


def test_a_lead_of_whom_nothing_is_known_is_shown_as_not_classified(lead: Lead, news: list[dict[str, Any]]) -> None:
    row = reclassify(lead.pk, Engagement(messages=1), NOW)

    assert row is not None
    assert row.temperature == Temperature.UNCLASSIFIED
    assert news == []
