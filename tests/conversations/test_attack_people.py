"""What people do in Chatwoot, at the worst moment: late, twice, half deleted, while a run or an outage lasts."""

import contextlib
import json
from datetime import timedelta

import httpx
import pytest
import respx
from django.db import connection

from conversations import handoff, outbox, outcomes
from conversations.chatwoot import due, stage
from conversations.models import ChatwootLink, Conversation, Event, Handoff, Outbox
from conversations.repair import reprocess_events
from knowledge import loader
from seleto.lib import clock, jobs
from seleto.lib.errors import Unavailable
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


def talk() -> Conversation:
    conversation = waiting("vocês vendem formadora?")
    IdentityFactory.create(lead=conversation.lead)
    jobs.run_due()
    return conversation


def sent(account) -> list[str]:
    return [json.loads(call.request.content)["message"] for call in account.sends.calls]


def notes(account) -> list[str]:
    return [text for kind, text in account.shown() if kind == "nota"]


def type_(account, text: str, number: int, **fields) -> None:
    chatwoot.post(chatwoot.written(text, message_id=number, **fields))
    jobs.run_due()


# --- The mirror's queue ----------------------------------------------------------------------------------------------


def test_what_happens_late_in_a_long_run_is_shown_by_the_next(account, settings, monkeypatch):
    """An upload may take five times as long as a lease, which is renewed meanwhile."""
    conversation = talk()
    ChatwootLink.objects.update(due_at=now())
    (claim,) = stage.claim(1)
    later = clock.now() + timedelta(seconds=settings.LEASE_S * 3)
    due.mark(lead_id=conversation.lead_id, channel_id=conversation.channel_id, now=later)

    stage.run(claim)

    assert ChatwootLink.objects.get().due_at == later


def test_what_may_wait_is_not_forgotten_by_a_run_in_hand(account, settings):
    conversation = talk()
    ChatwootLink.objects.update(due_at=now())
    (claim,) = stage.claim(1)
    due.mark(
        lead_id=conversation.lead_id, channel_id=conversation.channel_id, now=clock.now(), wait_s=settings.LEASE_S * 2
    )

    stage.run(claim)

    assert ChatwootLink.objects.get().due_at is not None


def test_a_conversation_whose_run_died_is_taken_up_again(account):
    talk()
    ChatwootLink.objects.update(due_at=now())
    assert stage.claim(1)
    assert stage.claim(1) == []
    lease_ends()

    assert stage.next_due() is not None
    (claim,) = stage.claim(1)
    assert claim.unsure


def test_a_run_that_lost_its_lease_gives_back_nothing(account):
    talk()
    ChatwootLink.objects.update(due_at=now())
    (lost,) = stage.claim(1)
    lease_ends()
    assert stage.claim(1)

    stage.run(lost)

    assert ChatwootLink.objects.get().leased_until is not None


def test_a_run_that_breaks_after_an_outage_is_parked_too(account, settings):
    """The reason of an earlier failure must not hide that every run since has died."""
    talk()
    settings.CHATWOOT_RETRY_S = 60
    account.fail = lambda method, path: httpx.Response(503)
    ChatwootLink.objects.update(due_at=now())
    ChatwootLink.objects.update(display_id=None, contact_id=None, written={})
    account.contacts.clear()
    jobs.run_due("mirror")
    assert ChatwootLink.objects.get().reason
    account.fail = lambda method, path: httpx.Response(200, json={}) if path == "/contacts" else None

    for _ in range(settings.CHATWOOT_MAX_REFUSALS + 2):
        ChatwootLink.objects.update(due_at=now())
        lease_ends()
        with contextlib.suppress(Exception):
            jobs.run_due("mirror")

    assert ChatwootLink.objects.get().status == ChatwootLink.Status.PARKED


@pytest.mark.parametrize("marker", ["seleto:wa:5511900000001", "seleto:nota:x", "seleto:arquivo:x", "seleto:"])
def test_what_another_program_wrote_there_breaks_no_run(account, marker):
    talk()
    theirs = chatwoot.written("de antes", message_id=8999, source_id=marker)
    account.messages.append({**theirs, "message_type": 1})
    ChatwootLink.objects.update(due_at=now(), unsure=True)

    jobs.run_due("mirror")

    assert not ChatwootLink.objects.get().unsure


def lease_ends() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE conversations_chatwootlink SET leased_until = now() - interval '1 second'"
            " WHERE leased_until IS NOT NULL"
        )


# --- What the lead must not see --------------------------------------------------------------------------------------


@pytest.mark.parametrize("mark", ["\u200b", "\ufeff", "\u2060", "\u202a", "\u00ad"])
def test_a_slash_behind_what_nobody_sees_stays(account, mark):
    talk()

    type_(account, f"{mark}/preco da {mark}FB300", 7001)

    assert sent(account) == ["Vendemos sim!"]


@pytest.mark.parametrize("text", ["\u200b/retomar", "／retomar", "retomar\u200b"])
def test_a_command_with_what_nobody_sees_is_obeyed(account, text):
    conversation = talk()
    type_(account, "Oi!", 7001)

    type_(account, text, 7002)

    conversation.refresh_from_db()
    assert (sent(account)[1:], conversation.owner) == (["Oi!"], Conversation.Owner.AGENT)


@pytest.mark.parametrize("text", ["Esta mensagem foi apagada", ""])
def test_what_was_deleted_before_we_heard_of_it_reaches_nobody(account, text):
    conversation = talk()

    type_(account, text, 7001, content_attributes={"deleted": True})

    conversation.refresh_from_db()
    assert sent(account) == ["Vendemos sim!"]
    assert conversation.owner == Conversation.Owner.HUMAN


def test_what_was_deleted_before_it_was_found_by_asking_reaches_nobody(account):
    talk()
    row = chatwoot.written("This message was deleted", message_id=9100, content_attributes={"deleted": True})
    account.messages.append({**row, "message_type": 1})
    ChatwootLink.objects.update(polled_at=None)

    jobs.run_due()

    assert sent(account) == ["Vendemos sim!"]


def test_a_file_beside_a_command_is_not_lost_in_silence(account):
    talk()
    type_(account, "Oi!", 7001)

    file = {"file_type": "image", "data_url": "https://chatwoot.example/rails/foto.png"}
    type_(account, "/retomar", 7002, attachments=[file])

    assert any("anexo" in note for note in notes(account))


def test_a_leads_words_in_a_note_call_nobody(account):
    conversation = talk()
    words = "[@Bianca](mention://user/11/Bianca) olá"

    due.note(
        lead_id=conversation.lead_id,
        channel_id=conversation.channel_id,
        key="repasse:1",
        text=f"Últimas mensagens: {words}",
        now=now(),
        calls="[@comercial](mention://team/1/comercial)",
    )
    jobs.run_due("mirror")

    assert notes(account)[-1].count("mention://") == 1


# --- Words that come late --------------------------------------------------------------------------------------------


def test_i5_an_order_that_comes_late_does_not_have_the_agent_speak_over_a_person(account):
    conversation = talk()
    type_(account, "Oi!", 7001)
    type_(account, "Já te mando a proposta.", 7003)

    type_(account, "/retomar", 7002)

    conversation.refresh_from_db()
    assert conversation.owner == Conversation.Owner.HUMAN
    assert "7002" not in " ".join(sent(account))
    assert any("atrasad" in note for note in notes(account))


def test_i5_an_order_worked_again_by_a_manager_is_not_given_again(account):
    conversation = talk()
    type_(account, "Oi!", 7001)
    type_(account, "/retomar", 7002, private=True)
    type_(account, "Voltei, pode falar comigo.", 7003)
    order = Event.objects.get(key="cw:message_created:7002")

    reprocess_events([order.pk], actor="user:1", now=now())
    jobs.run_due()

    conversation.refresh_from_db()
    assert conversation.owner == Conversation.Owner.HUMAN


def test_orders_count_in_the_order_in_which_they_were_given(account):
    conversation = talk()
    type_(account, "/retomar", 7003, private=True)
    type_(account, "/pausar", 7002, private=True)

    conversation.refresh_from_db()
    assert conversation.owner == Conversation.Owner.AGENT


def test_an_order_in_its_turn_is_obeyed_however_long_its_webhook_took(account):
    conversation = talk()
    type_(account, "Oi!", 7001)
    type_(account, "/retomar", 7002)
    type_(account, "/pausar", 7003)
    type_(account, "/retomar", 7004)

    conversation.refresh_from_db()
    assert conversation.owner == Conversation.Owner.AGENT


# --- A handover in an outage -----------------------------------------------------------------------------------------


def test_i8_an_older_bubble_that_may_not_leave_does_not_hold_back_the_notice(channel):
    conversation = waiting("quero falar com uma pessoa")
    queued(conversation, "A FB300 faz 300 por hora.")
    (notice,) = queued(conversation, "Já vou chamar um consultor.", survives_handoff=True)
    Conversation.objects.filter(pk=conversation.pk).update(turn_due_at=None)

    conversation.refresh_from_db()
    handoff.open_handoff(conversation, reason=Handoff.Reason.ASKED_HUMAN, now=now())
    conversation.save()

    assert [claim.id for claim in outbox.claim(10)] == [notice.id]


def test_i8_a_bubble_that_failed_during_a_handover_does_not_hold_back_the_notice(channel):
    conversation = waiting("quero falar com uma pessoa")
    queued(conversation, "A FB300 faz 300 por hora.")
    (older,) = outbox.claim(10)
    (notice,) = queued(conversation, "Já vou chamar um consultor.", survives_handoff=True)
    conversation.refresh_from_db()
    handoff.open_handoff(conversation, reason=Handoff.Reason.ASKED_HUMAN, now=now())
    conversation.save()

    outcomes.back_off(older, Unavailable("timeout"), now())

    assert Outbox.objects.get(pk=older.id).status == Outbox.Status.CANCELLED
    assert [claim.id for claim in outbox.claim(10)] == [notice.id]
