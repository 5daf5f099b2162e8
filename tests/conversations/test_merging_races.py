"""Two leads are joined at the very moment one of them writes: each with a connection of its own."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from conversations import sessions
from conversations.models import Conversation, Event, Message
from leads import merging
from leads.models import Identity, Lead
from seleto.lib import clock, jobs
from tests import zapi

pytestmark = pytest.mark.django_db(transaction=True)
MERGED, KEPT = "5511900000001", "5511900000002"


def elsewhere(deed):
    """Done and committed on another connection before this returns."""

    def alone():
        try:
            deed()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(alone).result()


@pytest.mark.parametrize("had_a_conversation", [True, False])
def test_a_message_of_a_lead_joined_meanwhile_stands_with_the_one_that_stayed(
    channel, settings, monkeypatch, had_a_conversation
):
    settings.INGEST_RETRY_S = 0
    zapi.post(zapi.received("Oi, aqui é a Marina", phone=KEPT))
    zapi.post(zapi.received("Oi, sou eu de outro número", phone=MERGED))
    jobs.run_due("ingest")
    kept, merged = (Identity.objects.get(value=phone).lead_id for phone in (KEPT, MERGED))
    if not had_a_conversation:
        Message.objects.filter(conversation__lead=merged).delete()
        Conversation.objects.filter(lead=merged).delete()
    usual, joined = sessions.locked, []

    def joined_in_between(**told):
        if not joined:
            joined.append(True)
            elsewhere(lambda: merging.merge_by_person(kept, merged, actor="user:1", now=clock.now()))
        return usual(**told)

    monkeypatch.setattr(sessions, "locked", joined_in_between)
    zapi.post(zapi.received("Quero a FB300", phone=MERGED))
    for _ in range(3):
        jobs.run_due("ingest")

    assert joined
    assert not Lead.objects.filter(pk=merged).exists()
    assert set(Event.objects.values_list("status", flat=True)) == {"done"}
    told = Message.objects.get(text="Quero a FB300")
    assert told.conversation.lead_id == kept
    assert Conversation.objects.filter(lead=kept, closed_at=None).count() == 1
