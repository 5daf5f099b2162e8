"""What every gateway has to keep, whatever the CRM: inherit ``GatewayCase`` and give it the fixture ``account``."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import pytest

from crm.gateway import Activity, Company, CrmGateway, Deal, Gone, InvalidFields, Note, Person
from leads.models import Temperature
from seleto.lib.errors import Ambiguous, Misconfigured, ProviderError, Unavailable

CNPJ, OTHER_CNPJ, LETTERED_CNPJ = "47081823000152", "90551247000199", "K7M2R9TX000173"
PHONE, OLD_FORM = "5511970000001", "551170000001"
COMPANY = Company(name="Frigorífico Vale Fictício Ltda", code="seleto:empresa:1", cnpj=CNPJ)
PERSON = Person(name="Marina Exemplo", code="seleto:lead:1", phones=(PHONE,), emails=("marina@example.com",))
NOTE = Note(sections=(("Resumo do atendimento", ("Quer 300 hambúrgueres/hora",)),), mark="1a2b3c4d")


class Account(Protocol):
    """A CRM under the test's hand. ``write`` names a create of a gateway: company, person, deal, note, activity."""

    gateway: CrmGateway
    pipeline_id: str
    stage_id: str
    next_stage_id: str
    owner_id: str
    origin_id: str
    activity_type_id: str

    def lose_answer(self, write: str, *, effect: bool) -> None:
        """The next such create gets no answer; with ``effect`` the record is there all the same."""

    def break_down(self) -> None:
        """Every call meets a server's error."""

    def revoke(self) -> None:
        """The credentials are worth nothing any more."""

    def ask_to_wait(self, seconds: int) -> None:
        """The next call is one too many."""

    def refuse(self, write: str, field: str) -> None:
        """The next such create is refused because of ``field``, by the name of ours."""

    def add_people(self, count: int, *, company_id: str) -> None:
        """As if somebody had typed them in; the last one has ``PHONE``."""

    def type_in(self, kind: str, **values: Any) -> str:
        """A company or person that people made, by our field names; its id."""

    def remove(self, kind: str, id_: str) -> None:
        """Somebody deletes it for good."""

    def close_deal(self, id_: str) -> None:
        """Somebody marks it as won."""

    def count(self, kind: str) -> int: ...

    def calls(self) -> int:
        """How many requests were made so far."""


@pytest.mark.django_db
class GatewayCase:
    """Nothing here knows the CRM; what only one of them does is tested beside it."""

    # --- the account

    def test_lists_what_there_is_to_choose_from(self, account: Account) -> None:
        gateway = account.gateway

        assert account.pipeline_id in {choice.id for choice in gateway.pipelines()}
        assert {choice.of for choice in gateway.stages() if choice.id == account.stage_id} == {account.pipeline_id}
        assert account.origin_id in {choice.id for choice in gateway.origins()}
        assert account.owner_id in {choice.id for choice in gateway.owners()}
        assert account.activity_type_id in {choice.id for choice in gateway.activity_types()}

    def test_knows_its_cities_by_name_and_state(self, account: Account) -> None:
        found = account.gateway.cities(name="Campinas", uf="SP")

        assert [(city.name, city.uf) for city in found if city.name == "Campinas"] == [("Campinas", "SP")]

    # --- companies

    def test_a_company_comes_back_as_it_was_given(self, account: Account) -> None:
        city = account.gateway.cities(name="Campinas", uf="SP")[0]
        given = Company(
            name="Açougue & Cia <Fictício>",
            code="seleto:empresa:2",
            cnpj=OTHER_CNPJ,
            city_id=city.id,
            website="https://acougue.example.com",
            email="compras@example.com",
            phone=PHONE,
            observation="Conferir inscrição",
        )
        id_ = account.gateway.create_company(given)

        assert account.gateway.company(id_).record == given

    @pytest.mark.parametrize(
        "criteria",
        [{"cnpj": CNPJ}, {"code": "seleto:empresa:1"}, {"name": "FRIGORIFICO VALE  FICTICIO LTDA"}],
        ids=lambda criteria: next(iter(criteria)),
    )
    def test_finds_a_company(self, account: Account, criteria: dict[str, str]) -> None:
        account.gateway.create_company(Company(name="Frigorífico Vale", code="seleto:empresa:11", cnpj=OTHER_CNPJ))
        id_ = account.gateway.create_company(COMPANY)
        account.gateway.create_company(Company(name="Frigorífico Vale Fictício Ltda ME", code="seleto:empresa:10"))

        assert [found.id for found in account.gateway.companies(**criteria)] == [id_]

    def test_finds_a_company_that_people_typed_with_punctuation(self, account: Account) -> None:
        id_ = account.type_in("company", name="Frigorífico", cnpj="47.081.823/0001-52")

        found = account.gateway.companies(cnpj=CNPJ)

        assert [(one.id, one.record.cnpj) for one in found] == [(id_, CNPJ)]

    def test_a_cnpj_may_hold_letters(self, account: Account) -> None:
        id_ = account.gateway.create_company(Company(name="Embutidos Nova Era Fictícia", cnpj=LETTERED_CNPJ))

        assert [found.id for found in account.gateway.companies(cnpj=LETTERED_CNPJ.lower())] == [id_]

    def test_finds_twins_that_people_made(self, account: Account) -> None:
        ids = {account.type_in("company", name="Frigorífico", cnpj=CNPJ) for _ in range(2)}

        assert {found.id for found in account.gateway.companies(cnpj=CNPJ)} == ids

    def test_finds_no_company(self, account: Account) -> None:
        assert list(account.gateway.companies(cnpj=CNPJ)) == []

    def test_changes_what_is_named_and_nothing_else(self, account: Account) -> None:
        id_ = account.gateway.create_company(COMPANY)

        account.gateway.update_company(id_, {"website": "https://vale.example.com", "email": "novo@example.com"})

        record = account.gateway.company(id_).record
        assert (record.website, record.email) == ("https://vale.example.com", "novo@example.com")
        assert (record.name, record.code, record.cnpj) == (COMPANY.name, COMPANY.code, COMPANY.cnpj)

    # --- persons

    def test_a_person_comes_back_as_it_was_given(self, account: Account) -> None:
        company_id = account.gateway.create_company(COMPANY)
        city = account.gateway.cities(name="Campinas", uf="SP")[0]
        given = Person(
            name="Marina Exemplo",
            code="seleto:lead:1",
            company_id=company_id,
            city_id=city.id,
            phones=(PHONE,),
            emails=("marina@example.com",),
        )
        id_ = account.gateway.create_person(given)

        assert account.gateway.person(id_).record == given

    def test_finds_a_person_by_our_code(self, account: Account) -> None:
        id_ = account.gateway.create_person(PERSON)
        account.gateway.create_person(Person(name="Marina Exemplo", code="seleto:lead:10"))

        assert [found.id for found in account.gateway.persons(code="seleto:lead:1")] == [id_]

    @pytest.mark.parametrize("typed", [PHONE, OLD_FORM, "(11) 97000-0001", "+55 11 7000-0001"])
    def test_finds_a_person_by_phone_however_it_was_typed(self, account: Account, typed: str) -> None:
        id_ = account.type_in("person", name="Marina Exemplo", phones=(typed,))
        account.type_in("person", name="Marina Exemplo", phones=("5511970000002",))

        found = account.gateway.persons(name="marina exemplo", phones=[PHONE])

        assert [one.id for one in found] == [id_]

    def test_finds_a_person_by_mail(self, account: Account) -> None:
        id_ = account.type_in("person", name="Marina Exemplo", emails=("Marina@Example.com",))
        account.type_in("person", name="Marina Exemplo", emails=("outra@example.com",))

        assert [one.id for one in account.gateway.persons(name="Marina", email="marina@example.com")] == [id_]

    def test_takes_nobody_for_another_of_the_same_name(self, account: Account) -> None:
        account.type_in("person", name="Marina Exemplo", phones=("5511970000002",))

        assert list(account.gateway.persons(name="Marina Exemplo", phones=[PHONE])) == []

    def test_a_phone_is_a_better_match_than_a_mail(self, account: Account) -> None:
        by_mail = account.type_in("person", name="Marina Exemplo", emails=("marina@example.com",))
        by_phone = account.type_in("person", name="Marina Exemplo", phones=(PHONE,))

        found = account.gateway.persons(name="Marina Exemplo", phones=[PHONE], email="marina@example.com")

        assert [one.id for one in found] == [by_phone, by_mail]

    def test_finds_a_person_beyond_the_first_page(self, account: Account) -> None:
        company_id = account.gateway.create_company(COMPANY)
        account.add_people(210, company_id=company_id)

        found = account.gateway.persons(phones=[PHONE], company_id=company_id)

        assert [one.record.phones for one in found] == [(PHONE,)]

    def test_numbers_that_people_added_stay(self, account: Account) -> None:
        id_ = account.type_in("person", name="Marina Exemplo", phones=("5511970000002", OLD_FORM))

        account.gateway.update_person(id_, {"phones": (PHONE, "5511970000003")})

        phones = account.gateway.person(id_).record.phones
        assert set(phones) == {"5511970000002", PHONE, "5511970000003"}
        assert len(phones) == 3

    # --- deals

    def deal(self, account: Account, **more: str) -> Deal:
        values = {"title": "Lead — FB300 — Campinas/SP", "code": "seleto:orcamento:1", "temperature": Temperature.WARM}
        return Deal(**{**values, "pipeline_id": account.pipeline_id, "stage_id": account.stage_id, **more})

    def test_a_deal_comes_back_as_it_was_given(self, account: Account) -> None:
        person_id, company_id = account.gateway.create_person(PERSON), account.gateway.create_company(COMPANY)
        given = self.deal(
            account,
            person_id=person_id,
            company_id=company_id,
            origin_id=account.origin_id,
            owner_id=account.owner_id,
            temperature=Temperature.HOT,
        )

        found = account.gateway.deal(account.gateway.create_deal(given))

        assert (found.record, found.open) == (given, True)

    def test_finds_the_deals_of_a_person(self, account: Account) -> None:
        person_id, other_id = account.gateway.create_person(PERSON), account.gateway.create_person(PERSON)
        first = account.gateway.create_deal(self.deal(account, person_id=person_id))
        second = account.gateway.create_deal(self.deal(account, person_id=person_id, code="seleto:orcamento:2"))
        account.gateway.create_deal(self.deal(account, person_id=other_id))

        assert {found.id for found in account.gateway.deals(person_id=person_id)} == {first, second}
        found = account.gateway.deals(person_id=person_id, code="seleto:orcamento:2")
        assert [one.id for one in found] == [second]

    def test_a_closed_deal_is_told_from_an_open_one(self, account: Account) -> None:
        person_id = account.gateway.create_person(PERSON)
        id_ = account.gateway.create_deal(self.deal(account, person_id=person_id))
        account.close_deal(id_)

        assert [(one.id, one.open) for one in account.gateway.deals(person_id=person_id)] == [(id_, False)]

    def test_moves_a_deal(self, account: Account) -> None:
        id_ = account.gateway.create_deal(self.deal(account))

        account.gateway.update_deal(id_, {"stage_id": account.next_stage_id, "temperature": Temperature.HOT})

        found = account.gateway.deal(id_).record
        assert (found.stage_id, found.temperature) == (account.next_stage_id, Temperature.HOT)
        assert found.title == self.deal(account).title

    def test_a_lead_without_a_class_has_a_deal_without_temperature(self, account: Account) -> None:
        id_ = account.gateway.create_deal(self.deal(account, temperature=Temperature.UNCLASSIFIED))

        assert account.gateway.deal(id_).record.temperature == ""

    # --- notes and activities

    def test_finds_a_note_by_its_mark(self, account: Account) -> None:
        deal_id = account.gateway.create_deal(self.deal(account))
        id_ = account.gateway.create_note(deal_id=deal_id, person_id="", company_id="", note=NOTE)
        other = Note(sections=NOTE.sections, mark="1a2b3c4d5")
        account.gateway.create_note(deal_id=deal_id, person_id="", company_id="", note=other)

        assert account.gateway.find_note(deal_id=deal_id, mark="1a2b3c4d") == id_
        assert account.gateway.find_note(deal_id=deal_id, mark="1a2b") == ""

    def test_finds_a_task_by_its_mark(self, account: Account) -> None:
        deal_id = account.gateway.create_deal(self.deal(account))
        starts_at = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
        activity = Activity(
            type_id=account.activity_type_id,
            owner_id=account.owner_id,
            title="Retornar",
            description="Lead pediu contato em dezembro",
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=30),
            mark="5e6f7a8b",
        )
        id_ = account.gateway.create_activity(deal_id=deal_id, activity=activity)

        assert account.gateway.find_activity(deal_id=deal_id, mark="5e6f7a8b") == id_
        assert account.gateway.find_activity(deal_id=deal_id, mark="00000000") == ""

    # --- what can go wrong

    @pytest.mark.parametrize("effect", [True, False], ids=["took_effect", "did_not"])
    @pytest.mark.parametrize("kind", ["company", "person", "deal", "note"])
    def test_a_lost_answer_is_ambiguous_and_can_be_looked_up(self, account: Account, kind: str, effect: bool) -> None:
        gateway = account.gateway
        person_id = gateway.create_person(Person(name="Outra Pessoa"))
        deal_id = gateway.create_deal(self.deal(account, code="outro", person_id=person_id))
        deal = self.deal(account, person_id=person_id)
        before = account.count(kind)
        account.lose_answer(kind, effect=effect)

        creates: dict[str, Callable[[], str]] = {
            "company": lambda: gateway.create_company(COMPANY),
            "person": lambda: gateway.create_person(PERSON),
            "deal": lambda: gateway.create_deal(deal),
            "note": lambda: gateway.create_note(deal_id=deal_id, person_id="", company_id="", note=NOTE),
        }
        with pytest.raises(Ambiguous):
            creates[kind]()

        found: dict[str, int] = {
            "company": len(gateway.companies(code=COMPANY.code)),
            "person": len(gateway.persons(code=PERSON.code)),
            "deal": len(gateway.deals(person_id=person_id, code=deal.code)),
            "note": int(gateway.find_note(deal_id=deal_id, mark=NOTE.mark) != ""),
        }
        # Nothing is repeated by itself, and what took effect is found.
        assert account.count(kind) - before == found[kind] == int(effect)

    def test_a_server_in_trouble_leaves_a_write_open_and_a_look_up_undone(self, account: Account) -> None:
        id_ = account.gateway.create_company(COMPANY)
        account.break_down()

        with pytest.raises(Ambiguous):
            account.gateway.create_company(COMPANY)
        for read in (lambda: account.gateway.companies(cnpj=CNPJ), lambda: account.gateway.company(id_)):
            with pytest.raises(Unavailable):
                read()
        # Writing the same values again does no harm, so there is nothing to look up first.
        with pytest.raises(Unavailable):
            account.gateway.update_company(id_, {"website": "https://vale.example.com"})

    def test_refused_credentials_are_for_a_person_to_mend(self, account: Account) -> None:
        account.revoke()

        with pytest.raises(Misconfigured):
            account.gateway.owners()
        # From then on nobody asks, and what waits keeps waiting.
        with pytest.raises(Unavailable) as raised:
            account.gateway.create_person(PERSON)
        assert raised.value.retry_after

    def test_too_many_calls_say_how_long_to_wait(self, account: Account) -> None:
        account.ask_to_wait(7)

        with pytest.raises(Unavailable) as raised:
            account.gateway.create_company(COMPANY)

        assert raised.value.retry_after == 7
        assert account.count("company") == 0

    def test_a_record_that_is_gone(self, account: Account) -> None:
        id_ = account.gateway.create_company(COMPANY)
        account.remove("company", id_)

        with pytest.raises(Gone):
            account.gateway.company(id_)
        with pytest.raises(Gone):
            account.gateway.update_company(id_, {"website": "https://vale.example.com"})

    def test_refused_fields_come_under_our_names(self, account: Account) -> None:
        gateway = account.gateway
        creates: dict[tuple[str, str], Callable[[], str]] = {
            ("company", "email"): lambda: gateway.create_company(Company(name="Vale", email="compras@example.com")),
            ("person", "phones"): lambda: gateway.create_person(PERSON),
            ("deal", "origin_id"): lambda: gateway.create_deal(self.deal(account, origin_id=account.origin_id)),
        }
        for (kind, name), create in creates.items():
            account.refuse(kind, name)
            with pytest.raises(InvalidFields) as raised:
                create()
            assert set(raised.value.fields) == {name}
            assert raised.value.fields[name]

    def test_an_outcome_quotes_nobody(self, account: Account, caplog: pytest.LogCaptureFixture) -> None:
        account.refuse("person", "name")
        outcomes: list[BaseException | None] = []
        for attempt in (lambda: account.gateway.create_person(PERSON), lambda: self.lost(account)):
            with pytest.raises(ProviderError) as raised:
                attempt()
            outcomes.append(raised.value)

        for error in outcomes:
            while error is not None:  # what it came from is shown with it
                assert isinstance(error, ProviderError)
                said = f"{error} {vars(error)} {caplog.text}"
                assert [word for word in ("Marina", PHONE, "marina@example.com") if word in said] == []
                error = error.__context__

    def lost(self, account: Account) -> None:
        account.lose_answer("person", effect=False)
        account.gateway.create_person(PERSON)

    def test_a_new_lead_takes_few_calls(self, account: Account) -> None:
        gateway, before = account.gateway, account.calls()
        gateway.companies(cnpj=CNPJ)
        company_id = gateway.create_company(COMPANY)
        gateway.persons(name=PERSON.name, phones=PERSON.phones, email=PERSON.emails[0])
        person_id = gateway.create_person(PERSON)
        deal_id = gateway.create_deal(self.deal(account, person_id=person_id, company_id=company_id))
        gateway.create_note(deal_id=deal_id, person_id=person_id, company_id=company_id, note=NOTE)

        assert account.calls() - before <= 6
