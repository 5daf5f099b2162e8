"""What leaves for Z-API and what its answers come to, row by row of the contract's error table."""

import json
import logging
import traceback

import httpx
import pytest
import respx

from conversations.channels import registry
from conversations.channels.base import ConnectionState, Sent, Timeouts
from conversations.channels.zapi.client import Credentials, NumberCheck, ZapiClient, build_client
from seleto.lib.errors import Ambiguous, Misconfigured, ProviderError, Rejected, Unavailable
from tests.channels.wire import LEAD, LEAD_LID, sample

BASE = "https://zapi.example.com"
ROOT = f"{BASE}/instances/INSTANCE1/token/SECRETTOKEN"
CREDENTIALS = {"instance_id": "INSTANCE1", "instance_token": "SECRETTOKEN", "client_token": "SECRETCLIENT"}
TEXT = "Olá, *Marina*! Qual é a sua produção por hora?"
ACCEPTED = httpx.Response(200, content=sample("api_send_200"))


@pytest.fixture
def wire():
    with respx.mock(assert_all_called=False) as router:
        yield router


@pytest.fixture
def client():
    with httpx.Client() as http:
        yield build_client(base_url=f"{BASE}/", credentials=CREDENTIALS, http=http, timeouts=Timeouts())


def send(client: ZapiClient) -> Sent:
    return client.send_text(to=LEAD, text=TEXT)


def body(route: respx.Route) -> dict:
    return json.loads(route.calls.last.request.content)


# --- what leaves


def test_text_is_queued_and_both_ids_come_back(wire, client):
    route = wire.post(f"{ROOT}/send-text").mock(ACCEPTED)

    sent = client.send_text(to=LEAD, text=TEXT, typing_s=3, reply_to="3EB0A1", correlation_id="c-1")

    assert sent == Sent(provider_id="3EB0B0000000000000000001", extra_id="019E0000000000000000000000000001")
    assert body(route) == {
        "phone": LEAD,
        "message": TEXT,
        "delayTyping": 3,
        "delayMessage": 1,
        "messageId": "3EB0A1",
    }
    headers = route.calls.last.request.headers
    assert headers["Client-Token"] == "SECRETCLIENT"
    assert headers["Content-Type"] == "application/json"
    assert headers["X-Correlation-Id"] == "c-1"


@pytest.mark.channels
def test_text_request_is_the_one_of_the_contract(wire, client):
    route = wire.post(f"{ROOT}/send-text").mock(ACCEPTED)

    client.send_text(to=LEAD, text=TEXT, typing_s=3)

    assert body(route) == json.loads(sample("request_send_text"))


@pytest.mark.parametrize(("asked", "sent"), [(0, None), (-1, None), (0.2, 1), (4.6, 5), (40, 15)])
def test_typing_stays_within_what_the_service_takes(wire, client, asked, sent):
    route = wire.post(f"{ROOT}/send-text").mock(ACCEPTED)

    client.send_text(to=LEAD, text="Oi", typing_s=asked)

    assert body(route).get("delayTyping") == sent


def test_lead_without_a_number_is_written_to_at_the_lid(wire, client):
    route = wire.post(f"{ROOT}/send-text").mock(ACCEPTED)

    client.send_text(to=LEAD_LID, text="Oi")

    assert body(route)["phone"] == LEAD_LID


@pytest.mark.channels
def test_document_carries_its_extension_in_the_path(wire, client):
    route = wire.post(f"{ROOT}/send-document/pdf").mock(ACCEPTED)

    client.send_document(
        to=LEAD, document="https://files.example.com/catalogo.pdf", filename="catalogo-seleto.pdf", caption="Catálogo"
    )

    assert body(route) == json.loads(sample("request_send_document_pdf"))


@pytest.mark.parametrize(
    ("method", "arguments", "path", "expected"),
    [
        ("send_image", {"image": "https://a.example/i.png"}, "send-image", {"image": "https://a.example/i.png"}),
        ("send_image", {"image": "data:", "caption": "Foto"}, "send-image", {"image": "data:", "caption": "Foto"}),
        ("send_audio", {"audio": "https://a.example/a.ogg"}, "send-audio", {"audio": "https://a.example/a.ogg"}),
        ("send_video", {"video": "https://a.example/v.mp4"}, "send-video", {"video": "https://a.example/v.mp4"}),
        ("send_reaction", {"provider_id": "A1", "emoji": "👍"}, "send-reaction", {"messageId": "A1", "reaction": "👍"}),
    ],
)
def test_send_family(wire, client, method, arguments, path, expected):
    route = wire.post(f"{ROOT}/{path}").mock(ACCEPTED)

    sent = getattr(client, method)(to=LEAD, **arguments)

    assert sent.provider_id == "3EB0B0000000000000000001"
    assert body(route) == {"phone": LEAD, **expected}


def test_files_get_more_time_than_texts(wire):
    timeouts = Timeouts(connect_s=1, text_s=2, media_s=3)
    texts, images = wire.post(f"{ROOT}/send-text").mock(ACCEPTED), wire.post(f"{ROOT}/send-image").mock(ACCEPTED)

    with httpx.Client() as http:
        client = build_client(base_url=BASE, credentials=CREDENTIALS, http=http, timeouts=timeouts)
        client.send_text(to=LEAD, text="Oi")
        client.send_image(to=LEAD, image="data:")

    for route, read in ((texts, 2), (images, 3)):
        given = route.calls.last.request.extensions["timeout"]
        assert (given["connect"], given["read"]) == (1, read)


def test_account_without_a_security_token_sends_no_header(wire):
    route = wire.get(f"{ROOT}/status").mock(httpx.Response(200, content=sample("api_status_connected")))

    with httpx.Client() as http:
        credentials = {**CREDENTIALS, "client_token": ""}
        build_client(base_url=BASE, credentials=credentials, http=http, timeouts=Timeouts()).status()

    assert "Client-Token" not in route.calls.last.request.headers


@pytest.mark.parametrize(
    "to", ["", "abc", "120363000000000001-group", f"+{LEAD}", f"{LEAD}/x", "x@lid", "٥٥١١٩٠٠٠٠٠٠٠١"]
)
def test_address_of_no_person_never_leaves(wire, client, to):
    with pytest.raises(Rejected, match="invalid_address"):
        client.send_text(to=to, text="Oi")

    assert not wire.calls


def test_text_that_cannot_be_encoded_never_leaves(wire, client):
    with pytest.raises(Rejected, match="unencodable_text") as caught:
        client.send_text(to=LEAD, text="Oi \ud800")

    assert caught.value.__context__ is None
    assert not wire.calls


@pytest.mark.parametrize("filename", ["catalogo", "catalogo.", "a.b/c", "a.p df"])
def test_document_without_a_usable_extension_never_leaves(wire, client, filename):
    with pytest.raises(Rejected, match="bad_extension"):
        client.send_document(to=LEAD, document="data:", filename=filename)

    assert not wire.calls


# --- what the answers come to


ERROR_TABLE = [
    (400, sample("api_error_client_token_missing_400"), Misconfigured),
    (403, sample("api_error_client_token_null"), Misconfigured),
    (400, sample("api_error_client_token_null"), Misconfigured),
    (403, sample("api_error_ip_not_allowed"), Misconfigured),
    (400, sample("api_error_ip_not_allowed"), Misconfigured),
    (400, sample("api_error_instance_not_found"), Misconfigured),
    (400, b'{"error": "Phone is invalid"}', Rejected),
    (400, b"", Rejected),
    (400, b'{"error": 7}', Rejected),
    (401, b"", Misconfigured),
    (404, b'{"error": "NOT_FOUND"}', Misconfigured),
    (302, b"", Misconfigured),
    (405, b"", Rejected),
    (413, b"", Rejected),
    (415, b"", Rejected),
    (408, b"", Unavailable),
    (429, b"slow down", Unavailable),
    (500, b"", Unavailable),
    (502, b"<html>", Unavailable),
    (503, b'{"error": "try later"}', Unavailable),
    (504, b"", Ambiguous),
    (200, b'{"error": "null not allowed"}', Misconfigured),
    (200, b'{"error": "Phone is invalid", "messageId": "A1"}', Rejected),
    (200, b"", Ambiguous),
    (200, b"<html>ok</html>", Ambiguous),
    (200, b"[]", Ambiguous),
    (200, b"{}", Ambiguous),
    (200, b'{"messageId": null}', Ambiguous),
    (200, b'{"messageId": "' + b"x" * 300 + b'"}', Ambiguous),
    (204, b"", Ambiguous),
]


@pytest.mark.parametrize(("status", "content", "outcome"), ERROR_TABLE)
def test_answer_to_a_send_comes_to(wire, client, status, content, outcome):
    wire.post(f"{ROOT}/send-text").mock(httpx.Response(status, content=content))

    with pytest.raises(ProviderError) as caught:
        send(client)

    assert type(caught.value) is outcome
    assert caught.value.status == status


BROKEN = [
    (httpx.ConnectError, Unavailable, Unavailable),
    (httpx.ConnectTimeout, Unavailable, Unavailable),
    (httpx.PoolTimeout, Unavailable, Unavailable),
    (httpx.ReadTimeout, Ambiguous, Unavailable),
    (httpx.WriteTimeout, Ambiguous, Unavailable),
    (httpx.ReadError, Ambiguous, Unavailable),
    (httpx.WriteError, Ambiguous, Unavailable),
    (httpx.RemoteProtocolError, Ambiguous, Unavailable),
    (httpx.DecodingError, Ambiguous, Unavailable),
    (httpx.LocalProtocolError, Rejected, Rejected),
    (httpx.UnsupportedProtocol, Misconfigured, Misconfigured),
]


@pytest.mark.parametrize(("failure", "when_sending", "when_asking"), BROKEN)
def test_call_without_an_answer_comes_to(wire, client, failure, when_sending, when_asking):
    wire.route().mock(side_effect=failure)

    with pytest.raises(ProviderError) as sending:
        send(client)
    with pytest.raises(ProviderError) as asking:
        client.status()

    assert type(sending.value) is when_sending
    assert type(asking.value) is when_asking


def test_nothing_is_tried_twice(wire, client):
    route = wire.post(f"{ROOT}/send-text").mock(httpx.Response(503))

    with pytest.raises(Unavailable):
        send(client)

    assert route.call_count == 1


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": "0.5"}, 0.5),
        ({"Retry-After": "-3"}, 0.0),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": "Wed, 18 Nov 2026 12:00:30 GMT", "Date": "Wed, 18 Nov 2026 12:00:00 GMT"}, 30.0),
        ({"Retry-After": "Wed, 18 Nov 2026 12:00:30 GMT"}, None),
    ],
)
def test_retry_after_is_read_in_every_form(wire, client, status, headers, seconds):
    wire.post(f"{ROOT}/send-text").mock(httpx.Response(status, headers=headers))

    with pytest.raises(Unavailable) as caught:
        send(client)

    assert caught.value.retry_after == seconds


@pytest.mark.parametrize("base_url", ["not an address", "ftp://zapi.example.com", "https://a:port"])
def test_base_address_that_is_none_is_our_settings(base_url):
    with httpx.Client() as http:
        client = build_client(base_url=base_url, credentials=CREDENTIALS, http=http, timeouts=Timeouts())
        with pytest.raises(Misconfigured):
            send(client)


# --- asking


@pytest.mark.channels
@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("api_status_connected", ConnectionState(connected=True)),
        ("api_status_disconnected", ConnectionState(connected=False, reason="disconnected")),
        ("api_status_restore_session", ConnectionState(connected=False, reason="restore_session")),
    ],
)
def test_status_samples(wire, client, name, state):
    wire.get(f"{ROOT}/status").mock(httpx.Response(200, content=sample(name)))

    assert client.status() == state


def test_phone_switched_off_is_not_connected(wire, client):
    wire.get(f"{ROOT}/status").mock(httpx.Response(200, json={"connected": True, "smartphoneConnected": False}))

    assert client.status() == ConnectionState(connected=False, reason="phone_offline")


@pytest.mark.parametrize(
    ("answer", "outcome"), [({"error": "your client-token is not configured"}, Misconfigured), ({}, Unavailable)]
)
def test_status_that_says_neither_is_no_state(wire, client, answer, outcome):
    wire.get(f"{ROOT}/status").mock(httpx.Response(200, json=answer))

    with pytest.raises(outcome):
        client.status()


@pytest.mark.channels
def test_read_mark_needs_no_answer(wire, client):
    route = wire.post(f"{ROOT}/read-message").mock(httpx.Response(204))

    client.mark_read(to=LEAD, provider_id="3EB0A1")

    assert body(route) == {"phone": LEAD, "messageId": "3EB0A1"}


def test_read_mark_refused_in_a_200_is_refused(wire, client):
    wire.post(f"{ROOT}/read-message").mock(httpx.Response(200, json={"error": "message not found"}))

    with pytest.raises(Rejected):
        client.mark_read(to=LEAD, provider_id="3EB0A1")


@pytest.mark.channels
def test_queue_sample_shows_what_waits(wire, client):
    wire.post(f"{ROOT}/queue").mock(httpx.Response(200, content=sample("api_queue_200")))

    (waiting,) = client.queue()

    assert (waiting.provider_id, waiting.extra_id, waiting.to, waiting.text) == (
        "3EB0B0000000000000000011",
        "019E0000000000000000000000000009",
        LEAD,
        "Olá!",
    )


def test_queue_is_read_to_its_end(wire, client):
    pages = [
        {"messages": [{"MessageId": "A1"}], "pagingState": "next", "hasMore": True},
        {"messages": [{"MessageId": "A2"}, "odd"], "pagingState": None, "hasMore": False},
    ]
    route = wire.post(f"{ROOT}/queue").mock(side_effect=[httpx.Response(200, json=page) for page in pages])

    assert [waiting.provider_id for waiting in client.queue()] == ["A1", "A2", ""]
    assert body(route) == {"pageSize": 30, "pagingState": "next"}


def test_queue_that_never_ends_is_left(wire, client):
    page = {"messages": [], "pagingState": "again", "hasMore": True}
    route = wire.post(f"{ROOT}/queue").mock(httpx.Response(200, json=page))

    assert client.queue() == []
    assert route.call_count == 34


def test_queue_of_another_shape_is_no_empty_queue(wire, client):
    wire.post(f"{ROOT}/queue").mock(httpx.Response(200, json={"messages": None}))

    with pytest.raises(Unavailable, match="malformed_answer"):
        client.queue()


def test_queue_is_purged_whole_or_by_message(wire, client):
    whole = wire.delete(f"{ROOT}/queue").mock(httpx.Response(200))
    one = wire.delete(f"{ROOT}/queue/019E01").mock(httpx.Response(200))

    client.purge_queue()
    client.purge_queue(extra_id="019E01")

    assert (whole.call_count, one.call_count) == (1, 1)


@pytest.mark.channels
def test_webhooks_are_registered_with_our_own_messages_on(wire, client):
    route = wire.put(f"{ROOT}/update-every-webhooks").mock(
        httpx.Response(200, content=sample("api_update_webhook_200"))
    )

    client.register_webhooks(url="https://seleto.example/webhooks/zapi/")

    assert body(route) == {"value": "https://seleto.example/webhooks/zapi/", "notifySentByMe": True}


def test_registration_that_is_not_confirmed_is_none(wire, client):
    wire.put(f"{ROOT}/update-every-webhooks").mock(httpx.Response(200, json={"value": False}))

    with pytest.raises(Unavailable, match="not_confirmed"):
        client.register_webhooks(url="https://seleto.example/webhooks/zapi/")


@pytest.mark.channels
@pytest.mark.parametrize("as_list", [True, False])
def test_number_check_finds_the_lid(wire, client, as_list):
    answer = json.loads(sample("api_phone_exists_200"))
    wire.get(f"{ROOT}/phone-exists/{LEAD}").mock(httpx.Response(200, json=[answer] if as_list else answer))

    assert client.check_number(phone=LEAD) == NumberCheck(exists=True, phone=LEAD, lid=LEAD_LID)


@pytest.mark.parametrize("answer", [[], {}, "x"])
def test_number_check_of_another_shape_is_no_answer(wire, client, answer):
    wire.get(f"{ROOT}/phone-exists/{LEAD}").mock(httpx.Response(200, json=answer))

    with pytest.raises(Unavailable, match="malformed_answer"):
        client.check_number(phone=LEAD)


# --- secrets


@pytest.mark.parametrize("missing", ["instance_id", "instance_token"])
def test_missing_credential_is_our_settings(missing):
    with httpx.Client() as http, pytest.raises(Misconfigured, match="bad_credentials"):
        build_client(base_url=BASE, credentials={**CREDENTIALS, missing: ""}, http=http, timeouts=Timeouts())


@pytest.mark.parametrize("value", ["a\nb", "ação", "a b"])
def test_credential_no_header_could_hold_is_our_settings(value):
    with pytest.raises(Misconfigured, match="bad_credentials"):
        Credentials(instance_id="I", instance_token="T", client_token=value)


def test_reprs_hold_no_secret(client):
    shown = repr(client) + repr(Credentials(**CREDENTIALS))

    assert "SECRET" not in shown
    assert "INSTANCE1" not in shown


@pytest.mark.parametrize("failure", [httpx.ReadTimeout, httpx.ConnectError, None])
def test_failure_and_log_hold_no_address_phone_or_text(wire, client, caplog, failure):
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="httpx")
    if failure:
        wire.post(f"{ROOT}/send-text").mock(side_effect=failure(f"{ROOT} {LEAD}"))
    else:
        wire.post(f"{ROOT}/send-text").mock(httpx.Response(400, json={"error": f"bad number {LEAD} {TEXT}"}))

    with pytest.raises(ProviderError) as caught:
        send(client)

    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + caplog.text
    assert caught.value.__context__ is None
    for secret in ("SECRET", "INSTANCE1", LEAD, "Marina"):
        assert secret not in told


def test_success_leaves_no_address_in_the_log(wire, client, caplog):
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="httpx")
    wire.post(f"{ROOT}/send-text").mock(ACCEPTED)

    send(client)

    assert "SECRET" not in caplog.text


# --- registry


def test_provider_is_found_by_name(wire):
    wire.get(f"{ROOT}/status").mock(httpx.Response(200, content=sample("api_status_connected")))
    provider = registry.get("zapi")

    with httpx.Client() as http:
        client = provider.build_client(base_url=BASE, credentials=CREDENTIALS, http=http, timeouts=Timeouts())

        assert client.status().connected
    assert provider.parser.split(sample("webhook_received_text"))


def test_unknown_provider_is_named_by_a_key_error():
    with pytest.raises(KeyError):
        registry.get("pombo-correio")
