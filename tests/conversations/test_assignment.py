"""Whose a handoff is in Chatwoot: the queue's team and one person on line, fairly, and never over what people set."""

import threading
from typing import Any, cast

import httpx
import pytest
import respx
from django.db import connection

from conversations import handoff
from conversations.chatwoot import assignment, inboxes
from conversations.chatwoot.client import ChatwootClient
from conversations.models import ChatwootInbox, ChatwootLink, Conversation, Handoff
from knowledge import loader
from leads.models import Lead
from seleto.lib import jobs
from seleto.lib.models import Alert
from tests.conversations import chatwoot
from tests.conversations.chatwoot import person
from tests.factories import ChannelFactory, ConversationFactory, IdentityFactory, LeadFactory, now

pytestmark = pytest.mark.django_db

BIANCA, CAIO, DORA = 11, 12, 13
TEAMS = {"team_id": 1, "support_team_id": 2, "privacy_team_id": 3, "other_team_id": 4}


@pytest.fixture
def account(channel, settings):
    settings.CHATWOOT_RETRY_S = 0
    settings.CHATWOOT_AGENTS_CACHE_S = 0
    assignment.forget()
    loader.load()
    chatwoot.inbox(channel, **TEAMS)
    inboxes.forget()
    with respx.mock(assert_all_called=False) as router:
        account = chatwoot.Account()
        account.people = [person(BIANCA, "Bianca SDR"), person(CAIO, "Caio SDR")]
        router.route(host="chatwoot.example").side_effect = account.handle
        yield account
    assignment.forget()


def given(reason=Handoff.Reason.HOT, *, number: int = 1) -> Handoff:
    """A handoff of a new lead, not shown in Chatwoot yet."""
    lead = LeadFactory.create()
    IdentityFactory.create(lead=lead, value=f"551190000{number:04d}")
    conversation = ConversationFactory.create(lead=lead, channel=ChannelFactory.create())
    row = handoff.open_handoff(conversation, reason=reason, now=now())
    conversation.save()
    return row


def mirror() -> None:
    ChatwootLink.objects.update(due_at=now())
    jobs.run_due("mirror")


def shown(account, row: Handoff) -> tuple[Any, Any]:
    link = ChatwootLink.objects.get(lead_id=row.conversation.lead_id)
    held = account.conversations[link.display_id]
    return held.get("team_id"), held.get("assignee_id")


def many(count: int) -> list[Handoff]:
    rows = []
    for number in range(count):
        rows.append(given(number=number))
        mirror()
        rows[-1].refresh_from_db()
    return rows


@pytest.mark.parametrize(
    ("reason", "team"),
    [
        (Handoff.Reason.HOT, 1),
        (Handoff.Reason.SUPPORT, 2),
        (Handoff.Reason.PRIVACY, 3),
        (Handoff.Reason.SUPPLIER, 4),
    ],
)
def test_each_queue_has_its_team(account, reason, team):
    row = given(reason)

    mirror()

    assert shown(account, row) == (team, BIANCA)
    row.refresh_from_db()
    assert (row.team_id, row.assignee_id, row.assigned_to) == (team, BIANCA, "Bianca SDR")


def test_people_take_turns(account):
    account.people.append(person(DORA, "Dora SDR"))

    assert [row.offered_id for row in many(7)] == [BIANCA, CAIO, DORA, BIANCA, CAIO, DORA, BIANCA]


def test_only_people_on_line_are_given_anything(account):
    account.people = [
        person(BIANCA, "Bianca SDR", "busy"),
        person(CAIO, "Caio SDR"),
        person(DORA, "Dora SDR", "offline"),
        person(chatwoot.INTEGRATION, "Integração"),
    ]

    assert {row.offered_id for row in many(3)} == {CAIO}


def test_with_nobody_on_line_it_is_the_teams(account):
    account.people = [person(BIANCA, "Bianca SDR", "offline")]

    row = given()
    mirror()

    row.refresh_from_db()
    assert shown(account, row) == (1, None)
    assert (row.offered_id, row.assigned_to) == (None, "")


def test_a_manager_may_leave_it_to_the_team(account):
    ChatwootInbox.objects.update(assignment=ChatwootInbox.Assignment.TEAM_ONLY)
    inboxes.forget()

    row = given()
    mirror()

    assert shown(account, row) == (1, None)
    assert not [call for call in account.calls if "members" in call]


def test_the_least_loaded_is_whoever_has_fewest_open_ones(account):
    ChatwootInbox.objects.update(assignment=ChatwootInbox.Assignment.LEAST_LOADED)
    inboxes.forget()
    first, second, third = many(3)
    assert [first.offered_id, second.offered_id, third.offered_id] == [BIANCA, CAIO, BIANCA]
    Handoff.objects.filter(pk__in=[first.pk, third.pk]).update(closed_at=now())

    (fourth,) = [given(number=50)]
    mirror()
    fourth.refresh_from_db()

    assert fourth.offered_id == BIANCA


def test_what_an_sdr_passed_on_counts_for_whoever_has_it_now(account):
    ChatwootInbox.objects.update(assignment=ChatwootInbox.Assignment.LEAST_LOADED)
    inboxes.forget()
    (first,) = many(1)
    Handoff.objects.filter(pk=first.pk).update(assignee_id=CAIO)

    row = given(number=50)
    mirror()
    row.refresh_from_db()

    assert row.offered_id == BIANCA


def test_without_a_team_the_people_of_the_inbox_take_turns(account):
    ChatwootInbox.objects.update(team_id=None)
    inboxes.forget()

    row = given()
    mirror()

    assert shown(account, row) == (None, BIANCA)


def test_a_team_that_is_not_there_holds_nothing_up(account):
    ChatwootInbox.objects.update(team_id=77)
    inboxes.forget()

    row = given()
    mirror()

    link = ChatwootLink.objects.get(lead_id=row.conversation.lead_id)
    assert (link.status, link.written["status"]) == (ChatwootLink.Status.READY, "open")
    assert "77" in Alert.objects.get(key__startswith="chatwoot:team").title


# --- Repeated, and what people set -----------------------------------------------------------------------------------


@pytest.mark.parametrize("lost", [1, 2])
def test_a_run_that_is_repeated_gives_to_the_same_person(account, lost):
    calls = iter(range(1, 100))
    account.lose = lambda method, path: path.endswith("/assignments") and next(calls) == lost

    row = given()
    mirror()
    mirror()

    row.refresh_from_db()
    assert shown(account, row) == (1, BIANCA)
    assert row.offered_id == BIANCA
    assert Handoff.objects.filter(offered_id=BIANCA).count() == 1


def test_whom_an_sdr_chose_between_two_attempts_stays(account):
    row = given()
    Lead.objects.update(temperature="quente")
    account.fail = lambda method, path: httpx.Response(503) if path.endswith("/toggle_priority") else None
    mirror()
    link = ChatwootLink.objects.get()
    account.conversations[link.display_id].update(assignee_id=CAIO, team_id=2)
    account.fail = lambda method, path: None

    mirror()

    assert shown(account, row) == (2, CAIO)


def test_a_later_run_leaves_the_assignment_alone(account):
    row = given()
    mirror()
    link = ChatwootLink.objects.get()
    account.conversations[link.display_id]["assignee_id"] = CAIO

    mirror()
    mirror()

    assert shown(account, row)[1] == CAIO


def test_whom_the_lead_knows_keeps_it_while_on_line(account):
    row = given()
    mirror()
    conversation = Conversation.objects.get(pk=row.conversation_id)
    handoff.resume(conversation, reason="comando", actor="sdr:11", now=now())
    conversation.save()
    link = ChatwootLink.objects.get()
    account.conversations[link.display_id]["assignee_id"] = CAIO
    given(number=9)  # Bianca's turn is over, Caio's would be next
    mirror()
    again = handoff.open_handoff(conversation, reason=Handoff.Reason.ASKED_HUMAN, now=now())
    conversation.save()

    mirror()
    again.refresh_from_db()
    assert (again.offered_id, shown(account, row)[1]) == (CAIO, CAIO)

    account.people = [person(BIANCA, "Bianca SDR"), person(CAIO, "Caio SDR", "offline")]
    handoff.resume(conversation, reason="comando", actor="sdr:11", now=now())
    third = handoff.open_handoff(conversation, reason=Handoff.Reason.ASKED_HUMAN, now=now())
    conversation.save()
    mirror()
    third.refresh_from_db()
    assert (third.offered_id, shown(account, row)[1]) == (BIANCA, BIANCA)


def test_a_handoff_that_somebody_took_meanwhile_goes_to_no_other(account):
    row = given()
    conversation = Conversation.objects.get(pk=row.conversation_id)
    handoff.take_over(conversation, reason=handoff.PHONE, actor="sdr:celular", now=now())
    conversation.save()

    mirror()

    assert shown(account, row) == (1, None)


# --- What comes back -------------------------------------------------------------------------------------------------


def test_our_own_assignment_coming_back_is_no_pick_up(account):
    row = given()
    mirror()
    link = ChatwootLink.objects.get()

    chatwoot.post(chatwoot.changed(link.display_id, assignee=BIANCA, team=1, assignee_id=(None, BIANCA)))
    jobs.run_due("ingest")

    row.refresh_from_db()
    assert row.picked_up_at is None
    assert row.conversation.owner_reason == Handoff.Reason.HOT


def test_an_sdr_who_takes_it_from_another_has_picked_it_up(account):
    row = given()
    mirror()
    link = ChatwootLink.objects.get()

    chatwoot.post(chatwoot.changed(link.display_id, assignee=CAIO, team=1, assignee_id=(BIANCA, CAIO)))
    jobs.run_due("ingest")

    row.refresh_from_db()
    assert row.picked_up_at is not None
    assert (row.assignee_id, row.assigned_to) == (CAIO, "Alguém SDR")


def test_another_team_is_kept_for_the_reminders(account):
    row = given()
    mirror()
    link = ChatwootLink.objects.get()

    chatwoot.post(chatwoot.changed(link.display_id, assignee=BIANCA, team=2, team_id=(1, 2)))
    jobs.run_due("ingest")

    row.refresh_from_db()
    assert (row.team_id, row.picked_up_at) == (2, None)


# --- At the same moment ----------------------------------------------------------------------------------------------


class Server:
    """Answers at once, whoever asks."""

    def conversation(self, display_id):
        return {"meta": {}}

    def team_members(self, team_id):
        return [person(number, f"SDR {number}") for number in (11, 12, 13, 14)]

    def assign(self, display_id, **to):
        pass


@pytest.mark.django_db(transaction=True)
def test_runs_at_the_same_moment_give_to_different_people(account):
    rows = [given(number=number) for number in range(8)]
    inbox = inboxes.of_channel(rows[0].conversation.channel_id)
    start = threading.Barrier(8)

    def work(row: Handoff) -> None:
        try:
            start.wait()
            assignment.give(
                inbox,
                cast("ChatwootClient", Server()),
                handoff_id=row.pk,
                display_id=40,
                before=None,
                remember=lambda **values: None,
            )
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[row]) for row in rows]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(Handoff.objects.values_list("offered_id", flat=True)) == [11, 11, 12, 12, 13, 13, 14, 14]
