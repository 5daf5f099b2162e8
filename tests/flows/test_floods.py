"""Bursts and redeliveries: however much arrives, each thing has one effect."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db.models import Sum

from conversations.models import Conversation, Event, Message
from tests.flows.pipe import Pipe, new_lead, until

pytestmark = pytest.mark.xdist_group("faults")

FULL = os.environ.get("CHAOS_FULL") == "1"
LEADS, MESSAGES = (10, 10) if FULL else (5, 6)
EVENTS = 150 if FULL else 60


def test_i3_a_burst_of_each_of_many_leads_gets_one_reply_each(pipe: Pipe) -> None:
    leads = [new_lead() for _ in range(LEADS)]

    for position in range(MESSAGES):
        for lead in leads:
            assert pipe.post(pipe.message(lead, f"parte {position}")) == 200

    until(lambda: set(leads) <= pipe.reached(), what="every lead has a reply")
    pipe.calm()
    assert [lead for lead in leads if not pipe.answered_once(lead)] == []
    conversations = Conversation.objects.filter(address__in=leads)
    assert [row.answered_revision for row in conversations] == [MESSAGES] * LEADS


def test_i2_events_delivered_three_times_two_at_once_have_one_effect(pipe: Pipe) -> None:
    leads = [new_lead() for _ in range(EVENTS // 10)]
    ids = [f"THRICE{number:05d}" for number in range(EVENTS)]
    bodies = [
        pipe.message(leads[number % len(leads)], f"parte {number}", message_id=message_id)
        for number, message_id in enumerate(ids)
    ]

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(pipe.post, [body for body in bodies for _ in range(2)]))
        answers += pool.map(pipe.post, bodies)
    assert set(answers) == {200}
    pipe.calm()

    assert Event.objects.filter(key__contains="THRICE").count() == EVENTS
    assert sorted(Message.objects.filter(provider_id__in=ids).values_list("provider_id", flat=True)) == ids
    # Each message moved its conversation on by one: nothing was taken in twice and then hidden.
    moved = Conversation.objects.filter(address__in=leads).aggregate(all=Sum("revision"))["all"]
    assert moved == EVENTS
