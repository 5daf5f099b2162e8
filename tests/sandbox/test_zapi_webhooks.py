"""What the sandbox posts to the product has the form of the captured samples."""

from typing import Any

import pytest

from tests.sandbox.outside import Outside, Product, eventually

KINDS = {
    "text": "webhook_received_text",
    "audio": "webhook_received_audio",
    "image": "webhook_received_image_caption",
    "video": "webhook_received_video",
    "document": "webhook_received_document",
    "sticker": "webhook_received_sticker",
    "location": "webhook_received_location",
    "contact": "webhook_received_contact",
    "reaction": "webhook_received_reaction",
    "button": "webhook_received_button_reply",
}
OPTIONAL = {"title", "description", "url", "thumbnailUrl"}


@pytest.mark.parametrize(("kind", "sample"), KINDS.items())
def test_a_lead_message_looks_like_the_sample(
    kind: str, sample: str, outside: Outside, product: Product, payload: Any
) -> None:
    wanted = payload(f"zapi/{sample}")
    content = next(name for name in wanted if isinstance(wanted[name], dict))

    outside.says("conteúdo", type=kind, reference="3EB0B0000000000000000001")

    body = product.of("ReceivedCallback")[-1]
    assert body.keys() == wanted.keys()
    assert body[content].keys() | OPTIONAL >= wanted[content].keys()
    assert {name: type(value) for name, value in body.items() if value is not None and wanted[name] is not None} == {
        name: type(value) for name, value in wanted.items() if value is not None and body[name] is not None
    }


def test_webhooks_carry_the_instance_token(outside: Outside, product: Product) -> None:
    outside.says("oi")

    assert product.headers[-1]["z-api-token"] == outside.config.instance_token
    assert product.headers[-1]["content-type"] == "application/json"


def test_the_caller_learns_how_the_webhook_went(outside: Outside, product: Product) -> None:
    product.status = 503

    told = outside.says("oi")

    assert told["webhook"]["status"] == 503
    assert outside.messages()[0]["error"] == "HTTP 503"
    assert len(product.bodies) == 1, "a refused webhook is not repeated"


def test_a_lead_known_by_lid_alone(outside: Outside, product: Product, payload: Any) -> None:
    outside.says("oi", lead="100000000000005@lid")

    body = product.of("ReceivedCallback")[-1]
    assert body["phone"] == body["chatLid"] == payload("zapi/webhook_received_lid_only")["phone"]


def test_a_group_message_an_ad_and_a_quotation(outside: Outside, product: Product, payload: Any) -> None:
    outside.says("no grupo", group=True)
    outside.says("vi o anúncio", ad=True)
    outside.says("essa", reference="3EB0A0000000000000000002")

    group, ad, quote = product.of("ReceivedCallback")
    assert group["isGroup"] is True
    assert group["phone"].endswith("-group")
    assert ad["externalAdReply"].keys() == payload("zapi/webhook_received_text_from_ad")["externalAdReply"].keys()
    assert quote["referenceMessageId"] == "3EB0A0000000000000000002"


def test_an_edit_repeats_the_message_id(outside: Outside, product: Product) -> None:
    first = outside.says("quatrocentos")

    outside.says("seiscentos", messageId=first["messageId"], isEdit=True)

    old, new = product.of("ReceivedCallback")
    assert (new["messageId"], new["isEdit"], new["text"]["message"]) == (old["messageId"], True, "seiscentos")
    assert [(row["text"], row["edited"]) for row in outside.messages()] == [("seiscentos", True)]


def test_a_deletion_is_a_revoke_notice(outside: Outside, product: Product, payload: Any) -> None:
    told = outside.says("ops")

    outside.admin("zapi/delete", lead="5511900000001", messageId=told["messageId"])

    notice = product.of("ReceivedCallback")[-1]
    assert notice.keys() == payload("zapi/webhook_received_notification_revoke").keys()
    assert (notice["notification"], notice["referenceMessageId"]) == ("REVOKE", told["messageId"])


def test_a_human_on_the_phone_is_not_the_api(outside: Outside, product: Product, payload: Any) -> None:
    outside.admin("zapi/human-message", lead="5511900000001", text="aqui é o Edvaldo")

    body = product.of("ReceivedCallback")[-1]
    wanted = payload("zapi/webhook_received_fromme_phone")
    assert (body["fromMe"], body["fromApi"]) == (wanted["fromMe"], wanted["fromApi"]) == (True, False)
    assert outside.messages()[-1]["origin"] == "phone"


def test_presence_and_connection(outside: Outside, product: Product, payload: Any) -> None:
    outside.admin("zapi/presence", lead="5511900000001", status="COMPOSING")
    outside.admin("zapi/connection", connected=False)
    outside.admin("zapi/connection", connected=True)

    presence, gone, back = product.bodies
    assert presence == payload("zapi/webhook_presence_composing")
    assert gone.keys() == payload("zapi/webhook_disconnected").keys()
    assert back.keys() == payload("zapi/webhook_connected").keys()
    assert len(str(gone["momment"])) == 10, "seconds, as documented for this one"


def test_any_bytes_can_be_posted(outside: Outside, product: Product) -> None:
    told = outside.admin("zapi/raw", body="{not json")

    assert told["webhook"]["status"] == 200
    assert product.raw == [b"{not json"]


def test_a_send_is_followed_by_delivery_echo_and_receipts(outside: Outside, product: Product, payload: Any) -> None:
    sent = outside.send("olá")

    eventually(lambda: len(product.bodies) == 5)
    delivery, echo, *receipts = product.bodies
    assert delivery.keys() == payload("zapi/webhook_delivery_callback").keys()
    assert (delivery["messageId"], delivery["zaapId"]) == (sent["messageId"], sent["zaapId"])
    assert (echo["fromMe"], echo["fromApi"], echo["messageId"]) == (True, True, sent["messageId"])
    assert [receipt["status"] for receipt in receipts] == ["SENT", "RECEIVED", "READ"]
    assert receipts[0].keys() == payload("zapi/webhook_status_sent").keys()
    assert outside.messages()[-1]["status"] == "READ"


def test_no_echo_when_sent_by_me_is_off(outside: Outside, product: Product) -> None:
    outside.zapi("PUT", "update-notify-sent-by-me", {"notifySentByMe": False})

    outside.send("olá")

    eventually(lambda: outside.messages()[-1]["status"] == "READ")
    assert product.of("ReceivedCallback") == []


def test_receipts_can_be_switched_off(outside: Outside, product: Product) -> None:
    outside.admin("zapi/settings", receipts=False)

    outside.send("olá")

    eventually(lambda: len(product.bodies) == 2)
    eventually(lambda: outside.look("clock")["webhooks_pending"] == 0)
    assert product.of("MessageStatusCallback") == []


def test_a_number_without_whatsapp_fails_later(outside: Outside, product: Product, payload: Any) -> None:
    answer = outside.zapi("POST", "send-text", {"phone": "5511900000000", "message": "oi"})

    assert answer.status_code == 200
    failed = eventually(lambda: product.of("DeliveryCallback"))[0]
    assert failed.keys() == payload("zapi/webhook_delivery_callback_error").keys()
    assert outside.messages()[-1]["status"] == "FAILED"


def test_bubbles_arrive_in_the_order_they_were_sent(outside: Outside, product: Product) -> None:
    sent = [outside.send(str(number))["messageId"] for number in range(8)]

    eventually(lambda: len(product.of("DeliveryCallback")) == 8)
    assert [body["messageId"] for body in product.of("DeliveryCallback")] == sent


def test_typing_is_shown_and_delays_the_message(outside: Outside, product: Product) -> None:
    outside.send("pensando", delayTyping=1)

    assert "digitando" in outside.http.get("/page/chat").text
    assert product.bodies == []
    eventually(lambda: product.of("DeliveryCallback"))


def test_media_addresses_lead_to_true_files(outside: Outside, product: Product) -> None:
    outside.says("oi", type="audio", duration_s=3)
    outside.says("foto", type="image")

    voice, photo = product.of("ReceivedCallback")
    sound = outside.http.get(voice["audio"]["audioUrl"])
    assert (sound.headers["content-type"], sound.content[:4]) == ("audio/ogg", b"OggS")
    assert outside.http.get(photo["image"]["imageUrl"]).content.startswith(b"\x89PNG")
    assert outside.http.get("/media/nothing.exe").status_code == 404


def test_the_log_can_be_read_on_from_a_place(outside: Outside) -> None:
    outside.says("um")
    outside.says("dois", lead="5511900000002")

    assert [row["text"] for row in outside.messages(since="1")] == ["dois"]
    assert [row["text"] for row in outside.messages(lead="5511900000001")] == ["um"]
    assert outside.messages()[0].keys() >= {
        "n", "at", "lead", "direction", "type", "text", "provider_id", "status", "delay_typing_s",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("zapi/lead-message", {"text": "sem lead"}),
        ("zapi/lead-message", {"lead": "5511900000001", "type": "hologram"}),
        ("zapi/presence", {"lead": "5511900000001", "status": "DANCING"}),
        ("zapi/connection", {"connected": "yes"}),
        ("zapi/settings", {"unheard_of": 1}),
        ("zapi/settings", {"receipts": "no"}),
        ("transcripts", {"text": "sem nome"}),
        ("clock", {"offset_s": "soon"}),
        ("reset", {"seed": "x"}),
    ],
)
def test_a_senseless_admin_call_says_why(path: str, body: dict[str, Any], outside: Outside) -> None:
    answer = outside.http.post(f"/_sandbox/{path}", json=body)

    assert answer.status_code == 400
    assert answer.json()["error"]
