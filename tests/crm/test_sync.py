"""One lead after the other, all going well: what stands in the CRM and how many requests it took."""

from datetime import UTC, datetime, timedelta

import pytest

from crm import due, gateways
from crm.gateway import Company, Deal, Person
from crm.models import CrmLink, CrmSettings, CrmSync, Drift
from leads.models import Empresa, Orcamento, Temperature
from tests.crm.memory import CNPJ, Told, lead_with, need, reclass, run_due, sync, told

pytestmark = pytest.mark.django_db


def test_a_hot_lead_arrives_complete_in_six_requests(crm) -> None:
    lead = lead_with()
    sync(lead)  # the city's first look-up
    crm.calls.clear()

    other = lead_with(Told(empresa="Casa de Carnes Fictícia", cnpj="90551247000199"), phone="5511900000002")
    row = sync(other)

    assert crm.calls == ["companies", "create_company", "persons", "create_person", "create_deal", "create_note"]
    assert (row.status, row.due_at, row.reason, row.attempts) == ("ready", None, "", 0)
    (company, _), (person, _), (deal, _) = (
        list(rows.values())[-1] for rows in (crm.companies_, crm.persons_, crm.deals_)
    )
    assert (company.cnpj, company.city_id, company.name) == ("90551247000199", "4208203", "Casa de Carnes Fictícia")
    assert (person.name, person.phones, person.company_id) == (
        "Patrícia Exemplo",
        ("5511900000002",),
        list(crm.companies_)[-1],
    )
    assert (deal.stage_id, deal.pipeline_id, deal.temperature) == ("647559", "100848", "quente")
    assert deal.title == "Lead — FB300 — Itajaí/SC"
    assert str(Orcamento.objects.get(lead=other).oportunidade_pipe_id) in crm.deals_
    assert crm.twins() == []


def test_nothing_is_asked_for_when_nothing_changed(crm) -> None:
    lead = lead_with()
    sync(lead)
    crm.calls.clear()

    sync(lead, times=3)

    assert crm.calls == []


def test_without_the_qualified_stage_a_hot_deal_stays_in_the_first(crm) -> None:
    CrmSettings.objects.update(stage_qualified_id="")

    sync(lead_with())

    assert [deal.stage_id for deal, _ in crm.deals_.values()] == ["647558"]


def test_a_warm_lead_that_becomes_hot_moves_on_and_never_back(crm) -> None:
    lead = lead_with(temperature=Temperature.WARM)
    sync(lead)
    assert [deal.stage_id for deal, _ in crm.deals_.values()] == ["647558"]

    reclass(lead, Temperature.HOT)
    sync(lead)
    assert [deal.stage_id for deal, _ in crm.deals_.values()] == ["647559"]

    reclass(lead, Temperature.WARM)
    sync(lead)
    assert [(deal.stage_id, deal.temperature) for deal, _ in crm.deals_.values()] == [("647559", "morno")]


def test_a_deal_that_a_person_moved_stays_where_it_is(crm) -> None:
    lead = lead_with(temperature=Temperature.WARM)
    sync(lead)
    (deal_id,) = crm.deals_
    crm.edit("deals", deal_id, stage_id="700001")

    reclass(lead, Temperature.HOT)
    sync(lead)
    crm.calls.clear()
    sync(lead)

    assert crm.deals_[deal_id][0].stage_id == "700001"
    assert crm.calls == []


@pytest.mark.parametrize("temperature", [Temperature.COLD, Temperature.UNCLASSIFIED])
def test_nothing_stands_there_for_whom_the_rules_give_nothing(crm, temperature) -> None:
    sync(lead_with(Told(urgencia="", nome=""), temperature=temperature))

    assert (crm.companies_, crm.persons_, crm.deals_) == ({}, {}, {})


def test_a_cold_lead_is_registered_when_the_settings_say_so(crm) -> None:
    CrmSettings.objects.get().delete()
    CrmSettings.objects.create(cold_person=True)

    sync(lead_with(temperature=Temperature.COLD))

    assert (len(crm.companies_), len(crm.persons_), len(crm.deals_)) == (1, 1, 0)


def test_silence_brings_a_half_known_warm_lead_its_deal(crm) -> None:
    lead = lead_with(Told(urgencia="", cidade="", uf=""), temperature=Temperature.WARM)
    row = sync(lead)
    assert crm.deals_ == {}
    said_at = datetime.now(UTC) - timedelta(minutes=1)
    assert row.due_at is not None
    assert abs(row.due_at - said_at - timedelta(minutes=30)) < timedelta(seconds=5)

    lead.conversations.get().messages.update(sent_at=said_at - timedelta(minutes=31))
    sync(lead)

    assert [deal.title for deal, _ in crm.deals_.values()] == ["Lead — FB300 — a definir"]


def test_a_silent_warm_lead_gets_a_task_for_a_person_once(crm) -> None:
    CrmSettings.objects.update(follow_up_type_id="11", owner_id="22")
    lead = lead_with(temperature=Temperature.WARM)
    row = sync(lead)
    assert crm.activities_ == []
    assert row.due_at is not None  # looks again when the lead has been silent

    lead.conversations.get().messages.update(sent_at=datetime.now(UTC) - timedelta(minutes=40))
    sync(lead, times=2)

    ((_, task),) = crm.activities_
    assert (task.type_id, task.owner_id) == ("11", "22")
    assert task.starts_at > datetime.now(UTC)


def test_two_orcamentos_are_two_deals_of_one_person(crm) -> None:
    lead = lead_with()
    need(lead, Empresa.objects.get(), work="corte", produto="CT200", urgencia="alta")

    sync(lead, times=2)

    assert sorted(deal.title for deal, _ in crm.deals_.values()) == [
        "Lead — CT200 — Itajaí/SC",
        "Lead — FB300 — Itajaí/SC",
    ]
    assert len(crm.persons_) == len(crm.companies_) == 1
    assert len(crm.notes_) == 2


def test_a_later_note_waits_for_the_end_of_the_talk_and_is_written_once(crm) -> None:
    lead = lead_with()
    sync(lead)
    told(lead, volume="900 hamburgueres/dia")
    Orcamento.objects.update(volume="900 hamburgueres/dia")

    row = sync(lead)
    assert len(crm.notes_) == 1
    assert row.due_at is not None

    lead.conversations.get().messages.update(sent_at=datetime.now(UTC) - timedelta(minutes=40))
    sync(lead, times=2)
    assert len(crm.notes_) == 2
    assert "900 hambúrgueres/dia" in str(crm.notes_[1][1].sections)


def test_a_company_known_by_its_cnpj_is_filled_in_and_not_overwritten(crm) -> None:
    there = crm.type_in("companies", Company(name="LENHA FICTICIA LTDA", cnpj=CNPJ))

    sync(lead_with())

    assert list(crm.companies_) == [there]
    company, _ = crm.companies_[there]
    assert (company.name, company.city_id) == ("LENHA FICTICIA LTDA", "4208203")


def test_without_a_cnpj_the_same_name_in_the_same_city_is_the_company(crm) -> None:
    there = crm.type_in("companies", Company(name="Restaurante Lenha Fictícia", city_id="4208203"))
    crm.type_in("companies", Company(name="Restaurante Lenha Fictícia", city_id="3550308"))

    sync(lead_with(Told(cnpj="")))

    assert len(crm.companies_) == 2
    assert [person.company_id for person, _ in crm.persons_.values()] == [there]


@pytest.mark.parametrize(("there", "email"), [("551170000001", ""), ("5511977770000", "patricia@example.com")])
def test_a_person_is_known_by_phone_in_either_form_then_by_email(crm, there, email) -> None:
    id_ = crm.type_in("persons", Person(name="Pati", phones=(there,), emails=("patricia@example.com",)))

    sync(lead_with(Told(email=email), phone="5511970000001"))

    assert list(crm.persons_) == [id_]
    person, _ = crm.persons_[id_]
    assert person.name == "Pati"
    assert person.company_id


def test_somebody_elses_person_is_never_taken(crm) -> None:
    sync(lead_with(Told(email="compras@example.com")))

    sync(lead_with(Told(email="compras@example.com"), phone="5511900000002"))

    assert len(crm.persons_) == 2
    assert CrmLink.objects.filter(kind="pessoa").count() == 2


def test_what_people_change_there_stays_unless_the_lead_tells_us_something_newer(crm) -> None:
    lead = lead_with()
    sync(lead)
    (person_id,) = crm.persons_
    crm.edit("persons", person_id, name="Dra. Patrícia")

    sync(lead)
    assert crm.persons_[person_id][0].name == "Dra. Patrícia"

    told(lead, evidence="given", nome="Patrícia G.", at=datetime.now(UTC) + timedelta(minutes=1))
    sync(lead)
    assert crm.persons_[person_id][0].name == "Dra. Patrícia"

    told(lead, nome="Patrícia Souza", at=datetime.now(UTC) + timedelta(minutes=2))
    sync(lead)
    assert crm.persons_[person_id][0].name == "Patrícia Souza"


def test_only_what_changed_is_written(crm) -> None:
    lead = lead_with()
    sync(lead)
    crm.calls.clear()
    told(lead, nome="Patrícia Exemplo Souza")

    sync(lead)

    assert crm.calls == ["person", "update_person"]
    (person, _) = next(iter(crm.persons_.values()))
    assert person.name == "Patrícia Exemplo Souza"


def test_a_cnpj_told_later_is_written_to_the_company_or_leads_to_the_true_one(crm) -> None:
    lead = lead_with(Told(cnpj=""))
    sync(lead)
    true = crm.type_in("companies", Company(name="LENHA FICTICIA LTDA", cnpj=CNPJ))
    Empresa.objects.update(cnpj=CNPJ)
    told(lead, cnpj=CNPJ)

    sync(lead)

    assert [row.cnpj for row, _ in crm.companies_.values()] == ["", CNPJ]
    assert {person.company_id for person, _ in crm.persons_.values()} == {true}
    assert {deal.company_id for deal, _ in crm.deals_.values()} == {true}
    assert Drift.objects.get().kind == "empresa antiga sem CNPJ"


def test_a_deal_closed_by_people_ends_the_orcamento_and_a_need_told_since_is_a_new_deal(crm) -> None:
    lead = lead_with()
    sync(lead)
    (first,) = crm.deals_
    crm.edit("deals", first, at=datetime.now(UTC) - timedelta(hours=1))
    crm.closed.add(first)
    told(lead, produto="FB700")
    Orcamento.objects.update(produto="FB700")

    sync(lead)
    sync(lead)

    assert [deal.title for deal, _ in crm.deals_.values()] == ["Lead — FB300 — Itajaí/SC", "Lead — FB700 — Itajaí/SC"]
    assert sorted(Orcamento.objects.values_list("status", flat=True)) == ["aberto", "encerrado"]


def test_a_closed_deal_is_not_opened_again_by_a_correction(crm) -> None:
    lead = lead_with()
    sync(lead)
    (first,) = crm.deals_
    crm.closed.add(first)
    crm.edit("deals", first, at=datetime.now(UTC) + timedelta(minutes=1))
    reclass(lead, Temperature.WARM)

    sync(lead, times=2)

    assert list(crm.deals_) == [first]
    assert crm.deals_[first][0].temperature == "quente"
    assert list(Orcamento.objects.values_list("status", flat=True)) == ["encerrado"]


def test_a_deal_from_before_there_were_links_is_kept(crm) -> None:
    there = crm.type_in("deals", Deal(title="Lead antigo", pipeline_id="100848", stage_id="647558"))
    lead = lead_with()
    Orcamento.objects.update(oportunidade_pipe_id=int(there))

    sync(lead)

    assert list(crm.deals_) == [there]
    assert (crm.deals_[there][0].title, crm.deals_[there][0].stage_id) == ("Lead antigo", "647559")


def test_what_is_gone_there_is_made_again(crm) -> None:
    lead = lead_with()
    sync(lead)
    for rows in (crm.companies_, crm.persons_, crm.deals_):
        rows.clear()
    reclass(lead, Temperature.WARM)
    told(lead, nome="Patrícia Souza")

    sync(lead)

    ((person_id, (person, _)),) = crm.persons_.items()
    ((company_id, _),) = crm.companies_.items()
    ((deal_id, (deal, _)),) = crm.deals_.items()
    assert (person.company_id, deal.person_id, deal.company_id) == (company_id, person_id, company_id)
    assert Orcamento.objects.get().oportunidade_pipe_id == int(deal_id)
    assert crm.notes_[-1][0] == deal_id


def test_no_row_without_a_crm_or_while_it_is_switched_off(crm, settings, monkeypatch) -> None:
    CrmSettings.objects.get().delete()
    CrmSettings.objects.create(active=False)
    lead = lead_with()
    due.mark(lead.pk, now=datetime.now(UTC))
    monkeypatch.setattr(gateways, "current", lambda: None)
    due.mark(lead.pk, now=datetime.now(UTC))

    assert not CrmSync.objects.exists()
    assert run_due() == 0
