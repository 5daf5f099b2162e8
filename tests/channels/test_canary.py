"""Two numbers of the company write to each other now and then; nothing of it is a lead's, and silence is an alarm."""

import json
from datetime import timedelta

import httpx
import pytest
import respx
import time_machine

from conversations.models import Canary, Channel, Conversation, Event, Message, Outbox
from knowledge import calendar
from leads.models import Lead
from seleto.lib import jobs
from seleto.lib.models import Alert
from tests import cloud_api, zapi
from tests.channels.test_cloud_api_channel import cloud_channel
from tests.factories import ChannelFactory, now

pytestmark = pytest.mark.django_db

FIRST, SECOND = "5511900000071", "5511900000072"


@pytest.fixture(autouse=True)
def two(db, settings, monkeypatch) -> tuple[Channel, Channel]:
    settings.CANARY_EVERY_MIN, settings.CANARY_NUMBERS = 15, [f"principal:{FIRST}", f"nuvem:{SECOND}"]
    monkeypatch.setattr(calendar, "is_open", lambda _now: True)
    return ChannelFactory.create(), cloud_channel()


@pytest.fixture
def sent():
    """(to, text) of everything that left."""
    said: list[tuple[str, str]] = []
    with respx.mock(assert_all_called=False) as router:

        def by_zapi(request):
            body = json.loads(request.content)
            said.append((body["phone"], body["message"]))
            return httpx.Response(200, json={"messageId": zapi.message_id(), "zaapId": "z"})

        def by_cloud(request):
            body = json.loads(request.content)
            said.append((body["to"], body["text"]["body"]))
            return httpx.Response(200, json={"messages": [{"id": "wamid.CANARIO"}]})

        router.post(path__regex="/send-text$").side_effect = by_zapi
        router.post(path__regex="/messages$").side_effect = by_cloud
        yield said


def alarms() -> set[str]:
    return set(Alert.objects.filter(closed_at=None, key__startswith="canary:").values_list("key", flat=True))


def test_each_number_is_spoken_to_by_the_other_once_in_a_while(sent):
    jobs.run_due("canary")
    jobs.run_due("canary")

    assert {to for to, _ in sent} == {FIRST, SECOND}
    assert len(sent) == 2
    assert not Outbox.objects.exists()


def test_what_arrives_is_nobodys_and_proves_that_the_channel_hears(sent):
    jobs.run_due("canary")
    zapi.post(zapi.received("Teste automático", phone=SECOND))
    cloud_api.post(cloud_api.received(cloud_api.text("Teste", id_="wamid.1", at=now(), phone=FIRST), phone=FIRST))
    jobs.run_due("ingest")

    assert set(Event.objects.values_list("reason", flat=True)) == {"canario"}
    assert not any(model.objects.exists() for model in (Lead, Conversation, Message))
    with time_machine.travel(now() + timedelta(minutes=10)):
        jobs.run_due("canary")
    assert alarms() == set()


def test_silence_is_an_alarm_until_something_is_heard(sent):
    jobs.run_due("canary")
    with time_machine.travel(now() + timedelta(minutes=5)):
        zapi.post(zapi.received("Teste automático", phone=SECOND))
        jobs.run_due("ingest")
        jobs.run_due("canary")
        assert alarms() == {"canary:nuvem"}
        cloud_api.post(cloud_api.received(cloud_api.text("Teste", id_="wamid.1", at=now(), phone=FIRST), phone=FIRST))
        jobs.run_due("ingest")

    assert alarms() == set()


def test_its_echo_is_no_person_who_took_over(sent):
    zapi.post(zapi.received("Teste automático", phone=SECOND, fromMe=True, fromApi=False))
    jobs.run_due("ingest")

    assert not Conversation.objects.exists()


@pytest.mark.parametrize("off", [{"CANARY_EVERY_MIN": 0}, {"CANARY_NUMBERS": [f"principal:{FIRST}"]}])
def test_by_default_and_with_one_number_nothing_is_sent(sent, settings, off):
    for name, value in off.items():
        setattr(settings, name, value)

    jobs.run_due("canary")

    assert (sent, Canary.objects.count()) == ([], 0)


def test_at_night_nothing_is_sent(sent, monkeypatch):
    monkeypatch.setattr(calendar, "is_open", lambda _now: False)
    jobs.run_due("canary")

    assert sent == []


def test_when_nobody_can_speak_nobody_is_called_deaf(sent):
    Channel.objects.update(connected=False)
    jobs.run_due("canary")
    with time_machine.travel(now() + timedelta(minutes=10)):
        jobs.run_due("canary")

    assert (sent, alarms()) == ([], set())
