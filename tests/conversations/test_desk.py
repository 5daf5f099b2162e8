"""A person writes to a lead from our own pages, or hands the conversation over."""

from datetime import timedelta
from uuid import uuid4

import pytest

from conversations import desk
from conversations.models import Channel, Conversation, Handoff, Message, Outbox, Turn
from conversations.repair import Refused
from knowledge import loader
from leads.models import Lead
from seleto.lib.models import AuditEntry
from tests.factories import ConversationFactory, MessageFactory, TurnFactory, now, queued

pytestmark = pytest.mark.django_db
WHO = "usuário:7"


@pytest.fixture
def talk(channel):
    conversation = ConversationFactory.create(channel=channel, revision=1)
    MessageFactory.create(conversation=conversation, text="Qual o prazo?", revision=1)
    return conversation


def say(talk, text="Bom dia, aqui é a Rute.", key=None):
    return desk.say(talk.pk, text, key=key or uuid4(), actor=WHO, now=now())


def test_what_a_person_writes_leaves_as_the_company_and_silences_the_agent(talk):
    pending = queued(talk, "Rascunho do agente")[0]

    assert say(talk) is True

    row = Outbox.objects.get(origin=Outbox.Origin.PERSON)
    assert (row.text, row.status, row.message.author) == ("Bom dia, aqui é a Rute.", "queued", Message.Author.PERSON)
    talk.refresh_from_db()
    assert (talk.owner, talk.owner_reason) == (Conversation.Owner.HUMAN, desk.DESK)
    pending.refresh_from_db()
    assert pending.status == Outbox.Status.CANCELLED
    assert AuditEntry.objects.get(action="conversation.say").detail == {"outbox": str(row.pk)}


def test_a_form_posted_twice_writes_once(talk):
    key = uuid4()
    say(talk, key=key)

    assert say(talk, key=key) is False
    assert Outbox.objects.count() == 1


def test_a_turn_under_way_is_dropped(talk):
    turn = TurnFactory.create(conversation=talk)

    say(talk)

    turn.refresh_from_db()
    assert turn.status == Turn.Status.DISCARDED


def test_whoever_waited_for_a_person_has_one(talk):
    given = Handoff.objects.create(conversation=talk, reason="lead_quente", queue="comercial", opened_at=now())

    say(talk)

    given.refresh_from_db()
    assert given.picked_up_at is not None


@pytest.mark.parametrize("text", ["  \n ", "a" * (desk.MAX_CHARS + 1)])
def test_no_empty_and_no_endless_message(talk, text):
    with pytest.raises(Refused):
        say(talk, text)


def past(talk, **ago):
    Message.objects.filter(conversation=talk).update(sent_at=now() - timedelta(**ago))


def closed_window(talk):
    past(talk, hours=25)


def silent_lead(talk):
    past(talk, hours=1)
    Lead.objects.update(opted_out_at=now())


def idle_channel(talk):
    Channel.objects.update(enabled=False)


def newer_session(talk):
    Conversation.objects.filter(pk=talk.pk).update(closed_at=now())
    ConversationFactory.create(lead=talk.lead, channel=talk.channel, opened_at=now() + timedelta(seconds=1))


@pytest.mark.parametrize("forbid", [closed_window, silent_lead, idle_channel, newer_session])
@pytest.mark.parametrize("deed", [say, lambda talk: desk.hand_over(talk.pk, Handoff.Reason.HOT, actor=WHO, now=now())])
def test_where_nobody_may_write_nothing_happens(talk, forbid, deed):
    forbid(talk)

    with pytest.raises(Refused):
        deed(talk)

    assert not Outbox.objects.exists()
    assert not AuditEntry.objects.exists()
    assert not Handoff.objects.exists()


def test_a_lead_who_left_and_writes_again_is_answered(talk):
    Lead.objects.update(opted_out_at=now() - timedelta(hours=2))

    assert say(talk) is True


def test_a_handover_is_one_act(talk):
    loader.load()
    turn = TurnFactory.create(conversation=talk)

    given = desk.hand_over(talk.pk, Handoff.Reason.SUPPORT, actor=WHO, now=now())

    assert (given.queue, bool(given.summary)) == ("suporte", True)
    notice = Outbox.objects.get()
    assert (notice.origin, notice.survives_handoff, notice.status) == ("agent", True, "queued")
    talk.refresh_from_db()
    assert talk.owner == Conversation.Owner.HUMAN
    turn.refresh_from_db()
    assert turn.status == Turn.Status.DISCARDED
    assert AuditEntry.objects.get(action="conversation.hand_over").actor == WHO
    assert AuditEntry.objects.get(action="conversation.human").actor == WHO


def test_no_second_handover_while_one_is_open(talk):
    loader.load()
    desk.hand_over(talk.pk, Handoff.Reason.HOT, actor=WHO, now=now())

    with pytest.raises(Refused, match="já há um repasse"):
        desk.hand_over(talk.pk, Handoff.Reason.HOT, actor=WHO, now=now())
