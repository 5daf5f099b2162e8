"""A claim takes no more rows than it was asked for, however the database plans it."""

from datetime import timedelta

import pytest
from django.db import connection

from conversations import summaries, watchdog
from conversations.ingest import stage as ingest
from conversations.models import Channel, Conversation
from tests.factories import ChannelFactory, ConversationFactory, EventFactory, now

pytestmark = pytest.mark.django_db

ROWS = 4


@pytest.fixture(autouse=True)
def _plans_that_choose_anew() -> None:
    """Joins that look at their inner side once are out of reach."""
    with connection.cursor() as cursor:
        for way in ("hashjoin", "mergejoin", "material", "hashagg", "sort"):
            cursor.execute(f"SET LOCAL enable_{way} = off")


def test_events_are_claimed_up_to_the_limit() -> None:
    EventFactory.create_batch(ROWS)

    assert len(ingest.claim(1)) == 1


def test_summaries_are_claimed_up_to_the_limit() -> None:
    ConversationFactory.create_batch(ROWS)
    Conversation.objects.update(summary_due_at=now() - timedelta(minutes=1))

    assert len(summaries.claim(2)) == 2


def test_channels_are_looked_at_up_to_the_limit() -> None:
    for number in range(ROWS):
        ChannelFactory.create(slug=f"canal-{number}", instance_id=f"3C{number:030d}")
    Channel.objects.update(watched_at=None)

    assert len(watchdog.claim(1)) == 1
