"""Events become messages, sessions and takeovers, each once."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from conversations.models import Conversation, Event, Message, Outbox
from leads.models import Consent, Identity, Lead
from seleto.lib import jobs
from seleto.lib.models import AuditEntry
from tests import zapi
from tests.factories import PHONE, ChannelFactory, TurnFactory, queued, waiting

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _channel(channel):
    """Every test here has one."""


def take_in(payload) -> Event:
    assert zapi.post(payload).status_code == 200
    jobs.run_due("ingest")
    return Event.objects.latest("received_at")


def test_a_first_message_opens_lead_conversation_and_turn():
    event = take_in(
        zapi.received("Bom dia, vocês vendem formadora?", messageId="3EB0X1", chatLid="100000000000001@lid")
    )

    conversation = Conversation.objects.get()
    message = conversation.messages.get()
    assert event.status == Event.Status.DONE
    assert (message.text, message.author, message.provider_id) == ("Bom dia, vocês vendem formadora?", "lead", "3EB0X1")
    assert conversation.owner == Conversation.Owner.AGENT
    assert conversation.turn_due_at > conversation.pending_since
    kinds = dict(Identity.objects.filter(lead=conversation.lead).values_list("kind", "value"))
    assert kinds == {"phone": PHONE, "lid": "100000000000001@lid"}


def test_the_profile_name_is_a_display_name_and_no_fact():
    take_in(zapi.received(senderName="Marina Exemplo"))

    assert Identity.objects.get().display_name == "Marina Exemplo"
    assert not Lead.objects.get().facts.exists()


def test_both_spellings_of_a_mobile_are_one_lead():
    take_in(zapi.received(phone="5511988880001"))
    take_in(zapi.received(phone="551188880001"))

    assert Lead.objects.count() == 1
    assert Conversation.objects.get().address == "551188880001"


def test_a_lead_known_by_lid_keeps_being_one_when_the_phone_appears():
    take_in(zapi.received(phone="100000000000009@lid", chatLid="100000000000009@lid"))
    take_in(zapi.received(phone=PHONE, chatLid="100000000000009@lid"))

    assert Lead.objects.count() == 1
    assert Identity.objects.count() == 2


def test_two_who_turn_out_to_be_one_are_merged_and_that_stands_in_the_audit():
    take_in(zapi.received(phone="100000000000009@lid", chatLid="100000000000009@lid"))
    take_in(zapi.received(phone=PHONE))
    by_lid, by_phone = Lead.objects.order_by("created_at")

    take_in(zapi.received(phone=PHONE, chatLid="100000000000009@lid"))

    kept = Lead.objects.get()
    entry = AuditEntry.objects.get(action="lead.merge")
    assert (entry.actor, entry.subject_kind, entry.subject_id) == ("sistema", "lead", kept.pk)
    assert entry.detail == {"merged": str(({by_lid.pk, by_phone.pk} - {kept.pk}).pop())}


def test_i2_two_events_about_one_message_store_it_once():
    payload = zapi.received("Oi")
    take_in(payload)
    second = take_in(
        {
            **payload,
            "waitingMessage": False,
            "isEdit": False,
            "image": {"imageUrl": "https://m.example/1"},
            "text": None,
        }
    )

    assert Message.objects.count() == 1
    assert second.reason == "mensagem_repetida"


def test_messages_are_ordered_by_the_providers_time():
    at = int(datetime.now(UTC).timestamp() * 1000)
    take_in(zapi.received("segunda", momment=at - 1000))
    take_in(zapi.received("primeira", momment=at - 5000))

    assert list(Message.objects.order_by("sent_at").values_list("text", flat=True)) == ["primeira", "segunda"]


def test_a_time_in_the_future_is_not_believed():
    take_in(zapi.received(momment=32503680000000))

    assert Message.objects.get().sent_at <= datetime.now(UTC) + timedelta(seconds=1)


def test_history_is_stored_and_never_answered():
    event = take_in(zapi.received(momment=1500000000000))

    assert event.reason == "antiga_demais"
    assert Conversation.objects.get().turn_due_at is None


def test_a_new_session_opens_after_a_day_and_carries_over_who_is_in_charge():
    tuesday = datetime(2026, 11, 24, 13, tzinfo=UTC)  # in business hours, as an hour later the next day is
    with time_machine.travel(tuesday):
        take_in(zapi.received())
    Conversation.objects.update(owner=Conversation.Owner.HUMAN, owner_reason="celular_da_empresa")

    with time_machine.travel(tuesday + timedelta(hours=25)):
        take_in(zapi.received("Voltei"))

    old, new = Conversation.objects.order_by("opened_at")
    assert (old.closed_at is not None, new.previous, new.owner) == (True, old, Conversation.Owner.HUMAN)
    assert new.turn_due_at is None


def test_within_a_day_it_is_the_same_session():
    take_in(zapi.received())

    with time_machine.travel(datetime.now(UTC) + timedelta(hours=23)):
        take_in(zapi.received("Voltei"))

    assert Conversation.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({"sticker": {"stickerUrl": "https://m.example/s", "mimeType": "image/webp"}}, "so_registro:sticker"),
        ({"someFutureType": {"a": 1}}, "so_registro:unknown"),
        ({"image": {"caption": "que máquina é essa?"}, "isStatusReply": True}, "so_registro:status_reply"),
    ],
)
def test_i12_what_is_not_answered_is_stored_marked_and_visible(content, reason):
    event = take_in(zapi.received(None, **content))

    assert (event.status, event.reason) == (Event.Status.IGNORED, reason)
    assert Message.objects.count() == 1
    assert Conversation.objects.get().turn_due_at is None


def test_an_audio_is_owed_an_answer():
    take_in(zapi.received(None, audio={"audioUrl": "https://m.example/a", "mimeType": "audio/ogg", "seconds": 3}))

    assert Conversation.objects.get().turn_due_at is not None


@pytest.mark.parametrize(
    "fields",
    [
        {"isGroup": True, "phone": "120363000000000001-group"},
        {"isNewsletter": True, "phone": "120363000000000002@newsletter"},
        {"broadcast": True, "phone": "1795000000-broadcast"},
    ],
)
def test_i10_crowds_are_ignored(fields):
    event = take_in(zapi.received(**fields))

    assert event.status == Event.Status.IGNORED
    assert not Lead.objects.exists()


def test_an_edit_before_the_answer_replaces_the_text_and_keeps_the_old_one():
    payload = zapi.received("para 400 kg/h")
    take_in(payload)
    before = Conversation.objects.get().revision

    take_in({**payload, "isEdit": True, "text": {"message": "para 600 kg/h"}})

    message = Message.objects.get()
    assert (message.text, message.previous_texts) == ("para 600 kg/h", ["para 400 kg/h"])
    assert Conversation.objects.get().revision > before


def test_an_edit_of_an_answered_message_asks_for_no_second_answer():
    payload = zapi.received("para 400 kg/h")
    take_in(payload)
    Conversation.objects.update(answered_revision=1, turn_due_at=None, pending_since=None)

    take_in({**payload, "isEdit": True, "text": {"message": "para 600 kg/h"}})

    assert Conversation.objects.get().turn_due_at is None


def test_an_older_edit_that_comes_late_changes_nothing():
    at = int(datetime.now(UTC).timestamp() * 1000)
    payload = zapi.received("um", momment=at - 9000)
    take_in(payload)
    take_in({**payload, "isEdit": True, "momment": at - 1000, "text": {"message": "três"}})

    event = take_in({**payload, "isEdit": True, "momment": at - 5000, "text": {"message": "dois"}})

    assert event.reason == "edicao_antiga"
    assert Message.objects.get().text == "três"


def test_an_edit_that_overtakes_its_message_is_taken_as_the_message():
    take_in(zapi.received("para 600 kg/h", isEdit=True))

    assert Message.objects.get().text == "para 600 kg/h"


def test_a_deleted_message_is_no_longer_owed_an_answer():
    payload = zapi.received("ops")
    take_in(payload)

    take_in(zapi.received(None, notification="REVOKE", referenceMessageId=payload["messageId"]))

    assert Message.objects.get().deleted_at is not None
    assert Conversation.objects.get().turn_due_at is None


def test_a_deletion_that_overtakes_its_message_waits_and_is_then_set_aside():
    revoke = zapi.received(None, notification="REVOKE", referenceMessageId="3EB0NUNCA")
    event = take_in(revoke)
    assert event.status == Event.Status.NEW

    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=35)):
        jobs.run_due("ingest")

    event.refresh_from_db()
    assert (event.status, event.reason) == (Event.Status.IGNORED, "mensagem_desconhecida")


def test_a_reaction_is_shown_and_asks_for_nothing():
    reaction = {"value": "👍", "referencedMessage": {"messageId": "3EB0B1", "fromMe": True, "phone": PHONE}}
    take_in(zapi.received(None, reaction=reaction))

    assert Message.objects.get().type == Message.Type.REACTION
    assert Conversation.objects.get().turn_due_at is None


def test_the_same_reaction_twice_is_stored_once():
    reaction = {"value": "👍", "referencedMessage": {"messageId": "3EB0B1", "fromMe": True, "phone": PHONE}}
    payload = zapi.received(None, reaction=reaction)
    take_in(payload)
    take_in({**payload, "isEdit": True})

    assert Message.objects.count() == 1


def test_an_opt_out_is_noted_with_the_leads_words():
    take_in(zapi.received("Não me mande mais mensagens"))

    assert Lead.objects.get().opted_out_at is not None
    assert Consent.objects.get().quote == "Não me mande mais mensagens"


def test_after_an_opt_out_nothing_leaves_that_was_written_before_it():
    conversation = waiting()
    Identity.objects.create(lead=conversation.lead, kind="phone", value=PHONE)
    queued(conversation, "Somos de Chapecó.", "Para quando você precisa da máquina?")

    take_in(zapi.received("PARAR"))

    assert set(Outbox.objects.values_list("status", "reason")) == {("cancelled", "lead_saiu")}
    assert set(Message.objects.filter(author="agent").values_list("status", flat=True)) == {"cancelled"}


def test_an_opt_out_holds_in_every_conversation_of_the_lead():
    conversation = waiting()
    Identity.objects.create(lead=conversation.lead, kind="phone", value=PHONE)
    elsewhere = waiting(
        lead=conversation.lead, channel=ChannelFactory.create(slug="outro", instance_id="OUTRA"), address="BR.1"
    )
    somebody = waiting(channel=elsewhere.channel)
    queued(elsewhere, "Somos de Chapecó.")
    queued(elsewhere, "Um consultor assume daqui.", survives_handoff=True)
    queued(somebody, "Bom dia!")

    take_in(zapi.received("PARAR"))

    assert dict(Outbox.objects.values_list("text", "status")) == {
        "Somos de Chapecó.": "cancelled",
        "Um consultor assume daqui.": "queued",
        "Bom dia!": "queued",
    }


def test_a_question_that_the_lead_writes_ahead_of_leaves_no_more():
    conversation = waiting()
    Identity.objects.create(lead=conversation.lead, kind="phone", value=PHONE)
    Conversation.objects.update(turn_due_at=None, pending_since=None, answered_revision=1)
    turn = TurnFactory.create(
        conversation=conversation, status="replied", read_revision=1, finished_at=datetime.now(UTC)
    )
    conversation.refresh_from_db()
    first, *_ = queued(
        conversation, "A FB300 faz 300 por hora.", "De qual cidade você fala?", "Faz 300. Para quando?", turn=turn
    )
    Outbox.objects.filter(pk=first.pk).update(status="sent")

    take_in(zapi.received(None, location={"latitude": -26.9, "longitude": -48.6}))

    assert dict(Outbox.objects.values_list("text", "status")) == {
        "A FB300 faz 300 por hora.": "sent",
        "De qual cidade você fala?": "cancelled",
        "Faz 300. Para quando?": "queued",
    }
    assert Conversation.objects.get().answered_revision == 1


def test_a_second_opt_out_changes_nothing():
    take_in(zapi.received("PARAR"))
    take_in(zapi.received("SAIR"))

    assert Consent.objects.count() == 1


def test_i5_a_person_on_the_phone_takes_over_and_the_queue_is_emptied():
    conversation = waiting()
    Identity.objects.create(lead=conversation.lead, kind="phone", value=PHONE)
    queued(conversation, "Posso ajudar?")

    take_in(zapi.received("Oi, aqui é o Paulo", fromMe=True, fromApi=False))

    conversation.refresh_from_db()
    assert (conversation.owner, conversation.owner_reason) == (Conversation.Owner.HUMAN, "celular_da_empresa")
    assert conversation.turn_due_at is None
    assert Outbox.objects.get().status == Outbox.Status.CANCELLED
    assert conversation.messages.get(author="agent").status == Message.Status.CANCELLED


def test_a_person_may_write_first():
    take_in(zapi.received("Oi, aqui é o Paulo", fromMe=True, fromApi=False))

    assert Conversation.objects.get().owner == Conversation.Owner.HUMAN


def test_while_a_person_is_in_charge_no_turn_falls_due():
    take_in(zapi.received("Oi, aqui é o Paulo", fromMe=True, fromApi=False))
    take_in(zapi.received("Oi, Paulo"))

    assert Conversation.objects.get().turn_due_at is None


def test_when_nobody_is_in_charge_the_lead_gets_the_agent():
    take_in(zapi.received())
    Conversation.objects.update(owner=Conversation.Owner.NOBODY, turn_due_at=None)

    take_in(zapi.received("Oi?"))

    conversation = Conversation.objects.get()
    assert conversation.owner == Conversation.Owner.AGENT
    assert conversation.turn_due_at is not None


@pytest.mark.parametrize("known", [True, False])
def test_our_own_echo_pauses_nobody(known):
    conversation = waiting()
    row = queued(conversation, "Posso ajudar?")[0]
    if known:
        Outbox.objects.filter(pk=row.pk).update(provider_id="3EB0NOSSO", status=Outbox.Status.SENT)

    event = take_in(zapi.received("Posso ajudar?", fromMe=True, fromApi=not known, messageId="3EB0NOSSO"))

    conversation.refresh_from_db()
    assert event.reason == "eco_proprio"
    assert conversation.owner == Conversation.Owner.AGENT


def test_an_echo_that_does_not_say_who_sent_it_is_believed_human_only_after_a_while():
    event = take_in(zapi.received("Oi", fromMe=True))
    assert event.status == Event.Status.NEW
    assert not Conversation.objects.exists()

    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=15)):
        jobs.run_due("ingest")

    assert Conversation.objects.get().owner == Conversation.Owner.HUMAN


def test_typing_keeps_the_turn_waiting_up_to_the_ceiling():
    take_in(zapi.received("Então"))
    before = Conversation.objects.get()

    with time_machine.travel(before.turn_due_at - timedelta(seconds=1)):
        take_in({"type": "PresenceChatCallback", "phone": PHONE, "status": "COMPOSING", "instanceId": zapi.INSTANCE})

    after = Conversation.objects.get()
    assert before.turn_due_at < after.turn_due_at <= after.pending_since + timedelta(seconds=25)


@pytest.mark.parametrize("state", ["COMPOSING", "PAUSED"])
def test_typing_of_someone_who_waits_for_nothing_changes_nothing(state):
    event = take_in({"type": "PresenceChatCallback", "phone": PHONE, "status": state, "instanceId": zapi.INSTANCE})

    assert event.reason == "presenca"


def test_content_that_is_not_there_yet_is_awaited():
    payload = zapi.received(None, waitingMessage=True)
    event = take_in(payload)
    assert event.reason == "aguarda_conteudo"

    take_in({**payload, "waitingMessage": False, "text": {"message": "chegou"}})

    assert Message.objects.get().text == "chegou"


def test_a_text_of_sixty_thousand_characters_is_stored_whole():
    take_in(zapi.received("ã" * 60_000))

    assert len(Message.objects.get().text) == 60_000


def test_i12_a_phone_that_is_no_phone_is_parked_for_a_person():
    event = take_in(zapi.received(phone="não é telefone"))

    assert event.status == Event.Status.PARKED
    assert event.reason


def test_i12_what_fails_again_and_again_is_parked_with_the_reason(settings, monkeypatch):
    settings.INGEST_MAX_ATTEMPTS, settings.INGEST_RETRY_S = 2, 0
    monkeypatch.setattr("conversations.ingest.messages.lead_of", lambda *_, **__: 1 / 0)

    event = take_in(zapi.received())

    assert (event.status, event.reason) == (Event.Status.PARKED, "erro:ZeroDivisionError")


def test_an_event_that_kills_its_process_each_time_is_parked(settings):
    payload = zapi.received()
    zapi.post(payload)
    Event.objects.update(attempts=settings.INGEST_MAX_ATTEMPTS)

    jobs.run_due("ingest")

    assert Event.objects.get().reason == "tentativas_esgotadas"
