"""SDRs see every conversation, take over by typing and give it back with a word (domain.md, Human in the loop)."""

import io
import json
from datetime import timedelta

import httpx
import pytest
import respx
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client

from conversations.models import (
    ChatwootLink,
    Conversation,
    Event,
    Handoff,
    Message,
    Outbox,
    Turn,
)
from knowledge import loader
from leads.models import Lead
from seleto.lib import jobs
from seleto.lib.models import Alert, AuditEntry, Circuit
from tests import zapi
from tests.conversations import chatwoot
from tests.conversations.model import said
from tests.factories import IdentityFactory, now, queued, waiting

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _world(channel, settings):
    settings.LLM_API_KEY = "chave-de-teste"
    settings.TYPING_MAX_S = 0
    settings.CHATWOOT_RETRY_S = 0
    settings.CIRCUIT_FAILURES = 50
    loader.load()


@pytest.fixture
def account(channel):
    chatwoot.inbox(channel)
    with respx.mock(assert_all_called=False) as router:
        router.post(path__regex="/read-message$").respond(204)
        sends = router.post(path__regex="/send-text$")
        sends.side_effect = lambda request: httpx.Response(200, json={"messageId": zapi.message_id(), "zaapId": "z"})
        model = router.post(path__regex="/chat/completions$")
        model.side_effect = lambda request: said("Vendemos sim!")
        account = chatwoot.Account()
        router.route(host="chatwoot.example").side_effect = account.handle
        account.model, account.sends = model, sends
        yield account


def sent(account) -> list[str]:
    return [json.loads(call.request.content)["message"] for call in account.sends.calls]


def talk(text: str = "vocês vendem formadora?") -> Conversation:
    """A lead wrote, was answered, and both stand in Chatwoot."""
    conversation = waiting(text)
    IdentityFactory.create(lead=conversation.lead)
    jobs.run_due()
    return conversation


# --- The mirror ----------------------------------------------------------------------------------------------------


def test_both_sides_of_a_conversation_are_shown_in_order_and_once(account):
    talk()
    jobs.run_due()

    assert account.shown() == [("lead", "vocês vendem formadora?"), ("nosso", "Vendemos sim!")]
    assert (len(account.contacts), len(account.conversations)) == (1, 1)
    assert account.contacts[0]["phone_number"] == "+5511900000001"
    assert account.messages[1]["sender"]["type"] == "agent_bot"
    assert account.conversations[40]["status"] == "pending"


def by_command(client: Client) -> None:
    call_command("pause_agent", "--all", stdout=io.StringIO())


def by_switch(client: Client) -> None:
    client.force_login(User.objects.create_superuser("gestora"))
    client.post("/admin/knowledge/rolloutrule/chave/", {"scope": "global", "on": "0", "confirmed": "yes"})


@pytest.mark.parametrize("switch_off", [by_command, by_switch])
def test_the_way_back_is_the_agent_off_while_people_go_on_in_chatwoot(account, client, switch_off):
    switch_off(client)
    zapi.post(zapi.received("vocês vendem formadora?"))
    jobs.run_due()
    Conversation.objects.update(turn_due_at=now())  # the lead's silence is over
    jobs.run_due()
    chatwoot.post(chatwoot.written("Oi! Aqui é a Bianca, posso te ligar?"))
    jobs.run_due()

    assert account.shown() == [("lead", "vocês vendem formadora?")]  # what she wrote stands there already
    assert sent(account) == ["Oi! Aqui é a Bianca, posso te ligar?"]
    assert not account.model.called


def test_facts_are_attributes_and_temperature_and_product_labels_beside_those_of_people(account):
    conversation = talk("sou a Marina, quero a FB300")
    account.conversations[40]["labels"].append("vip")
    account.conversations[40]["custom_attributes"]["cor"] = "azul"
    conversation.lead.facts.filter(field="produto").update(value="FB700")
    Lead.objects.update(temperature="frio")
    ChatwootLink.objects.update(due_at=now())

    jobs.run_due()

    row = account.conversations[40]
    assert set(row["labels"]) == {"vip", "frio", "produto-fb700"}
    assert (row["custom_attributes"]["cor"], row["custom_attributes"]["seleto_nome"]) == ("azul", "Marina")


def test_without_news_nothing_is_written_again(account):
    talk()
    before = len(account.calls)
    ChatwootLink.objects.update(due_at=now())

    jobs.run_due("mirror")

    assert [call for call in account.calls[before:] if not call.startswith("GET")] == []


def test_a_contact_that_people_made_is_used(account):
    account.contacts.append(
        {"id": 77, "identifier": None, "phone_number": "+5511900000001", "contact_inboxes": [{"inbox": {"id": 7}}]}
    )

    talk()

    assert len(account.contacts) == 1
    assert ChatwootLink.objects.get().contact_id == 77


@pytest.mark.parametrize("lost", ["/contacts", "/conversations", "/conversations/40/messages"])
def test_an_answer_that_was_lost_makes_no_twin(account, lost):
    once = iter([True])
    account.lose = lambda method, path: method == "POST" and path == lost and next(once, False)

    talk()
    jobs.run_due()

    assert (len(account.contacts), len(account.conversations)) == (1, 1)
    assert account.shown() == [("lead", "vocês vendem formadora?"), ("nosso", "Vendemos sim!")]


def test_while_chatwoot_is_down_the_lead_is_served_and_rows_wait(account):
    account.fail = lambda method, path: httpx.Response(503)
    conversation = waiting("vocês vendem formadora?")
    jobs.run_due("turn", "deliver")
    assert sent(account) == ["Vendemos sim!"]

    account.fail = lambda method, path: None
    ChatwootLink.objects.update(due_at=now())
    jobs.run_due("mirror")

    assert len(account.shown()) == 2
    assert conversation.turns.get().status == Turn.Status.REPLIED


def test_a_refused_token_is_one_alert_and_everybody_waits(account, settings):
    settings.CHATWOOT_RETRY_S = 60
    account.fail = lambda method, path: httpx.Response(401, json={"error": "Invalid Access Token"})

    talk()

    assert Alert.objects.get(key__startswith="chatwoot:").title.startswith("O Chatwoot recusa")
    assert ChatwootLink.objects.get().status == ChatwootLink.Status.READY


def test_a_conversation_deleted_over_there_is_made_anew(account):
    conversation = talk()
    del account.conversations[40]
    account.conversations[41] = {"id": 41, "contact_id": 0, "labels": [], "custom_attributes": {}, "inbox_id": 7}
    conversation.refresh_from_db()
    queued(conversation, "Mais uma coisa.")

    jobs.run_due()
    ChatwootLink.objects.update(due_at=now())
    jobs.run_due()

    assert ("nosso", "Mais uma coisa.") in account.shown()


# --- The door ------------------------------------------------------------------------------------------------------


def test_only_what_is_signed_with_the_secret_and_fresh_is_taken_in(account):
    event = chatwoot.written("oi")

    assert chatwoot.post(event).status_code == 200
    assert chatwoot.post(event, secret="outro").status_code == 401
    assert chatwoot.post(event, key="outra").status_code == 401
    assert chatwoot.post(event, stamp=int(now().timestamp()) - 301).status_code == 401
    assert chatwoot.post(event, channel="nenhum").status_code == 404
    assert chatwoot.post(b"{").status_code == 400
    assert Event.objects.filter(kind="chatwoot").count() == 1


def test_our_own_words_coming_back_change_nothing(account):
    conversation = talk()
    for row in account.messages:
        kind = "incoming" if row["message_type"] == 0 else "outgoing"
        echo = chatwoot.written(row["content"], message_id=row["id"], source_id=row["source_id"], message_type=kind)
        assert chatwoot.post(echo).status_code == 200

    jobs.run_due()

    conversation.refresh_from_db()
    assert conversation.owner == Conversation.Owner.AGENT
    assert len(account.messages) == 2


# --- Takeover ------------------------------------------------------------------------------------------------------


def test_an_sdr_who_types_takes_over_and_the_lead_gets_the_text(account):
    conversation = talk()

    chatwoot.post(chatwoot.written("Oi! Aqui é a Bianca, posso te ligar?"))
    jobs.run_due()

    conversation.refresh_from_db()
    message = Message.objects.get(author=Message.Author.PERSON)
    assert conversation.owner == Conversation.Owner.HUMAN
    assert sent(account)[-1] == "Oi! Aqui é a Bianca, posso te ligar?"
    assert (message.chatwoot_id, len(account.messages)) == (7001, 2)
    assert account.conversations[40]["status"] == "open"
    assert AuditEntry.objects.filter(action="conversation.human", actor=f"sdr:{chatwoot.SDR}").exists()


def test_a_draft_in_the_making_is_discarded_by_the_sdrs_word(account):
    conversation = talk()
    conversation.refresh_from_db()
    conversation.revision += 1
    conversation.turn_due_at = conversation.pending_since = now()
    conversation.save()
    Message.objects.create(
        conversation=conversation, channel=conversation.channel, author="lead", text="e a FB700?",
        status="received", revision=conversation.revision, sent_at=now(), created_at=now(),
    )  # fmt: skip

    def while_thinking(request: httpx.Request) -> httpx.Response:
        chatwoot.post(chatwoot.written("Deixa comigo!"))
        jobs.run_due("ingest")
        return said("A FB700 é automática.")

    account.model.side_effect = while_thinking

    jobs.run_due()

    assert sent(account)[1:] == ["Deixa comigo!"]


def test_the_same_message_by_webhook_twice_and_by_polling_reaches_the_lead_once(account):
    talk()
    event = chatwoot.written("Olá!", message_id=9100)
    account.messages.append({**event, "message_type": 1, "private": False})

    chatwoot.post(event)
    chatwoot.post(event)
    ChatwootLink.objects.update(polled_at=None)
    jobs.run_due()

    assert sent(account).count("Olá!") == 1


def test_a_message_whose_webhook_was_lost_is_found_by_asking(account):
    conversation = talk()
    account.messages.append({**chatwoot.written("Posso ajudar?", message_id=9100), "message_type": 1, "private": False})
    ChatwootLink.objects.update(polled_at=now() - timedelta(minutes=2))

    jobs.run_due()

    conversation.refresh_from_db()
    assert (sent(account)[-1], conversation.owner) == ("Posso ajudar?", "human")


@pytest.mark.parametrize(
    "fields",
    [
        {"private": True},
        {"sender": {"id": 3, "type": "agent_bot"}},
        {"sender": {"id": chatwoot.INTEGRATION, "type": "user"}},
        {"sender": None, "content_attributes": {"automation_rule_id": 5}},
        {"inbox": {"id": 8}},
        {"message_type": "template"},
    ],
)
def test_notes_bots_automations_and_other_inboxes_never_take_over(account, fields):
    conversation = talk()

    chatwoot.post(chatwoot.written("não é para o lead", **fields))
    jobs.run_due()

    conversation.refresh_from_db()
    assert conversation.owner == Conversation.Owner.AGENT
    assert "não é para o lead" not in sent(account)


def test_being_assigned_takes_over_unless_that_is_switched_off(account, channel):
    conversation = talk()
    chatwoot.post(chatwoot.changed(assignee=chatwoot.SDR, assignee_id=(None, chatwoot.SDR)))
    jobs.run_due()
    conversation.refresh_from_db()
    assert conversation.owner == Conversation.Owner.HUMAN


def test_a_failed_delivery_is_told_to_the_sdr(account):
    talk()
    account.sends.side_effect = lambda request: httpx.Response(400, json={"error": "phone inválido"})

    chatwoot.post(chatwoot.written("Oi!"))
    jobs.run_due()

    assert Outbox.objects.get(origin="person").status == Outbox.Status.PARKED
    assert "PATCH /conversations/40/messages/7001" in account.calls


# --- Commands ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("private", [True, False])
@pytest.mark.parametrize("text", ["/retomar", "RETOMAR ", "/bot on", "continuar", "/Continuar"])
def test_a_word_gives_the_conversation_back_and_never_reaches_the_lead(account, text, private):
    conversation = talk()
    chatwoot.post(chatwoot.written("Oi!"))
    jobs.run_due()

    chatwoot.post(chatwoot.written(text, message_id=7002, private=private))
    jobs.run_due()

    conversation.refresh_from_db()
    assert conversation.owner == Conversation.Owner.AGENT
    assert text not in sent(account)
    assert account.shown()[-1][0] == "nota"
    assert account.conversations[40]["status"] == "pending"


def test_a_slash_that_is_no_command_stays_and_the_sdr_is_told(account):
    conversation = talk()

    chatwoot.post(chatwoot.written("/preco"))
    jobs.run_due()

    conversation.refresh_from_db()
    assert conversation.owner == Conversation.Owner.AGENT
    assert "/preco" not in sent(account)
    assert "não conheço" in account.shown()[-1][1]
    assert "PATCH /conversations/40/messages/7001" in account.calls


def test_resolved_leaves_the_next_message_to_the_agent(account):
    conversation = talk()
    chatwoot.post(chatwoot.written("Oi!"))
    jobs.run_due()

    chatwoot.post(chatwoot.changed(status=("open", "resolved")))
    jobs.run_due()

    conversation.refresh_from_db()
    assert conversation.owner == Conversation.Owner.NOBODY


def test_what_we_wrote_ourselves_is_no_resume(account):
    conversation = talk()
    chatwoot.post(chatwoot.changed(status=("open", "pending")))

    jobs.run_due()

    conversation.refresh_from_db()
    assert conversation.owner == Conversation.Owner.AGENT
    assert not AuditEntry.objects.filter(detail__reason="status_no_chatwoot").exists()


def test_an_sdr_gives_back_by_setting_pending(account):
    conversation = talk()
    chatwoot.post(chatwoot.written("Oi!"))
    jobs.run_due()

    chatwoot.post(chatwoot.changed(status=("open", "pending")))
    jobs.run_due()

    conversation.refresh_from_db()
    assert conversation.owner == Conversation.Owner.AGENT


def test_a_handover_opens_the_conversation_over_there(account):
    conversation = talk("quero falar com um vendedor")

    conversation.refresh_from_db()
    assert Handoff.objects.get(conversation=conversation).queue == "comercial"
    (note,) = [text for kind, text in account.shown() if kind == "nota"]
    assert note == Handoff.objects.get().summary
    assert account.conversations[40]["status"] == "open"
    assert "fila-comercial" in account.conversations[40]["labels"]


def test_an_assigned_sdr_has_picked_the_handover_up(account):
    conversation = talk("quero falar com um vendedor")

    chatwoot.post(chatwoot.changed(assignee=chatwoot.SDR, assignee_id=(None, chatwoot.SDR)))
    jobs.run_due()

    assert Handoff.objects.get(conversation=conversation).picked_up_at is not None


def test_the_name_a_lead_gives_is_the_contacts_name(account):
    talk("oi")
    conversation = Conversation.objects.get()
    conversation.lead.facts.create(
        field="nome", value="Marina", evidence="given", given_by="teste", source_kind="teste", created_at=now()
    )
    ChatwootLink.objects.update(due_at=now())

    jobs.run_due()

    assert account.contacts[0]["name"] == "Marina"


def test_silencing_the_agent_attends_to_nobody(account):
    conversation = talk("quero falar com um vendedor")

    chatwoot.post(chatwoot.written("/pausar"))
    jobs.run_due()

    assert Handoff.objects.get(conversation=conversation).picked_up_at is None


def test_a_delivery_that_fails_after_the_mirrors_run_is_told_all_the_same(account):
    talk()
    account.sends.side_effect = lambda request: httpx.Response(400, json={"error": "phone inválido"})
    chatwoot.post(chatwoot.written("Oi!"))
    jobs.run_due("ingest", "mirror")

    jobs.run_due("deliver")
    jobs.run_due("mirror")

    assert "PATCH /conversations/40/messages/7001" in account.calls


def test_asking_an_account_that_is_away_counts_for_its_circuit(account):
    talk()
    account.fail = lambda method, path: httpx.Response(503)
    ChatwootLink.objects.update(polled_at=None)

    jobs.run_due("chatwoot_poll")

    assert Circuit.objects.get(key__startswith="chatwoot:").failures == 1


def test_a_change_to_what_was_sent_reaches_nobody(account):
    talk()
    chatwoot.post(chatwoot.written("Oi!"))
    jobs.run_due()

    chatwoot.post({**chatwoot.written("Oi, tudo bem?"), "event": "message_updated"})
    jobs.run_due()

    assert sent(account)[1:] == ["Oi!"]
