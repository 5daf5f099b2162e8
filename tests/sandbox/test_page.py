"""The page: a phone to write on, and the product's timeline beside it."""

import re
from typing import Any

import httpx
import pytest

from tests.sandbox.outside import Outside, Product, eventually, running

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


def entry(stage: str, title: str, status: str = "", **detail: str) -> dict[str, Any]:
    rows = [{"label": label, "value": value} for label, value in detail.items()]
    return {"id": title, "at": "2026-11-24T12:15:01+00:00", "stage": stage, "title": title} | {
        "status": status,
        "detail": rows,
    }


def exchange(text: str, *refused: dict[str, Any]) -> list[dict[str, Any]]:
    """What the product tells of one message and its answer."""
    asked = [entry("event", "Aviso guardado"), entry("message", "Mensagem: lead", Texto=text)]
    return [*asked, entry("turn", "Turno do agente", "respondido"), *refused, entry("outbox", "Saída", "enviada")]


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

    for label in ("Evento", "Mensagem", "Turno", "Fato", "Revisão", "Saída", "Repasse"):
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


def test_reading_a_message_reads_those_before_it(outside: Outside) -> None:
    outside.says("oi")
    second = outside.says("tudo bem?")
    outside.says("alô")
    outside.says("oi", lead="5511900000002")

    outside.zapi("POST", "read-message", {"phone": MARINA, "messageId": second["messageId"]})

    assert [row["status"] for row in outside.messages()] == ["READ", "READ", "RECEIVED", "RECEIVED"]


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


def test_older_exchanges_are_folded_and_the_newest_is_open(outside: Outside, product: Product) -> None:
    outside.says("oi")
    product.timeline = {"entries": [*exchange("oi"), *exchange("quero a FB300")]}

    text = outside.http.get("/page/timeline").text

    folds = re.findall(r'<details class="exchange"[^>]*?( open)?>.*?class="said">([^<]*)<', text, re.S)
    assert folds == [(" open", "quero a FB300"), ("", "oi")]


def test_a_review_without_objection_is_shown_as_passed(outside: Outside, product: Product) -> None:
    outside.says("oi")
    refused = entry("guardrail", "Rascunho barrado")
    product.timeline = {"entries": [*exchange("oi"), *exchange("quanto custa?", refused)]}

    text = outside.http.get("/page/timeline").text

    second, first = text.split('<details class="exchange"')[1:]
    assert "<dt>Revisão</dt><dd>passou</dd>" in first
    assert "passou" not in second


def test_a_turn_that_was_given_up_passed_no_review(outside: Outside, product: Product) -> None:
    outside.says("oi")
    product.timeline = {"entries": [entry("message", "Mensagem", Texto="oi"), entry("turn", "Turno", "cancelado")]}

    assert "passou" not in outside.http.get("/page/timeline").text


@pytest.mark.parametrize("code", ["", "nao_classificado"])
def test_without_a_temperature_the_badge_agrees_with_its_noun(code: str, outside: Outside, product: Product) -> None:
    outside.says("oi")
    unclassified = {"id": "c1", "temperature": code, "temperature_label": "não classificado"}
    product.timeline = {"conversation": unclassified, "entries": []}

    assert "Temperatura: <strong>não classificada</strong>" in outside.http.get("/page/timeline").text


def test_the_presentation_is_that_of_the_chosen_lead(outside: Outside) -> None:
    otavio, nobody = "5511900000002", "100000000000005@lid"

    page(outside, "scene", scene="hello", lead=otavio)
    page(outside, "scene", scene="hello", lead=nobody)

    assert [row["text"].split(" da ")[0] for row in outside.messages()] == [
        "Bom dia! Aqui é Otávio,",
        "Bom dia! Somos",
    ]


def test_who_has_no_number_is_told_so_once(outside: Outside) -> None:
    text = outside.http.get("/", params={"lead": "100000000000005@lid"}).text

    assert "<small>Sem número</small>" in text


def test_a_voice_note_is_shown_as_what_was_said(outside: Outside) -> None:
    page(outside, "scene", scene="voice")

    assert "Áudio: o que foi dito" in outside.http.get("/page/chat").text


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
    assert "Defeito no modelo: Sem crédito (429) (3 respostas)" in outside.http.get("/").text


def test_a_used_up_defect_leaves_the_strip(outside: Outside) -> None:
    page(outside, "model", mode="quota", times="1")
    shown = outside.http.get("/page/status").text
    assert "Sem crédito (429) (1 resposta)" in shown

    outside.chat({"role": "user", "content": "oi"})

    again = outside.http.get("/page/status", params={"v": version(shown)})
    assert again.status_code == 200
    assert "Defeito" not in again.text
    assert outside.http.get("/page/status", params={"v": version(again.text)}).status_code == 204


def test_a_fault_used_up_leaves_the_strip(outside: Outside) -> None:
    page(outside, "fault", fault="drop_before")
    shown = outside.http.get("/page/status").text
    assert "1 falha ligada: Conexão cai antes do envio" in shown

    with pytest.raises(httpx.HTTPError):
        outside.send("oi")

    assert "falha ligada" not in outside.http.get("/page/status", params={"v": version(shown)}).text


def test_with_a_real_model_its_name_stands_in_place_of_the_defects(product: Product) -> None:
    with running(product, real_model="modelo-exemplo") as outside:
        page(outside, "model", mode="quota")
        text = outside.http.get("/").text

    assert "Modelo: modelo-exemplo" in text
    for hidden in ("Defeito no modelo", 'name="mode"', "Modelo fora do ar"):
        assert hidden not in text


def test_the_strip_switches_faults_on_and_off(outside: Outside) -> None:
    page(outside, "fault", fault="drop_after")
    assert "1 falha ligada" in outside.http.get("/").text

    page(outside, "fault", clear="1")

    assert outside.look("faults")["faults"] == []


def test_the_strip_disconnects_the_phone(outside: Outside, product: Product) -> None:
    page(outside, "connection")

    assert eventually(lambda: product.of("DisconnectedCallback"))
    assert "WhatsApp desconectado" in outside.http.get("/").text
    assert "esperam na fila de saída do produto" in outside.http.get("/page/chat").text


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
    assert page.locator("#legend[open]").count() == 0
    assert page.get_by_text("à esquerda").is_visible() == (width > 900)
    assert troubles == []
    page.close()


def test_a_lead_can_write_to_the_companys_other_number(outside: Outside, product: Product) -> None:
    page(outside, "channel", channel="cloud")
    page(outside, "send", text="Bom dia")

    (body,) = eventually(lambda: product.bodies)
    assert body["entry"][0]["changes"][0]["value"]["messages"][0]["text"] == {"body": "Bom dia"}
    assert re.search(r'value="cloud" aria-pressed="true"', outside.http.get("/", params={"lead": MARINA}).text)
