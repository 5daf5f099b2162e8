"""Changes of status and assignee whose webhook was lost are found by asking, and never undo what a person did since."""

import httpx
import pytest
import respx

from conversations.models import ChatwootLink, Conversation, Event
from knowledge import loader
from seleto.lib import jobs
from tests import zapi
from tests.conversations import chatwoot
from tests.conversations.model import said
from tests.factories import IdentityFactory, MessageFactory, waiting

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(channel, settings):
    """A lead was answered, both sides stand in Chatwoot, and it was looked at once since."""
    settings.LLM_API_KEY = "chave-de-teste"
    settings.TYPING_MAX_S = settings.CHATWOOT_RETRY_S = 0
    loader.load()
    chatwoot.inbox(channel)
    with respx.mock(assert_all_called=False) as router:
        router.post(path__regex="/read-message$").respond(204)
        sends = router.post(path__regex="/send-text$")
        sends.side_effect = lambda request: httpx.Response(200, json={"messageId": zapi.message_id(), "zaapId": "z"})
        router.post(path__regex="/chat/completions$").side_effect = lambda request: said("Vendemos sim!")
        account = chatwoot.Account()
        router.route(host="chatwoot.example").side_effect = account.handle
        conversation = waiting("vocês vendem formadora?")
        IdentityFactory.create(lead=conversation.lead)
        jobs.run_due()
        look()
        yield account


def look() -> None:
    ChatwootLink.objects.update(polled_at=None)
    jobs.run_due()


def owner() -> str:
    return Conversation.objects.get(closed_at=None).owner


def typed(text: str = "Oi!", **fields) -> None:
    chatwoot.post(chatwoot.written(text, **fields))
    jobs.run_due()


def found() -> int:
    return Event.objects.filter(key__startswith="cw:found:").count()


def test_without_changes_a_look_tells_nothing(account):
    look()
    assert (found(), owner()) == (0, "agent")


@pytest.mark.parametrize(("status", "after"), [("pending", "agent"), ("resolved", "nobody")])
def test_a_person_gave_it_back_or_closed_it(account, status, after):
    typed()
    look()
    assert (account.conversations[40]["status"], owner()) == ("open", "human")

    account.conversations[40]["status"] = status
    look()

    assert owner() == after


def test_a_person_was_assigned(account):
    account.conversations[40]["assignee_id"] = chatwoot.SDR
    look()
    assert owner() == "human"


def test_an_assignment_pauses_nothing_where_that_is_switched_off(account, channel):
    channel.chatwoot.assignment_pauses = False
    channel.chatwoot.save()
    account.conversations[40]["assignee_id"] = chatwoot.SDR
    look()
    assert owner() == "agent"


def test_our_own_handover_is_no_news(account):
    account.people = [chatwoot.person(chatwoot.SDR, "Bianca SDR")]
    chatwoot.post(chatwoot.written("/pausar", private=True))
    jobs.run_due()
    look()
    assert account.conversations[40]["status"] == "open"
    assert (found(), owner()) == (0, "human")


def test_an_assignment_told_by_webhook_and_given_back_is_not_found_again(account):
    account.conversations[40]["assignee_id"] = chatwoot.SDR
    chatwoot.post(chatwoot.changed(assignee=chatwoot.SDR, assignee_id=(None, chatwoot.SDR)))
    jobs.run_due("ingest", "mirror")
    typed("/retomar", private=True)

    look()

    assert owner() == "agent"


def test_who_gave_back_since_the_last_look_is_not_overruled_by_an_assignment(account):
    account.conversations[40]["assignee_id"] = chatwoot.SDR
    typed("Oi!")
    typed("/retomar", private=True, message_id=7002)

    look()

    assert owner() == "agent"


def test_a_person_who_wrote_since_the_last_look_keeps_it_and_it_is_shown_open_again(account):
    typed()
    look()
    account.conversations[40]["status"] = "pending"
    typed("E mais uma coisa", message_id=7002)

    look()

    assert owner() == "human"
    assert account.conversations[40]["status"] == "open"


def test_a_person_who_writes_in_a_closed_conversation_keeps_it(account):
    typed()
    account.conversations[40]["status"] = "resolved"
    chatwoot.post(chatwoot.changed(status=("open", "resolved")))
    jobs.run_due()
    typed("Ainda por aqui!", message_id=7002)

    look()

    assert owner() == "human"


@pytest.mark.parametrize("told", [True, False], ids=["told", "found"])
def test_what_chatwoot_opens_when_the_lead_writes_is_shown_as_the_agents_again(account, told):
    account.conversations[40]["status"] = "resolved"
    if told:
        chatwoot.post(chatwoot.changed(status=("pending", "resolved")))
        jobs.run_due()
    else:
        look()
    assert (account.conversations[40]["status"], owner()) == ("resolved", "agent")

    MessageFactory.create(conversation=Conversation.objects.get(closed_at=None), text="e aí?", revision=2)
    ChatwootLink.objects.update(due_at=Conversation.objects.get(closed_at=None).opened_at)
    jobs.run_due("mirror")

    assert account.conversations[40]["status"] == "pending"
