"""What happens rarely: races at the edges, phrases that a manager broke, leases in long work."""

import threading
from datetime import timedelta
from decimal import Decimal

import httpx
import pytest
import respx
from django.db import IntegrityError, connection, transaction
from django.utils.timezone import localdate

from conversations import channel_cache, outbox, sessions
from conversations.ingest import stage as ingest
from conversations.models import Channel, Conversation, Event, Outbox, Turn
from conversations.turns.reading import read_snapshot, read_state
from knowledge.models import Phrase, PricePolicy, Product, ProductPrice
from seleto.lib import jobs
from seleto.lib.ids import new_id
from seleto.lib.models import Alert
from tests import zapi
from tests.conversations.model import said
from tests.factories import ConversationFactory, LeadFactory, PromptFactory, now, queued, waiting

pytestmark = pytest.mark.django_db


def test_leases_of_events_and_rows_are_renewed(channel):
    zapi.post(zapi.received())
    queued(ConversationFactory.create(channel=channel), "um")
    events, rows = ingest.claim(1), outbox.claim(1)
    past = now() - timedelta(hours=1)
    Event.objects.update(leased_until=past)
    Outbox.objects.update(leased_until=past)

    ingest.renew(events)
    outbox.renew(rows)

    assert Event.objects.get().leased_until > past
    assert Outbox.objects.get().leased_until > past


def test_a_constraint_other_than_the_messages_is_a_failure_like_any(channel, settings, monkeypatch):
    settings.INGEST_MAX_ATTEMPTS = 1

    def violate(*_, **__) -> None:
        raise IntegrityError("another constraint")

    monkeypatch.setattr("conversations.ingest.messages.lead_of", violate)
    zapi.post(zapi.received())

    jobs.run_due("ingest")

    assert Event.objects.get().reason == "erro:IntegrityError"


def test_two_workers_that_open_a_session_at_once_get_the_same_one(transactional_db):
    Channel.objects.all().delete()
    channel = channel_cache.by_id(ConversationFactory.create(lead=LeadFactory.create()).channel_id)
    lead = LeadFactory.create()
    barrier = threading.Barrier(4)
    opened = []

    def work() -> None:
        barrier.wait()
        with transaction.atomic():
            opened.append(sessions.locked(lead_id=lead.id, channel=channel, address="x", at=now()).pk)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(opened) == 4
    assert len(set(opened)) == 1
    assert Conversation.objects.filter(lead=lead).count() == 1


def test_a_row_settled_meanwhile_is_not_declared_unknown(channel):
    row = queued(ConversationFactory.create(channel=channel), "um")[0]

    def sent_by_another(_request: httpx.Request) -> httpx.Response:
        Outbox.objects.filter(pk=row.pk).update(status=Outbox.Status.SENT)
        raise httpx.ReadTimeout("slow")

    with respx.mock as router:
        router.post(path__regex="/send-text$").side_effect = sent_by_another
        jobs.run_due("deliver")

    assert Outbox.objects.get().status == Outbox.Status.SENT


def test_a_reply_that_has_to_wait_for_the_instances_pace_leaves_later(channel, settings):
    settings.QUIET_FRAGMENT_S = 0
    Channel.objects.update(min_interval_ms=60_000)
    PromptFactory.create()
    queued(ConversationFactory.create(channel=channel), "um", "dois")
    waiting(channel=channel)
    with respx.mock(assert_all_called=False) as router:
        router.post(path__regex="/chat/completions$").side_effect = [said("Olá!")]
        jobs.run_due("turn")

    row = Outbox.objects.get(text="Olá!")
    assert row.status == Outbox.Status.QUEUED
    assert row.due_at > now()


@pytest.mark.parametrize(
    ("text", "valid_until", "told"),
    [
        ("não tenho empresa, quanto custa a FB300? é só curiosidade", 1, True),
        ("não tenho empresa, quanto custa a FB300? é só curiosidade", -1, False),
        ("não tenho empresa, é só curiosidade, a FB300 é boa?", 1, False),
        ("sou da Hamburgueria Zebu, quanto custa a FB300?", 1, False),
    ],
)
def test_a_price_is_known_only_to_the_turn_of_a_cold_lead_who_asks_while_it_is_valid(channel, text, valid_until, told):
    PromptFactory.create()
    today = localdate()
    product = Product.objects.create(code="FB300", name="FB300")
    PricePolicy.objects.update_or_create(id=1, defaults={"cold_lead_exception": True})
    ProductPrice.objects.create(
        product=product,
        amount=Decimal(18900),
        valid_from_date=today - timedelta(days=9),
        valid_until_date=today + timedelta(days=valid_until),
    )
    conversation = waiting(text)
    state = read_state(
        turn_id=new_id(), lease_token=new_id(), conversation_id=conversation.id, correlation_id="", now=now()
    )

    assert bool(read_snapshot(state, now=now()).prices) == told


def test_when_every_phrase_of_a_manager_breaks_a_rule_nothing_is_said_and_a_person_sees_it(channel, settings):
    settings.TURN_MAX_FAILURES = 1
    PromptFactory.create()
    Phrase.objects.create(situation="opt_out", text="Tudo bem, a FB300 custa R$ 18.900,00.")
    waiting("PARAR")

    jobs.run_due("turn")

    turn = Turn.objects.get()
    assert (turn.status, turn.reason) == (Turn.Status.PARKED, "sem_frase_aprovada")
    assert not Outbox.objects.exists()
    assert Alert.objects.filter(key="phrases", closed_at=None).exists()
