"""A provider's Retry-After must not block a conversation for days in silence, nor turn 'not sent' into 'unknown'."""

from datetime import UTC, datetime, timedelta

import pytest
import respx

from conversations.models import Outbox
from seleto.lib import jobs
from tests.factories import ConversationFactory, queued

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("value", ["86400", "31536000", "1e10", "1e300"])
def test_retry_after_is_bounded(channel, value):
    conversation = ConversationFactory.create(channel=channel)
    queued(conversation, "uma")
    with respx.mock(assert_all_called=False) as router:
        router.post(path__regex="/send-text$").respond(429, headers={"Retry-After": value})
        jobs.run_due("deliver")
        row = Outbox.objects.get()
        assert row.status == "queued"
        assert row.due_at < datetime.now(UTC) + timedelta(hours=2)
