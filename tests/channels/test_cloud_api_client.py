"""What leaves for the Cloud API and what its answers come to, code by code of the contract's table."""

import base64
import json
import logging

import httpx
import pytest
import respx

from conversations.channels.base import ConnectionState, Sent, Template, Timeouts
from conversations.channels.cloud_api.client import CloudApiClient, build_client
from seleto.lib.errors import Ambiguous, Misconfigured, ProviderError, Rejected, Throttled, Unavailable
from tests.channels.wire import LEAD, sample

BASE = "https://graph.example.com/v26.0"
NUMBER = f"{BASE}/106000000000001"
WABA = f"{BASE}/102000000000001"
CREDENTIALS = {"instance_id": "106000000000001", "access_token": "SECRETTOKEN", "waba_id": "102000000000001"}
TEXT = "Olá, Marina!"
BSUID = "BR.10000000000000000009"
PHOTO = "data:image/png;base64," + base64.b64encode(b"\x89PNG...").decode()


def answer(name: str, status: int = 200) -> httpx.Response:
    return httpx.Response(status, content=sample(name, of="whatsapp-cloud"))


def error(code: int, status: int = 400) -> httpx.Response:
    return httpx.Response(status, json={"error": {"code": code, "message": f"(#{code}) {LEAD}"}})


@pytest.fixture
def wire():
    with respx.mock(assert_all_called=False) as router:
        yield router


@pytest.fixture
def client():
    with httpx.Client() as http:
        yield build_client(base_url=f"{BASE}/", credentials=CREDENTIALS, http=http, timeouts=Timeouts())


def request_of(name: str) -> dict:
    return json.loads(sample(name, of="whatsapp-cloud"))


def body(route: respx.Route) -> dict:
    return json.loads(route.calls.last.request.content)


# --- what leaves


@pytest.mark.channels
def test_text_request_is_the_one_of_the_contract(wire, client):
    route = wire.post(f"{NUMBER}/messages").mock(answer("api_send_200"))

    sent = client.send_text(to=LEAD, text=TEXT, reference="outbox:4f0c", correlation_id="c-1")

    assert sent == Sent(provider_id="wamid.SAIDA0001==")
    assert body(route) == {"messaging_product": "whatsapp", **request_of("request_send_text")}
    headers = route.calls.last.request.headers
    assert (headers["Authorization"], headers["X-Correlation-Id"]) == ("Bearer SECRETTOKEN", "c-1")


@pytest.mark.channels
def test_user_without_a_number_is_reached_by_their_id(wire, client):
    route = wire.post(f"{NUMBER}/messages").mock(answer("api_send_200"))

    client.send_text(to=BSUID, text="Olá!")

    contract = request_of("request_send_text_bsuid")
    assert body(route)["recipient"] == contract["recipient"]
    assert "to" not in body(route)


def test_quoted_message_goes_along(wire, client):
    route = wire.post(f"{NUMBER}/messages").mock(answer("api_send_200"))

    client.send_text(to=LEAD, text=TEXT, reply_to="wamid.EXEMPLO0001==")

    assert body(route)["context"] == {"message_id": "wamid.EXEMPLO0001=="}


@pytest.mark.channels
def test_template_request_is_the_one_of_the_contract(wire, client):
    route = wire.post(f"{NUMBER}/messages").mock(answer("api_send_template_200"))

    client.send_template(to=LEAD, name="retomada_atendimento", language="pt_BR", variables=["Marina"])

    assert body(route) == {"recipient_type": "individual", **request_of("request_send_template")}


@pytest.mark.channels
def test_marking_as_read_may_show_that_an_answer_is_being_written(wire, client):
    route = wire.post(f"{NUMBER}/messages").mock(answer("api_mark_read_200"))

    client.mark_read(to=LEAD, provider_id="wamid.EXEMPLO0001==", typing=True)

    assert body(route) == request_of("request_mark_read_typing")


def test_file_is_uploaded_and_sent_by_its_id(wire, client):
    upload = wire.post(f"{NUMBER}/media").mock(answer("api_media_upload_200"))
    send = wire.post(f"{NUMBER}/messages").mock(answer("api_send_200"))

    client.send_image(to=LEAD, image=PHOTO, caption="a máquina")

    assert b'name="messaging_product"' in upload.calls.last.request.content
    assert b"image/png" in upload.calls.last.request.content
    assert body(send)["image"] == {"id": "900000000000010", "caption": "a máquina"}


def test_address_is_left_for_the_provider_to_fetch(wire, client):
    send = wire.post(f"{NUMBER}/messages").mock(answer("api_send_200"))

    client.send_document(to=LEAD, document="https://www.example.com/c.pdf", filename="catálogo.pdf")

    assert body(send)["document"] == {"link": "https://www.example.com/c.pdf", "filename": "catálogo.pdf"}


@pytest.mark.parametrize("source", ["data:image/png;base64,", "data:image/png;base64,%%%"])
def test_unusable_file_is_refused_before_anything_leaves(wire, client, source):
    with pytest.raises(Rejected, match="bad_file"):
        client.send_image(to=LEAD, image=source)

    assert not wire.calls


def test_failed_upload_sent_nothing_and_may_be_tried_again(wire, client):
    wire.post(f"{NUMBER}/media").mock(side_effect=httpx.ReadTimeout("slow"))
    send = wire.post(f"{NUMBER}/messages").mock(answer("api_send_200"))

    with pytest.raises(Unavailable):
        client.send_image(to=LEAD, image=PHOTO)

    assert not send.called


@pytest.mark.parametrize("to", ["", "123", "100000000000001@lid", "BR.", "5511900000001-group", "../x"])
def test_address_that_is_no_persons_is_refused(wire, client, to):
    with pytest.raises(Rejected, match="invalid_address"):
        client.send_text(to=to, text=TEXT)

    assert not wire.calls


# --- what answers come to


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        *[(code, Misconfigured) for code in (0, 3, 10, 190, 200, 299, 368, 131031, 131042, 133010)],
        *[(code, Unavailable) for code in (2, 4, 80007, 131048, 131000, 131016, 131057)],
        *[(code, Throttled) for code in (130429, 131056)],
        *[(code, Rejected) for code in (100, 131008, 131009, 131021, 131026, 131047, 131049, 131051, 131062, 132001)],
        (999999, Rejected),
    ],
)
@pytest.mark.parametrize("status", [400, 401, 429, 500])
def test_the_code_decides_and_not_the_status(wire, client, code, outcome, status):
    wire.post(f"{NUMBER}/messages").mock(error(code, status))

    with pytest.raises(ProviderError) as caught:
        client.send_text(to=LEAD, text=TEXT)

    assert type(caught.value) is outcome
    assert caught.value.reason == f"code_{code}"


@pytest.mark.channels
@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("api_error_400_131009", Rejected),
        ("api_error_400_131047", Rejected),
        ("api_error_400_131056", Throttled),
        ("api_error_401_190", Misconfigured),
        ("api_error_429_130429", Throttled),
        ("api_error_500_131000", Unavailable),
    ],
)
def test_error_samples(wire, client, name, outcome):
    wire.post(f"{NUMBER}/messages").mock(answer(name, int(name.split("_")[2])))

    with pytest.raises(ProviderError) as caught:
        client.send_text(to=LEAD, text=TEXT)

    assert type(caught.value) is outcome


def test_a_pair_that_talks_too_fast_waits_six_seconds(wire, client):
    wire.post(f"{NUMBER}/messages").mock(error(131056))

    with pytest.raises(Unavailable) as caught:
        client.send_text(to=LEAD, text=TEXT)

    assert caught.value.retry_after == 6


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (httpx.Response(200, content=b"<html>"), Ambiguous),
        (httpx.Response(200, json={"messages": []}), Ambiguous),
        (httpx.Response(302, headers={"Location": "https://elsewhere.example.com"}), Ambiguous),
        (httpx.Response(502, content=b"<html>"), Ambiguous),
        (httpx.Response(504), Ambiguous),
        (httpx.Response(503, content=b"<html>"), Unavailable),
        (httpx.Response(429), Unavailable),
        (httpx.Response(401, content=b"no"), Misconfigured),
        (httpx.Response(404), Misconfigured),
    ],
)
def test_answer_that_is_not_the_providers_own(wire, client, reply, outcome):
    wire.post(f"{NUMBER}/messages").mock(reply)

    with pytest.raises(ProviderError) as caught:
        client.send_text(to=LEAD, text=TEXT)

    assert type(caught.value) is outcome


@pytest.mark.parametrize(
    ("failure", "outcome"),
    [
        (httpx.ConnectError("x"), Unavailable),
        (httpx.ConnectTimeout("x"), Unavailable),
        (httpx.ReadTimeout("x"), Ambiguous),
        (httpx.RemoteProtocolError("x"), Ambiguous),
    ],
)
def test_broken_connection(wire, client, failure, outcome):
    wire.post(f"{NUMBER}/messages").mock(side_effect=failure)

    with pytest.raises(ProviderError) as caught:
        client.send_text(to=LEAD, text=TEXT)

    assert type(caught.value) is outcome


def test_reading_may_always_be_repeated(wire, client):
    wire.post(f"{NUMBER}/messages").mock(side_effect=httpx.ReadTimeout("x"))

    with pytest.raises(Unavailable):
        client.mark_read(to=LEAD, provider_id="wamid.EXEMPLO0001==")


# --- files, templates, health


@pytest.mark.channels
def test_file_is_looked_up_before_it_is_fetched(wire, client):
    wire.get(f"{BASE}/900000000000001").mock(answer("api_media_meta_200"))

    found = client.remote_file("900000000000001")

    assert found.url.startswith("https://lookaside.fbsbx.com/")
    assert (found.bytes, found.headers) == (24310, {"Authorization": "Bearer SECRETTOKEN"})


@pytest.mark.parametrize("remote_id", ["", "abc", "../me", "1?x=2"])
def test_id_that_is_none_asks_nobody(wire, client, remote_id):
    with pytest.raises(Rejected, match="bad_media_id"):
        client.remote_file(remote_id)

    assert not wire.calls


def test_templates_are_read_page_by_page(wire, client):
    first = {"name": "retomada", "language": "pt_BR", "status": "APPROVED", "category": "UTILITY", "components": []}
    last = {**first, "name": "aviso", "status": "PAUSED", "components": [{"type": "BODY", "text": "Olá {{1}}"}]}
    wire.get(f"{WABA}/message_templates").mock(
        side_effect=[
            httpx.Response(200, json={"data": [first], "paging": {"cursors": {"after": "A"}, "next": "…"}}),
            httpx.Response(200, json={"data": [last], "paging": {"cursors": {"after": "B"}}}),
        ]
    )

    assert client.templates() == [
        Template(name="retomada", language="pt_BR", status="approved", category="utility"),
        Template(name="aviso", language="pt_BR", status="paused", category="utility", body="Olá {{1}}"),
    ]


def test_readable_number_is_connected_and_low_quality_is_told(wire, client):
    wire.get(NUMBER).mock(
        side_effect=[
            httpx.Response(200, json={"quality_rating": "GREEN"}),
            httpx.Response(200, json={"quality_rating": "RED"}),
        ]
    )

    assert client.status() == ConnectionState(connected=True)
    assert client.status() == ConnectionState(connected=True, reason="low_quality")


@pytest.mark.parametrize(
    "wrong", [{"access_token": ""}, {"instance_id": "abc"}, {"waba_id": "x/y"}, {"access_token": "a b"}]
)
def test_unusable_credentials_are_named_at_once(wrong):
    with pytest.raises(Misconfigured, match="bad_credentials"), httpx.Client() as http:
        build_client(base_url=BASE, credentials={**CREDENTIALS, **wrong}, http=http, timeouts=Timeouts())


def test_nothing_personal_or_secret_is_told(wire, client, caplog):
    wire.post(f"{NUMBER}/messages").mock(error(131026))
    caplog.set_level(logging.DEBUG)

    with pytest.raises(Rejected) as caught:
        client.send_text(to=LEAD, text=TEXT)

    told = repr(caught.value) + repr(client) + repr(caught.value.__context__) + caplog.text
    assert not any(secret in told for secret in (LEAD, TEXT, "SECRETTOKEN"))
    assert isinstance(client, CloudApiClient)
