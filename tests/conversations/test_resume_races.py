"""The lead and a person write at the same moment: one order of commits or the other, never both speaking (I5)."""

import itertools
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from conversations.ingest import stage as ingest
from conversations.models import Conversation, Outbox, ResumeRule, Turn
from conversations.turns import stage as turns
from knowledge.models import BusinessHours
from tests import zapi
from tests.factories import ChannelFactory, ConversationFactory, IdentityFactory, MessageFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _closed_office(transactional_db):
    """Open for one minute a week, and not now."""
    today = datetime.now(UTC).astimezone().weekday()
    BusinessHours.objects.create(weekday=(today + 3) % 7, opens="12:00", closes="12:01")
    ResumeRule.objects.create(idle_min_off_hours=0)


def at_once(*jobs):
    barrier, failures = threading.Barrier(len(jobs)), []

    def work(job):
        barrier.wait()
        try:
            job()
        except Exception as error:  # noqa: BLE001 - shown by the assertion below
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


@pytest.mark.parametrize("attempt", range(8))
def test_i5_of_a_lead_and_a_person_at_once_the_person_ends_in_charge(attempt):
    """Even where no silence is asked for: the person wrote later than the lead, whoever commits first."""
    paused = conversation_with_a_person()
    zapi.post(zapi.received("Tem alguém?"))
    zapi.post(zapi.received("Tem sim, sou eu.", fromMe=True, fromApi=False))
    claims = ingest.claim(5)

    at_once(*[lambda claim=claim: ingest.run(claim) for claim in claims])

    conversation = Conversation.objects.get(pk=paused.pk)
    assert (conversation.owner, conversation.turn_due_at) == ("human", None)
    assert conversation.messages.count() == 3


@pytest.mark.parametrize("order", list(itertools.permutations(["lead", "person", "turn"])))
def test_i5_in_every_order_of_commits_the_agent_says_nothing_after_the_person(order):
    paused = conversation_with_a_person()
    zapi.post(zapi.received("Tem alguém?"))
    zapi.post(zapi.received("Tem sim, sou eu.", fromMe=True, fromApi=False))
    events = dict(zip(("lead", "person"), ingest.claim(5), strict=True))
    for step in order:
        if step == "turn":
            Conversation.objects.filter(turn_due_at__isnull=False).update(turn_due_at=datetime.now(UTC))
            turns.claim(1)
        else:
            ingest.run(events[step])

    assert Conversation.objects.get(pk=paused.pk).owner == "human"
    assert Turn.objects.filter(status=Turn.Status.DISCARDED).count() == (order == ("lead", "turn", "person"))
    assert not Turn.objects.exclude(status=Turn.Status.DISCARDED).exists()
    assert not Outbox.objects.exists()


def conversation_with_a_person():
    past = datetime.now(UTC) - timedelta(hours=1)
    conversation = ConversationFactory.create(
        channel=ChannelFactory.create(), owner="human", owner_reason="celular_da_empresa", opened_at=past, revision=1
    )
    IdentityFactory.create(lead=conversation.lead)
    MessageFactory.create(conversation=conversation, author="phone", revision=1, sent_at=past)
    return conversation
