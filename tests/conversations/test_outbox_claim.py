"""Who may leave, in which order, and only once (I3, I4, I5, I6)."""

import threading
from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import IntegrityError, connection, transaction

from conversations import outbox
from conversations.models import Channel, Conversation, Outbox
from knowledge.models import Flag
from tests.factories import ConversationFactory, now, queued

pytestmark = pytest.mark.django_db


@pytest.fixture
def conversation(channel) -> Conversation:
    return ConversationFactory.create(channel=channel)


def claimed() -> list[str]:
    return [row.text for row in outbox.claim(10)]


def test_bubbles_leave_one_at_a_time_in_order(conversation):
    first, _ = queued(conversation, "um", "dois")

    assert claimed() == ["um"]
    assert claimed() == []
    Outbox.objects.filter(pk=first.pk).update(status=Outbox.Status.SENT)
    assert claimed() == ["dois"]


def test_conversations_do_not_wait_for_each_other(channel):
    for text in ("um", "dois"):
        queued(ConversationFactory.create(channel=channel), text)

    assert sorted(claimed()) == ["dois", "um"]


def test_i3_two_workers_never_hold_the_same_row(conversation, transactional_db):
    for _ in range(20):
        queued(ConversationFactory.create(channel=conversation.channel), "um")
    taken: list[object] = []
    barrier = threading.Barrier(4)

    def work() -> None:
        barrier.wait()
        for _ in range(20):
            taken.extend(row.id for row in outbox.claim(2))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(taken) == len(set(taken)) == 20


def test_i4_a_text_that_was_not_reviewed_is_refused(conversation):
    with pytest.raises(ValueError, match="no guardrail"):
        outbox.enqueue(conversation, [outbox.Bubble("custa 10 mil", 0)], turn=None, reviewed=[], now=now())


def test_i4_the_database_refuses_a_text_other_than_the_reviewed_one(conversation):
    row = queued(conversation, "revisado")[0]

    with pytest.raises(IntegrityError), transaction.atomic():
        Outbox.objects.filter(pk=row.pk).update(text="custa 10 mil")


def test_i5_nothing_of_the_agent_leaves_after_a_human_is_in_charge(conversation):
    queued(conversation, "um")
    Conversation.objects.update(owner=Conversation.Owner.HUMAN)

    assert claimed() == []


def test_i5_a_takeover_that_is_being_committed_is_waited_for_or_passed_over(conversation, transactional_db):
    """The claim skips a conversation somebody is changing, and sees the new owner afterwards."""
    queued(conversation, "um")
    inside, leave = threading.Event(), threading.Event()

    def take_over() -> None:
        with transaction.atomic():
            Conversation.objects.select_for_update().get(pk=conversation.pk)
            Conversation.objects.filter(pk=conversation.pk).update(owner=Conversation.Owner.HUMAN)
            inside.set()
            leave.wait(10)
        connection.close()

    thread = threading.Thread(target=take_over)
    thread.start()
    inside.wait(10)
    during = claimed()
    leave.set()
    thread.join()

    assert (during, claimed()) == ([], [])


def test_the_notice_of_a_handoff_leaves_although_a_human_is_in_charge(conversation):
    queued(conversation, "um consultor vai te chamar", survives_handoff=True)
    Conversation.objects.update(owner=Conversation.Owner.HUMAN)

    assert claimed() == ["um consultor vai te chamar"]


@pytest.mark.parametrize("change", [{"connected": False}, {"enabled": False}])
def test_nothing_leaves_through_a_channel_that_is_down_or_off(conversation, change):
    queued(conversation, "um")
    Channel.objects.update(**change)

    assert claimed() == []
    assert outbox.next_due() is None


def test_i10_nothing_leaves_while_the_agent_is_switched_off(conversation):
    queued(conversation, "um")
    Flag.objects.update_or_create(name="agent_enabled", scope="channel:principal", defaults={"on": False})

    assert claimed() == []


def test_next_due_is_when_the_next_row_may_leave(conversation):
    assert outbox.next_due() is None
    first, _ = queued(conversation, "um", "dois")
    assert outbox.next_due() == first.due_at

    outbox.claim(1)

    assert outbox.next_due() is None


def test_a_row_that_nobody_may_send_is_not_due(conversation):
    queued(conversation, "um")
    Conversation.objects.update(owner=Conversation.Owner.NOBODY)

    assert outbox.next_due() is None


def test_an_instance_keeps_its_own_pace(conversation):
    Channel.objects.update(min_interval_ms=1000)
    outbox.channel_cache.forget()

    rows = queued(conversation, "um", "dois", "três")

    gaps = [after.due_at - before.due_at for before, after in pairwise(rows)]
    assert all(gap >= timedelta(seconds=1) for gap in gaps)
