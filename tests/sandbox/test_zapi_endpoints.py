"""The fake of Z-API answers as contracts/zapi.md says, sample by sample."""

from typing import Any

import pytest

from sandbox.zapi import provider
from tests.sandbox.outside import Outside, Product, eventually

SENDS = [
    ("send-text", {"message": "olá"}),
    ("send-image", {"image": "https://files.example.com/a.png"}),
    ("send-document/pdf", {"document": "https://files.example.com/a.pdf", "fileName": "a.pdf"}),
    ("send-audio", {"audio": "https://files.example.com/a.ogg"}),
    ("send-video", {"video": "https://files.example.com/a.mp4"}),
    ("send-reaction", {"reaction": "👍", "messageId": "3EB0A0000000000000000002"}),
]
TOPICS = ["received", "received-delivery", "delivery", "message-status", "connected", "disconnected", "chat-presence"]


@pytest.mark.parametrize(("path", "body"), SENDS)
def test_every_send_answers_like_the_sample(path: str, body: dict[str, str], outside: Outside, payload: Any) -> None:
    answer = outside.zapi("POST", path, {"phone": "5511900000001", **body})

    assert answer.status_code == 200
    assert answer.json().keys() == payload("zapi/api_send_200").keys()
    assert answer.json()["id"] == answer.json()["messageId"]


@pytest.mark.parametrize("name", ["request_send_text", "request_send_document_pdf"])
def test_sample_requests_are_accepted(name: str, outside: Outside, payload: Any) -> None:
    path = "send-text" if name.endswith("text") else "send-document/pdf"

    assert outside.zapi("POST", path, payload(f"zapi/{name}")).status_code == 200


def test_status_tells_the_connection(outside: Outside, payload: Any) -> None:
    assert outside.zapi("GET", "status").json() == payload("zapi/api_status_connected")

    outside.admin("zapi/connection", connected=False)

    assert outside.zapi("GET", "status").json() == payload("zapi/api_status_disconnected")


def test_phone_exists_gives_the_lid(outside: Outside, payload: Any) -> None:
    found = outside.zapi("GET", "phone-exists/5511900000001").json()

    assert found == [payload("zapi/api_phone_exists_200")]
    assert outside.zapi("GET", "phone-exists/5511900000000").json()[0]["exists"] == "false"


def test_read_message_has_no_body(outside: Outside) -> None:
    sent = outside.says("oi")

    answer = outside.zapi("POST", "read-message", {"phone": "5511900000001", "messageId": sent["messageId"]})

    assert (answer.status_code, answer.content) == (204, b"")
    assert outside.messages()[0]["status"] == "READ"


@pytest.mark.parametrize("topic", TOPICS)
def test_each_webhook_is_set_on_its_own(topic: str, outside: Outside, payload: Any) -> None:
    answer = outside.zapi("PUT", f"update-webhook-{topic}", {"value": "https://product.example/hook"})

    assert answer.json() == payload("zapi/api_update_webhook_200")


def test_all_webhooks_are_set_at_once(outside: Outside, product: Product) -> None:
    elsewhere = outside.config.webhook_url + "?all"

    answer = outside.zapi("PUT", "update-every-webhooks", {"value": elsewhere, "notifySentByMe": False})

    assert answer.json() == {"value": True}
    assert outside.look("zapi/settings")["notify_sent_by_me"] is False


def test_a_webhook_must_be_https_except_here(outside: Outside) -> None:
    assert outside.zapi("PUT", "update-webhook-received", {"value": "http://product.example"}).status_code == 400


def test_auto_read_is_switched(outside: Outside) -> None:
    assert outside.zapi("PUT", "update-auto-read-message", {"value": True}).json() == {"value": True}
    assert outside.look("zapi/settings")["auto_read"] is True


def test_without_client_token(outside: Outside, payload: Any) -> None:
    answer = outside.http.post(f"{outside.zapi_path}/send-text", json={"phone": "5511900000001", "message": "oi"})

    assert (answer.status_code, answer.json()) == (400, payload("zapi/api_error_client_token_missing_400"))


def test_with_a_wrong_client_token(outside: Outside, payload: Any) -> None:
    answer = outside.zapi("GET", "status", **{"client-token": "other"})

    assert (answer.status_code, answer.json()) == (403, payload("zapi/api_error_client_token_null"))


def test_with_a_wrong_instance(outside: Outside, payload: Any) -> None:
    answer = outside.http.get("/zapi/instances/OTHER/token/x/status", headers={"client-token": "x"})

    assert (answer.status_code, answer.json()) == (400, payload("zapi/api_error_instance_not_found"))


def test_wrong_verb_and_wrong_content_type(outside: Outside) -> None:
    token = {"client-token": outside.config.client_token}

    assert outside.zapi("GET", "send-text").status_code == 405
    assert outside.http.post(f"{outside.zapi_path}/send-text", content="phone=1", headers=token).status_code == 415


@pytest.mark.parametrize(
    "body",
    [
        {"message": "sem telefone"},
        {"phone": "+55 (11) 90000-0001", "message": "máscara"},
        {"phone": "123", "message": "curto"},
        {"phone": "5511900000001"},
        {"phone": "5511900000001", "message": "oi", "delayTyping": 16},
        {"phone": "5511900000001", "message": "oi", "delayMessage": "3"},
        [],
    ],
)
def test_a_malformed_send_is_refused(body: Any, outside: Outside) -> None:
    answer = outside.zapi("POST", "send-text", body)

    assert answer.status_code == 400
    assert isinstance(answer.json()["error"], str)
    assert outside.messages() == []


def test_broken_json_is_refused(outside: Outside) -> None:
    headers = {"client-token": outside.config.client_token, "content-type": "application/json"}

    assert outside.http.post(f"{outside.zapi_path}/send-text", content="{", headers=headers).status_code == 400


def test_while_disconnected_sends_wait_in_the_queue(outside: Outside, product: Product, payload: Any) -> None:
    outside.admin("zapi/connection", connected=False)
    outside.send("um")
    outside.send("dois")

    queue = outside.zapi("POST", "queue", {"pageSize": 1}).json()

    assert queue.keys() == payload("zapi/api_queue_200").keys()
    assert (queue["messages"][0]["Message"], queue["hasMore"]) == ("um", True)
    assert product.of("DeliveryCallback") == []


def test_the_queue_goes_out_by_itself_on_reconnection(outside: Outside, product: Product) -> None:
    outside.admin("zapi/connection", connected=False)
    outside.send("um")
    outside.send("dois")

    outside.admin("zapi/connection", connected=True)

    eventually(lambda: len(product.of("ReceivedCallback")) == 2)
    assert [body["text"]["message"] for body in product.of("ReceivedCallback")] == ["um", "dois"]


def test_a_purged_queue_sends_nothing(outside: Outside, product: Product) -> None:
    outside.admin("zapi/connection", connected=False)
    first, _ = outside.send("um"), outside.send("dois")

    outside.zapi("DELETE", f"queue/{first['zaapId']}")
    outside.admin("zapi/connection", connected=True)

    eventually(lambda: product.of("DeliveryCallback"))
    assert [row["text"] for row in outside.messages() if row["status"] != "PENDING"] == ["dois"]


def test_the_queue_has_a_limit_while_disconnected(outside: Outside, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider, "QUEUE_LIMIT", 2)
    outside.admin("zapi/connection", connected=False)
    outside.send("um")
    outside.send("dois")

    answer = outside.zapi("POST", "send-text", {"phone": "5511900000001", "message": "um a mais"})

    assert answer.status_code == 400


def test_ninth_digit_or_not_is_the_same_lead(outside: Outside) -> None:
    outside.says("oi", lead="5511987650001")

    outside.zapi("POST", "send-text", {"phone": "551187650001", "message": "olá"})

    assert {row["lead"] for row in outside.messages()} == {"5511987650001"}
