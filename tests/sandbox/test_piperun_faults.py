"""What can be made to go wrong in the fake PipeRun, what salespeople do in it, and what it tells of both."""

from typing import Any

import httpx
import pytest

from tests.sandbox.outside import eventually
from tests.sandbox.piperun import CNPJ, LETTERS, QUALIFIED, Piperun

# --- faults -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "kept"), [("drop_before", 0), ("drop_after", 1)])
def test_a_dropped_call_is_written_down(name: str, kept: int, piperun: Piperun) -> None:
    piperun.steer("fault", name=name, call="POST companies", times=1)

    with pytest.raises(httpx.RemoteProtocolError):
        piperun.company()

    assert len(piperun.state()["companies"]) == kept
    call = eventually(lambda: piperun.calls()["by_status"].get("0") and piperun.calls()["calls"][0])
    assert (call["endpoint"], call["status"], call["effect"]) == ("POST /companies", 0, bool(kept))
    assert piperun.company()["cnpj"] == CNPJ


@pytest.mark.parametrize(("name", "kept"), [("timeout_before", 0), ("timeout_after", 1)])
def test_an_answer_that_does_not_come(name: str, kept: int, piperun: Piperun) -> None:
    piperun.steer("fault", name=name, call="POST notes", times=1)

    headers = {"token": piperun.outside.config.piperun_token}
    with pytest.raises(httpx.ReadTimeout):
        piperun.outside.http.post("/piperun/v1/notes", json={"text": "oi"}, headers=headers, timeout=0.3)

    assert len(piperun.state()["notes"]) == kept


@pytest.mark.parametrize(
    ("name", "status", "kind"),
    [
        ("unauthorized", 401, "json"),
        ("forbidden", 403, "json"),
        ("not_found", 404, "json"),
        ("unprocessable", 422, "json"),
        ("rate_limited", 429, "json"),
        ("server_error", 500, "json"),
        ("bad_gateway", 502, "html"),
        ("unavailable", 503, "html"),
        ("redirect", 302, "plain"),
        ("garbage", 200, "html"),
    ],
)
def test_a_refusal_by_name(name: str, status: int, kind: str, piperun: Piperun, payload: Any) -> None:
    piperun.steer("fault", name=name, call="GET deals", times=1)

    answer = piperun.call("GET", "deals")

    assert (answer.status_code, kind in answer.headers["content-type"]) == (status, True)
    if status in (401, 403, 404, 429, 500):
        assert answer.json() == payload(f"piperun/error_{status}")
    assert piperun.call("GET", "deals").status_code == 200


def test_an_error_after_the_effect(piperun: Piperun) -> None:
    piperun.steer("fault", name="error_after", call="POST persons", times=1)

    assert piperun.call("POST", "persons", {"name": "Marina Exemplo"}).status_code == 502

    assert len(piperun.state()["persons"]) == 1


def test_a_fault_keeps_to_its_method_and_place(piperun: Piperun) -> None:
    piperun.steer("fault", name="server_error", call="POST notes", skip=1, times=1)

    statuses = [piperun.call(verb, "notes", body).status_code for verb, body in _CALLS]

    assert statuses == [200, 201, 200, 500, 201]
    assert piperun.state()["faults"] == []


_NOTE = {"text": "oi"}
_CALLS: list[tuple[str, Any]] = [("GET", None), ("POST", _NOTE), ("GET", None), ("POST", _NOTE), ("POST", _NOTE)]


def test_a_revoked_token(piperun: Piperun, payload: Any) -> None:
    piperun.steer("settings", token_revoked=True)

    assert piperun.call("GET", "users").json() == payload("piperun/error_401")


def test_the_rate_limit(piperun: Piperun, payload: Any) -> None:
    piperun.steer("settings", rate_per_s=0.5, burst=3)

    answers = [piperun.call("GET", "users") for _ in range(5)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert answers[3].json() == payload("piperun/error_429")
    assert int(answers[3].headers["retry-after"]) in (1, 2)


def test_down_until_cleared(piperun: Piperun) -> None:
    piperun.steer("fault", name="down")
    for _ in range(3):
        with pytest.raises(httpx.RemoteProtocolError):
            piperun.call("GET", "users")

    piperun.steer("clear-faults")

    assert piperun.call("GET", "users").status_code == 200


def test_unknown_faults_and_settings_are_refused(piperun: Piperun) -> None:
    for path, body in (
        ("fault", {"name": "earthquake"}),
        ("settings", {"rate_per_s": "fast"}),
        ("settings", {"numbers": "roman"}),
        ("settings", {"moon": True}),
        ("move", {"id": 1, "stage_id": QUALIFIED}),
    ):
        assert piperun.outside.http.post(f"/_sandbox/piperun/{path}", json=body).status_code == 400


# --- switches -----------------------------------------------------------------------------------------------------


def test_letters_in_a_cnpj_can_be_refused(piperun: Piperun) -> None:
    piperun.steer("settings", refuse_alphanumeric_cnpj=True)

    answer = piperun.call("POST", "companies", {"name": "Fictícia", "cnpj": LETTERS})

    assert (answer.status_code, list(answer.json()["data"])) == (422, ["cnpj"])
    assert piperun.company()["cnpj"] == CNPJ


def test_one_field_can_be_refused(piperun: Piperun) -> None:
    piperun.steer("settings", refuse_fields=["companies.website"])

    answer = piperun.call("POST", "companies", {"name": "Fictícia", "website": "https://www.example.com"})

    assert (answer.status_code, list(answer.json()["data"])) == (422, ["website"])
    assert piperun.company()["name"]


def test_the_external_code_can_get_lost_on_creation(piperun: Piperun) -> None:
    piperun.steer("settings", ignore_on_create=["persons.external_code"])
    person = piperun.person(external_code="seleto:wa:5511900000001")

    assert person["external_code"] is None
    changed = piperun.ok("PUT", f"persons/{person['id']}", {"external_code": "seleto:wa:5511900000001"})
    assert changed["data"]["external_code"] == "seleto:wa:5511900000001"


def test_an_empty_list_can_be_404(piperun: Piperun, payload: Any) -> None:
    piperun.steer("settings", empty_as_404=True)

    answer = piperun.call("GET", "companies", cnpj=CNPJ)

    assert (answer.status_code, answer.json()) == (404, payload("piperun/error_404"))


def test_a_company_can_come_as_an_object(piperun: Piperun, payload: Any) -> None:
    piperun.steer("settings", company_data_as_list=False)

    assert piperun.ok("POST", "companies", {"name": "Fictícia"})["data"]["name"] == "Fictícia"


def test_every_number_can_be_text(piperun: Piperun) -> None:
    piperun.steer("settings", numbers="strings")

    deal = piperun.deal(temperature="2", value=10)

    assert (deal["temperature"], deal["value"], deal["value_mrr"]) == ("2", "10.00", "0.00")


# --- by hand ------------------------------------------------------------------------------------------------------


def test_what_salespeople_do_with_a_deal(piperun: Piperun) -> None:
    number = piperun.deal()["id"]
    address = f"deals/{number}"

    piperun.steer("move", id=number, stage_id=QUALIFIED)
    assert piperun.get(address)["stage_id"] == QUALIFIED
    piperun.steer("lose", id=number, reason_id=502)
    assert (piperun.get(address)["status"], piperun.get(address)["lost_reason_id"]) == (3, 502)
    piperun.steer("win", id=number)
    assert piperun.get(address)["status"] == 1
    piperun.steer("reopen", id=number)
    assert (piperun.get(address)["status"], piperun.get(address)["closed_at"]) == (0, None)
    piperun.steer("freeze", id=number)
    assert piperun.get(address)["freezed"] == 1
    piperun.steer("delete", kind="deals", id=number)
    assert piperun.get(address)["deleted"] == 1
    piperun.steer("delete", kind="deals", id=number, for_good=True)
    assert piperun.call("GET", address).status_code == 404


def test_an_edit_and_a_twin_by_hand(piperun: Piperun) -> None:
    company = piperun.company(external_code="seleto:lead:1")

    piperun.steer("edit", kind="companies", id=company["id"], values={"name": "Nome Corrigido"})
    twin = piperun.steer("twin", kind="companies", id=company["id"])

    held = piperun.get("companies", cnpj=CNPJ)
    assert [(row["name"], row["external_code"]) for row in held] == [
        ("Nome Corrigido", "seleto:lead:1"),
        ("Nome Corrigido", None),
    ]
    assert twin["id"] == held[1]["id"]


def test_a_seed_and_a_note_by_hand(piperun: Piperun) -> None:
    ids = piperun.steer("seed", companies=[{"name": "Velha Fictícia", "phones": ["5511900000001"]}], deals=[{}])

    piperun.steer("note", id=ids["deals"][0], text="Liguei hoje")

    assert [row["phones"] for row in piperun.state()["companies"]] == [["5511900000001"]]
    assert [row["text"] for row in piperun.get("notes", deal_id=ids["deals"][0])] == ["Liguei hoje"]


def test_a_city_the_crm_does_not_know(piperun: Piperun) -> None:
    piperun.steer("city", action="remove", name="Campinas", uf="SP")

    assert piperun.get("cities", name="Campinas", uf="SP") == []
    piperun.steer("city", action="add", name="Campinas", uf="SP")
    assert len(piperun.get("cities", name="Campinas", uf="SP")) == 1


def test_calls_are_counted_by_endpoint(piperun: Piperun) -> None:
    deal = piperun.deal()
    piperun.get(f"deals/{deal['id']}")
    piperun.call("GET", "users", token="wrong")

    found = piperun.calls(full="1")

    assert found["by_endpoint"] == {"GET /deals/{id}": 1, "GET /users": 1, "POST /deals": 1}
    assert found["by_status"] == {"200": 1, "201": 1, "401": 1}
    assert found["calls"][0]["body"]["title"] == "Lead"
    assert [row["n"] for row in piperun.calls(since="2")["calls"]] == [3]


def test_reset_concerns_the_crm_alone(piperun: Piperun) -> None:
    piperun.company()
    piperun.outside.says("oi")
    piperun.steer("fault", name="down")

    piperun.steer("reset")

    state = piperun.state()
    assert (state["companies"], state["calls"]["total"], state["faults"]) == ([], 0, [])
    assert piperun.outside.messages()
