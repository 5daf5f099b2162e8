"""How long leads wait for a person, measured per lead and told per queue."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command

from conversations import handoff
from conversations.models import Conversation, Handoff
from tests.factories import ChannelFactory, ConversationFactory

pytestmark = pytest.mark.django_db

# A Tuesday, 17h50 in São Paulo.
AT = datetime(2026, 11, 24, 20, 50, tzinfo=UTC)


@pytest.fixture
def clock(channel):
    with time_machine.travel(AT, tick=False) as traveller:
        yield traveller


@pytest.fixture
def run(capsys):
    def command(*words):
        call_command("handoff_report", *words)
        return capsys.readouterr().out

    return command


def given(reason=Handoff.Reason.HOT):
    conversation = ConversationFactory.create(channel=ChannelFactory.create())
    row = handoff.open_handoff(conversation, reason=reason, now=datetime.now(UTC))
    conversation.save()
    return row


def picked_up(row):
    conversation = Conversation.objects.get(pk=row.conversation_id)
    handoff.take_over(conversation, reason=handoff.PHONE, actor="sdr:celular", now=datetime.now(UTC))
    conversation.save()


def test_a_wait_over_night_is_short_in_business_minutes(clock, run):
    row = given()
    clock.shift(timedelta(hours=14, minutes=15))
    picked_up(row)

    (wait,) = json.loads(run("--json"))["handoffs"]

    assert (wait["wall_minutes"], wait["business_minutes"]) == (14 * 60 + 15, 15)
    assert (wait["handoff"], wait["lead"]) == (str(row.pk), str(row.conversation.lead_id))


def test_queues_are_told_apart_with_who_still_waits(clock, run):
    first, second = given(), given()
    given()
    given(Handoff.Reason.SUPPORT)
    clock.shift(timedelta(minutes=4))
    picked_up(first)
    clock.shift(timedelta(minutes=4))
    picked_up(second)

    sales, support = json.loads(run("--json"))["queues"]

    assert sales == {
        "queue": "comercial",
        "handoffs": 3,
        "picked_up": 2,
        "waiting": 1,
        "never": 0,
        "business_median": 6.0,
        "business_p90": 8,
        "wall_median": 6.0,
        "wall_p90": 8,
    }
    assert (support["waiting"], support["business_median"]) == (1, None)
    assert "comercial: 3 repasses, 2 atendidos, 1 esperando" in run()


def test_a_handoff_that_ended_without_a_person_is_counted_so(clock, run):
    row = given()
    conversation = Conversation.objects.get(pk=row.conversation_id)
    handoff.resume(conversation, reason="retomada_manual", actor="usuário:1", now=datetime.now(UTC))
    conversation.save()

    assert "1 encerrados sem atendimento" in run()


def test_older_handoffs_are_left_out(clock, run):
    given()
    clock.shift(timedelta(days=3))

    assert run("--days", "2") == "Nenhum repasse no período.\n"


def test_no_days_is_wrong_usage(clock):
    with pytest.raises(CommandError) as caught:
        call_command("handoff_report", "--days", "0")

    assert caught.value.returncode == 2
