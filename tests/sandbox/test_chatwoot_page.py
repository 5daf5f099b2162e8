"""The SDR's page: the inbox, a conversation, and every button of it."""

import base64
import re
from typing import Any

import httpx
import pytest

from tests.sandbox.chatwoot import BIANCA, CAIO, Chatwoot
from tests.sandbox.outside import eventually

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)


@pytest.fixture
def number(chatwoot: Chatwoot) -> int:
    made = chatwoot.conversation()
    chatwoot.listen()
    return made


def press(chatwoot: Chatwoot, path: str, number: int, **form: Any) -> httpx.Response:
    """Press a button the way HTMX does."""
    data = {"c": str(number), "as": str(BIANCA), **form}
    answer = chatwoot.outside.http.post(f"/sdr/{path}", data=data, headers={"hx-request": "true"})
    assert answer.status_code in (200, 204), answer.text
    return answer


def shown(chatwoot: Chatwoot, path: str = "", **query: object) -> str:
    answer = chatwoot.outside.http.get(f"/sdr{path}", params={key: str(value) for key, value in query.items()})
    assert answer.status_code == 200
    return answer.text


def conversation(chatwoot: Chatwoot) -> dict[str, Any]:
    found: dict[str, Any] = chatwoot.state()["conversations"][-1]
    return found


def test_an_empty_desk_says_what_to_do(chatwoot: Chatwoot) -> None:
    text = shown(chatwoot)

    assert "Nenhuma conversa ainda" in text
    assert 'lang="pt-BR"' in text


def test_the_list_marks_what_is_unread_until_it_is_opened(chatwoot: Chatwoot, number: int) -> None:
    chatwoot.say(number, "Bom dia!", message_type="incoming")

    before = shown(chatwoot, "/list")
    shown(chatwoot, c=number)

    assert re.search(r'class="row unread".*Marina Exemplo.*Bom dia!.*1<span class="sr-only"> não lidas', before, re.S)
    assert "não lidas" not in shown(chatwoot, "/list")


def test_the_filters_of_the_list(chatwoot: Chatwoot, number: int) -> None:
    chatwoot.steer("assign", conversation=number, assignee=CAIO)
    chatwoot.steer("labels", conversation=number, labels=["quente"])

    def listed(**query: object) -> bool:
        return "Marina Exemplo" in shown(chatwoot, "/list", **query)

    assert listed()
    assert listed(who="me", **{"as": CAIO})
    assert not listed(who="me", **{"as": BIANCA})
    assert not listed(who="unassigned")
    assert (listed(status="pending"), listed(status="resolved")) == (True, False)
    assert (listed(label="quente"), listed(label="frio")) == (True, False)


def test_everybody_looks_different_in_the_thread(chatwoot: Chatwoot, number: int) -> None:
    chatwoot.say(number, "oi <b>negrito</b>", message_type="incoming")
    chatwoot.say(number, "olá", token=chatwoot.bot)
    chatwoot.steer("message", conversation=number, text="nota", private=True)
    chatwoot.steer("message", conversation=number, text="sou a Bianca")

    text = shown(chatwoot, "/talk", c=number)

    assert re.findall(r'<article class="line ([^"]+)"', text) == [
        "in",
        "out by-bot",
        "out private by-user",
        "out by-user",
    ]
    assert "oi &lt;b&gt;" in text


def test_bold_and_mentions_are_shown_as_such(chatwoot: Chatwoot, number: int) -> None:
    text = "**Lead quente** para [@Bianca SDR](mention://user/11/Bianca%20SDR) <script>"
    chatwoot.say(number, text, private=True)

    fragment = shown(chatwoot, "/talk", c=number)

    assert '<strong>Lead quente</strong> para <span class="mention">@Bianca SDR</span> &lt;script&gt;' in fragment


def test_a_reply_reaches_the_product_as_an_sdrs(chatwoot: Chatwoot, number: int) -> None:
    fragment = press(chatwoot, "send", number, text="Oi, aqui é a Bianca").text

    body = chatwoot.event("message_created")
    assert (body["content"], body["private"], body["sender"]["id"]) == ("Oi, aqui é a Bianca", False, BIANCA)
    assert "Oi, aqui é a Bianca" in fragment


def test_a_private_note_and_a_command(chatwoot: Chatwoot, number: int) -> None:
    press(chatwoot, "send", number, text="/retomar ", private="1")

    body = chatwoot.event("message_created")
    assert (body["content"], body["private"]) == ("/retomar", True)


def test_nothing_is_not_sent(chatwoot: Chatwoot, number: int) -> None:
    press(chatwoot, "send", number, text="  ")

    assert chatwoot.state()["messages"] == []


def test_a_file_is_sent(chatwoot: Chatwoot, number: int) -> None:
    address, data = "/sdr/send", {"c": str(number), "as": str(BIANCA), "text": ""}
    files = {"files": ("foto.png", PIXEL, "image/png")}

    chatwoot.outside.http.post(address, data=data, files=files, headers={"hx-request": "true"})

    body = chatwoot.event("message_created")
    assert (body["content"], body["attachments"][0]["file_type"]) == (None, "image")
    assert body["attachments"][0]["data_url"] in shown(chatwoot, "/talk", c=number)


def test_a_failure_is_shown_and_can_be_cleared(chatwoot: Chatwoot, number: int) -> None:
    said = chatwoot.steer("message", conversation=number, text="oi")
    path = f"conversations/{number}/messages/{said['id']}"
    chatwoot.ok("PATCH", path, {"status": "failed", "external_error": "O número não tem WhatsApp."})

    text = shown(chatwoot, "/talk", c=number)
    press(chatwoot, "retry", number, message=said["id"])

    assert "não enviada" in text
    assert "O número não tem WhatsApp." in text
    assert chatwoot.state()["messages"][-1]["status"] == "sent"


def test_a_message_is_deleted(chatwoot: Chatwoot, number: int) -> None:
    said = chatwoot.steer("message", conversation=number, text="ops")

    fragment = press(chatwoot, "delete-message", number, message=said["id"]).text

    assert "Mensagem apagada" in fragment
    assert chatwoot.event("message_updated")["content_attributes"] == {"deleted": True}


@pytest.mark.parametrize("wanted", ["resolved", "snoozed", "open"])
def test_the_status_buttons(wanted: str, chatwoot: Chatwoot, number: int) -> None:
    press(chatwoot, "status", number, to=wanted)

    body = chatwoot.event("conversation_status_changed")
    assert body["status"] == conversation(chatwoot)["status"] == wanted
    assert (body["snoozed_until"] is not None) == (wanted == "snoozed")


def test_giving_it_back_to_the_agent(chatwoot: Chatwoot, number: int) -> None:
    press(chatwoot, "status", number, to="open")
    press(chatwoot, "status", number, to="pending")
    chatwoot.quiet()

    change = chatwoot.events("conversation_status_changed")[-1]["changed_attributes"][0]
    assert change == {"status": {"previous_value": "open", "current_value": "pending"}}


def test_assigning_a_person_and_a_team(chatwoot: Chatwoot, number: int) -> None:
    press(chatwoot, "assign", number, assignee=CAIO)
    press(chatwoot, "assign", number, team="1")
    both = conversation(chatwoot)
    press(chatwoot, "assign", number, assignee="")

    assert (both["assignee_id"], both["team_id"]) == (CAIO, 1)
    assert (conversation(chatwoot)["assignee_id"], conversation(chatwoot)["team_id"]) == (None, 1)


def test_labels_attributes_and_priority(chatwoot: Chatwoot, number: int) -> None:
    press(chatwoot, "label", number, name="quente")
    press(chatwoot, "label", number, name="visita")
    press(chatwoot, "label", number, name="quente")
    press(chatwoot, "attribute", number, name="produto", value="FB300")
    press(chatwoot, "attribute", number, name="uf", value="SC")
    press(chatwoot, "attribute", number, name="uf", value="")
    press(chatwoot, "priority", number, priority="high")

    row = conversation(chatwoot)
    assert (row["labels"], row["custom_attributes"], row["priority"]) == (["visita"], {"produto": "FB300"}, "high")
    panel = shown(chatwoot, "/panel", c=number)
    assert "FB300" in panel
    assert re.search(r'value="visita" aria-pressed="true"', panel)


def test_typing_is_told_and_shown(chatwoot: Chatwoot, number: int) -> None:
    press(chatwoot, "typing", number, on="1")
    told = chatwoot.event("conversation_typing_on")
    chatwoot.ok("POST", f"conversations/{number}/toggle_typing_status", {"typing_status": "on"}, token=chatwoot.bot)

    text = shown(chatwoot, "/talk", c=number, **{"as": BIANCA})

    assert told["user"]["id"] == BIANCA
    assert "Seleto Bot está digitando" in text, "one's own typing is not shown"


def test_being_away(chatwoot: Chatwoot, number: int) -> None:
    press(chatwoot, "availability", number, availability="offline")

    assert {row["id"]: row["availability_status"] for row in chatwoot.ok("GET", "agents")}[BIANCA] == "offline"


def test_the_conversation_can_be_deleted(chatwoot: Chatwoot, number: int) -> None:
    answer = press(chatwoot, "delete", number)

    assert "c=" not in answer.headers["hx-redirect"]
    assert chatwoot.state()["conversations"] == []
    assert "Escolha uma conversa" in shown(chatwoot, c=number)


def test_faults_are_switched_on_and_off(chatwoot: Chatwoot, number: int) -> None:
    press(chatwoot, "fault", number, fault="down")
    assert chatwoot.call("GET", "agents").status_code == 500
    assert "1 falha ligada" in shown(chatwoot, "/panel")

    press(chatwoot, "fault", number, clear="1")

    assert chatwoot.call("GET", "agents").status_code == 200


@pytest.mark.parametrize("part", ["list", "talk", "panel"])
def test_a_part_that_did_not_change_is_left_alone(part: str, chatwoot: Chatwoot, number: int) -> None:
    version = re.search(r"v=(\w+)", shown(chatwoot, f"/{part}", c=number))
    assert version
    query = {"c": str(number), "v": version[1]}

    same = chatwoot.outside.http.get(f"/sdr/{part}", params=query)
    chatwoot.say(number, "oi", message_type="incoming")
    chatwoot.steer("labels", conversation=number, labels=["quente"])

    assert same.status_code == 204
    assert chatwoot.outside.http.get(f"/sdr/{part}", params=query).status_code == 200


def test_without_htmx_a_button_leads_back_to_the_page(chatwoot: Chatwoot, number: int) -> None:
    answer = chatwoot.outside.http.post("/sdr/send", data={"c": str(number), "text": "oi"})

    assert (answer.status_code, f"c={number}" in answer.headers["location"]) == (303, True)


def test_another_website_cannot_press_the_buttons(chatwoot: Chatwoot, number: int) -> None:
    headers = {"origin": "https://elsewhere.example"}

    answer = chatwoot.outside.http.post("/sdr/send", data={"c": str(number), "text": "oi"}, headers=headers)

    assert answer.status_code == 403


def test_what_the_page_needs_is_served_from_here(chatwoot: Chatwoot) -> None:
    text = shown(chatwoot)

    for address in re.findall(r'(?:src|href)="(/static/[^"]+)"', text):
        assert chatwoot.outside.http.get(address).status_code == 200
    assert not re.search(r'(?:src|href)="https?://', text)


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1440])
def test_in_a_browser(width: int, chatwoot: Chatwoot, number: int, chromium: Any) -> None:
    page = chromium.new_page(viewport={"width": width, "height": 900})
    troubles: list[str] = []
    page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.goto(f"{chatwoot.outside.url}/sdr?c={number}")
    box = page.get_by_label("Mensagem", exact=True)

    chatwoot.say(number, "Bom dia!", message_type="incoming")
    page.locator(".line.in", has_text="Bom dia!").wait_for()
    box.press_sequentially("/vis")
    page.keyboard.press("Enter")
    canned = box.input_value()
    page.keyboard.press("Enter")
    page.locator(".line.by-user", has_text="visita à fábrica").wait_for()
    page.get_by_label("Nota privada").check()
    box.press_sequentially("/retomar")
    page.keyboard.press("Enter")
    page.locator(".line.private", has_text="/retomar").wait_for()
    chatwoot.quiet()

    assert canned.startswith("Podemos combinar uma visita"), "a chosen one replaces the text before it is sent"
    sent = [(body["content"], body["private"]) for body in chatwoot.events("message_created")[-2:]]
    assert sent == [(canned, False), ("/retomar", True)]
    eventually(lambda: box.input_value() == "")
    assert chatwoot.events("conversation_typing_on")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert troubles == []
    page.close()
