"""An edit of an unanswered message whose session has ended must not set a due instant nobody will ever take."""

import pytest

from seleto.lib import jobs
from tests import zapi
from tests.factories import ConversationFactory, IdentityFactory, MessageFactory, now

pytestmark = pytest.mark.django_db


def test_edit_in_closed_session(channel):
    conversation = ConversationFactory.create(channel=channel, revision=1, closed_at=now())
    IdentityFactory.create(lead=conversation.lead)
    MessageFactory.create(conversation=conversation, text="Quero", provider_id="3EB0L", revision=1)
    zapi.post(zapi.received("Quero a FB300", messageId="3EB0L", isEdit=True))
    jobs.run_due("ingest")
    conversation.refresh_from_db()
    assert conversation.turn_due_at is None or conversation.closed_at is None
