"""What people delete, merge or begin anew in Chatwoot, and what its webhooks tell too late (contracts/chatwoot.md)."""

import contextlib
import json
import threading
from datetime import timedelta

import httpx
import pytest
import respx
from django.db import connection, transaction

from conversations.models import ChatwootLink, Conversation, Event, Message
from knowledge import loader
from leads.models import Fact, Identity, Lead
from leads.services import IdentityKey, NewFact, record_facts, resolve_lead
from seleto.lib import clock, jobs
from seleto.lib.models import Alert
from tests import zapi
from tests.conversations import chatwoot
from tests.conversations.model import said
from tests.factories import PHONE, IdentityFactory, LeadFactory, MessageFactory, now, waiting

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _world(channel, settings):
    settings.LLM_API_KEY = "chave-de-teste"
    settings.TYPING_MAX_S = settings.CHATWOOT_RETRY_S = settings.CHATWOOT_RECEIPTS_S = 0
    settings.CIRCUIT_FAILURES = 50
    loader.load()


@pytest.fixture
def account(channel):
    chatwoot.inbox(channel)
    with respx.mock(assert_all_called=False) as router:
        router.post(path__regex="/read-message$").respond(204)
        sends = router.post(path__regex="/send-text$")
        sends.side_effect = lambda request: httpx.Response(200, json={"messageId": zapi.message_id(), "zaapId": "z"})
        router.post(path__regex="/chat/completions$").side_effect = lambda request: said("Vendemos sim!")
        account = chatwoot.Account()
        router.route(host="chatwoot.example").side_effect = account.handle
        account.sends = sends
        yield account


def sent(account) -> list[str]:
    return [json.loads(call.request.content)["message"] for call in account.sends.calls]


def talk(text: str = "vocês vendem formadora?") -> Conversation:
    conversation = waiting(text)
    IdentityFactory.create(lead=conversation.lead)
    jobs.run_due()
    return conversation


def again() -> None:
    """The mirror looks once more, and once more after a failure."""
    for _ in range(3):
        ChatwootLink.objects.update(due_at=clock.now())
        jobs.run_due("mirror")


def typed(account, text: str, **fields) -> dict:
    """What an SDR typed as the API lists it; its webhook is lost."""
    row = {**chatwoot.written(text, **fields), "message_type": 1, "private": fields.get("private", False)}
    account.messages.append(row)
    return row


def tell(event: dict) -> Conversation:
    chatwoot.post(event)
    jobs.run_due("ingest")
    return Conversation.objects.get(closed_at=None)


# --- deleted and merged ----------------------------------------------------------------------------------------------


def test_a_deleted_conversation_is_made_anew_with_all_that_stands_beside_it(account):
    conversation = talk("sou a Marina, quero a FB300")
    labels = account.conversations[40]["labels"]
    account.delete_conversation(40)
    MessageFactory.create(conversation=conversation, text="e aí?", revision=2)

    again()

    (made,) = account.conversations.values()
    assert (made["id"], made["labels"]) == (41, labels)
    assert made["custom_attributes"]["seleto_nome"] == "Marina"
    assert [row["content"] for row in account.messages] == ["e aí?"]
    assert len(account.contacts) == 1


def test_news_of_no_message_notice_the_deletion_too(account):
    talk()
    account.delete_conversation(40)
    Lead.objects.update(temperature="frio")

    again()

    assert [row["labels"] for row in account.conversations.values()] == [["frio"]]


def test_deliveries_of_what_was_deleted_hold_nothing_up(account):
    conversation = talk()
    chatwoot.post(chatwoot.written("Oi!"))
    jobs.run_due()
    account.delete_conversation(40)
    MessageFactory.create(conversation=conversation, text="oi?", revision=9)
    account.fail = lambda method, path: httpx.Response(404) if method == "PATCH" else None

    again()

    assert ("lead", "oi?") in account.shown()
    assert ChatwootLink.objects.get().reason == ""


def test_a_deleted_contact_is_made_anew(account):
    conversation = talk()
    account.delete_conversation(40)
    account.contacts.clear()
    MessageFactory.create(conversation=conversation, text="oi?", revision=2)

    again()

    assert account.shown() == [("lead", "oi?")]
    assert len(account.contacts) == 1


def test_the_contact_of_a_conversation_follows_a_merge(account):
    conversation = talk("oi")
    account.contacts[:] = [{"id": 700, "identifier": "outra", "phone_number": None, "contact_inboxes": []}]
    account.conversations[40]["contact_id"] = 700
    conversation.lead.facts.create(
        field="nome", value="Marina", evidence="given", given_by="teste", source_kind="teste", created_at=now()
    )

    again()

    assert ChatwootLink.objects.get().contact_id == 700
    assert (account.contacts[0]["name"], list(account.conversations)) == ("Marina", [40])


def test_a_refusal_after_a_long_outage_parks_nothing(account, settings):
    settings.CHATWOOT_RETRY_S = 60
    account.fail = lambda method, path: httpx.Response(503)
    talk()
    for _ in range(settings.CHATWOOT_MAX_REFUSALS):
        again()
    refused = iter([httpx.Response(422, json={"error": "x"})])
    account.fail = lambda method, path: next(refused, None)

    again()

    assert ChatwootLink.objects.get().status == ChatwootLink.Status.READY
    assert len(account.shown()) == 2


def test_a_run_that_breaks_again_and_again_is_shown_to_a_person(account, settings):
    account.fail = lambda method, path: httpx.Response(200, json={}) if path == "/contacts" else None
    waiting("oi")
    ChatwootLink.objects.create(lead=Lead.objects.get(), channel=Conversation.objects.get().channel, due_at=now())

    for _ in range(settings.CHATWOOT_MAX_REFUSALS + 1):
        ChatwootLink.objects.update(due_at=now(), leased_until=None)
        with contextlib.suppress(KeyError):
            jobs.run_due("mirror")

    assert ChatwootLink.objects.get().reason == "tentativas_esgotadas"
    assert Alert.objects.filter(key="chatwoot:parked", closed_at=None).exists()


# --- whose conversation it is ----------------------------------------------------------------------------------------


def test_what_people_wrote_before_the_conversation_was_ours_is_no_news(account):
    account.contacts.append(
        {"id": 77, "identifier": None, "phone_number": "+5511900000001", "contact_inboxes": [{"inbox": {"id": 7}}]}
    )
    row = {"id": 40, "contact_id": 77, "inbox_id": 7, "labels": [], "custom_attributes": {}, "priority": None}
    account.conversations[40] = {**row, "status": "open"}
    typed(account, "Orçamento do ano passado", message_id=8000)
    talk()
    typed(account, "Posso ajudar?", message_id=9900)
    ChatwootLink.objects.update(polled_at=None)

    jobs.run_due()

    assert sent(account) == ["Vendemos sim!", "Posso ajudar?"]


def test_an_sdr_quicker_than_the_number_of_the_conversation_is_heard(account):
    talk()
    link = ChatwootLink.objects.get()
    ChatwootLink.objects.update(display_id=None)
    event = chatwoot.written("Oi!")
    event["conversation"]["contact_inbox"] = {"source_id": link.source_id}

    assert tell(event).owner == Conversation.Owner.HUMAN


def test_the_number_may_come_after_the_sdrs_words(account):
    talk()
    ChatwootLink.objects.update(display_id=None)
    chatwoot.post(chatwoot.written("Oi!"))
    jobs.run_due("ingest")
    assert Event.objects.get(kind="chatwoot").status == Event.Status.NEW

    ChatwootLink.objects.update(display_id=40)
    Event.objects.filter(kind="chatwoot").update(due_at=clock.now())
    jobs.run_due("ingest", "deliver")

    assert sent(account)[-1] == "Oi!"


def test_a_conversation_that_an_sdr_begins_with_the_contact_is_gone_on_with(account):
    conversation = talk()
    source_id = ChatwootLink.objects.get().source_id
    account.conversations[55] = {**account.conversations[40], "id": 55, "labels": [], "custom_attributes": {}}
    event = chatwoot.written("Oi de novo!", display_id=55)
    event["conversation"]["contact_inbox"] = {"source_id": source_id}
    tell(event)
    MessageFactory.create(conversation=conversation, text="oi!", revision=9)

    jobs.run_due()

    assert sent(account)[-1] == "Oi de novo!"
    assert account.messages[-1]["at"] == 55
    assert account.conversations[55]["status"] == "open"
    assert account.conversations[55]["custom_attributes"]


def test_both_conversations_of_leads_that_became_one_are_heard(account):
    kept = talk()
    other = waiting("sou eu também", lead=LeadFactory.create())
    IdentityFactory.create(lead=other.lead, kind=Identity.Kind.LID, value="111222333@lid")
    jobs.run_due()
    merged = ChatwootLink.objects.get(lead=other.lead)
    keys = [IdentityKey(Identity.Kind.PHONE, PHONE), IdentityKey(Identity.Kind.LID, "111222333@lid")]
    with transaction.atomic():
        resolve_lead(keys, display_name="", origin="", referral={}, now=now())
    event = chatwoot.written("Oi!", display_id=merged.display_id)
    event["conversation"]["contact_inbox"] = {"source_id": merged.source_id}

    chatwoot.post(event)
    jobs.run_due()

    assert sent(account)[-1] == "Oi!"
    assert Message.objects.get(author="person").conversation.lead_id == kept.lead_id
    assert Conversation.objects.get(closed_at=None).owner == Conversation.Owner.HUMAN


# --- webhooks that come late -----------------------------------------------------------------------------------------


def test_a_late_word_that_the_conversation_was_pending_gives_nothing_back(account):
    talk()
    hour_ago = clock.now() - timedelta(hours=1)
    tell(chatwoot.written("Oi!"))

    late = {**chatwoot.changed(status=("open", "pending")), "updated_at": hour_ago.timestamp()}

    assert tell(late).owner == Conversation.Owner.HUMAN


def test_our_own_status_coming_back_after_a_person_took_over_gives_nothing_back(account):
    talk()
    wrote_at = clock.now().timestamp()
    tell(chatwoot.written("Oi!"))
    link = ChatwootLink.objects.get()
    link.written = {**link.written, "wrote": [["pending", wrote_at], ["open", wrote_at + 2]]}
    link.save()

    echo = {**chatwoot.changed(status=("open", "pending")), "updated_at": wrote_at + 1}

    assert tell(echo).owner == Conversation.Owner.HUMAN


def test_a_status_of_this_moment_gives_back(account):
    talk()
    tell(chatwoot.written("Oi!"))
    jobs.run_due("mirror")

    event = {**chatwoot.changed(status=("open", "pending")), "updated_at": clock.now().timestamp()}

    assert tell(event).owner == Conversation.Owner.AGENT


# --- asking, and receipts --------------------------------------------------------------------------------------------


def test_asking_goes_back_to_what_was_seen_last(account):
    talk()
    typed(account, "Posso ajudar?", message_id=9100)
    for number in range(30):
        typed(account, f"linha {number}", message_id=9200 + number, sender={"id": 3, "type": "agent_bot"})
    ChatwootLink.objects.update(polled_at=None)

    jobs.run_due()

    assert sent(account)[-1] == "Posso ajudar?"


def test_a_note_found_by_asking_is_taken_in_once(account):
    talk()
    typed(account, "ligar amanhã", message_id=9100, private=True)
    for _ in range(2):
        ChatwootLink.objects.update(polled_at=None)
        jobs.run_due("chatwoot_poll", "ingest")

    assert Event.objects.filter(key="cw:message_created:9100").count() == 1


def test_receipts_of_what_an_sdr_wrote_are_shown_together_and_soon(account, settings):
    talk()
    chatwoot.post(chatwoot.written("Oi!"))
    jobs.run_due()
    before = len(account.calls)
    settings.CHATWOOT_RECEIPTS_S = 3
    provider_id = Message.objects.get(author="person").provider_id

    for word in ("RECEIVED", "READ"):
        zapi.post(zapi.status([provider_id], word))
        jobs.run_due("ingest", "mirror")
    assert account.calls[before:] == []
    assert ChatwootLink.objects.get().due_at <= clock.now() + timedelta(seconds=3)

    ChatwootLink.objects.update(due_at=clock.now())
    jobs.run_due("mirror")
    assert account.calls[before:].count("PATCH /conversations/40/messages/7001") == 1


# --- locks -----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_merge_and_a_turns_commit_do_not_wait_for_each_other(channel):
    """A commit holds its conversation and wants the lead; a merge wants both."""
    conversation = waiting("a")
    IdentityFactory.create(lead=conversation.lead, kind=Identity.Kind.LID, value="111222333@lid")
    IdentityFactory.create(lead=LeadFactory.create(), value=PHONE)
    held, failures = threading.Event(), []

    def commit():
        with transaction.atomic():
            Conversation.objects.select_for_update().get(pk=conversation.pk)
            held.set()
            _until_somebody_waits()
            fact = NewFact(Fact.Field.NOME, "Marina", Fact.Evidence.GIVEN, "teste", None, given_by="teste")
            record_facts(conversation.lead_id, [fact], now=now())

    def merge():
        held.wait()
        keys = [IdentityKey(Identity.Kind.PHONE, PHONE), IdentityKey(Identity.Kind.LID, "111222333@lid")]
        with transaction.atomic():
            resolve_lead(keys, display_name="", origin="", referral={}, now=now())

    def run(job):
        try:
            job()
        except Exception as error:  # noqa: BLE001 - shown by the assertion below
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(job,)) for job in (commit, merge)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert Lead.objects.get().facts.get().value == "Marina"


def _until_somebody_waits() -> None:
    with connection.cursor() as cursor:
        for _ in range(200):
            cursor.execute("SELECT count(*), pg_sleep(0.01) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
