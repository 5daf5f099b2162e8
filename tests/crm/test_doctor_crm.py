"""``manage.py doctor`` on the CRM: what to fix, by reading alone."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from crm.models import CityLink, CrmCall, CrmSettings, CrmSync
from leads.models import Lead
from seleto import doctor_crm
from tests.crm.piperun import PipeRunAccount, started
from tests.factories import LeadFactory, now
from tests.sandbox.outside import Outside

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Outside]:
    with started() as outside:
        yield outside


@pytest.fixture
def account(sandbox: Outside, settings: Settings) -> PipeRunAccount:
    return PipeRunAccount(sandbox, settings)


@pytest.fixture
def rules(account: PipeRunAccount) -> CrmSettings:
    """A sound configuration."""
    CityLink.objects.create(ibge_code="3509502", remote_id="5100", checked_at=now())
    return CrmSettings.objects.create(
        stage_qualified_id=account.next_stage_id,
        owner_id=account.owner_id,
        follow_up_type_id=account.activity_type_id,
    )


def found(level: str) -> str:
    return " ".join(finding.text for finding in doctor_crm.examine() if finding.level == level)


def test_a_sound_account_has_nothing_to_fix(account: PipeRunAccount, rules: CrmSettings) -> None:
    assert found("error") == found("warning") == ""
    assert "3 usuários" in found("ok")
    assert {call.split()[0] for call in account.state()["calls"]["by_endpoint"]} == {"GET"}
    assert not CrmCall.objects.exists()


def test_without_a_token_there_is_no_crm(account: PipeRunAccount, settings: Settings) -> None:
    settings.PIPERUN_TOKEN = ""

    assert [finding.level for finding in doctor_crm.examine()] == ["ok"]
    assert account.calls() == 0


def test_a_missing_stage_for_qualified_leads_is_a_warning(account: PipeRunAccount, rules: CrmSettings) -> None:
    CrmSettings.objects.update(stage_qualified_id="")

    assert "Falta a etapa do lead qualificado" in found("warning")
    assert "Lead qualificado 647559" in found("warning")
    assert found("error") == ""


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("pipeline_id", "999", "não conhece o funil 999"),
        ("stage_new_id", "999", "não conhece a etapa do lead novo 999"),
        ("stage_qualified_id", "651201", "não conhece a etapa do lead qualificado 651201"),  # of another pipeline
        ("default_origin_id", "999", "não conhece a origem 999"),
        ("owner_id", "999", "não conhece o responsável 999"),
        ("follow_up_type_id", "999", "não conhece o tipo da atividade de retorno 999"),
    ],
)
def test_ids_that_are_not_there(account: PipeRunAccount, rules: CrmSettings, field: str, value: str, said: str) -> None:
    CrmSettings.objects.update(**{field: value})

    assert said in found("error")


def test_a_refused_token(account: PipeRunAccount, rules: CrmSettings) -> None:
    account.revoke()

    assert found("error") == "O PipeRun recusa o token: confira PIPERUN_TOKEN."


def test_a_server_in_trouble(account: PipeRunAccount, rules: CrmSettings) -> None:
    account.break_down()

    assert "não responde (http_502)" in found("error")


def test_what_is_missing_on_our_side(account: PipeRunAccount, rules: CrmSettings) -> None:
    CityLink.objects.all().delete()
    CrmSettings.objects.update(active=False, owner_id="")
    lead: Lead = LeadFactory.create()
    CrmSync.objects.update_or_create(lead=lead, defaults={"status": CrmSync.Status.PARKED, "reason": "recusada"})

    said = found("warning")

    for words in ("está desligada", "refresh_cities", "atividade de retorno", "Há 1 sincronizações"):
        assert words in said
