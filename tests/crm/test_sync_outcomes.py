"""What a failure means: who waits, who is parked, what is synced all the same, and what erasure and merging do."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from conversations import handoff
from conversations.models import Handoff
from crm import due, services, stage
from crm.gateway import Forbidden
from crm.models import CrmLink, CrmSettings, CrmSync, Drift
from leads import erasing, erasure
from leads.models import ErasureStep, Fact, Identity, Lead, Orcamento, Temperature
from leads.services import IdentityKey, NewFact, record_facts, resolve_lead
from seleto.lib import circuits, privacy
from seleto.lib.errors import Ambiguous, Misconfigured, Rejected, Unavailable
from seleto.lib.models import Alert, AuditEntry, Circuit
from tests.crm.memory import CNPJ, Told, lead_with, run_due, sync, told, until_done

pytestmark = pytest.mark.django_db


def _due(lead: Lead) -> datetime:
    at = sync(lead).due_at
    assert at is not None
    return at


OTHER = Told(empresa="Casa de Carnes Fictícia", cnpj="90551247000199")


def test_they_ask_for_patience_and_get_it(crm) -> None:
    crm.fail = lambda name: Unavailable("http_503", retry_after=120)

    row = sync(lead_with())

    assert row.due_at is not None
    assert timedelta(seconds=110) < row.due_at - datetime.now(UTC) < timedelta(seconds=121)
    assert (row.status, row.reason, row.attempts) == ("ready", "http_503", 1)


def test_a_call_put_off_by_the_common_pace_costs_no_attempt(crm) -> None:
    crm.fail = lambda name: Unavailable("paced", retry_after=3)

    row = sync(lead_with())

    assert (row.attempts, row.reason) == (0, "")


def test_failures_grow_further_apart_up_to_a_bound(crm, settings) -> None:
    settings.CRM_RETRY_S, settings.CRM_RETRY_MAX_S, settings.CIRCUIT_FAILURES = 2, 10, 99
    crm.fail = lambda name: Unavailable("connect_error")
    lead = lead_with()

    waits = [round((_due(lead) - datetime.now(UTC)).total_seconds()) for _ in range(5)]

    assert waits == [2, 4, 8, 10, 10]


def test_one_lead_that_always_fails_is_parked_with_its_reason_and_one_alert(crm, settings) -> None:
    settings.CRM_MAX_ATTEMPTS = 3
    crm.fail = lambda name: Ambiguous("http_500") if name == "create_person" else None
    lead = lead_with()

    row = sync(lead, times=3)

    assert (row.status, row.reason) == ("parked", "sem resposta: http_500")
    assert Alert.objects.filter(key="crm:parked", closed_at=None).count() == 1
    crm.calls.clear()
    sync(lead)
    assert crm.calls == []  # until a person says so

    crm.fail = lambda name: None
    assert services.retry(row.pk, by="usuário:1", now=datetime.now(UTC))
    run_due()
    assert crm.counts()[:4] == (1, 1, 1, 1)
    assert not Alert.objects.filter(key="crm:parked", closed_at=None).exists()
    assert AuditEntry.objects.filter(action="crm.retry", subject_id=lead.pk).exists()


def test_a_revoked_token_is_one_alert_and_nobody_is_parked(crm) -> None:
    crm.fail = lambda name: Misconfigured("http_401", status=401)
    leads = [lead_with(Told(cnpj="", empresa=""), phone=f"551190000010{number}") for number in range(6)]
    for lead in leads:
        due.mark(lead.pk, now=datetime.now(UTC), at_once=True)

    for _ in range(5):
        run_due(limit=1)

    assert len(crm.calls) == 1
    assert Alert.objects.filter(closed_at=None).count() == 1
    assert set(CrmSync.objects.values_list("status", "attempts")) == {("ready", 0)}

    crm.fail = lambda name: None
    circuits.reset("memoria")
    until_done()
    assert len(crm.deals_) == 6


def test_one_record_closed_to_us_parks_its_lead_and_rests_nobody(crm) -> None:
    crm.fail = lambda name: Forbidden("http_403", status=403) if name == "create_deal" else None
    closed = sync(lead_with(Told(cnpj="", empresa="")), times=3)
    crm.fail = lambda name: None
    other = sync(lead_with(Told(cnpj="", empresa=""), phone="5511900000109"))

    assert (closed.status, closed.reason) == ("parked", "recusada pelo CRM: http_403")
    assert (other.status, other.reason, len(crm.deals_)) == ("ready", "", 1)
    assert not Circuit.objects.exclude(state="closed").exists()


def test_a_right_that_the_integration_lacks_is_one_alert_and_nobody_is_parked(crm, settings) -> None:
    settings.CRM_MAX_REFUSALS, settings.CRM_RETRY_S = 3, 0
    crm.fail = lambda name: Forbidden("http_403", status=403)
    for number in range(6):
        due.mark(lead_with(Told(cnpj="", empresa=""), phone=f"551190000010{number}").pk, now=datetime.now(UTC))
    CrmSync.objects.update(due_at=datetime.now(UTC))

    for _ in range(6):
        run_due(limit=1)

    assert Circuit.objects.get().state == "open"
    assert [alert.title for alert in Alert.objects.filter(closed_at=None)] == [stage._TOKEN_REFUSED]
    assert set(CrmSync.objects.values_list("status", flat=True)) == {"ready"}


def test_a_claim_takes_no_more_than_its_limit_whatever_the_plan(crm) -> None:
    for number in range(4):
        due.mark(lead_with(phone=f"551190000010{number}").pk, now=datetime.now(UTC), at_once=True)
    with connection.cursor() as cursor:
        for join in ("hashjoin", "mergejoin", "material"):
            cursor.execute(f"SET LOCAL enable_{join} = off")

    assert len(stage.claim(1)) == 1


def test_while_the_crm_is_down_leads_wait_in_order_and_then_arrive(crm) -> None:
    for number in range(4):
        lead = lead_with(Told(cnpj="", empresa=""), phone=f"551190000010{number}")
        due.mark(lead.pk, now=datetime.now(UTC) - timedelta(minutes=10 - number), at_once=True)
    day = datetime.now(UTC) + timedelta(hours=24)
    Circuit.objects.create(key="memoria", state="open", failures=5, opened_at=day, retry_at=day)

    assert run_due() == 0
    assert stage.next_due() == day
    Circuit.objects.update(retry_at=datetime.now(UTC) - timedelta(seconds=1))
    assert run_due() == 1  # a single one tries
    circuits.reset("memoria")
    until_done()

    oldest = CrmSync.objects.order_by("synced_at").values_list("lead_id", flat=True)
    assert list(oldest) == list(Lead.objects.order_by("created_at").values_list("pk", flat=True))
    assert set(CrmSync.objects.values_list("attempts", flat=True)) == {0}


def test_a_refused_field_is_shown_and_the_rest_is_synced_until_the_value_changes(crm) -> None:
    crm.refuses = {"create_person": {"emails": "E-mail inválido"}, "update_person": {"emails": "E-mail inválido"}}
    lead = lead_with(Told(email="pati@example"))

    row = sync(lead)
    assert row.refused == {"pessoa.emails": "E-mail inválido"}
    assert (row.status, crm.counts()[:4]) == ("ready", (1, 1, 1, 1))
    crm.calls.clear()
    sync(lead)
    assert crm.calls == []

    crm.refuses = {}
    told(lead, email="pati@example.com")
    row = sync(lead)
    assert [person.emails for person, _ in crm.persons_.values()] == [("pati@example.com",)]


def test_a_cnpj_with_letters_that_they_refuse_goes_into_the_observation(crm) -> None:
    crm.refuses = {"create_company": {"cnpj": "CNPJ inválido"}}
    lead = lead_with(Told(cnpj="K7M2R9TX000173"))

    row = sync(lead)

    ((company, _),) = crm.companies_.values()
    assert (company.cnpj, company.observation) == ("", "CNPJ informado pelo lead: K7.M2R.9TX/0001-73")
    assert row.refused == {"empresa.cnpj": "CNPJ inválido"}
    crm.calls.clear()
    sync(lead)
    assert crm.calls == []


def test_a_qualified_stage_that_they_do_not_know_leaves_the_deal_in_the_first(crm) -> None:
    CrmSettings.objects.update(stage_qualified_id="1")
    crm.refuses = {"create_deal": {"stage_id": "Etapa inválida"}}

    def only_the_wrong_one(name: str) -> None:
        if crm.calls.count("create_deal") > 1:
            crm.refuses = {}

    crm.fail = only_the_wrong_one

    row = sync(lead_with())

    assert [deal.stage_id for deal, _ in crm.deals_.values()] == ["647558"]
    assert row.refused == {"oportunidade.stage_id": "Etapa inválida"}


def test_what_no_record_can_do_without_parks_the_lead(crm, settings) -> None:
    settings.CRM_MAX_REFUSALS = 2
    crm.refuses = {"create_deal": {"pipeline_id": "Funil inválido"}}

    row = sync(lead_with(), times=2)

    assert row.status == "parked"
    assert "Funil inválido" in row.reason


def test_a_city_that_cannot_be_asked_for_holds_nobody_up(crm) -> None:
    crm.fail = lambda name: Rejected("http_422", status=422) if name == "cities" else None

    row = sync(lead_with())

    assert (row.status, crm.counts()[:4]) == ("ready", (1, 1, 1, 1))


# --- Erased, merged


def _erase(lead: Lead) -> None:
    identities = {"phone": tuple(lead.identities.values_list("value", flat=True))}
    (store,) = [store for store in privacy.registered() if store.app == "crm"]
    store.erase(privacy.Subject(lead.pk, identities))
    assert list(store.find(privacy.Subject(lead.pk, identities))) == []


def test_nothing_is_created_for_a_lead_that_is_erased_under_way(crm) -> None:
    lead = lead_with()
    crm.during = lambda name: _erase(lead) if name == "create_company" else None
    due.mark(lead.pk, now=datetime.now(UTC), at_once=True)

    run_due()
    until_done()

    assert crm.counts() == (1, 0, 0, 0, 0)
    assert not CrmSync.objects.exists()


def test_a_person_created_at_the_moment_of_erasure_is_shown_by_id(crm) -> None:
    lead = lead_with()
    crm.during = lambda name: _erase(lead) if name == "create_person" else None

    due.mark(lead.pk, now=datetime.now(UTC), at_once=True)
    run_due()

    drift = Drift.objects.get()
    assert (drift.local_kind, drift.remote_id, drift.lead_id) == ("pessoa", *crm.persons_, None)
    assert crm.counts() == (1, 1, 0, 0, 0)


@pytest.mark.parametrize("answered", [True, False])
def test_a_person_created_while_they_are_erased_is_emptied_there_too(crm, settings, answered) -> None:
    """Without an answer nobody ever learns the id: it is looked for by our code."""
    settings.CRM_LOOK_AFTER_S = settings.LEASE_S = 5
    lead = lead_with()

    def during(name: str) -> None:
        if name == "create_person":
            erasure.anonymise(lead.pk, actor="usuário:1", now=datetime.now(UTC))
            if not answered:
                raise Ambiguous("timeout")

    crm.during = during
    due.mark(lead.pk, now=datetime.now(UTC), at_once=True)
    run_due()
    for item in erasing.claim(9):
        erasing.run(item)

    ((held, _),) = crm.persons_.values()
    assert (held.name, held.phones, held.emails) == ("Titular removido (LGPD)", (), ())
    assert set(ErasureStep.objects.filter(store="crm_pessoa").values_list("status", flat=True)) == {"done"}


def test_an_unanswered_call_has_its_time_before_nobody_is_taken_for_the_answer(crm) -> None:
    lead = lead_with()
    CrmLink.objects.create(
        kind="pessoa", local_id=lead.pk, code=f"seleto:pessoa:{lead.pk}", unsure=True, created_at=datetime.now(UTC)
    )
    erasure.anonymise(lead.pk, actor="usuário:1", now=datetime.now(UTC))

    for item in erasing.claim(9):
        erasing.run(item)
    assert ErasureStep.objects.get(store="crm_pessoa").status == "unavailable"

    Lead.objects.update(anonymised_at=datetime.now(UTC) - timedelta(days=1))
    ErasureStep.objects.filter(store="crm_pessoa").update(due_at=datetime.now(UTC), leased_until=None)
    for item in erasing.claim(9):
        erasing.run(item)
    assert ErasureStep.objects.get(store="crm_pessoa").status == "done"


def test_a_deal_of_an_unanswered_call_is_found_by_its_code_and_emptied(crm, settings) -> None:
    settings.CRM_LOOK_AFTER_S = settings.LEASE_S = 5
    lead = lead_with()
    sync(lead)
    ((deal_id, (before, _)),) = crm.deals_.items()
    CrmLink.objects.filter(kind="oportunidade").update(remote_id="", unsure=True, written={})
    CrmLink.objects.filter(kind="nota").update(remote_id="", unsure=True)

    erasure.anonymise(lead.pk, actor="usuário:1", now=datetime.now(UTC))
    sought = ErasureStep.objects.get(store="crm_oportunidade").reference
    for item in erasing.claim(9):
        erasing.run(item)

    assert sought == f"{before.code}@{before.person_id}"
    assert crm.deals_[deal_id][0].title == "Oportunidade de titular removido (LGPD)" != before.title
    assert ErasureStep.objects.get(store="crm_oportunidade").status == "done"
    note = ErasureStep.objects.get(store="crm_nota")
    assert (note.status, note.reference.startswith("seleto:")) == ("by_hand", True)


def test_a_deal_of_an_unanswered_call_has_its_time_too(crm) -> None:
    lead = lead_with()
    sync(lead)
    CrmLink.objects.filter(kind="oportunidade").update(remote_id="", unsure=True)
    crm.deals_.clear()

    erasure.anonymise(lead.pk, actor="usuário:1", now=datetime.now(UTC))
    for item in erasing.claim(9):
        erasing.run(item)
    assert ErasureStep.objects.get(store="crm_oportunidade").status == "unavailable"

    Lead.objects.update(anonymised_at=datetime.now(UTC) - timedelta(days=1))
    ErasureStep.objects.filter(status="unavailable").update(due_at=datetime.now(UTC), leased_until=None)
    for item in erasing.claim(9):
        erasing.run(item)
    assert ErasureStep.objects.get(store="crm_oportunidade").status == "done"


def test_erasing_a_synced_lead_names_the_records_that_a_person_has_to_remove(crm) -> None:
    lead = lead_with()
    sync(lead)

    _erase(lead)

    assert set(Drift.objects.values_list("local_kind", "remote_id")) == {
        ("pessoa", *crm.persons_),
        ("oportunidade", *crm.deals_),
    }
    assert not CrmLink.objects.exclude(kind="empresa").exists()


def test_a_lead_that_is_gone_makes_no_row(crm) -> None:
    lead = lead_with()
    gone = lead.pk
    lead.conversations.all().delete()
    lead.delete()

    due.mark(gone, now=datetime.now(UTC))

    assert not CrmSync.objects.exists()


def _merge(kept: Lead, other: Lead) -> None:
    """Another key proves that both are one person; ``kept`` stays."""
    keys = [
        IdentityKey(Identity.Kind.PHONE, lead.identities.get(kind=Identity.Kind.PHONE).value) for lead in (kept, other)
    ]
    with transaction.atomic():
        resolve_lead(keys, display_name="", origin="", referral={}, now=datetime.now(UTC))


def test_what_stands_there_follows_the_lead_that_stays(crm) -> None:
    kept = lead_with(Told(cnpj="", empresa="", produto="", volume="", urgencia=""), temperature=Temperature.WARM)
    Orcamento.objects.all().delete()
    other = lead_with(phone="5511900000002")
    sync(other)

    _merge(kept, other)
    until_done()
    sync(kept)

    assert crm.counts()[:3] == (1, 1, 1)
    assert CrmLink.objects.get(kind="pessoa").local_id == kept.pk
    assert set(next(iter(crm.persons_.values()))[0].phones) == {"5511900000001", "5511900000002"}
    assert not Drift.objects.exists()


def test_two_persons_of_one_lead_are_shown_and_never_merged(crm) -> None:
    kept, other = lead_with(), lead_with(OTHER, phone="5511900000002")
    sync(kept)
    sync(other)
    first, second = crm.persons_

    _merge(kept, other)
    until_done()

    assert list(crm.persons_) == [first, second]
    drift = Drift.objects.get()
    assert (drift.kind, drift.remote_id, drift.evidence) == ("duas pessoas de um lead", second, {"outra": first})


@pytest.mark.parametrize("kept_first", [True, False], ids=["kept", "merged"])
def test_a_merge_while_a_create_has_no_answer_finds_what_it_left(crm, kept_first) -> None:
    kept, other = lead_with(), lead_with(OTHER, phone="5511900000002")
    lost = kept if kept_first else other
    names = ["cities", "companies", "create_company", "persons", "create_person"]
    crm.faults = {len(names): "after"}
    sync(lost)
    assert crm.calls == names
    assert CrmLink.objects.get(kind="pessoa").unsure
    if kept_first:
        sync(other)

    _merge(kept, other)
    until_done()
    sync(kept)

    assert not CrmLink.objects.filter(unsure=True).exists()
    assert not CrmLink.objects.exclude(strays=[]).exists()
    shown = set(Drift.objects.values_list("remote_id", flat=True))
    linked = set(CrmLink.objects.filter(kind="pessoa").values_list("remote_id", flat=True))
    assert shown | linked == set(crm.persons_)


# --- When


def test_a_burst_of_facts_is_one_row_after_the_debounce(crm) -> None:
    lead, now = lead_with(), datetime.now(UTC)

    for later in (0, 1, 2):
        due.mark(lead.pk, now=now + timedelta(seconds=later))

    assert CrmSync.objects.get().due_at == now + timedelta(seconds=5)


def test_news_during_a_run_are_not_lost(crm) -> None:
    lead = lead_with()
    crm.during = lambda name: due.mark(lead.pk, now=datetime.now(UTC)) if name == "create_note" else None

    row = sync(lead)

    assert row.due_at is not None


def test_the_signals_of_leads_make_it_due(crm) -> None:
    lead = lead_with()
    fact = NewFact(Fact.Field.NOME, "Joana Exemplo", Fact.Evidence.GIVEN, "usuário", None, given_by="usuário:1")

    record_facts(lead.pk, [fact], now=datetime.now(UTC))

    assert CrmSync.objects.filter(lead=lead, due_at__gt=datetime.now(UTC)).exists()


def test_a_handoff_makes_it_due_at_once(crm) -> None:
    lead = lead_with()
    due.mark(lead.pk, now=datetime.now(UTC) + timedelta(hours=1))

    handoff.open_handoff(lead.conversations.get(), reason=Handoff.Reason.HOT, now=datetime.now(UTC))

    assert run_due() == 1
    assert len(crm.deals_) == 1


def test_parking_a_lead_under_way_ends_its_run(crm) -> None:
    lead = lead_with()
    due.mark(lead.pk, now=datetime.now(UTC), at_once=True)
    row = CrmSync.objects.get()

    def park(name: str) -> None:
        if name == "create_company":
            services.park(row.pk, reason="em revisão", by="usuário:1", now=datetime.now(UTC))

    crm.during = park
    run_due()

    assert crm.counts() == (1, 0, 0, 0, 0)
    row.refresh_from_db()
    assert (row.status, row.reason) == ("parked", "em revisão")


def test_skipping_leaves_a_lead_alone_until_there_are_news(crm) -> None:
    lead = lead_with()
    due.mark(lead.pk, now=datetime.now(UTC), at_once=True)
    services.skip(CrmSync.objects.get().pk, by="usuário:1", now=datetime.now(UTC))

    assert run_due() == 0
    sync(lead)
    assert len(crm.deals_) == 1


def test_a_preview_says_in_words_what_would_be_written(crm) -> None:
    found = services.preview(lead_with(Told(urgencia=""), temperature=Temperature.WARM).pk)

    assert found is not None
    assert found.words[0] == "Pessoa e empresa: ainda não são registradas."
    assert found.words[1].startswith(
        "Oportunidade (FB300): ainda não; falta urgência. Se o lead silenciar, é criada em"
    )
    assert crm.calls == []
    assert CNPJ not in str(found.words)
