"""What was changed, deleted or never arrived is told in Chatwoot by a private note, once."""

import httpx
import pytest
import respx

from conversations.chatwoot import assignment, inboxes
from conversations.models import (
    ChatwootInbox,
    ChatwootNote,
    Event,
    Handoff,
    HandoffAlarm,
    HandoffLevel,
    Message,
    Outbox,
)
from knowledge import loader
from leads.models import Fact
from seleto.lib import jobs
from tests import zapi
from tests.conversations import chatwoot
from tests.conversations.model import said
from tests.factories import now

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(channel, settings):
    settings.LLM_API_KEY = "chave-de-teste"
    settings.TYPING_MAX_S = 0
    settings.CHATWOOT_RETRY_S = settings.CHATWOOT_RECEIPTS_S = 0
    settings.QUIET_FRAGMENT_S = settings.QUIET_DEFAULT_S = settings.QUIET_AFTER_ANSWER_S = 0
    assignment.forget()
    loader.load()
    chatwoot.inbox(channel)
    inboxes.forget()
    with respx.mock(assert_all_called=False) as router:
        router.post(path__regex="/read-message$").respond(204)
        sends = router.post(path__regex="/send-text$")
        sends.side_effect = lambda request: httpx.Response(200, json={"messageId": zapi.message_id(), "zaapId": "z"})
        router.post(path__regex="/chat/completions$").side_effect = lambda request: said("Vendemos sim!")
        account = chatwoot.Account()
        router.route(host="chatwoot.example").side_effect = account.handle
        account.sends = sends
        yield account


def lead(text: str, **fields: object) -> str:
    body = zapi.received(text, **fields)
    zapi.post(body)
    jobs.run_due()
    return str(body["messageId"])


def notes(account) -> list[str]:
    return [text for kind, text in account.shown() if kind == "nota"]


def deletes(provider_id: str, **fields: object) -> None:
    zapi.post(zapi.received(None, notification="REVOKE", referenceMessageId=provider_id, **fields))
    jobs.run_due()


def deleted_there(message_id: int, *stages: str, **fields: object) -> None:
    event = chatwoot.written("This message was deleted", message_id=message_id, content_attributes={"deleted": True})
    assert chatwoot.post({**event, "event": "message_updated", **fields}).status_code == 200
    jobs.run_due(*stages)


# --- On WhatsApp ---------------------------------------------------------------------------------------------------


def test_every_edit_of_the_lead_is_told_in_order_and_once(account):
    number = lead("quero a FB300")
    edits = [
        zapi.received(text, messageId=number, isEdit=True, momment=int((now().timestamp() + after) * 1000))
        for after, text in ((60, "quero a FB700"), (120, "quero a SE3000"))
    ]

    for edit in [*edits, edits[0], edits[1]]:
        zapi.post(edit)
        jobs.run_due()

    first, second = notes(account)
    assert "Antes: “quero a FB300”. Agora: “quero a FB700”" in first
    assert "Antes: “quero a FB700”. Agora: “quero a SE3000”" in second
    assert ("lead", "quero a FB300") in account.shown()


def test_what_an_edit_tells_while_a_person_is_in_charge_is_known(account):
    lead("quero falar com um vendedor")
    number = lead("meu telefone fixo é 43 3333-0000")

    lead(
        "meu telefone fixo é 43 3333-1111", messageId=number, isEdit=True, momment=int((now().timestamp() + 60) * 1000)
    )

    assert Fact.objects.get(field="telefone", superseded_at=None).value.endswith("33331111")


def test_a_message_the_lead_deleted_stays_and_a_note_says_so(account):
    number = lead("meu sócio é um chato")

    deletes(number)
    deletes(number)

    (note,) = notes(account)
    assert note == "🗑️ O lead apagou para todos a mensagem “meu sócio é um chato”."
    assert ("lead", "meu sócio é um chato") in account.shown()


def test_what_was_deleted_before_anybody_saw_it_is_not_quoted(account):
    body = zapi.received("meu sócio é um chato")
    zapi.post(body)
    deletes(body["messageId"])

    assert "chato" not in " ".join(text for _, text in account.shown())
    assert "acabara de ser enviada" in notes(account)[0]


def test_what_was_edited_on_the_companys_phone_is_told(account):
    lead("oi")
    number = lead("O valor é 10", fromMe=True, fromApi=False)

    lead("O valor é 100", fromMe=True, fromApi=False, messageId=number, isEdit=True)

    (note,) = notes(account)
    assert note.startswith("✏️ No celular da empresa, uma mensagem foi editada.")
    assert note.endswith("Antes: “O valor é 10”. Agora: “O valor é 100”.")


def test_what_was_deleted_on_the_companys_phone_is_told(account):
    lead("vocês vendem formadora?")
    row = Message.objects.get(author="agent")

    deletes(row.provider_id, fromMe=True)

    assert "Foi apagada no WhatsApp, também para o lead, a mensagem “Vendemos sim!" in notes(account)[0]


# --- In Chatwoot -----------------------------------------------------------------------------------------------------


def test_an_sdr_who_deletes_what_has_left_learns_that_the_lead_still_has_it(account):
    lead("vocês vendem formadora?")
    chatwoot.post(chatwoot.written("Oi, aqui é a Bianca."))
    jobs.run_due()

    deleted_there(7001)
    deleted_there(7001)

    (note,) = notes(account)
    assert "“Oi, aqui é a Bianca.” foi apagada só aqui: no WhatsApp do lead ela continua" in note
    assert Message.objects.get(author="person").deleted_at is None


def test_what_has_not_left_yet_is_taken_back(account):
    lead("vocês vendem formadora?")
    chatwoot.post(chatwoot.written("Oi, aqui é a Bianca."))
    jobs.run_due("ingest")

    deleted_there(7001, "ingest")
    jobs.run_due()

    assert Outbox.objects.get(origin="person").status == Outbox.Status.CANCELLED
    assert len(account.sends.calls) == 1
    assert "o lead não a recebe" in notes(account)[0]


def test_a_deletion_that_overtakes_its_message_counts_all_the_same(account, settings):
    settings.INGEST_ORPHAN_RETRY_S = 20
    lead("vocês vendem formadora?")

    deleted_there(7001, "ingest")
    chatwoot.post(chatwoot.written("Oi, aqui é a Bianca."))
    jobs.run_due("ingest")
    Event.objects.filter(status=Event.Status.NEW).update(due_at=now())
    jobs.run_due("ingest")
    jobs.run_due()

    assert len(account.sends.calls) == 1


def test_deleting_a_reply_of_the_agent_there_is_told_as_well(account):
    lead("vocês vendem formadora?")
    shown = next(row for row in account.messages if row["content"].startswith("Vendemos sim!"))

    deleted_there(shown["id"], source_id=shown["source_id"], sender={"id": 3, "type": "agent_bot"})

    assert "foi apagada só aqui" in notes(account)[0]


def test_an_edit_in_chatwoot_is_told_and_reaches_nobody(account):
    lead("vocês vendem formadora?")
    chatwoot.post(chatwoot.written("Oi!"))
    jobs.run_due()

    for text in ("Oi!", "Oi, tudo bem?"):
        chatwoot.post({**chatwoot.written(text), "event": "message_updated"})
        jobs.run_due()

    (note,) = notes(account)
    assert "“Oi!” foi editada só aqui" in note
    assert len(account.sends.calls) == 2


# --- What did not arrive ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["agent", "person"])
def test_what_whatsapp_refuses_is_told_in_words(account, who):
    account.sends.side_effect = lambda request: httpx.Response(400, json={"error": "phone inválido"})
    lead("vocês vendem formadora?")
    if who == "person":
        ChatwootNote.objects.all().delete()
        account.messages.clear()
        chatwoot.post(chatwoot.written("Oi!"))
        jobs.run_due()

    (note,) = notes(account)
    subject = "A resposta do agente “Vendemos sim!" if who == "agent" else "A mensagem “Oi!” "
    assert note.startswith(f"⚠️ {subject}")
    assert note.endswith("não chegou ao lead: recusada pelo provedor (sem explicação).")


def test_a_receipt_shows_the_sdr_what_became_of_their_message(account):
    lead("vocês vendem formadora?")
    chatwoot.post(chatwoot.written("Oi!"))
    jobs.run_due()
    before = account.calls.count("PATCH /conversations/40/messages/7001")

    zapi.post(zapi.status([Message.objects.get(author="person").provider_id], "READ"))
    jobs.run_due()

    assert account.calls.count("PATCH /conversations/40/messages/7001") == before + 1


# --- Reminders -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "assignee", "team", "called"),
    [
        ("reminder", 11, 1, "[@Bianca SDR](mention://user/11/Bianca%20SDR) "),
        ("reminder", None, 1, "[@comercial](mention://team/1/comercial) "),
        ("team", 11, 1, "[@comercial](mention://team/1/comercial) "),
        ("team", 11, None, ""),
    ],
)
def test_a_reminder_calls_whose_it_is_then_the_team(account, action, assignee, team, called):
    HandoffLevel.objects.all().delete()
    ChatwootInbox.objects.update(team_id=None)
    inboxes.forget()
    HandoffLevel.objects.create(queue="comercial", after_minutes=0, action=action, text="Alguém pode atender?")
    lead("quero falar com um vendedor")
    Handoff.objects.update(assignee_id=assignee, assigned_to="Bianca SDR" if assignee else "", team_id=team)
    ChatwootNote.objects.filter(key__startswith="espera").delete()
    HandoffAlarm.objects.all().delete()

    jobs.run_due("handoff_wait")

    assert ChatwootNote.objects.get(key__startswith="espera").text == f"{called}Alguém pode atender?"
