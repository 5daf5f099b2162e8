"""The sync against the sandbox's PipeRun, over real HTTP."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from pytest_django import Settings

from crm import due, rules
from crm.models import CityLink, CrmCall, CrmLink, CrmSettings, CrmSync
from leads.models import Lead, Orcamento, Temperature
from seleto.lib import circuits
from tests.crm.memory import Told, lead_with, reclass, run_due, sync, told, until_done
from tests.crm.piperun import PipeRunAccount, started
from tests.sandbox.outside import Outside

pytestmark = pytest.mark.django_db
KINDS = ("companies", "persons", "deals", "notes", "activities")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Outside]:
    with started() as outside:
        yield outside


@pytest.fixture
def account(sandbox: Outside, settings: Settings) -> PipeRunAccount:
    settings.CRM_LOOK_AFTER_S = settings.CRM_RETRY_S = 0
    settings.CIRCUIT_FAILURES = 99
    CrmSettings.objects.create(
        stage_qualified_id=PipeRunAccount.next_stage_id,
        owner_id=PipeRunAccount.owner_id,
        follow_up_type_id=PipeRunAccount.activity_type_id,
    )
    return PipeRunAccount(sandbox, settings)


def _held(account: PipeRunAccount) -> dict[str, list[dict[str, Any]]]:
    state = account.state()
    return {kind: state[kind] for kind in KINDS}


def _calls(account: PipeRunAccount) -> int:
    return account.calls()


def test_a_hot_lead_arrives_in_six_requests_and_costs_none_afterwards(account: PipeRunAccount) -> None:
    sync(lead_with(Told(empresa="", cnpj=""), phone="5511900000009"))  # the city is known from here on
    before = _calls(account)
    lead = lead_with()

    row = sync(lead)

    assert _calls(account) - before == 6
    assert (row.status, row.reason, row.refused) == ("ready", "", {})
    sync(lead, times=2)
    assert _calls(account) - before == 6
    assert CrmCall.objects.filter(lead_id=lead.pk).count() == 6
    held = _held(account)
    deal = held["deals"][-1]
    assert (deal["title"], str(deal["stage_id"])) == ("Lead — FB300 — Itajaí/SC", account.next_stage_id)
    assert Orcamento.objects.get(lead=lead).oportunidade_pipe_id == deal["id"]


def test_what_changed_is_written_and_a_persons_hand_is_respected(account: PipeRunAccount) -> None:
    lead = lead_with(temperature=Temperature.WARM)
    sync(lead)
    person, deal = _held(account)["persons"][-1], _held(account)["deals"][-1]
    account.admin("edit", kind="persons", id=person["id"], values={"name": "Dra. Patrícia"})
    account.admin("move", id=deal["id"], stage_id=647560)
    told(lead, nome="Patrícia Souza", at=datetime.now(UTC) - timedelta(days=1))
    reclass(lead, Temperature.HOT)

    sync(lead, times=2)

    held = _held(account)
    assert held["persons"][-1]["name"] == "Dra. Patrícia"
    assert held["deals"][-1]["stage_id"] == 647560
    assert {kind: len(rows) for kind, rows in held.items()}["deals"] == 1


def test_a_silent_warm_lead_has_deal_note_and_task(account: PipeRunAccount) -> None:
    lead = lead_with(temperature=Temperature.WARM, said_ago=timedelta(hours=1))

    sync(lead, times=2)

    held = _held(account)
    assert [len(held[kind]) for kind in ("deals", "notes", "activities")] == [1, 1, 1]
    assert "Não informado" in held["notes"][0]["text"]


def test_a_cnpj_with_letters_that_they_refuse_stands_in_the_observation(account: PipeRunAccount) -> None:
    account.admin("settings", refuse_fields=["companies.cnpj"])

    row = sync(lead_with(Told(cnpj="K7M2R9TX000173")))

    (company,) = _held(account)["companies"]
    assert not company["cnpj"]
    assert "K7.M2R.9TX/0001-73" in company["observation"]
    assert list(row.refused) == ["empresa.cnpj"]


def test_a_revoked_token_stops_everybody_with_one_alert_until_it_is_mended(account: PipeRunAccount) -> None:
    from seleto.lib.models import Alert

    account.revoke()
    for number in range(4):
        lead = lead_with(Told(empresa="", cnpj=""), phone=f"551190000010{number}")
        due.mark(lead.pk, now=datetime.now(UTC), at_once=True)

    run_due(limit=1)
    assert run_due() == 0
    assert Alert.objects.filter(closed_at=None).count() == 1
    assert set(CrmSync.objects.values_list("status", "attempts")) == {("ready", 0)}

    account.admin("settings", token_revoked=False)
    circuits.reset("piperun")
    until_done()
    assert len(_held(account)["deals"]) == 4


@pytest.mark.parametrize("fault", ["drop_before", "drop_after", "error_after"])
def test_i9_a_fault_at_any_request_leaves_no_twin(account: PipeRunAccount, fault: str) -> None:
    for skipped in range(7):
        with transaction.atomic():
            account.admin("reset", seed=7)
            circuits.forget()
            rules.forget()
            CityLink.objects.all().delete()
            lead = lead_with()
            account.fault(fault, skip=skipped, times=1)

            sync(lead)
            until_done()

            _stands_once(account, lead, skipped)
            transaction.set_rollback(True)


def _stands_once(account: PipeRunAccount, lead: Lead, skipped: int) -> None:
    held = _held(account)
    counts = {kind: len(held[kind]) for kind in ("companies", "persons", "deals", "notes")}
    assert counts == dict.fromkeys(counts, 1), skipped
    assert CrmSync.objects.get(lead=lead).status == "ready"
    assert not CrmLink.objects.filter(unsure=True).exists()
    assert Orcamento.objects.get(lead=lead).oportunidade_pipe_id == held["deals"][0]["id"]
