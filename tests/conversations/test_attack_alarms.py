"""An alarm that breaks its own run must reach a person, and not be taken up for ever (I12)."""

import contextlib
from datetime import UTC, datetime

import pytest
import time_machine
from django.core import mail
from django.db import connection

from conversations import escalation, handoff, unattended
from conversations.models import Handoff, HandoffAlarm, HandoffLevel
from seleto.lib import jobs
from seleto.lib.models import Alert
from tests.factories import ChannelFactory, ConversationFactory

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 24, 20, 50, tzinfo=UTC)


@pytest.fixture
def overdue(channel, settings):
    settings.EMAIL_HOST = "mail.example"
    HandoffLevel.objects.all().delete()
    level = HandoffLevel.objects.create(
        queue="comercial", after_minutes=1, action="email", target="plantao@empresa.example"
    )
    with time_machine.travel(AT, tick=False) as traveller:
        conversation = ConversationFactory.create(channel=ChannelFactory.create())
        handoff.open_handoff(conversation, reason=Handoff.Reason.HOT, now=datetime.now(UTC))
        conversation.save()
        traveller.shift(120)
        yield level


@pytest.mark.parametrize("text", ["Repasse parado\r\nveja já", "Repasse parado\rBcc: alguem@empresa.example"])
def test_a_text_of_several_lines_is_a_subject_of_one(overdue, text):
    HandoffLevel.objects.update(text=text)

    jobs.run_due("handoff_wait")

    assert "\n" not in mail.outbox[0].subject
    assert "\r" not in mail.outbox[0].subject
    assert mail.outbox[0].recipients() == ["plantao@empresa.example"]


def test_an_alarm_that_breaks_again_and_again_is_parked(overdue, settings, monkeypatch):
    def breaks(*_: object) -> None:
        raise KeyError("inesperado")

    monkeypatch.setattr(escalation, "send_email", breaks)

    for _ in range(settings.HANDOFF_ALARM_MAX_ATTEMPTS + 1):
        with contextlib.suppress(KeyError):
            jobs.run_due("handoff_wait")
        with connection.cursor() as cursor:
            cursor.execute("UPDATE conversations_handoffalarm SET leased_until = NULL")

    assert HandoffAlarm.objects.get().status == HandoffAlarm.Status.PARKED
    assert Alert.objects.filter(key=unattended.PARKED_ALERT, closed_at=None).exists()
