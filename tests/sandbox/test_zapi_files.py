"""Real files on the fake WhatsApp: taken from the product and from people, and served as they were."""

import base64

import pytest

from tests.sandbox.outside import Outside, Product, eventually

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
LEAD = "5511900000001"


def data_uri(content: bytes = PNG, kind: str = "image/png") -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def served(outside: Outside, address: str) -> bytes:
    return outside.http.get(address).raise_for_status().content


@pytest.mark.parametrize(
    ("path", "field", "kind"),
    [
        ("send-image", "image", "image/png"),
        ("send-audio", "audio", "audio/ogg"),
        ("send-video", "video", "video/mp4"),
        ("send-document/pdf", "document", "application/pdf"),
    ],
)
def test_what_the_product_sends_is_kept_and_shown(outside: Outside, path: str, field: str, kind: str) -> None:
    body = {"phone": LEAD, field: data_uri(PNG, kind), "fileName": "a.pdf", "caption": "olha"}

    assert outside.zapi("POST", path, body).status_code == 200

    (row,) = outside.messages()
    assert served(outside, f"/media/{row['media']}") == PNG
    page = eventually(lambda: outside.http.get(f"/?lead={LEAD}").text)
    assert eventually(lambda: f"/media/{row['media']}" in outside.http.get(f"/?lead={LEAD}").text), page


@pytest.mark.parametrize("value", ["data:image/png;base64,%%%", "data:image/png;base64,", "data:,x", "just text"])
def test_what_is_no_file_is_refused(outside: Outside, value: str) -> None:
    answer = outside.zapi("POST", "send-image", {"phone": LEAD, "image": value})

    assert (answer.status_code, outside.messages()) == (400, [])


def test_a_leads_own_file_is_where_the_webhook_says(outside: Outside, product: Product) -> None:
    outside.says("minha cozinha", type="image", file=data_uri())

    (body,) = eventually(lambda: product.of("ReceivedCallback"))
    assert (body["image"]["caption"], body["image"]["mimeType"]) == ("minha cozinha", "image/png")
    assert served(outside, body["image"]["imageUrl"]) == PNG


def test_the_companys_phone_sends_a_file(outside: Outside, product: Product) -> None:
    outside.admin("zapi/human-message", lead=LEAD, type="image", text="", file=data_uri())

    (body,) = eventually(lambda: product.of("ReceivedCallback"))
    assert (body["fromMe"], body["fromApi"]) == (True, False)
    assert served(outside, body["image"]["imageUrl"]) == PNG


def test_a_file_is_attached_on_the_page(outside: Outside, product: Product) -> None:
    files = {"file": ("cozinha.png", PNG, "image/png")}
    outside.http.post("/page/send", data={"lead": LEAD, "text": "olha"}, files=files)
    files = {"file": ("planta.pdf", b"%PDF-1.7", "application/pdf")}
    outside.http.post("/page/send", data={"lead": LEAD, "text": ""}, files=files)

    bodies = eventually(lambda: product.of("ReceivedCallback")[1:] and product.of("ReceivedCallback"))
    assert bodies[0]["image"]["caption"] == "olha"
    assert bodies[1]["document"]["fileName"] == "planta.pdf"
    assert served(outside, bodies[1]["document"]["documentUrl"]) == b"%PDF-1.7"


def test_files_never_open_as_a_page(outside: Outside) -> None:
    outside.says("x", type="document", file=data_uri(b"<html></html>", "text/html"))

    answer = outside.http.get(f"/media/{outside.messages()[0]['media']}")

    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "sandbox"
