"""PipeRun's gateway over real HTTP, against the sandbox."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import Settings

from crm.gateway import Activity, Company, Deal, InvalidFields, Note, Person
from tests.crm.gateway_case import COMPANY, LETTERED_CNPJ, GatewayCase
from tests.crm.piperun import PipeRunAccount, started
from tests.sandbox.outside import Outside


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Outside]:
    with started() as outside:
        yield outside


# What the contract calls assumed or disputed, the other way.
OTHER_MANNERS = {
    "company_data_as_list": False,
    "errors_as_list": True,
    "empty_as_404": True,
    "numbers": "strings",
    "contact_keys": "snake",
}


@pytest.fixture(params=[{}, OTHER_MANNERS], ids=["as_documented", "other_manners"])
def account(sandbox: Outside, settings: Settings, request: pytest.FixtureRequest) -> PipeRunAccount:
    return PipeRunAccount(sandbox, settings, **request.param)


class TestPipeRun(GatewayCase):
    """What every gateway keeps."""


@pytest.mark.django_db
class TestWhatOnlyPipeRunDoes:
    def test_a_note_shows_what_a_lead_wrote_and_runs_nothing_of_it(self, account: PipeRunAccount) -> None:
        deal = Deal(title="Lead", pipeline_id=account.pipeline_id, stage_id=account.stage_id)
        deal_id = account.gateway.create_deal(deal)
        lines = ("Empresa: Açougue & Cia", "<script>alert(1)</script>", "linha 1\nlinha 2")
        note = Note(sections=(("Resumo", lines), ("Próximo passo", ("Ligar",))), mark="1a2b3c4d")

        account.gateway.create_note(deal_id=deal_id, person_id="", company_id="", note=note)

        assert [row["text"] for row in account.state()["notes"]] == [
            "<b>Resumo</b><br>Empresa: Açougue &amp; Cia<br>&lt;script&gt;alert(1)&lt;/script&gt;<br>linha 1<br>linha 2"
            "<br><br><b>Próximo passo</b><br>Ligar<br><br>ref. seleto 1a2b3c4d"
        ]

    def test_a_mark_survives_their_editor(self, account: PipeRunAccount) -> None:
        deal = Deal(title="Lead", pipeline_id=account.pipeline_id, stage_id=account.stage_id)
        deal_id = account.gateway.create_deal(deal)
        edited = "<p>Resumo editado</p><p>ref.&nbsp;seleto <span>1a2b3c4d</span></p>"
        account.admin("note", id=int(deal_id), text=edited)

        assert account.gateway.find_note(deal_id=deal_id, mark="1a2b3c4d")

    def test_a_task_is_due_at_the_time_of_brasilia(self, account: PipeRunAccount) -> None:
        deal = Deal(title="Lead", pipeline_id=account.pipeline_id, stage_id=account.stage_id)
        starts_at = datetime(2026, 11, 25, 1, 30, tzinfo=UTC)
        activity = Activity(
            type_id=account.activity_type_id,
            owner_id=account.owner_id,
            title="Retornar",
            description="Pediu <b>contato</b>\nem dezembro",
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=30),
            mark="1a2b3c4d",
        )

        account.gateway.create_activity(deal_id=account.gateway.create_deal(deal), activity=activity)

        (kept,) = account.state()["activities"]
        assert (kept["start_at"], kept["end_at"]) == ("2026-11-24 22:30:00", "2026-11-24 23:00:00")
        assert kept["description"] == "Pediu ‹b›contato‹/b› em dezembro (ref. seleto 1a2b3c4d)"

    def test_their_times_are_understood(self, account: PipeRunAccount) -> None:
        before = datetime.now(UTC)
        id_ = account.gateway.create_company(COMPANY)

        updated_at = account.gateway.company(id_).updated_at

        assert updated_at is not None
        assert abs(updated_at - before) < timedelta(minutes=5)

    def test_a_frozen_or_deleted_deal_is_not_open(self, account: PipeRunAccount) -> None:
        deal = Deal(title="Lead", pipeline_id=account.pipeline_id, stage_id=account.stage_id)
        frozen, deleted = (account.gateway.create_deal(deal) for _ in range(2))
        account.admin("freeze", id=int(frozen))
        account.admin("delete", kind="deals", id=int(deleted))

        assert [account.gateway.deal(id_).open for id_ in (frozen, deleted)] == [False, False]

    def test_a_cnpj_that_they_refuse_is_refused_under_its_name(self, account: PipeRunAccount) -> None:
        account.admin("settings", refuse_alphanumeric_cnpj=True)

        assert list(account.gateway.companies(cnpj=LETTERED_CNPJ)) == []
        with pytest.raises(InvalidFields) as raised:
            account.gateway.create_company(Company(name="Embutidos", cnpj=LETTERED_CNPJ))
        assert set(raised.value.fields) == {"cnpj"}

    def test_a_search_that_they_refuse_finds_nothing(self, account: PipeRunAccount) -> None:
        refusal = {"success": False, "message": "Unprocessable Entity", "data": {"cnpj": "Apenas números."}}
        account.fault("unprocessable", "GET companies", body=refusal)

        assert list(account.gateway.companies(cnpj=LETTERED_CNPJ)) == []

    def test_only_what_is_said_is_sent(self, account: PipeRunAccount) -> None:
        id_ = account.gateway.create_person(Person(name="Marina Exemplo"))
        account.gateway.update_person(id_, {"city_id": ""})

        bodies = [call["body"] for call in account.outside.look("piperun/calls", full="1")["calls"]]
        assert bodies == [{"name": "Marina Exemplo"}, {"city_id": None}]

    def test_a_search_needs_something_to_look_for(self, account: PipeRunAccount) -> None:
        for ask in (account.gateway.companies, account.gateway.deals):
            with pytest.raises(ValueError, match="needs"):
                ask()
        assert list(account.gateway.persons(phones=["5511970000001"])) == []
        assert account.calls() == 0
