"""The door of Z-API: what it lets in, what it answers, and that nothing it accepted can be lost (I1, I2)."""

import json
from unittest import mock

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from conversations.models import Channel, Event
from tests import zapi
from tests.factories import INSTANCE_TOKEN

pytestmark = pytest.mark.django_db


def test_a_message_is_stored_raw_and_wakes_ingest(channel):
    payload = zapi.received("Bom dia")

    answer = zapi.post(payload)

    event = Event.objects.get()
    assert (answer.status_code, event.status) == (200, Event.Status.NEW)
    assert json.loads(bytes(event.body)) == payload
    assert event.correlation_id == answer.headers["X-Correlation-Id"]
    assert _queue_rows() == 1


def test_i1_success_is_answered_only_after_the_event_is_committed(channel):
    with mock.patch("conversations.webhooks.base.connection.cursor", side_effect=DatabaseError("away")):
        answer = zapi.post(zapi.received())

    assert answer.status_code >= 500
    assert not Event.objects.exists()


def test_the_event_and_its_wake_cost_one_statement(channel):
    zapi.post(zapi.received())

    with CaptureQueriesContext(connection) as captured:
        zapi.post(zapi.received())

    assert len(captured) == 1


def test_i2_a_redelivery_is_acknowledged_and_changes_nothing(channel):
    payload = zapi.received()

    answers = [zapi.post(payload).status_code for _ in range(3)]

    assert answers == [200, 200, 200]
    assert Event.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"secret": "outro"}, 401),
        ({"secret": "não-é"}, 401),
        ({"channel": "desconhecido"}, 404),
        ({"z-api-token": "outro"}, 401),
        ({"z-api-token": INSTANCE_TOKEN}, 200),
    ],
)
def test_who_is_let_in(channel, change, expected):
    answer = zapi.post(zapi.received(), **change)

    assert answer.status_code == expected
    assert Event.objects.count() == (1 if expected == 200 else 0)


def test_a_channel_may_insist_on_the_token_header(channel):
    Channel.objects.update(token_header_required=True)

    assert zapi.post(zapi.received()).status_code == 401
    assert zapi.post(zapi.received(), **{"z-api-token": INSTANCE_TOKEN}).status_code == 200


def test_both_secrets_work_while_one_is_being_rotated(channel):
    channel.webhook_secrets = {"novo": "segredo-novo", "antigo": "segredo-antigo"}
    channel.save()

    answers = [zapi.post(zapi.received(), secret=secret).status_code for secret in ("segredo-novo", "segredo-antigo")]

    assert answers == [200, 200]


def test_another_instance_is_refused_and_not_stored(channel):
    answer = zapi.post(zapi.received(instanceId="3C00000000000000000000000000FFFF"))

    assert answer.status_code == 401
    assert not Event.objects.exists()


def test_get_is_refused_with_the_accepted_method(channel, client):
    answer = client.get("/webhooks/zapi/principal/segredo-do-webhook/")

    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_body_over_the_limit_is_refused(channel):
    answer = zapi.post(zapi.received("a" * 300_000))

    assert answer.status_code == 413
    assert not Event.objects.exists()


def test_a_flood_is_told_when_to_come_back(channel, settings):
    settings.WEBHOOK_MAX_PER_S = 0

    answer = zapi.post(zapi.received())

    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"type": "ReceivedCallback", "instanceId": "3C0000000000000000000000000000AA"}',
        b"[" * 100_000,
        b'{"a":' * 50_000,
    ],
)
def test_i12_an_authentic_body_nobody_can_read_is_kept_for_a_person(channel, body):
    answers = [zapi.post(body).status_code for _ in range(2)]

    event = Event.objects.get()
    assert answers == [400, 400]
    assert (event.status, bytes(event.body)) == (Event.Status.PARKED, body)
    assert event.reason


def test_the_content_type_does_not_decide(channel, client):
    body = json.dumps(zapi.received()).encode()

    answer = client.generic("POST", "/webhooks/zapi/principal/segredo-do-webhook/", body, "text/plain")

    assert answer.status_code == 200


def test_a_switched_off_channel_still_takes_in_what_arrives(channel):
    Channel.objects.update(enabled=False)

    assert zapi.post(zapi.received()).status_code == 200
    assert Event.objects.count() == 1


def _queue_rows() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_q_ormq")
        return cursor.fetchone()[0]
