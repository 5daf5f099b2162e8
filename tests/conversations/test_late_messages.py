"""What comes too late is never answered; a person hears of it while somebody may still wait for an answer."""

from datetime import timedelta

import pytest

from conversations.models import ChatwootNote, Conversation, Message, Reading
from seleto.lib import jobs
from seleto.lib.models import Alert
from tests import zapi
from tests.conversations.chatwoot import inbox
from tests.factories import ConversationFactory, IdentityFactory, MessageFactory, now

pytestmark = pytest.mark.django_db

AUDIO = {"audio": {"audioUrl": "https://media.example/v.ogg", "mimeType": "audio/ogg", "seconds": 3}}


@pytest.fixture(autouse=True)
def _desk(channel):
    inbox(channel)


def arrives(text: str | None = "ainda vendem a FB300?", *, old: timedelta, **fields) -> None:
    sent = int((now() - old).timestamp() * 1000)
    zapi.post(zapi.received(text, momment=sent, **fields))
    jobs.run_due("ingest")


def told() -> list[str]:
    return list(ChatwootNote.objects.values_list("text", flat=True))


def test_a_message_of_two_days_ago_is_told_to_people_and_answered_by_nobody():
    arrives(old=timedelta(days=2))

    assert Conversation.objects.get().turn_due_at is None
    assert ["ainda vendem a FB300?" in note for note in told()] == [True]
    assert Alert.objects.filter(key="late:principal", closed_at=None).exists()


def test_so_is_a_voice_note_which_is_written_out_for_them():
    arrives(None, old=timedelta(days=2), **AUDIO)

    conversation = Conversation.objects.get()
    assert (conversation.turn_due_at, conversation.hearing_until) == (None, None)
    assert Reading.objects.get().kind == Reading.Kind.TRANSCRIPT
    assert ["(áudio)" in note for note in told()] == [True]


def test_history_of_months_is_only_stored():
    arrives(old=timedelta(days=90))
    arrives(None, old=timedelta(days=90), **AUDIO)

    assert Message.objects.count() == 2
    assert (told(), Reading.objects.count(), Alert.objects.count()) == ([], 0, 0)


def test_what_somebody_answered_since_deserves_nobody(channel):
    conversation = ConversationFactory.create(channel=channel)
    IdentityFactory.create(lead=conversation.lead)
    MessageFactory.create(conversation=conversation, author="phone", text="Vendemos sim!", status="sent")

    arrives(old=timedelta(days=2))

    assert told() == []


def test_what_a_person_typed_long_ago_puts_nobody_in_charge_now():
    arrives("boa tarde, segue o orçamento", old=timedelta(days=30), fromMe=True, fromApi=False)

    conversation = Conversation.objects.get()
    assert conversation.owner == Conversation.Owner.AGENT
    assert Message.objects.get().author == Message.Author.PHONE


def test_what_a_person_typed_a_moment_ago_still_does():
    arrives("boa tarde", old=timedelta(minutes=5), fromMe=True, fromApi=False)

    assert Conversation.objects.get().owner == Conversation.Owner.HUMAN
