"""The key under which an event is stored decides what counts as delivered again."""

import pytest

from conversations.channels.base import EventKind
from conversations.channels.zapi.parse import ZapiParser
from tests.channels.wire import sample, varied, webhook_samples


def key(body: bytes) -> str:
    (event,) = ZapiParser().split(body)
    return event.key


@pytest.mark.channels
def test_samples_have_different_keys():
    assert len({key(sample(name)) for name in webhook_samples()}) == len(webhook_samples())


def test_redelivery_has_the_same_key():
    assert key(sample("webhook_received_text")) == key(sample("webhook_received_text"))


@pytest.mark.parametrize("change", [{"status": "READ"}, {"senderName": "Outro Nome"}, {"momment": 1795000002999}])
def test_redelivery_that_differs_in_passing_has_the_same_key(change):
    assert key(varied("webhook_received_text", **change)) == key(sample("webhook_received_text"))


def test_edit_has_another_key_than_the_original():
    assert key(sample("webhook_received_text_edited")) != key(sample("webhook_received_text"))


def test_second_edit_has_another_key_than_the_first_even_with_the_same_text():
    first, second = (varied("webhook_received_text_edited", momment=at) for at in (1795000017000, 1795000018000))

    assert key(first) != key(second)


def test_edit_delivered_again_has_the_same_key():
    body = sample("webhook_received_text_edited")

    assert key(body) == key(body)


def test_message_that_was_waiting_has_another_key_when_its_content_comes():
    came = varied("webhook_received_waiting_message", waitingMessage=False, text={"message": "oi"})

    assert key(came) != key(sample("webhook_received_waiting_message"))


def test_unknown_content_has_one_key_whatever_the_order_of_fields():
    one = varied("webhook_received_unknown_content", without=("someFutureType",), aThing={}, zThing={})
    other = varied("webhook_received_unknown_content", without=("someFutureType",), zThing={}, aThing={})

    assert one != other
    assert key(one) == key(other)


def test_each_step_of_a_status_has_its_own_key():
    steps = ["webhook_status_sent", "webhook_status_received", "webhook_status_read", "webhook_status_played"]

    assert len({key(sample(name)) for name in steps}) == 4


def test_status_for_other_ids_has_another_key():
    assert key(varied("webhook_status_read", ids=["A1"])) != key(varied("webhook_status_read", ids=["A1", "A2"]))


def test_failed_delivery_has_another_key_than_the_accepted_one():
    accepted = sample("webhook_delivery_callback")

    assert key(varied("webhook_delivery_callback", error="Gone")) != key(accepted)


def test_presences_never_share_a_key():
    body = sample("webhook_presence_composing")

    assert key(body) != key(body)


def test_connection_delivered_again_has_the_same_key_and_a_later_one_another():
    body = sample("webhook_disconnected")

    assert key(body) == key(body)
    assert key(varied("webhook_disconnected", momment=1795000999)) != key(body)


def test_notification_without_an_id_is_still_an_event():
    body = varied("webhook_received_notification_call_missed", without=("messageId",))

    assert key(body) == key(body)


def test_key_of_any_id_is_short_printable_ascii():
    body = varied("webhook_status_read", status="L\0ido", ids=[f"ID{number}" for number in range(500)])

    assert len(key(body)) <= 200
    assert key(body).isascii()
    assert key(body).isprintable()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("webhook_received_text", EventKind.MESSAGE),
        ("webhook_received_fromme_api", EventKind.MESSAGE),
        ("webhook_status_read", EventKind.RECEIPT),
        ("webhook_delivery_callback", EventKind.RECEIPT),
        ("webhook_presence_composing", EventKind.PRESENCE),
        ("webhook_connected", EventKind.CONNECTION),
    ],
)
def test_kind_is_known_before_anything_is_parsed(name, kind):
    (event,) = ZapiParser().split(sample(name))

    assert event.kind is kind


def test_unknown_type_is_an_event_of_no_kind():
    (event,) = ZapiParser().split(b'{"type": "FutureCallback", "instanceId": "X"}')

    assert (event.kind, event.instance_id) == (EventKind.OTHER, "X")
