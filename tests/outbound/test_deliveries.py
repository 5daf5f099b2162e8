"""Other programs are told of what happened: signed, at least once, nothing of a person in it."""

import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection, transaction

from conversations import repair
from conversations.models import Handoff, Message
from crm.models import CrmSync
from leads.models import Fact, Lead
from leads.services import NewFact, reclassify, record_facts
from leads.temperature import Engagement
from seleto.lib import clock, jobs
from seleto.lib.models import Alert, AuditEntry
from seleto.outbound import stage
from seleto.outbound.models import Delivery, Kind, Subscription
from tests.factories import ConversationFactory, LeadFactory, MessageFactory
from tests.outbound.receiver import Receiver, listening, verified

pytestmark = pytest.mark.django_db

NAME, PHONE = "Marina Prado", "5511900000001"


@pytest.fixture
def receiver(settings) -> Iterator[Receiver]:
    settings.SANDBOX = True  # plain HTTP, on this machine alone
    settings.OUTBOUND_RETRIES_S = (5.0, 60.0)
    with listening() as receiver:
        yield receiver


@pytest.fixture
def subscription(receiver: Receiver) -> Subscription:
    return subscribe(receiver)


def subscribe(receiver: Receiver, *kinds: str, name: str = "ERP") -> Subscription:
    row = Subscription.objects.create(
        name=name, url=receiver.address, kinds=list(kinds or Kind.values), secrets={}, created_at=clock.now()
    )
    stage.change_secret(row, actor="usuário:1", now=clock.now())
    row.refresh_from_db()
    return row


def tell(lead: Lead, field: Fact.Field, value: str) -> None:
    fact = NewFact(field, value, Fact.Evidence.SAID, "mensagem", uuid4(), quote=value)
    with transaction.atomic():
        record_facts(lead.pk, [fact], now=clock.now())


def deliver() -> None:
    jobs.run_due(stage.STAGE)


def test_a_new_lead_is_told_once_and_signed(receiver: Receiver, subscription: Subscription) -> None:
    lead = LeadFactory.create()

    deliver()
    deliver()

    ((headers, body),) = receiver.requests
    ((kind, data),) = receiver.told
    assert (kind, data["lead"]) == ("lead.created", str(lead.pk))
    assert headers["content-type"] == "application/json"
    assert verified(subscription.secrets["current"], headers, body)
    assert not verified(subscription.secrets["current"], headers, body + b" ")


def test_several_facts_are_one_change_and_nothing_personal_is_in_it(
    receiver: Receiver, subscription: Subscription
) -> None:
    lead = LeadFactory.create()
    deliver()
    receiver.requests.clear()
    tell(lead, Fact.Field.NOME, NAME)
    tell(lead, Fact.Field.PRODUTO, "FB700")

    deliver()

    ((kind, data),) = receiver.told
    assert (kind, data["product"]) == ("lead.updated", "FB700")
    assert NAME.encode() not in receiver.requests[0][1]


def test_a_temperature_that_rises_is_told_with_the_former_one(receiver: Receiver) -> None:
    subscribe(receiver, Kind.LEAD_QUALIFIED)
    lead = LeadFactory.create()
    tell(lead, Fact.Field.PRODUTO, "FB700")
    tell(lead, Fact.Field.EMPRESA, "Brasa Norte")

    reclassify(lead.pk, Engagement(messages=3), clock.now())
    deliver()

    lead.refresh_from_db()
    ((kind, data),) = receiver.told
    assert (kind, data["temperature"], data["former"]) == ("lead.qualified", lead.temperature, "nao_classificado")


def test_a_pause_a_return_and_what_was_sent_are_told(receiver: Receiver, subscription: Subscription) -> None:
    conversation = ConversationFactory.create()
    deliver()
    receiver.requests.clear()

    repair.pause(conversation.pk, actor="usuário:1", now=clock.now())
    repair.resume(conversation.pk, actor="usuário:1", now=clock.now())
    said = MessageFactory.create(conversation=conversation, author=Message.Author.AGENT, status=Message.Status.QUEUED)
    Message.objects.filter(pk=said.pk).update(status=Message.Status.SENT)
    deliver()

    told = dict(receiver.told)
    assert told["conversation.paused"]["conversation"] == str(conversation.pk)
    assert told["conversation.resumed"]["lead"] == str(conversation.lead_id)
    assert told["message.sent"]["message"] == str(said.pk)


def test_a_handover_a_failed_message_and_the_crm_are_told(receiver: Receiver, subscription: Subscription) -> None:
    conversation = ConversationFactory.create()
    given = Handoff.objects.create(
        conversation=conversation, reason="pediu_humano", queue="comercial", opened_at=clock.now()
    )
    said = MessageFactory.create(conversation=conversation, author=Message.Author.PERSON, status=Message.Status.QUEUED)
    Message.objects.filter(pk=said.pk).update(status=Message.Status.FAILED)
    CrmSync.objects.update_or_create(lead=conversation.lead)
    CrmSync.objects.filter(lead=conversation.lead).update(synced_at=clock.now())
    deliver()

    told = dict(receiver.told)
    assert (told["handoff.opened"]["handoff"], told["handoff.opened"]["queue"]) == (str(given.pk), "comercial")
    assert told["message.failed"]["message"] == str(said.pk)
    assert told["crm.synced"]["lead"] == str(conversation.lead_id)


def test_what_is_rolled_back_is_not_told(receiver: Receiver, subscription: Subscription) -> None:
    with transaction.atomic():
        LeadFactory.create()
        transaction.set_rollback(True)

    deliver()

    assert receiver.requests == []


def test_only_what_was_asked_for_is_told_and_only_to_whom_is_on(receiver: Receiver) -> None:
    subscribe(receiver, Kind.CRM_SYNCED)
    off = subscribe(receiver, name="antigo")
    stage.switch(off, on=False, actor="usuário:1", now=clock.now())

    LeadFactory.create()
    deliver()

    assert receiver.requests == []


@pytest.mark.parametrize("answer", [500, 404, 429, 302, 0])
def test_anything_but_a_yes_is_tried_again_with_the_same_body(
    receiver: Receiver, subscription: Subscription, answer: int
) -> None:
    receiver.answers = [answer]
    LeadFactory.create()
    deliver()
    deliver()
    assert len(receiver.requests) == 1

    with time_machine.travel(clock.now() + timedelta(seconds=6), tick=True):
        deliver()

    (first, one), (second, other) = receiver.requests
    assert (one, first["webhook-id"]) == (other, second["webhook-id"])
    assert Delivery.objects.get().status == Delivery.Status.SENT


def test_after_the_last_try_it_is_parked_with_an_alert_and_can_be_sent_again(
    receiver: Receiver, subscription: Subscription
) -> None:
    receiver.answers = [500, 500, 500]
    LeadFactory.create()
    for seconds in (0, 6, 100):
        with time_machine.travel(clock.now() + timedelta(seconds=seconds), tick=True):
            deliver()
    row = Delivery.objects.get()
    assert (row.status, row.reason, len(receiver.requests)) == ("parked", "http_500", 3)
    assert Alert.objects.filter(key=f"outbound:{subscription.pk}", closed_at=None).exists()

    with time_machine.travel(clock.now() + timedelta(seconds=200), tick=True):
        assert stage.send_again(row.pk, actor="usuário:1", now=clock.now())
        assert not stage.send_again(row.pk, actor="usuário:1", now=clock.now())
        deliver()

    row.refresh_from_db()
    assert row.status == "sent"
    assert not Alert.objects.filter(closed_at=None).exists()
    assert AuditEntry.objects.filter(action="outbound.again").count() == 1


def test_gone_means_no_more(receiver: Receiver, subscription: Subscription) -> None:
    receiver.answers = [410]
    LeadFactory.create()
    deliver()
    LeadFactory.create()
    deliver()

    subscription.refresh_from_db()
    assert (subscription.active, subscription.stopped) == (False, "http_410")
    assert len(receiver.requests) == 1


def test_an_address_in_a_private_network_is_never_called(settings, monkeypatch, receiver: Receiver) -> None:
    row = subscribe(receiver, Kind.LEAD_CREATED)
    settings.SANDBOX = False
    places = {"um.example": "10.0.0.1", "dois.example": "169.254.169.254", "tres.example": "127.0.0.1"}
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, port, **_: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (places[host], port))],
    )
    for address in (*(f"https://{name}/" for name in places), receiver.address):
        Subscription.objects.filter(pk=row.pk).update(url=address)
        LeadFactory.create()
        deliver()

    assert receiver.requests == []
    reasons = set(Delivery.objects.filter(status="parked").values_list("reason", flat=True))
    assert reasons == {"private_address", "not_https"}


def test_while_a_secret_is_changed_both_hold_and_afterwards_one(receiver: Receiver, subscription: Subscription) -> None:
    former = subscription.secrets["current"]
    fresh = stage.change_secret(subscription, actor="usuário:1", now=clock.now())
    LeadFactory.create()
    deliver()
    with time_machine.travel(clock.now() + timedelta(hours=25), tick=True):
        LeadFactory.create()
        deliver()

    (during, first), (after, second) = receiver.requests
    assert [verified(secret, during, first) for secret in (former, fresh)] == [True, True]
    assert [verified(secret, after, second) for secret in (former, fresh)] == [False, True]


def test_a_lead_that_was_erased_before_is_not_told_of(receiver: Receiver, subscription: Subscription) -> None:
    lead = LeadFactory.create()
    lead.delete()

    deliver()

    assert receiver.requests == []
    assert set(Delivery.objects.values_list("status", "reason")) == {("cancelled", "apagado")}


@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_committed_after_the_telling_began_is_told_too(receiver: Receiver) -> None:
    """The row that waits is locked by whoever changes the lead, so the telling sees the change or comes after it."""
    subscribe(receiver, Kind.LEAD_UPDATED)
    lead = LeadFactory.create()
    tell(lead, Fact.Field.NOME, NAME)
    held, go = threading.Event(), threading.Event()

    def change() -> None:
        with transaction.atomic():
            tell(lead, Fact.Field.PRODUTO, "FB700")
            held.set()
            assert go.wait(20)
        connection.close()

    other = threading.Thread(target=change)
    other.start()
    assert held.wait(20)
    deliver()
    go.set()
    other.join()
    deliver()

    assert receiver.told[-1][1]["product"] == "FB700"
