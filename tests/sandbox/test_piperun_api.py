"""The fake PipeRun answers as contracts/piperun.md says, sample by sample."""

from typing import Any

import pytest

from tests.sandbox.chatwoot import same_form
from tests.sandbox.piperun import CNPJ, LETTERS, MASKED, NEW_LEAD, PIPELINE, QUALIFIED, WHATSAPP, Piperun

DEAL = {"title": "Lead", "pipeline_id": PIPELINE, "stage_id": NEW_LEAD}

# --- every sample -------------------------------------------------------------------------------------------------


def ours(request: dict[str, Any], **ids: Any) -> dict[str, Any]:
    """A sample's request with the ids of this account."""
    return {**request, **{name: value for name, value in ids.items() if name in request}}


@pytest.fixture
def whole(piperun: Piperun, payload: Any) -> dict[str, dict[str, Any]]:
    """The answers to the requests of the samples, one after the other."""
    city = piperun.city()
    answers: dict[str, dict[str, Any]] = {}
    given = ours(payload("piperun/request_post_company"), city_id=city)
    answers["company"] = piperun.ok("POST", "companies", given)
    company = answers["company"]["data"][0]["id"]
    given = ours(payload("piperun/request_post_person"), city_id=city, company_id=company)
    answers["person"] = piperun.ok("POST", "persons", given)
    person = answers["person"]["data"]["id"]
    links = {"pipeline_id": PIPELINE, "stage_id": NEW_LEAD, "origin_id": WHATSAPP}
    given = ours(payload("piperun/request_post_deal"), **links, company_id=company, person_id=person)
    answers["deal"] = piperun.ok("POST", "deals", given)
    deal = answers["deal"]["data"]["id"]
    answers["note"] = piperun.ok("POST", "notes", ours(payload("piperun/request_post_note"), deal_id=deal))
    given = ours(
        payload("piperun/request_post_activity"), deal_id=deal, persons=[{"id": person}], companies=[{"id": company}]
    )
    answers["activity"] = piperun.ok("POST", "activities", given)
    return answers


@pytest.mark.parametrize(
    ("name", "sample"),
    [
        ("company", "post_company_201_data_as_list"),
        ("person", "post_person_201"),
        ("deal", "post_deal_201"),
        ("note", "post_note_201"),
        ("activity", "post_activity_201"),
    ],
)
def test_what_is_created(name: str, sample: str, whole: dict[str, Any], payload: Any) -> None:
    assert same_form(whole[name], payload(f"piperun/{sample}")) == []


@pytest.mark.parametrize(
    ("path", "query", "sample"),
    [
        ("activityTypes", {}, "get_activity_types_200"),
        ("cities", {"name": "Campinas", "uf": "SP"}, "get_cities_200"),
        ("cities", {"name": "Lugar Nenhum"}, "get_cities_empty_200"),
        ("companies", {"cnpj": CNPJ}, "get_companies_by_cnpj_200"),
        ("companies", {"cnpj": MASKED}, "get_companies_masked_cnpj_200"),
        ("companies", {"cnpj": "90551247000199"}, "get_companies_empty_200"),
        ("customFields", {"belongs": 1}, "get_custom_fields_200"),
        ("deals", {"pipeline_id": PIPELINE}, "get_deals_last_page_200"),
        ("deals", {"title": "nada"}, "get_deals_empty_200"),
        ("lostReasons", {}, "get_lost_reasons_200"),
        ("notes", {}, "get_notes_200"),
        ("origins", {}, "get_origins_200"),
        ("persons", {"external_code": "seleto:wa:5511900000001"}, "get_persons_by_external_code_200"),
        ("persons", {"external_code": "seleto:wa:5511900000009"}, "get_persons_empty_200"),
        ("pipelines", {}, "get_pipelines_200"),
        ("stages", {"pipeline_id": PIPELINE}, "get_stages_200"),
        ("tags", {}, "get_tags_200"),
        ("users", {}, "get_users_200"),
    ],
)
def test_lists(path: str, query: dict[str, Any], sample: str, whole: Any, piperun: Piperun, payload: Any) -> None:
    answer, wanted = piperun.ok("GET", path, **query), payload(f"piperun/{sample}")

    assert same_form(answer, wanted) == []
    assert bool(answer["data"]) == bool(wanted["data"])


def test_a_company_with_letters_in_its_cnpj(piperun: Piperun, payload: Any) -> None:
    piperun.company(cnpj=LETTERS)

    answer = piperun.ok("GET", "companies", cnpj="K7.M2R.9TX/0001-73")

    assert same_form(answer, payload("piperun/get_companies_alphanumeric_cnpj_200")) == []
    assert [row["cnpj"] for row in answer["data"]] == [LETTERS]


def test_a_page_of_deals_that_is_not_the_last(piperun: Piperun, payload: Any) -> None:
    for value in (0, "1250.50", 0):
        piperun.deal(value=value)

    answer = piperun.ok("GET", "deals", show=2)

    assert same_form(answer, payload("piperun/get_deals_page1_200")) == []
    assert [(row["value"], row["value_mrr"]) for row in answer["data"]] == [(0, 0), ("1250.50", "0.00")]


def test_relations_of_a_deal(whole: dict[str, Any], piperun: Piperun, payload: Any) -> None:
    number = whole["deal"]["data"]["id"]

    answer = piperun.ok("GET", f"deals/{number}", **{"with": "tags,customFields"})

    wanted = payload("piperun/get_deal_with_relations_200")
    assert same_form(answer, wanted) == []
    assert answer["data"]["customFields"][0]["value"] == wanted["data"]["customFields"][0]["value"]


def test_a_person_with_contacts(whole: dict[str, Any], piperun: Piperun, payload: Any) -> None:
    number = whole["person"]["data"]["id"]

    answer = piperun.ok("GET", f"persons/{number}", **{"with": "contactPhones,contactEmails"})

    assert same_form(answer, payload("piperun/get_person_with_contacts_200")) == []
    assert answer["data"]["contactPhones"][0]["phone"] == "5511900000001"
    assert answer["data"]["company_id"] == whole["company"]["data"][0]["id"]


@pytest.mark.parametrize(
    ("name", "path", "body", "sample"),
    [
        ("company", "companies", {"email_nf": "financeiro@example.com"}, "put_company_200"),
        ("person", "persons", {"job_title": "Diretora industrial"}, "put_person_200"),
        ("deal", "deals", {"stage_id": QUALIFIED}, "put_deal_stage_200"),
    ],
)
def test_what_is_changed(
    name: str, path: str, body: dict[str, Any], sample: str, whole: dict[str, Any], piperun: Piperun, payload: Any
) -> None:
    data = whole[name]["data"]
    number = (data[0] if isinstance(data, list) else data)["id"]

    answer = piperun.ok("PUT", f"{path}/{number}", body)

    assert same_form(answer, payload(f"piperun/{sample}")) == []
    assert answer["data"] == answer["data"] | body


# --- refusals -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("token", ["", "wrong"])
def test_without_the_token(token: str, piperun: Piperun, payload: Any) -> None:
    answer = piperun.call("GET", "users", token=token)

    assert (answer.status_code, answer.json()) == (401, payload("piperun/error_401"))


def test_a_token_in_the_address_is_taken_and_written_down(piperun: Piperun) -> None:
    address = f"/piperun/v1/users?token={piperun.outside.config.piperun_token}"

    assert piperun.outside.http.get(address).status_code == 200

    assert piperun.calls()["token_in_query"] == 1
    assert piperun.calls()["calls"][0]["query"] == {}


def test_what_is_not_there(piperun: Piperun, payload: Any) -> None:
    for verb, path in (("GET", "deals/1"), ("PUT", "companies/1"), ("GET", "loss-reasons"), ("GET", "sources")):
        answer = piperun.call(verb, path, {"name": "x"} if verb == "PUT" else None)
        assert (answer.status_code, answer.json()) == (404, payload("piperun/error_404"))


def test_a_missing_field(piperun: Piperun, payload: Any) -> None:
    answer = piperun.call("POST", "deals", {"pipeline_id": PIPELINE, "stage_id": NEW_LEAD})

    assert (answer.status_code, answer.json()) == (422, payload("piperun/error_422_required"))


def test_errors_as_lists(piperun: Piperun, payload: Any) -> None:
    piperun.company()
    piperun.steer("settings", errors_as_list=True, refuse_duplicate_cnpj=True)

    answer = piperun.call("POST", "companies", {"name": "Outra Fictícia", "cnpj": MASKED})

    assert (answer.status_code, answer.json()) == (422, payload("piperun/error_422_cnpj_duplicate"))


def test_a_body_that_is_no_json(piperun: Piperun, payload: Any) -> None:
    headers = {"token": piperun.outside.config.piperun_token}
    answer = piperun.outside.http.post("/piperun/v1/notes", content=b"{", headers=headers)

    assert (answer.status_code, answer.json()) == (422, payload("piperun/error_422_malformed_json"))


@pytest.mark.parametrize(
    ("kind", "body", "field"),
    [
        ("companies", {"name": "x", "city_id": 3509502}, "city_id"),
        ("companies", {"name": "x", "cnpj": "47081823000153"}, "cnpj"),
        ("persons", {"name": "x", "company_id": 1}, "company_id"),
        ("persons", {"name": "x", "contactPhones": "5511900000001"}, "contactPhones"),
        ("deals", {"title": "x", "pipeline_id": PIPELINE, "stage_id": 651201}, "stage_id"),
        ("deals", {"title": "x", "pipeline_id": PIPELINE, "stage_id": NEW_LEAD, "status": 2}, "status"),
        (
            "deals",
            {"title": "x", "pipeline_id": PIPELINE, "stage_id": NEW_LEAD, "temperature": "quente"},
            "temperature",
        ),
        ("notes", {"text": ""}, "text"),
        ("notes", {"content": "x"}, "text"),
        ("activities", {"activity_type_id": 73001, "status": 1, "owner_id": 2001}, "status"),
        ("tags", {"name": "x"}, "belongs"),
    ],
)
def test_a_value_that_does_not_fit(kind: str, body: dict[str, Any], field: str, piperun: Piperun) -> None:
    answer = piperun.call("POST", kind, body)

    assert (answer.status_code, list(answer.json()["data"])) == (422, [field])
    assert piperun.state().get(kind, []) == []


# --- how it behaves -----------------------------------------------------------------------------------------------


def test_the_same_thing_twice_makes_twins(piperun: Piperun) -> None:
    first, second = piperun.company(external_code="seleto:lead:1"), piperun.company(external_code="seleto:lead:1")

    assert first["id"] != second["id"]
    assert piperun.state()["twins"]["companies_by_cnpj"] == [[first["id"], second["id"]]]


def test_a_deal_is_not_found_by_reference(piperun: Piperun) -> None:
    piperun.deal(reference="seleto:orcamento:1")
    piperun.deal(reference="seleto:orcamento:2")

    rows = piperun.get("deals", reference="seleto:orcamento:1")

    assert [row["reference"] for row in rows] == ["seleto:orcamento:1", "seleto:orcamento:2"]
    assert piperun.calls()["calls"][-1]["ignored"] == ["reference"]


def test_people_are_not_found_by_phone(piperun: Piperun) -> None:
    piperun.person()

    assert len(piperun.get("persons", phone="5511900000009")) == 1


def test_deals_by_person_stage_and_status(piperun: Piperun) -> None:
    person = piperun.person()
    deal = piperun.deal(person_id=person["id"])
    piperun.deal()

    query = {"person_id": person["id"], "pipeline_id": PIPELINE, "status": 0}
    assert [row["id"] for row in piperun.get("deals", **query)] == [deal["id"]]
    piperun.steer("win", id=deal["id"])
    assert piperun.get("deals", **query) == []


def test_contacts_as_objects_are_taken_too(piperun: Piperun) -> None:
    person = piperun.person(contactPhones=[{"phone": "5511900000002"}], contactEmails=[{"email": "m@example.com"}])

    held = piperun.get(f"persons/{person['id']}", **{"with": "contactPhones,contactEmails"})

    assert (held["contactPhones"][0]["phone"], held["contactEmails"][0]["email"]) == ("5511900000002", "m@example.com")


def test_contacts_in_the_other_spelling(piperun: Piperun) -> None:
    person = piperun.person()
    piperun.steer("settings", contact_keys="snake")

    held = piperun.get(f"persons/{person['id']}", **{"with": "contactPhones"})

    assert held["contact_phones"][0]["phone"] == "5511900000001"


def test_cities_have_ids_of_their_own(piperun: Piperun) -> None:
    same = piperun.get("cities", name="bom jesus", show=200)
    exact = [row for row in same if row["name"] == "Bom Jesus"]

    assert len({row["uf"] for row in exact}) == len(exact) > 1
    assert all(5000 <= row["id"] < 11_000 for row in same)
    assert [row["name"] for row in piperun.get("cities", name="sao paulo", uf="SP")] == ["São Paulo"]
    assert piperun.get("cities", name="Mogi Mirim", uf="SP") == []


def test_all_pages_hold_every_row_once(piperun: Piperun) -> None:
    wanted = [piperun.deal(title=f"Lead {number:02}")["id"] for number in range(5)]
    seen: list[int] = []
    cursor: str | None = ""
    while cursor is not None:
        answer = piperun.ok("GET", "deals", show=2, sort="title", desc="true", **({"cursor": cursor} if cursor else {}))
        seen += [row["id"] for row in answer["data"]]
        cursor = answer["meta"]["cursor"]["next"]

    assert seen == wanted[::-1]
    assert piperun.call("GET", "deals", cursor="nonsense").status_code == 422


def test_a_page_before(piperun: Piperun) -> None:
    wanted = [piperun.deal()["id"] for _ in range(4)]
    first = piperun.ok("GET", "deals", show=2)["meta"]["cursor"]["next"]
    second = piperun.ok("GET", "deals", show=2, cursor=first)

    back = piperun.ok("GET", "deals", show=2, cursor=second["meta"]["cursor"]["prev"])

    assert [row["id"] for row in back["data"]] == wanted[:2]


def test_page_size_has_bounds(piperun: Piperun) -> None:
    assert len(piperun.get("cities", show=5000)) == 200
    assert len(piperun.get("cities")) == 15


def test_times_are_those_of_brasilia_without_a_zone(piperun: Piperun) -> None:
    piperun.outside.admin("clock", offset_s=0)
    utc = piperun.outside.look("clock")["now"]
    written = piperun.deal()["created_at"]

    hours = (int(utc[11:13]) - int(written[11:13])) % 24
    assert hours in (2, 3, 4)  # the two readings may straddle a full hour
    assert len(written) == len("2026-11-18 09:12:00")


def test_a_moved_deal_remembers_when(piperun: Piperun) -> None:
    deal = piperun.deal()

    moved = piperun.ok("PUT", f"deals/{deal['id']}", {"stage_id": QUALIFIED})["data"]

    assert (deal["stage_changed_at"], moved["started_in_stage_id"]) == (None, NEW_LEAD)
    assert moved["stage_changed_at"] is not None


def test_notes_keep_their_html(piperun: Piperun) -> None:
    deal, text = piperun.deal(), "Resumo<br>&lt;b&gt; <b>x</b>"
    piperun.create("notes", deal_id=deal["id"], text=text)

    assert [row["text"] for row in piperun.get("notes", deal_id=deal["id"])] == [text]


@pytest.mark.parametrize(("without_body", "status"), [(False, 200), (True, 204)])
def test_people_and_tags_of_a_deal(without_body: bool, status: int, piperun: Piperun) -> None:
    piperun.steer("settings", relations_204=without_body)
    deal, person, tag = piperun.deal(), piperun.person(), piperun.create("tags", name="urgente", belongs=1)

    for path in (f"persons/{person['id']}", f"tags/{tag['id']}", f"tags/{tag['id']}"):
        assert piperun.call("PUT", f"deals/{deal['id']}/{path}").status_code == status

    held = piperun.get(f"deals/{deal['id']}", **{"with": "persons,tags"})
    assert ([row["id"] for row in held["persons"]], [row["name"] for row in held["tags"]]) == (
        [person["id"]],
        ["urgente"],
    )
