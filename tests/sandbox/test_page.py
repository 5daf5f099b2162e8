"""The page: a phone to write on, and the product's timeline beside it."""

import re
from typing import Any

import pytest

from tests.sandbox.outside import Outside, Product, eventually

MARINA = "5511900000001"
TIMELINE = {
    "conversation": {
        "id": "c1",
        "owner": "agent",
        "owner_label": "Agente",
        "temperature": "morno",
        "facts": [{"field": "cidade", "label": "Cidade", "value": "Blumenau", "evidence": "em Blumenau"}],
    },
    "entries": [
        {
            "id": "1",
            "at": "2026-11-24T12:15:01+00:00",
            "stage": "event",
            "title": "Aviso guardado",
            "status": "processado",
            "detail": [{"label": "Canal", "value": "principal"}],
        },
        {
            "id": "2",
            "at": "2026-11-24T12:15:02+00:00",
            "stage": "guardrail",
            "title": "Rascunho barrado",
            "status": "reescrito",
            "detail": [{"label": "Trecho", "value": "<b>R$ 1</b>"}],
        },
    ],
}


def page(outside: Outside, path: str, **form: str) -> str:
    """Press a button the way HTMX does."""
    answer = outside.http.post(f"/page/{path}", data={"lead": MARINA, **form}, headers={"hx-request": "true"})
    assert answer.status_code in (200, 204), answer.text
    return answer.text or answer.headers.get("hx-redirect", "")


def version(fragment: str) -> str:
    found = re.search(r"v=(\w+)", fragment)
    assert found
    return found[1]


def test_the_page_explains_each_stage(outside: Outside) -> None:
    text = outside.http.get("/").text

    for label in ("Evento", "Mensagem", "Turno", "Fato", "Revisão", "Saída", "Passagem"):
        assert label in text
    assert 'lang="pt-BR"' in text


def test_writing_sends_the_message_to_the_product(outside: Outside, product: Product) -> None:
    fragment = page(outside, "send", text="bom dia")

    assert "bom dia" in fragment
    body = eventually(lambda: product.of("ReceivedCallback"))[0]
    assert (body["text"]["message"], body["phone"]) == ("bom dia", MARINA)


def test_an_empty_message_is_not_sent(outside: Outside) -> None:
    page(outside, "send", text="   ")

    assert outside.messages() == []


def test_without_htmx_the_button_leads_back_to_the_page(outside: Outside) -> None:
    answer = outside.http.post("/page/send", data={"lead": MARINA, "text": "oi"})

    assert (answer.status_code, answer.headers["location"]) == (303, f"/?lead={MARINA}")


def test_ticks_follow_the_message(outside: Outside, product: Product) -> None:
    told = outside.says("oi")
    delivered = outside.http.get("/page/chat").text

    outside.zapi("POST", "read-message", {"phone": MARINA, "messageId": told["messageId"]})
    read = outside.http.get("/page/chat").text
    product.status = 500
    outside.says("de novo")

    assert ">entregue<" in delivered
    assert ">lida<" in read
    assert "não entregue" in outside.http.get("/page/chat").text


def test_a_fragment_is_only_sent_again_when_it_changed(outside: Outside) -> None:
    seen = version(outside.http.get("/page/chat").text)
    assert outside.http.get("/page/chat", params={"v": seen}).status_code == 204

    outside.says("oi")

    assert outside.http.get("/page/chat", params={"v": seen}).status_code == 200


def test_every_ready_message_arrives(outside: Outside, product: Product) -> None:
    keys = re.findall(r'name="scene" value="(\w+)"', outside.http.get("/").text)

    for key in keys:
        page(outside, "scene", scene=key)

    eventually(lambda: len(product.of("ReceivedCallback")) == len(keys))
    assert {row["type"] for row in outside.messages()} >= {"text", "audio", "sticker", "location", "image"}


def test_a_burst_is_several_messages(outside: Outside, product: Product) -> None:
    page(outside, "burst")

    eventually(lambda: len(product.of("ReceivedCallback")) == 5)
    stamps = [body["momment"] for body in product.bodies]
    assert stamps == sorted(stamps)


def test_somebody_answers_from_the_company_phone(outside: Outside, product: Product) -> None:
    page(outside, "human")

    body = eventually(lambda: product.of("ReceivedCallback"))[0]
    assert (body["fromMe"], body["fromApi"]) == (True, False)
    assert "pessoa, no celular" in outside.http.get("/page/chat").text


def test_restarting_gives_the_same_person_a_number_nobody_knows(outside: Outside) -> None:
    outside.says("oi")

    target = page(outside, "restart")

    fresh = target.removeprefix("/?lead=")
    assert fresh != MARINA
    text = outside.http.get(target).text
    assert "Marina Exemplo" in text
    assert "Nenhuma mensagem ainda" in text
    assert outside.messages()[0]["lead"] == MARINA, "the log keeps what was said"


def test_a_lead_without_a_number_can_write_and_restart(outside: Outside, product: Product) -> None:
    outside.http.post("/page/send", data={"lead": "100000000000005@lid", "text": "oi"})

    target = page(outside, "restart", lead="100000000000005@lid")

    assert eventually(lambda: product.of("ReceivedCallback"))[0]["phone"] == "100000000000005@lid"
    assert target.endswith("%40lid")


def test_the_timeline_is_read_from_the_product(outside: Outside, product: Product) -> None:
    outside.says("sou de Blumenau")
    product.timeline = TIMELINE

    text = outside.http.get("/page/timeline").text

    for expected in ("Agente", "morno", "em Blumenau", "Aviso guardado", "09:15:01", "Rascunho barrado"):
        assert expected in text
    assert "<b>R$ 1</b>" not in text, "what the product says is shown as text"


def test_before_the_first_message_the_page_says_what_to_do(outside: Outside) -> None:
    assert "Escreva no telefone" in outside.http.get("/page/timeline").text


def test_a_message_the_product_has_not_stored_yet(outside: Outside) -> None:
    outside.says("oi")

    assert "ainda não registrou" in outside.http.get("/page/timeline").text


def test_a_refused_key_is_named(outside: Outside, product: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    outside.says("oi")
    monkeypatch.setattr(product, "token", "another")

    assert "SANDBOX_API_TOKEN" in outside.http.get("/page/timeline").text


@pytest.mark.parametrize("timeline", [["no object"], {"conversation": None, "entries": None}])
def test_an_odd_timeline_breaks_nothing(timeline: Any, outside: Outside, product: Product) -> None:
    outside.says("oi")
    product.timeline = timeline

    assert outside.http.get("/").status_code == 200


def test_the_strip_makes_the_model_misbehave(outside: Outside) -> None:
    page(outside, "model", mode="quota", times="3", personality="careless")

    assert outside.look("model") == {"mode": "quota", "times": 3, "latency_s": 0.0, "personality": "careless"}
    assert "Modelo com defeito ligado" in outside.http.get("/").text


def test_the_strip_switches_faults_on_and_off(outside: Outside) -> None:
    page(outside, "fault", fault="drop_after")
    assert "1 falha ligada" in outside.http.get("/").text

    page(outside, "fault", clear="1")

    assert outside.look("faults")["faults"] == []


def test_the_strip_disconnects_the_phone(outside: Outside, product: Product) -> None:
    page(outside, "connection")

    assert eventually(lambda: product.of("DisconnectedCallback"))
    assert "WhatsApp desconectado" in outside.http.get("/").text


def test_whatsapp_emphasis_is_shown_and_markup_is_not(outside: Outside) -> None:
    outside.says("*forte* e _leve_ e <script>alert(1)</script>")

    text = outside.http.get("/page/chat").text

    assert "<strong>forte</strong> e <em>leve</em>" in text
    assert "<script>" not in text


def test_another_website_cannot_press_the_buttons(outside: Outside) -> None:
    headers = {"origin": "https://elsewhere.example"}

    assert outside.http.post("/page/human", data={"lead": MARINA}, headers=headers).status_code == 403
    assert outside.http.post("/_sandbox/reset", headers=headers).status_code == 403
    assert outside.http.post("/_sandbox/reset", headers={"origin": outside.url}).status_code == 200


def test_what_the_page_needs_is_served_from_here(outside: Outside) -> None:
    text = outside.http.get("/").text

    for address in re.findall(r'(?:src|href)="(/static/[^"]+)"', text):
        assert outside.http.get(address).status_code == 200
    assert not re.search(r'(?:src|href)="https?://', text)


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1440])
def test_in_a_browser_a_message_appears_without_reloading(width: int, outside: Outside, chromium: Any) -> None:
    page = chromium.new_page(viewport={"width": width, "height": 900})
    troubles: list[str] = []
    page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.goto(outside.url)

    page.get_by_label("Mensagem", exact=True).fill("bom dia")
    page.keyboard.press("Enter")
    page.locator(".bubble.mine", has_text="bom dia").wait_for()
    outside.send("Olá! *Tudo certo* por aqui.")
    page.locator(".bubble.theirs strong", has_text="Tudo certo").wait_for()

    assert page.get_by_label("Mensagem", exact=True).input_value() == ""
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert troubles == []
    page.close()
