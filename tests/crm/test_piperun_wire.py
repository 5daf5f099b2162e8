"""One call to PipeRun: its outcome, its pace, its circuit, and what is kept of it."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest
import respx
from django.db import OperationalError, connection
from prometheus_client import REGISTRY
from pytest_django import Settings

from crm import calls, gateways
from crm.gateway import Company, CrmGateway, Gone, InvalidFields, Person
from crm.models import CrmCall
from seleto.lib import circuits, ratelimit
from seleto.lib.errors import Ambiguous, Misconfigured, ProviderError, Rejected, Unavailable
from seleto.lib.ids import new_id
from seleto.lib.models import Alert, Circuit

pytestmark = pytest.mark.django_db

URL = "https://crm.test/v1"
TOKEN = "0123456789abcdef" * 2
COMPANY = Company(name="Vale Fictício", cnpj="47081823000152", code="seleto:wa:5511970000001")
CREATED = {"success": True, "message": "Created", "data": {"id": 61000001}}
HTML = "<html><title>502 Bad Gateway</title></html>"


@pytest.fixture(autouse=True)
def _account(settings: Settings) -> None:
    settings.PIPERUN_URL, settings.PIPERUN_TOKEN, settings.PIPERUN_RATE_PER_S = URL, TOKEN, 0
    settings.CIRCUIT_FAILURES = 3


@pytest.fixture
def crm() -> Iterator[respx.Router]:
    with respx.mock(base_url=URL, assert_all_called=False) as router:
        yield router


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits for a turn, which nobody waits for here."""
    waits: list[float] = []
    monkeypatch.setattr(time, "sleep", waits.append)
    return waits


def gateway() -> CrmGateway:
    found = gateways.current()
    assert found is not None
    return found


def create() -> object:
    return gateway().create_company(COMPANY)


def look() -> object:
    return gateway().companies(cnpj=COMPANY.cnpj)


def change() -> None:
    gateway().update_company("61000001", {"website": "https://vale.example.com"})


def failure(ask: Any) -> ProviderError:
    with pytest.raises(ProviderError) as raised:
        ask()
    return raised.value


# --- what a call can come to -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "written", "read"),
    [
        (httpx.Response(500, json={"success": False, "message": "Internal Server Error"}), Ambiguous, Unavailable),
        (httpx.Response(502, html=HTML), Ambiguous, Unavailable),
        (httpx.Response(408), Ambiguous, Unavailable),
        (httpx.Response(302, headers={"location": "https://crm.test/login"}), Ambiguous, Misconfigured),
        (httpx.Response(200, html="<html>ok</html>"), Ambiguous, Unavailable),
        (httpx.Response(201, json={"success": True, "data": []}), Ambiguous, None),
        (httpx.Response(201, json={"success": True, "data": {"name": "Vale"}}), Ambiguous, Unavailable),
        (httpx.Response(200, json={"success": True}), Ambiguous, Unavailable),
        (httpx.Response(200, json=[1]), Ambiguous, Unavailable),
        (httpx.Response(400, json={"success": False}), Rejected, Rejected),
        (httpx.Response(429, headers={"retry-after": "3"}), Unavailable, Unavailable),
        (httpx.Response(404, json={"success": False, "message": "Not Found"}), Rejected, None),
        (httpx.Response(404, html=HTML), Misconfigured, Misconfigured),
        (httpx.ReadTimeout("x"), Ambiguous, Unavailable),
        (httpx.RemoteProtocolError("x"), Ambiguous, Unavailable),
        (httpx.ConnectError("x"), Unavailable, Unavailable),
        (httpx.ConnectTimeout("x"), Unavailable, Unavailable),
    ],
)
def test_outcomes(
    crm: respx.Router, answer: httpx.Response | Exception, written: type[Exception], read: type[Exception] | None
) -> None:
    crm.route().mock(side_effect=[answer])
    assert type(failure(create)) is written

    crm.route().mock(side_effect=[answer])
    if read is None:
        assert look() == []
    else:
        assert type(failure(look)) is read


def test_a_change_that_may_have_arrived_may_be_made_again(crm: respx.Router) -> None:
    crm.put("/companies/61000001").mock(side_effect=httpx.ReadTimeout("x"))

    assert type(failure(change)) is Unavailable


@pytest.mark.parametrize("answer", [httpx.Response(204), httpx.Response(200), httpx.Response(200, json={})])
def test_a_change_needs_no_word_of_thanks(crm: respx.Router, answer: httpx.Response) -> None:
    crm.put("/companies/61000001").mock(side_effect=[answer])

    change()


def test_an_unusable_address_or_token_is_for_a_person_to_mend(settings: Settings) -> None:
    settings.PIPERUN_TOKEN = "não é\num token"
    assert failure(look).reason == "bad_token"

    settings.PIPERUN_TOKEN, settings.PIPERUN_URL = TOKEN, "ftp://crm.test"
    assert isinstance(failure(look), Misconfigured)


@pytest.mark.parametrize(
    ("header", "expected"),
    [("12", 12), ("0", 0), ("-3", 0), ("99999999", 3600), ("nan", None), ("logo", None), ("", None)],
)
def test_how_long_to_wait(crm: respx.Router, header: str, expected: float | None) -> None:
    crm.get("/companies").respond(429, headers={"retry-after": header})

    assert failure(look).retry_after == expected


def test_how_long_to_wait_may_be_a_date(crm: respx.Router) -> None:
    until = datetime.now(UTC) + timedelta(minutes=30)
    crm.get("/companies").respond(429, headers={"retry-after": format_datetime(until, usegmt=True)})

    assert failure(look).retry_after == pytest.approx(1800, abs=60)


def test_a_refusal_does_not_quote_what_was_sent(crm: respx.Router) -> None:
    said = {
        "name": "O nome VALE FICTÍCIO não pode ser usado.",
        "cnpj": ["O CNPJ 47.081.823/0001-52 já existe.", "Veja compras@example.com."],
        "contactPhones.0": f"inválido {'x' * 500}",
    }
    crm.post("/companies").respond(422, json={"success": False, "message": "Unprocessable Content", "data": said})

    error = failure(create)

    assert isinstance(error, InvalidFields)
    assert error.fields["name"] == "O nome ••• não pode ser usado."
    assert "47.081" not in error.fields["cnpj"]
    assert "example.com" not in error.fields["cnpj"]
    assert len(error.fields["phone"]) == 120


def test_a_list_without_end_is_given_up(crm: respx.Router) -> None:
    count = iter(range(10_000))
    crm.get("/deals").mock(
        side_effect=lambda request: httpx.Response(
            200, json={"data": [{"id": 1}], "meta": {"cursor": {"next": f"n{next(count)}"}}}
        )
    )

    assert failure(lambda: gateway().deals(person_id="1")).reason == "too_many_results"
    assert next(count) == 50


def test_a_cursor_that_leads_nowhere_is_no_answer(crm: respx.Router) -> None:
    crm.get("/deals").respond(200, json={"data": [{"id": 1}], "meta": {"cursor": {"next": "same"}}})

    assert failure(lambda: gateway().deals(person_id="1")).reason == "malformed_answer"


def test_an_id_that_is_no_number_is_a_refused_field() -> None:
    error = failure(lambda: gateway().create_company(Company(name="Vale", city_id="Campinas")))

    assert isinstance(error, InvalidFields)
    assert set(error.fields) == {"city_id"}
    assert not CrmCall.objects.exists()


# --- the circuit, shared by all workers ----------------------------------------------------------------------------


def test_failures_in_a_row_rest_the_crm(crm: respx.Router) -> None:
    route = crm.get("/companies").respond(503)
    for _ in range(3):
        failure(look)

    error = failure(look)

    assert (error.reason, route.call_count) == ("circuit_open", 3)
    assert isinstance(error, Unavailable)
    assert error.retry_after


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(404, json={"success": False}),
        httpx.Response(422, json={"success": False, "data": {"name": "não"}}),
        httpx.Response(429, headers={"retry-after": "0"}),
        httpx.Response(400, json={}),
    ],
)
def test_a_refusal_of_one_record_rests_nobody(crm: respx.Router, answer: httpx.Response) -> None:
    crm.get("/companies/61000001").respond(answer.status_code, content=answer.content, headers=answer.headers)
    for _ in range(5):
        failure(lambda: gateway().company("61000001"))

    assert circuits.allow("piperun", datetime.now(UTC))


def test_a_revoked_token_is_one_alert_and_one_question(crm: respx.Router) -> None:
    route = crm.route().respond(401, json={"success": False, "message": "Unauthorized"})

    assert isinstance(failure(create), Misconfigured)
    for _ in range(20):
        assert failure(create).reason == "circuit_open"

    assert route.call_count == 1
    assert [alert.title for alert in Alert.objects.all()] == ["O PipeRun recusa o token: confira PIPERUN_TOKEN"]


def test_the_first_success_after_a_rest_closes_it(crm: respx.Router, settings: Settings) -> None:
    circuits.trip("piperun", "http_401", datetime.now(UTC) - timedelta(hours=1), title="Recusado")
    crm.get("/companies").respond(200, json={"data": []})

    look()

    assert Circuit.objects.get(key="piperun").state == Circuit.State.CLOSED


# --- the pace, shared by all workers -------------------------------------------------------------------------------


def test_calls_lie_apart(crm: respx.Router, settings: Settings, slept: list[float]) -> None:
    settings.PIPERUN_RATE_PER_S = 2
    crm.get("/companies").respond(200, json={"data": []})
    for _ in range(5):
        look()

    # The bucket gives a slot each half second; here nobody waits, so each one is further away.
    assert slept == pytest.approx([0.5, 1.0, 1.5, 2.0], abs=0.4)


def test_a_turn_too_far_away_is_put_off_and_left_to_others(
    crm: respx.Router, settings: Settings, slept: list[float]
) -> None:
    settings.PIPERUN_RATE_PER_S, settings.PIPERUN_MAX_WAIT_S = 0.01, 10
    route = crm.get("/companies").respond(200, json={"data": []})
    look()

    errors = [failure(look) for _ in range(3)]

    assert {(type(error), error.reason) for error in errors} == {(Unavailable, "paced")}
    assert [error.retry_after for error in errors] == pytest.approx([100] * 3, abs=10)
    assert (route.call_count, slept) == (1, [])
    assert circuits.allow("piperun", datetime.now(UTC))


def test_one_told_to_wait_makes_everybody_wait(crm: respx.Router, settings: Settings) -> None:
    settings.PIPERUN_RATE_PER_S = 2
    crm.get("/companies").respond(429, headers={"retry-after": "60"})
    failure(look)

    assert failure(look).reason == "paced"
    assert ratelimit.take("piperun", interval_s=0.5, within_s=10).wait_s == pytest.approx(60, abs=10)


# --- what is kept ----------------------------------------------------------------------------------------------------


def test_a_call_is_kept_without_anything_personal(crm: respx.Router) -> None:
    crm.post("/persons").respond(201, json=CREATED)
    crm.get("/persons").respond(200, json={"data": [{"id": 7, "name": "Marina"}, {"id": 8, "name": "Marina"}]})
    lead_id = new_id()
    person = Person(
        name="Marina Exemplo",
        code="seleto:wa:5511970000001",
        company_id="61000001",
        phones=("5511970000001",),
        emails=("marina@example.com",),
    )

    with calls.about(lead_id):
        gateway().create_person(person)
    gateway().persons(name="Marina Exemplo", phones=["5511970000001"])

    created, found = CrmCall.objects.order_by("pk")
    assert (created.lead_id, found.lead_id) == (lead_id, None)
    assert (created.endpoint, created.method, created.status, created.outcome) == ("persons", "POST", 201, "ok")
    assert created.request == {
        "name": "••• (14)",
        "external_code": "seleto:wa:***01",
        "company_id": 61000001,
        "contactPhones": ["••• (13)"],
        "contactEmails": ["••• (18)"],
    }
    assert created.answer == {"ids": [61000001], "count": 1}
    assert found.request == {"name": "••• (14)", "with": "contactPhones,contactEmails", "show": "200"}
    assert found.answer == {"ids": [7, 8], "count": 2}
    kept = str(list(CrmCall.objects.values()))
    assert [word for word in (TOKEN, "Marina", "5511970000001", "marina@") if word in kept] == []


def test_a_refusal_is_kept_with_what_was_refused(crm: respx.Router) -> None:
    crm.put("/companies/61000001").respond(422, json={"success": False, "data": {"website": "inválido"}})
    crm.get("/companies/61000001").respond(404, json={"success": False})

    failure(change)
    with pytest.raises(Gone):
        gateway().company("61000001")

    refused, gone = CrmCall.objects.order_by("pk")
    assert (refused.endpoint, refused.outcome, refused.answer) == (
        "companies/{id}",
        "invalid_fields",
        {"fields": {"website": "inválido"}},
    )
    assert (gone.status, gone.outcome, gone.answer) == (404, "gone", {})


def test_a_call_without_an_answer_is_kept_too(crm: respx.Router) -> None:
    crm.post("/companies").mock(side_effect=httpx.ReadTimeout("x"))

    failure(create)

    kept = CrmCall.objects.get()
    assert (kept.status, kept.outcome, kept.answer) == (None, "timeout", {})


def test_a_history_that_cannot_be_written_loses_no_id(crm: respx.Router) -> None:
    crm.post("/companies").respond(201, json=CREATED)

    def full_disk(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if 'INSERT INTO "crm_crmcall"' in sql:
            raise OperationalError("could not extend file: No space left on device")
        return execute(sql, *rest)

    with connection.execute_wrapper(full_disk):
        assert create() == "61000001"


def test_calls_are_counted_by_endpoint_and_outcome(crm: respx.Router) -> None:
    def counted(**labels: str) -> float:
        return REGISTRY.get_sample_value("seleto_piperun_calls_total", labels) or 0

    crm.post("/companies").mock(side_effect=[httpx.Response(201, json=CREATED), httpx.Response(502)])
    labels = [{"endpoint": "companies", "outcome": word} for word in ("ok", "http_502")]
    before = [counted(**one) for one in labels]

    create()
    failure(create)

    assert [counted(**one) for one in labels] == [value + 1 for value in before]
