"""Events worked at the same moment by several workers (I2), with real connections."""

import threading

import pytest
from django.db import connection

from conversations.ingest import stage
from conversations.models import Conversation, Event, Message
from leads.models import Identity, Lead
from tests import zapi
from tests.factories import ChannelFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _channel(transactional_db):
    ChannelFactory.create()


def at_once(*jobs) -> None:
    barrier = threading.Barrier(len(jobs))
    failures = []

    def work(job) -> None:
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


def test_i2_the_first_messages_of_a_new_lead_make_one_lead_and_one_conversation():
    for number in range(6):
        zapi.post(zapi.received(f"mensagem {number}", chatLid="100000000000001@lid"))
    claims = stage.claim(10)

    at_once(*[lambda claim=claim: stage.run(claim) for claim in claims])

    assert (Lead.objects.count(), Conversation.objects.count(), Message.objects.count()) == (1, 1, 6)
    assert Identity.objects.count() == 2
    assert sorted(Message.objects.values_list("revision", flat=True)) == [1, 2, 3, 4, 5, 6]


def test_i2_a_delivery_repeated_at_the_same_moment_is_one_event():
    payload = zapi.received()

    at_once(*[lambda: zapi.post(payload) for _ in range(6)])

    assert Event.objects.count() == 1


def test_i2_an_event_is_claimed_by_one_worker():
    for _ in range(20):
        zapi.post(zapi.received())
    taken = []

    at_once(*[lambda: taken.extend(event.id for event in stage.claim(20)) for _ in range(4)])
    taken.extend(event.id for event in stage.claim(20))

    assert len(taken) == len(set(taken)) == 20
