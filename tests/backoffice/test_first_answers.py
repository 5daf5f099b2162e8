"""The objective of first answers is measured from the rows: late is also what never comes, and only the agent's."""

from datetime import timedelta

import pytest

from conversations.models import Conversation, Message
from knowledge.models import RolloutRule
from seleto import first_answers
from seleto.first_answers import Answers
from tests.factories import ConversationFactory, LeadFactory, MessageFactory, now

pytestmark = pytest.mark.django_db
AT = now()


def asked(seconds_ago: int, answered_after: int | None = None, **conversation: object) -> Conversation:
    row = ConversationFactory.create(opened_at=AT, last_message_at=AT, **conversation)
    sent_at = AT - timedelta(seconds=seconds_ago)
    MessageFactory.create(conversation=row, author=Message.Author.LEAD, sent_at=sent_at)
    if answered_after is not None:
        MessageFactory.create(
            conversation=row,
            author=Message.Author.AGENT,
            status=Message.Status.SENT,
            sent_at=sent_at + timedelta(seconds=answered_after),
        )
    return row


def read(window: str = "5m") -> tuple[int, int]:
    found = first_answers.read(AT)[window]
    return found.asked, found.late


def test_nobody_asked():
    assert first_answers.read(AT) == dict.fromkeys(first_answers.WINDOWS, Answers(0, 0))


def test_in_time_too_late_and_never():
    asked(100, answered_after=20)
    asked(200, answered_after=61)
    asked(200)

    assert read() == (3, 2)


def test_whoever_wrote_less_than_a_minute_ago_is_not_judged_yet():
    asked(30)

    assert read() == (0, 0)


def test_each_window_counts_its_own():
    for minutes in (3, 20, 50, 300, 500):
        asked(minutes * 60)

    assert [read(name)[0] for name in ("5m", "30m", "1h", "6h")] == [1, 2, 3, 4]


def test_a_conversation_is_judged_by_its_first_message_alone():
    row = asked(7 * 3600, answered_after=10)
    MessageFactory.create(conversation=row, author=Message.Author.LEAD, sent_at=AT - timedelta(minutes=4))

    assert read("6h") == (0, 0)


def test_what_waits_in_the_outbox_is_no_answer():
    row = asked(120)
    MessageFactory.create(
        conversation=row, author=Message.Author.AGENT, status=Message.Status.QUEUED, sent_at=AT - timedelta(seconds=90)
    )

    assert read() == (1, 1)


def test_what_is_not_the_agents_to_answer_does_not_count():
    asked(120, owner=Conversation.Owner.HUMAN)
    asked(120, lead=LeadFactory.create(opted_out_at=AT))
    assert read() == (0, 0)

    asked(120)
    assert read() == (1, 1)
    RolloutRule.objects.create(scope="global", share=0)

    assert read() == (0, 0)
