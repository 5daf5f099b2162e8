"""Only the author of a message may change or delete it."""

import pytest

from conversations.models import Message
from seleto.lib import jobs
from tests import zapi
from tests.factories import ConversationFactory, IdentityFactory, MessageFactory

pytestmark = pytest.mark.django_db


def test_a_lead_cannot_rewrite_what_the_agent_said(channel):
    conversation = ConversationFactory.create(channel=channel, revision=1, answered_revision=1)
    IdentityFactory.create(lead=conversation.lead)
    MessageFactory.create(
        conversation=conversation, author="agent", text="Olá", provider_id="3EB0BOT", status="sent", revision=1
    )
    zapi.post(zapi.received("Vendo por 1 real", messageId="3EB0BOT", isEdit=True))
    jobs.run_due("ingest")
    assert Message.objects.get(provider_id="3EB0BOT").text == "Olá"


def test_a_stranger_cannot_rewrite_or_delete_another_leads_message(channel):
    conversation = ConversationFactory.create(channel=channel, revision=1)
    IdentityFactory.create(lead=conversation.lead)
    MessageFactory.create(conversation=conversation, text="Quero a FB300", provider_id="3EB0LEAD", revision=1)
    zapi.post(
        zapi.received("Meu e-mail é mallory@example.com", phone="5521911112222", messageId="3EB0LEAD", isEdit=True)
    )
    zapi.post(
        zapi.received(
            None, phone="5521911112222", messageId="3EB0REV", notification="REVOKE", referenceMessageId="3EB0LEAD"
        )
    )
    jobs.run_due("ingest")
    m = Message.objects.get(provider_id="3EB0LEAD")
    assert (m.text, m.deleted_at) == ("Quero a FB300", None)


def test_a_human_edit_on_the_phone_is_seen(channel):
    zapi.post(zapi.received("Te ligo as 15h", messageId="3EB0H", fromMe=True, fromApi=False))
    jobs.run_due("ingest")
    zapi.post(zapi.received("Te ligo às 16h", messageId="3EB0H", fromMe=True, fromApi=False, isEdit=True))
    jobs.run_due("ingest")
    assert Message.objects.get(provider_id="3EB0H").text == "Te ligo às 16h"


def test_a_human_message_whose_content_comes_later_is_shown(channel):
    zapi.post(zapi.received(None, messageId="3EB0W", fromMe=True, fromApi=False, waitingMessage=True))
    jobs.run_due("ingest")
    zapi.post(zapi.received("Bom dia", messageId="3EB0W", fromMe=True, fromApi=False))
    jobs.run_due("ingest")
    assert Message.objects.get(provider_id="3EB0W").text == "Bom dia"
