"""The fake Cloud API: what it accepts, how it refuses, and what it tells of it, as the contract has it."""

import hashlib
import hmac
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.sandbox.outside import Outside, Product, eventually

LEAD = "5511900000001"
NUMBER = "106000000000001"


class Graph:
    def __init__(self, outside: Outside) -> None:
        self.outside = outside

    def call(self, verb: str, path: str, body: Any = None, *, token: str = "", **more: Any) -> httpx.Response:
        headers = {"authorization": f"Bearer {token or self.outside.config.cloud_token}"}
        return self.outside.http.request(verb, f"/graph/v26.0/{path}", json=body, headers=headers, **more)

    def send(self, text: str = "Olá, Marina!", **more: Any) -> httpx.Response:
        body = {"messaging_product": "whatsapp", "to": LEAD, "type": "text", "text": {"body": text}, **more}
        return self.call("POST", f"{NUMBER}/messages", body)

    def says(self, text: str = "oi", **more: Any) -> dict[str, Any]:
        return self.outside.admin("cloud/lead-message", lead=LEAD, text=text, **more)


@pytest.fixture
def graph(outside: Outside) -> Graph:
    return Graph(outside)


def values(product: Product, name: str) -> list[dict[str, Any]]:
    """Everything of that list in the webhooks so far."""
    changes = [change for body in product.bodies for entry in body.get("entry", []) for change in entry["changes"]]
    return [item for change in changes for item in change["value"].get(name, [])]


def code(answer: httpx.Response) -> int:
    return int(answer.json()["error"]["code"])


def keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: keys(inner) for name, inner in value.items() if name not in ("context", "referral")}
    return [keys(inner) for inner in value[:1]] if isinstance(value, list) else type(value).__name__


@pytest.mark.parametrize(
    ("sample", "kind"),
    [
        ("webhook_text", "text"),
        ("webhook_audio_voice", "audio"),
        ("webhook_image_caption", "image"),
        ("webhook_reaction", "reaction"),
        ("webhook_button_reply", "button"),
        ("webhook_sticker", "sticker"),
    ],
)
def test_messages_have_the_form_of_the_samples(
    graph: Graph, product: Product, payload: Callable[[str], Any], sample: str, kind: str
) -> None:
    graph.says("Quero orçamento", type=kind, reference="wamid.SAIDA0001==")

    assert keys(product.bodies[0]) == keys(payload(f"whatsapp-cloud/{sample}"))


def test_webhooks_are_signed_over_their_bytes(graph: Graph, product: Product, outside: Outside) -> None:
    graph.says("olá, ç")

    expected = hmac.new(outside.config.cloud_app_secret.encode(), product.raw[0], hashlib.sha256).hexdigest()
    assert product.headers[0]["x-hub-signature-256"] == f"sha256={expected}"


def test_a_failed_webhook_is_delivered_again(graph: Graph, product: Product) -> None:
    product.status = 500
    graph.says("oi", wait=False)
    eventually(lambda: product.raw)
    product.status = 200

    assert eventually(lambda: len(product.raw) > 1)
    assert product.raw[0] == product.raw[1]


def test_what_is_sent_comes_back_as_statuses_with_our_reference(graph: Graph, product: Product) -> None:
    graph.says()
    answer = graph.send(biz_opaque_callback_data="nosso-id")

    assert answer.json()["messages"][0]["id"].startswith("wamid.")
    told = eventually(lambda: len(values(product, "statuses")) == 3 and values(product, "statuses"))
    assert [row["status"] for row in told] == ["sent", "delivered", "read"]
    assert {row["biz_opaque_callback_data"] for row in told} == {"nosso-id"}


def test_outside_the_window_only_templates_leave(graph: Graph) -> None:
    assert code(graph.send()) == 131047
    template = {"name": "retomada_atendimento", "language": {"code": "pt_BR"}}
    parameters = [{"type": "body", "parameters": [{"type": "text", "text": "Marina"}]}]

    wrong = graph.send(type="template", template=template)
    right = graph.send(type="template", template={**template, "components": parameters})

    assert (code(wrong), right.status_code) == (132000, 200)
    assert right.json()["messages"][0]["message_status"] == "accepted"


@pytest.mark.parametrize(("name", "expected"), [("aviso_pausado", 132015), ("desconhecido", 132001)])
def test_templates_that_are_refused(graph: Graph, name: str, expected: int) -> None:
    assert code(graph.send(type="template", template={"name": name, "language": {"code": "pt_BR"}})) == expected


def test_a_pair_that_talks_too_fast_is_slowed_down(graph: Graph, outside: Outside) -> None:
    outside.admin("cloud/settings", pair_interval_s=6)
    graph.says()

    answers = [graph.send(str(number)) for number in range(8)]

    assert [answer.status_code for answer in answers[:6]] == [200] * 6
    assert code(answers[-1]) == 131056


def test_who_has_no_token_or_a_revoked_one(graph: Graph, outside: Outside) -> None:
    assert code(graph.call("GET", NUMBER, token="outro")) == 190
    outside.admin("cloud/settings", token_revoked=True)
    assert graph.call("GET", NUMBER).status_code == 401


def test_a_file_of_a_lead_is_fetched_in_two_steps(graph: Graph, product: Product, outside: Outside) -> None:
    graph.says("quero a FB300", type="audio", duration_s=3)
    file_id = values(product, "messages")[0]["audio"]["id"]

    found = graph.call("GET", file_id).json()
    headers = {"authorization": f"Bearer {outside.config.cloud_token}"}

    assert outside.http.get(found["url"]).status_code == 401
    content = outside.http.get(found["url"], headers=headers).content
    assert (content[:4], str(len(content))) == (b"OggS", found["file_size"])


def test_an_upload_can_be_sent(graph: Graph) -> None:
    graph.says()
    form = {"messaging_product": "whatsapp", "type": "image/png"}

    headers = {"authorization": f"Bearer {graph.outside.config.cloud_token}"}
    upload = graph.outside.http.post(
        f"/graph/v26.0/{NUMBER}/media", data=form, files={"file": ("a.png", b"\x89PNG", "image/png")}, headers=headers
    )

    assert graph.send(type="image", image={"id": upload.json()["id"]}).status_code == 200
    assert code(graph.send(type="image", image={"id": "1"})) == 131009


@pytest.mark.parametrize("stated", ["Tabela de moldes.pdf", ""])
def test_a_document_that_is_sent_has_a_name_on_the_page(graph: Graph, stated: str) -> None:
    graph.says()
    headers = {"authorization": f"Bearer {graph.outside.config.cloud_token}"}
    upload = graph.outside.http.post(
        f"/graph/v26.0/{NUMBER}/media",
        data={"messaging_product": "whatsapp", "type": "application/pdf"},
        files={"file": ("catalogo.pdf", b"%PDF-1.4", "application/pdf")},
        headers=headers,
    )
    graph.send(type="document", document={"id": upload.json()["id"], "filename": stated})

    assert f">{stated or 'catalogo.pdf'}</a>" in graph.outside.http.get("/page/chat", params={"lead": LEAD}).text


def test_a_person_on_the_same_number_is_an_echo(
    graph: Graph, product: Product, outside: Outside, payload: Callable[[str], Any]
) -> None:
    outside.admin("cloud/human-message", lead=LEAD, text="Oi Marina, aqui é o Paulo.")

    assert keys(product.bodies[0]) == keys(payload("whatsapp-cloud/webhook_coexistence_echo"))


def test_templates_come_page_by_page(graph: Graph, outside: Outside) -> None:
    outside.admin("cloud/settings", page=1)

    first = graph.call("GET", "102000000000001/message_templates").json()
    cursor = first["paging"]["cursors"]["after"]
    last = graph.call("GET", "102000000000001/message_templates", params={"after": cursor}).json()

    assert (len(first["data"]), "next" in first["paging"], "next" in last["paging"]) == (1, True, False)


def test_a_decision_on_a_template_holds_and_is_told(graph: Graph, product: Product, outside: Outside) -> None:
    told = {"name": "retomada_atendimento", "event": "PAUSED", "reason": "PROMOTIONAL"}
    outside.admin("cloud/template", **told)

    [entry] = product.bodies[0]["entry"]
    [change] = entry["changes"]
    assert change["field"] == "message_template_status_update"
    assert change["value"] | {"event": "PAUSED", "message_template_name": told["name"]} == change["value"]
    assert "metadata" not in change["value"]
    listed = graph.call("GET", "102000000000001/message_templates").json()["data"]
    assert {row["name"]: row["status"] for row in listed}[told["name"]] == "PAUSED"


def test_edits_and_deletions_name_the_original(graph: Graph, product: Product, outside: Outside) -> None:
    sent = graph.says("400 por hora")["messageId"]
    graph.says("600 por hora", messageId=sent, isEdit=True)
    outside.admin("cloud/delete", lead=LEAD, messageId=sent)

    kinds = [(row["type"], row.get(row["type"], {}).get("original_message_id")) for row in values(product, "messages")]
    assert kinds[1:] == [("edit", sent), ("revoke", sent)]
