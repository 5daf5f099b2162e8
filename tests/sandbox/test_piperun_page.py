"""The CRM's page: the funnel, one deal, the lists, and what a person can do there."""

from typing import Any

import pytest

from sandbox.page.safe_html import sanitised
from tests.sandbox.outside import eventually
from tests.sandbox.piperun import CNPJ, NEW_LEAD, QUALIFIED, WHATSAPP, Piperun

HX = {"hx-request": "true"}


@pytest.fixture
def deal(piperun: Piperun) -> int:
    """Marina's deal, written by the product."""
    company = piperun.company(city_id=piperun.city())
    person = piperun.person(company_id=company["id"])
    links = {"company_id": company["id"], "person_id": person["id"], "origin_id": WHATSAPP}
    row = piperun.deal(title="Lead — formadora — Campinas/SP", temperature=2, value="18900.00", **links)
    piperun.create("notes", deal_id=row["id"], text="<b>Resumo</b><br>Quer a FB300<script>alert(1)</script>")
    piperun.create("activities", activity_type_id=73005, status=0, owner_id=2002, deal_id=row["id"], title="Retornar")
    return int(row["id"])


def page(piperun: Piperun, **query: Any) -> str:
    answer = piperun.outside.http.get("/crm", params=query)
    assert answer.status_code == 200
    return answer.text


def act(piperun: Piperun, what: str, /, **form: Any) -> None:
    answer = piperun.outside.http.post(f"/crm/{what}", data=form)
    assert answer.status_code == 303, answer.text


def test_an_empty_funnel_says_what_to_do(piperun: Piperun) -> None:
    text = page(piperun)

    assert "Nenhuma oportunidade ainda" in text
    assert "Novo lead" in text


def test_a_card_and_the_deal_behind_it(deal: int, piperun: Piperun) -> None:
    text = page(piperun, d=deal)

    for wanted in (
        *("Lead — formadora — Campinas/SP", "Frigorífico Vale Fictício Ltda", "Marina Exemplo", "quente"),
        *("R$ 18.900,00", CNPJ, "Campinas/SP", "WhatsApp", "<b>Resumo</b><br>Quer a FB300", "Retornar", "Criado"),
    ):
        assert wanted in text
    assert "alert(1)" not in text


def test_what_people_do_with_a_deal(deal: int, piperun: Piperun) -> None:
    def held() -> Any:
        return piperun.get(f"deals/{deal}")

    act(piperun, "move", d=deal, stage=QUALIFIED)
    assert held()["stage_id"] == QUALIFIED
    act(piperun, "lose", d=deal, reason=502)
    assert held()["status"] == 3
    assert "Lead — formadora" not in page(piperun)
    assert "Perdida" in page(piperun, show="all")
    act(piperun, "reopen", d=deal)
    act(piperun, "win", d=deal)
    assert held()["status"] == 1
    act(piperun, "delete", d=deal)
    assert held()["deleted"] == 1


def test_a_note_is_kept_as_the_editor_writes_it(deal: int, piperun: Piperun) -> None:
    act(piperun, "note", **{"d": deal, "text": "Liguei <hoje>\nvolta amanhã", "as": 2002})

    note = piperun.get("notes", deal_id=deal)[-1]
    assert (note["text"], note["user_name"]) == ("Liguei &lt;hoje&gt;<br>volta amanhã", "Edvaldo Comercial")


def test_names_are_edited_and_told_in_the_history(deal: int, piperun: Piperun) -> None:
    company = piperun.get("companies", cnpj=CNPJ)[0]["id"]

    act(piperun, "edit", d=deal, kind="companies", id=company, name="Vale Fictício S.A.")

    assert piperun.get(f"companies/{company}")["name"] == "Vale Fictício S.A."
    assert piperun.state()["companies"][0]["history"][-1]["who"] == "Renata Comercial"


def test_twins_are_seen_and_removed(deal: int, piperun: Piperun) -> None:
    company = piperun.get("companies", cnpj=CNPJ)[0]["id"]
    assert "em dobro" not in page(piperun, tab="empresas")

    act(piperun, "twin", tab="empresas", kind="companies", id=company)
    text = page(piperun, tab="empresas")
    assert text.count("em dobro") == 2
    assert "à mão" in text

    act(piperun, "remove", tab="empresas", kind="companies", id=piperun.get("companies")[-1]["id"])
    assert "em dobro" not in page(piperun, tab="empresas")


def test_fragments_come_when_something_changed(deal: int, piperun: Piperun) -> None:
    http = piperun.outside.http
    for part in ("board", "deal"):
        first = http.get(f"/crm/{part}", params={"d": deal}).text
        again = first.split(f'hx-get="/crm/{part}?', 1)[1].split('"', 1)[0].replace("&amp;", "&")
        assert http.get(f"/crm/{part}?{again}").status_code == 204
        piperun.create("notes", deal_id=deal, text="mais uma")
        assert http.get(f"/crm/{part}?{again}").status_code == 200


def test_with_htmx_deal_and_board_come_back(deal: int, piperun: Piperun) -> None:
    answer = piperun.outside.http.post("/crm/move", data={"d": deal, "stage": QUALIFIED}, headers=HX)

    assert 'id="deal"' in answer.text
    assert 'hx-swap-oob="true"' in answer.text


@pytest.mark.parametrize("choice", ["after", "down", "limit", "token"])
def test_faults_are_switched_on_and_off(choice: str, piperun: Piperun) -> None:
    act(piperun, "fault", fault=choice)
    state = piperun.state()
    assert state["faults"] or state["settings"]["token_revoked"] or state["settings"]["rate_per_s"]

    act(piperun, "fault", clear=1)
    state = piperun.state()
    assert (state["faults"], state["settings"]["token_revoked"], state["settings"]["rate_per_s"]) == ([], False, 0)


def test_what_went_while_the_page_was_open(deal: int, piperun: Piperun) -> None:
    piperun.steer("delete", kind="deals", id=deal, for_good=True)

    act(piperun, "move", d=deal, stage=NEW_LEAD)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("Olá<br>mundo", "Olá<br>mundo"),
        ("<b onclick=x>oi</b>", "<b>oi</b>"),
        ("<script>alert(1)</script>fim", "fim"),
        ("<img src=x onerror=alert(1)>fim", "fim"),
        ("&lt;b&gt; fica texto", "&lt;b&gt; fica texto"),
        ("<ul><li>um<li>dois", "<ul><li>um<li>dois</li></li></ul>"),
        ("</div></div>fora", "fora"),
        ("<a href='javascript:alert(1)'>clique</a>", "clique"),
        ("2 < 3 & 4", "2 &lt; 3 &amp; 4"),
        ("<svg><script>x</script></svg>fim", "fim"),
    ],
)
def test_notes_are_shown_without_anything_that_acts(given: str, shown: str) -> None:
    assert sanitised(given) == shown


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1440])
def test_in_a_browser(width: int, deal: int, piperun: Piperun, chromium: Any) -> None:
    view = chromium.new_page(viewport={"width": width, "height": 900})
    troubles: list[str] = []
    view.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
    view.on("pageerror", lambda error: troubles.append(str(error)))
    view.goto(f"{piperun.outside.url}/crm")
    view.locator(".deal-card", has_text="formadora").click()
    view.locator(".crm-note", has_text="Quer a FB300").wait_for()

    view.get_by_label("Nova nota").fill("Vou ligar")
    piperun.create("notes", deal_id=deal, text="chegou outra")
    view.wait_for_timeout(1500)
    assert view.get_by_label("Nova nota").input_value() == "Vou ligar"
    view.get_by_role("button", name="Anotar").click()
    view.locator(".crm-note", has_text="Vou ligar").wait_for()
    view.locator(".crm-note", has_text="chegou outra").wait_for()
    view.locator("[name=stage]").select_option(str(QUALIFIED))

    eventually(lambda: piperun.get(f"deals/{deal}")["stage_id"] == QUALIFIED)
    assert view.evaluate("document.documentElement.scrollWidth") <= width
    assert troubles == []
    view.close()
