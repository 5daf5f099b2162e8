"""The buttons: each asks first, does one thing, leaves its mark in the audit, and is shut to who may only look."""

import pytest
from django.contrib.auth.models import User

from conversations.models import Conversation, Event, Message, Outbox, Turn
from seleto.lib.models import AuditEntry
from tests.admin.conftest import press
from tests.factories import ConversationFactory, EventFactory, MessageFactory, TurnFactory, now


def audited(action):
    entry = AuditEntry.objects.get(action=action)
    assert entry.actor == f"usuário:{User.objects.get().pk}"
    return entry


@pytest.fixture
def parked_event(channel):
    return EventFactory.create(channel=channel, status=Event.Status.PARKED, reason="json_ilegivel", attempts=5)


@pytest.fixture
def parked_turn(channel):
    conversation = ConversationFactory.create(channel=channel, revision=1)
    MessageFactory.create(conversation=conversation, revision=1)
    return TurnFactory.create(
        conversation=conversation,
        status=Turn.Status.PARKED,
        reason="tentativas_esgotadas",
        read_revision=1,
        finished_at=now(),
    )


def test_reprocess_asks_first_and_says_how_many(manager, parked_event):
    answer = press(manager, "event", "reprocess", parked_event.pk, confirmed=False)

    parked_event.refresh_from_db()
    assert "Marcados: 1" in answer.content.decode()
    assert parked_event.status == Event.Status.PARKED


def test_reprocess_puts_the_event_back_in_the_queue(manager, parked_event):
    answer = press(manager, "event", "reprocess", parked_event.pk)

    parked_event.refresh_from_db()
    assert (parked_event.status, parked_event.reason, parked_event.attempts) == (Event.Status.NEW, "", 0)
    assert "Eventos de volta à fila: 1." in answer.content.decode()
    assert audited("event.reprocess").subject_id == parked_event.pk


def test_everything_that_a_filter_found_is_reprocessed(manager, channel):
    for _ in range(60):
        EventFactory.create(channel=channel, status=Event.Status.PARKED, reason="json")
    one = Event.objects.first()
    EventFactory.create(channel=channel, status=Event.Status.DONE)
    url = "/admin/conversations/event/?atencao=parados"
    data = {"action": "reprocess", "_selected_action": [str(one.pk)], "select_across": "1"}

    asked = manager.post(url, data)
    assert "Marcados: 60" in asked.content.decode()
    manager.post(url, {**data, "confirmed": "yes"})

    assert Event.objects.filter(status=Event.Status.NEW).count() == 60
    assert Event.objects.filter(status=Event.Status.DONE).count() == 1


def test_the_button_of_a_page_comes_back_to_it(manager, parked_event):
    answer = press(manager, "event", "reprocess", parked_event.pk, back_to="page")

    assert answer.redirect_chain[-1][0] == f"/admin/conversations/event/{parked_event.pk}/change/"


def test_a_stuck_message_is_sent_again(manager, stuck):
    press(manager, "outbox", "requeue", stuck.pk)

    stuck.refresh_from_db()
    assert (stuck.status, stuck.reason) == (Outbox.Status.QUEUED, "")
    assert audited("outbox.requeue").subject_id == stuck.pk


def test_sending_again_what_may_have_arrived_is_warned_about(manager, stuck):
    Outbox.objects.update(status=Outbox.Status.UNKNOWN, reason="sem_confirmacao")

    page = press(manager, "outbox", "requeue", stuck.pk, confirmed=False).content.decode()

    assert "duas vezes" in page
    assert Outbox.objects.get().status == Outbox.Status.UNKNOWN


def test_sending_again_what_was_refused_needs_no_warning(manager, stuck):
    assert "duas vezes" not in press(manager, "outbox", "requeue", stuck.pk, confirmed=False).content.decode()


def test_a_message_in_a_person_s_conversation_is_refused_with_the_reason(manager, stuck):
    Conversation.objects.update(owner=Conversation.Owner.HUMAN)

    page = press(manager, "outbox", "requeue", stuck.pk).content.decode()

    assert "o agente não atende mais esta conversa" in page
    assert Outbox.objects.get().status == Outbox.Status.PARKED


def test_a_stuck_message_is_discarded(manager, stuck):
    press(manager, "outbox", "discard", stuck.pk)

    stuck.refresh_from_db()
    assert stuck.status == Outbox.Status.CANCELLED
    assert Message.objects.get().status == Message.Status.CANCELLED
    assert audited("outbox.discard").subject_id == stuck.pk


def test_a_parked_turn_is_tried_again(manager, parked_turn):
    press(manager, "turn", "retry", parked_turn.pk)

    assert Conversation.objects.get().turn_due_at is not None
    assert audited("turn.retry").subject_id == parked_turn.pk


def test_the_agent_is_paused_and_given_back(manager, channel):
    conversation = ConversationFactory.create(channel=channel)

    press(manager, "conversation", "pause_agent", conversation.pk)
    assert Conversation.objects.get().owner == Conversation.Owner.HUMAN
    press(manager, "conversation", "resume_agent", conversation.pk)

    assert Conversation.objects.get().owner == Conversation.Owner.AGENT
    assert audited("conversation.human").subject_id == conversation.pk
    assert audited("conversation.agent").subject_id == conversation.pk


def test_pausing_twice_says_that_nothing_changed(manager, channel):
    conversation = ConversationFactory.create(channel=channel, owner=Conversation.Owner.HUMAN)

    page = press(manager, "conversation", "pause_agent", conversation.pk).content.decode()

    assert "uma pessoa já atende esta conversa" in page
    assert not AuditEntry.objects.exists()


BUTTONS = [
    ("event", "reprocess"),
    ("outbox", "requeue"),
    ("outbox", "discard"),
    ("turn", "retry"),
    ("conversation", "pause_agent"),
    ("conversation", "resume_agent"),
]


@pytest.mark.parametrize(("page", "action"), BUTTONS)
def test_who_may_only_look_has_no_buttons(clerk, told, page, action):
    Event.objects.update(status=Event.Status.PARKED, reason="json")
    row = getattr(told, page)

    press(clerk, page, action, row.pk)

    assert not AuditEntry.objects.exists()
    assert action not in clerk.get(f"/admin/conversations/{page}/{row.pk}/change/").content.decode()


@pytest.mark.parametrize(("page", "action"), BUTTONS)
def test_a_row_that_has_gone_is_no_error(manager, told, page, action):
    assert press(manager, page, action, "01890000-0000-7000-8000-000000000000").status_code == 200


def test_buttons_are_offered_where_they_would_do_something(manager, stuck, parked_turn, parked_event):
    def buttons(page, row):
        html = manager.get(f"/admin/conversations/{page}/{row.pk}/change/").content.decode()
        return [action for name, action in BUTTONS if name == page and f'value="{action}"' in html]

    assert buttons("outbox", stuck) == ["requeue", "discard"]
    assert buttons("turn", parked_turn) == ["retry"]
    assert buttons("event", parked_event) == ["reprocess"]
    Outbox.objects.update(status=Outbox.Status.SENT)
    Conversation.objects.update(turn_due_at=now())
    Event.objects.update(status=Event.Status.NEW)
    assert buttons("outbox", stuck) + buttons("turn", parked_turn) + buttons("event", parked_event) == []
