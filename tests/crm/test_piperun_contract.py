"""Every documented answer and request of PipeRun (contracts/piperun.md), through the gateway."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx
from pytest_django import Settings

from crm import gateways
from crm.gateway import (
    Activity,
    Choice,
    City,
    Company,
    CrmGateway,
    Deal,
    Forbidden,
    Gone,
    InvalidFields,
    Note,
    Person,
    Remote,
)
from leads.models import Temperature
from seleto.lib.errors import Misconfigured, ProviderError, Unavailable

pytestmark = pytest.mark.django_db

SAMPLES = Path(__file__).parent.parent / "payloads" / "piperun"
URL = "https://crm.test/v1"
UPDATED_AT = datetime(2026, 11, 18, 12, 10, tzinfo=UTC)  # 09:10 in Brasília
COMPANY = Company(
    name="Frigorífico Vale Fictício Ltda",
    code="seleto:lead:1001",
    cnpj="47081823000152",
    city_id="5100",
    website="https://www.example.com",
    email="compras@example.com",
)
DEAL = Deal(
    title="Lead - Formadora de hambúrguer - Campinas/SP",
    pipeline_id="82000",
    stage_id="515001",
    code="seleto:lead:1001",
    person_id="15000001",
    company_id="61000001",
    origin_id="77",
    owner_id="2001",
    temperature=Temperature.HOT,
)
PERSON = Person(
    name="Marina Exemplo",
    code="seleto:wa:5511900000001",
    city_id="5100",
    phones=("5511900000001",),
    emails=("marina@example.com",),
)
NOTE = Note(sections=(("Resumo do atendimento", ("Produto: formadora", "Cidade: Campinas/SP")),), mark="1a2b")
ACTIVITY = Activity(
    type_id="73001",
    owner_id="2001",
    title="Follow-up WhatsApp - Marina Exemplo",
    description="Lead sem resposta há 24 h",
    starts_at=datetime(2026, 11, 19, 12, 0, tzinfo=UTC),
    ends_at=datetime(2026, 11, 19, 12, 30, tzinfo=UTC),
    mark="1a2b",
)


def sample(name: str) -> Any:
    return json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))


@pytest.fixture
def gateway(settings: Settings) -> CrmGateway:
    settings.PIPERUN_URL, settings.PIPERUN_TOKEN, settings.PIPERUN_RATE_PER_S = URL, "0" * 32, 0
    found = gateways.current()
    assert found is not None
    return found


def companies(record: Company) -> list[Remote[Company]]:
    return [Remote("61000001", record, updated_at=UPDATED_AT)]


Ask = Callable[[CrmGateway], object]
ANSWERS: dict[str, tuple[Ask, object]] = {
    "get_activity_types_200": (lambda g: g.activity_types(), [Choice("73001", "WhatsApp")]),
    "get_cities_200": (
        lambda g: g.cities(name="Campinas", uf="SP"),
        [City("5100", "Campinas", "SP"), City("5101", "Campinas do Exemplo", "SP")],
    ),
    "get_cities_empty_200": (lambda g: g.cities(name="Atlântida"), []),
    "get_companies_by_cnpj_200": (lambda g: g.companies(cnpj=COMPANY.cnpj), companies(COMPANY)),
    "get_companies_masked_cnpj_200": (lambda g: g.companies(cnpj=COMPANY.cnpj), companies(COMPANY)),
    "get_companies_alphanumeric_cnpj_200": (
        lambda g: [found.record.cnpj for found in g.companies(cnpj="k7.m2r.9tx/0001-73")],
        ["K7M2R9TX000173"],
    ),
    "get_companies_empty_200": (lambda g: g.companies(cnpj=COMPANY.cnpj), []),
    "get_deal_with_relations_200": (lambda g: (g.deal("33000001").record, g.deal("33000001").open), (DEAL, True)),
    "get_deals_empty_200": (lambda g: g.deals(person_id="15000001"), []),
    "get_deals_last_page_200": (
        lambda g: [found.id for found in g.deals(person_id="15000001", code="seleto:lead:1001")],
        ["33000003"],
    ),
    "get_notes_200": (lambda g: g.find_note(deal_id="33000001", mark="1a2b"), ""),
    "get_origins_200": (lambda g: g.origins(), [Choice("77", "WhatsApp")]),
    "get_person_with_contacts_200": (
        lambda g: g.person("15000001").record,
        Person(**{name: getattr(PERSON, name) for name in PERSON.__slots__} | {"company_id": "61000001"}),
    ),
    "get_persons_by_external_code_200": (lambda g: [found.id for found in g.persons(code=PERSON.code)], ["15000001"]),
    "get_persons_empty_200": (lambda g: g.persons(code=PERSON.code), []),
    "get_pipelines_200": (lambda g: g.pipelines(), [Choice("82000", "Vendas máquinas")]),
    "get_stages_200": (
        lambda g: g.stages(),
        [
            Choice("515001", "Entrada WhatsApp", of="82000"),
            Choice("515002", "Qualificado", of="82000"),
            Choice("515003", "Proposta", of="82000"),
        ],
    ),
    "get_users_200": (lambda g: g.owners(), [Choice("2001", "Integração")]),
    "post_activity_201": (lambda g: g.create_activity(deal_id="33000001", activity=ACTIVITY), "11450001"),
    "post_company_201": (lambda g: g.create_company(COMPANY), "61000001"),
    "post_company_201_data_as_list": (lambda g: g.create_company(COMPANY), "61000001"),
    "post_deal_201": (lambda g: g.create_deal(DEAL), "33000001"),
    "post_note_201": (
        lambda g: g.create_note(deal_id="33000001", person_id="", company_id="", note=NOTE),
        "92000001",
    ),
    "post_person_201": (lambda g: g.create_person(PERSON), "15000001"),
    "put_company_200": (lambda g: g.update_company("61000001", {"email": "financeiro@example.com"}), None),
    "put_deal_stage_200": (lambda g: g.update_deal("33000001", {"stage_id": "515002"}), None),
    "put_person_200": (lambda g: g.update_person("15000001", {"name": "Marina Exemplo"}), None),
}
REFUSALS: dict[str, tuple[int, type[ProviderError], dict[str, str] | None]] = {
    "error_401": (401, Misconfigured, None),
    "error_403": (403, Forbidden, None),
    "error_422_cnpj_duplicate": (
        422,
        InvalidFields,
        {"cnpj": "O CNPJ que você está tentando cadastrar já existe."},
    ),
    # What we have no name for concerns the whole record.
    "error_422_list_values": (422, InvalidFields, {"": "O CPF que você está tentando cadastrar já existe."}),
    "error_422_malformed_json": (422, InvalidFields, {"": "Malformed JSON."}),
    "error_422_required": (422, InvalidFields, {"": "O campo title é obrigatório."}),
    "error_429": (429, Unavailable, None),
}
REQUESTS: dict[str, Ask] = {
    "request_post_activity": lambda g: g.create_activity(deal_id="33000001", activity=ACTIVITY),
    "request_post_company": lambda g: g.create_company(COMPANY),
    "request_post_deal": lambda g: g.create_deal(DEAL),
    "request_post_note": lambda g: g.create_note(deal_id="33000001", person_id="", company_id="", note=NOTE),
    "request_post_person": lambda g: g.create_person(PERSON),
}
# What we send besides the example, by the table of endpoints; and texts that carry our mark.
_MORE = {"company_situation", "end_at"}
_MARKED = {"text", "description"}
# Read by nobody here: lists that the sync does not use, and the pages and errors of tests of their own.
ELSEWHERE = {
    *("get_custom_fields_200", "get_lost_reasons_200", "get_tags_200"),
    *("get_deals_page1_200", "error_404", "error_500"),
}


def test_every_sample_is_looked_at() -> None:
    assert {path.stem for path in SAMPLES.glob("*.json")} == {*ANSWERS, *REFUSALS, *REQUESTS, *ELSEWHERE}


@pytest.mark.parametrize("name", ANSWERS)
@respx.mock
def test_answers(gateway: CrmGateway, name: str) -> None:
    ask, expected = ANSWERS[name]
    respx.route(method=name.split("_")[0].upper(), url__startswith=URL).respond(
        201 if "_201" in name else 200, json=sample(name)
    )

    assert ask(gateway) == expected


@pytest.mark.parametrize("name", REFUSALS)
@respx.mock
def test_refusals(gateway: CrmGateway, name: str) -> None:
    status, kind, fields = REFUSALS[name]
    respx.post(f"{URL}/companies").respond(status, json=sample(name))

    with pytest.raises(kind) as raised:
        gateway.create_company(COMPANY)

    assert raised.value.status == status
    assert getattr(raised.value, "fields", None) == fields


@pytest.mark.parametrize("name", REQUESTS)
@respx.mock
def test_requests(gateway: CrmGateway, name: str) -> None:
    route = respx.post(url__startswith=URL).respond(201, json={"success": True, "data": {"id": 1}})

    REQUESTS[name](gateway)

    sent, shown = json.loads(route.calls.last.request.content), sample(name)
    assert set(sent) - set(shown) <= _MORE
    assert {key: sent[key] for key in set(sent) & set(shown) - _MARKED} == {
        key: shown[key] for key in set(sent) & set(shown) - _MARKED
    }
    assert route.calls.last.request.headers["token"] == "0" * 32
    assert "token" not in str(route.calls.last.request.url)


@respx.mock
def test_all_pages_are_read(gateway: CrmGateway) -> None:
    pages = [httpx.Response(200, json=sample(name)) for name in ("get_deals_page1_200", "get_deals_last_page_200")]
    route = respx.get(f"{URL}/deals").mock(side_effect=pages)

    found = gateway.deals(person_id="15000001")

    assert [one.id for one in found] == ["33000001", "33000002", "33000003"]
    first, second = (call.request.url.params for call in route.calls)
    assert first["show"] == "200"
    assert second["cursor"] == sample("get_deals_page1_200")["meta"]["cursor"]["next"]


@respx.mock
def test_an_empty_list_may_be_a_404_and_a_record_alone_is_gone(gateway: CrmGateway) -> None:
    respx.get(url__startswith=URL).respond(404, json=sample("error_404"))

    assert list(gateway.companies(cnpj=COMPANY.cnpj)) == []
    with pytest.raises(Gone):
        gateway.company("61000001")


@respx.mock
def test_a_404_of_another_server_is_no_answer(gateway: CrmGateway) -> None:
    respx.get(url__startswith=URL).respond(404, html="<h1>Not Found</h1>")

    for ask in (lambda: gateway.companies(cnpj=COMPANY.cnpj), lambda: gateway.company("61000001")):
        with pytest.raises(Misconfigured):
            ask()
