"""Whatever comes in, the parser answers with an event or with ``Unreadable``, and what it gives can be stored."""

import json
from dataclasses import asdict
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conversations.channels.base import (
    Connection,
    Ignored,
    IgnoreReason,
    Incoming,
    MessageType,
    Receipt,
    ReceiptStatus,
    Unreadable,
)
from conversations.channels.zapi.content import CONTENT
from conversations.channels.zapi.parse import KINDS, ZapiParser
from tests.channels.wire import sample, varied

PARSER = ZapiParser()


def message(**changes) -> Incoming:
    parsed = PARSER.parse(varied("webhook_received_text", **changes))
    assert isinstance(parsed, Incoming)
    return parsed


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not_json"),
        (b"{", "not_json"),
        (b"\xff\xfe\xfd", "not_json"),
        (b'{"momment": ' + b"9" * 5000 + b"}", "not_json"),
        (b"[" * 100_000, "too_deep"),
        (b'{"a":' * 100_000, "too_deep"),
        (b"[]", "not_an_object"),
        (b"null", "not_an_object"),
        (b'"ReceivedCallback"', "not_an_object"),
        (b"{}", "no_type"),
        (b'{"type": 7}', "no_type"),
        (b'{"type": ""}', "no_type"),
        (b'{"type": "ReceivedCallback", "phone": "5511900000001"}', "no_message_id"),
    ],
)
def test_unreadable_body_says_why_at_once_and_again_later(body, reason):
    with pytest.raises(Unreadable, match=reason):
        PARSER.split(body)
    with pytest.raises(Unreadable, match=reason):
        PARSER.parse(body)


def test_unreadable_holds_nothing_of_the_body():
    with pytest.raises(Unreadable) as caught:
        PARSER.split(b'{"phone": "5511900000001"')

    assert caught.value.__context__ is None
    assert "5511900000001" not in repr(caught.value)


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("webhook_received_text", "messageId"),
        ("webhook_status_read", "ids"),
    ],
)
@pytest.mark.parametrize("value", [None, "", 1.5, [], {}, "two words", "x" * 300, "a\0b"])
def test_event_without_a_usable_id_is_unreadable(name, field, value):
    with pytest.raises(Unreadable, match="no_message_id"):
        PARSER.parse(varied(name, **{field: value}))


def test_delivery_without_any_id_is_unreadable():
    with pytest.raises(Unreadable, match="no_message_id"):
        PARSER.parse(varied("webhook_delivery_callback", without=("messageId", "zaapId")))


def test_delivery_known_by_the_second_id_alone_is_a_receipt():
    parsed = PARSER.parse(varied("webhook_delivery_callback", without=("messageId",)))

    assert isinstance(parsed, Receipt)
    assert (parsed.provider_ids, parsed.extra_id) == ((), "019E0000000000000000000000000001")


def test_status_with_a_single_id_is_read_as_documented():
    parsed = PARSER.parse(varied("webhook_status_read", without=("ids",), id="3EB0B1"))

    assert isinstance(parsed, Receipt)
    assert (parsed.provider_ids, parsed.status) == (("3EB0B1",), ReceiptStatus.READ)


def test_unknown_status_and_unknown_type_are_ignored_by_name():
    assert PARSER.parse(varied("webhook_status_read", status="LOST")) == Ignored(IgnoreReason.UNKNOWN_STATUS, "LOST")
    assert PARSER.parse(varied("webhook_presence_composing", status=3)) == Ignored(IgnoreReason.UNKNOWN_STATUS)
    assert PARSER.parse(b'{"type": "FutureCallback"}') == Ignored(IgnoreReason.UNKNOWN_TYPE, "FutureCallback")


def test_very_long_text_is_kept_whole():
    assert len(message(text={"message": "ç" * 60_000}).text) == 60_000


def test_nul_and_lone_surrogates_are_cleaned():
    body = sample("webhook_received_text").replace(b"Bom dia!", rb"Bom\u0000 dia\ud800! \ud83d\ude00")

    parsed = PARSER.parse(body)

    assert isinstance(parsed, Incoming)
    assert parsed.text.startswith("Bom dia\ufffd! 😀 Preciso")


@pytest.mark.parametrize(
    ("value", "year"),
    [
        (1795000002000, 2026),
        ("1795000002000", 2026),
        (1795000002000.0, 2026),
        (1795000002, 2026),
        ("1795000002", 2026),
        (0, 1970),
        (-62_000_000_000, 5),
        (200_000_000_000_000, 8307),
    ],
)
def test_time_is_read_in_either_unit_however_far(value, year):
    sent_at = message(momment=value).sent_at

    assert sent_at is not None
    assert sent_at.year == year
    assert sent_at.tzinfo is UTC


@pytest.mark.parametrize(
    "value", [None, True, "", "ontem", [], {}, 10**18, -(10**18), 10**400, float("nan"), "nan", "inf"]
)
def test_time_that_is_none_is_none(value):
    assert message(momment=value).sent_at is None


def test_time_under_the_correct_spelling_is_taken():
    parsed = PARSER.parse(varied("webhook_received_text", without=("momment",), moment=1795000002000))

    assert isinstance(parsed, Incoming)
    assert parsed.sent_at == datetime(2026, 11, 18, 11, 6, 42, tzinfo=UTC)


@pytest.mark.parametrize("value", [None, "texto", 7, [], ["a"], True])
def test_content_of_the_wrong_shape_is_unknown(value):
    parsed = message(text=value)

    assert (parsed.type, parsed.text) == (MessageType.UNKNOWN, "")


@pytest.mark.parametrize(
    "url", [None, 7, "", "ftp://files.example.com/a", "file:///etc/hosts", "http://a b", "javascript:1"]
)
def test_address_of_a_file_that_is_no_web_address_is_dropped(url):
    parsed = PARSER.parse(varied("webhook_received_audio", audio={"audioUrl": url, "seconds": "x", "mimeType": 3}))

    assert isinstance(parsed, Incoming)
    assert parsed.media is not None
    assert (parsed.media.url, parsed.media.seconds, parsed.media.mime) == (None, None, "")


def test_place_off_the_globe_has_no_coordinates():
    parsed = PARSER.parse(
        varied("webhook_received_location", location={"name": "Sítio", "latitude": 91, "longitude": 0})
    )

    assert isinstance(parsed, Incoming)
    assert parsed.text == "Sítio"


def test_poll_vote_reads_as_the_chosen_options():
    parsed = PARSER.parse(
        varied("webhook_received_text", without=("text",), pollVote={"options": [{"name": "FB300"}, {"name": "SE"}, 3]})
    )

    assert isinstance(parsed, Incoming)
    assert (parsed.type, parsed.text) == (MessageType.POLL, "FB300, SE")


def test_poll_reads_as_its_question():
    parsed = PARSER.parse(varied("webhook_received_text", without=("text",), poll={"question": "Qual linha?"}))

    assert isinstance(parsed, Incoming)
    assert (parsed.type, parsed.text) == (MessageType.POLL, "Qual linha?")


def test_words_of_the_provider_lose_their_numbers():
    parsed = PARSER.parse(varied("webhook_delivery_callback_error", error="Number 5511900000001 is gone"))

    assert isinstance(parsed, Receipt)
    assert parsed.error == "Number … is gone"


def test_failure_that_is_no_sentence_is_a_failure():
    parsed = PARSER.parse(varied("webhook_delivery_callback", error={"code": 1}))

    assert isinstance(parsed, Receipt)
    assert (parsed.status, parsed.error) == (ReceiptStatus.FAILED, "error")


def test_connected_callback_that_says_otherwise_is_believed():
    parsed = PARSER.parse(varied("webhook_connected", connected=False))

    assert isinstance(parsed, Connection)
    assert not parsed.connected


FIELDS = [
    "messageId", "phone", "chatLid", "senderLid", "fromMe", "fromApi", "isGroup", "isEdit", "waitingMessage", "momment",
    "moment", "status", "ids", "id", "error", "errorCode", "zaapId", "notification", "senderName", "referenceMessageId",
    "externalAdReply", "instanceId", "connected", *CONTENT, "someFutureType",
]  # fmt: skip
any_text = st.text(st.characters(exclude_categories=()), max_size=20)
plausible = st.sampled_from(["3EB0", "5511900000001", "1@lid", "REVOKE", "READ", "COMPOSING", "https://a.example/x"])
scalars = st.none() | st.booleans() | st.integers() | st.floats() | any_text | plausible
any_json = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            any_text | st.sampled_from(["message", "caption", "imageUrl", "phones", "options"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)
payloads = st.fixed_dictionaries(
    {"type": st.sampled_from([*KINDS, "FutureCallback"]) | any_text},
    optional=dict.fromkeys(FIELDS, any_json),
)


def stored_strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [found for inner in value.values() for found in stored_strings(inner)]
    if isinstance(value, list | tuple):
        return [found for inner in value for found in stored_strings(inner)]
    return []


def exercise(body: bytes) -> None:
    try:
        (event,) = PARSER.split(body)
        assert len(event.key) <= 200
        assert event.key.isascii()
        assert event.key.isprintable()
        parsed = PARSER.parse(event.body)
    except Unreadable:
        return
    for text in stored_strings(asdict(parsed)):
        assert "\0" not in text
        text.encode()


@given(payloads)
@settings(max_examples=200, deadline=None)
def test_any_callback_is_understood_or_unreadable(payload):
    exercise(json.dumps(payload).encode())


@given(any_json)
@settings(max_examples=100, deadline=None)
def test_any_json_is_understood_or_unreadable(value):
    exercise(json.dumps(value).encode())


@given(st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_understood_or_unreadable(body):
    exercise(body)
