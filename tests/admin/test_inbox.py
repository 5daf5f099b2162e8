"""The inbox: conversations found by what somebody remembers, and filters kept under a name."""

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection

from conversations.models import Conversation, Message
from knowledge import loader, queries
from leads.models import Fact, Identity
from seleto.backoffice.inbox import search
from seleto.backoffice.models import SavedView
from tests.factories import ConversationFactory, IdentityFactory, LeadFactory, MessageFactory, now

LIST = "/admin/conversations/conversation/"


def listed(client, **asked):
    return {row.pk for row in client.get(LIST, asked).context["cl"].result_list}


def knows(conversation, **facts):
    for field, value in facts.items():
        Fact.objects.create(
            lead=conversation.lead, field=field, value=value, evidence="given", given_by="crm", created_at=now()
        )


@pytest.fixture
def two(channel):
    """Patrícia of Itajaí, who wants the FB300, and José, who said another thing."""
    loader.load()
    queries.clear_cache()
    first, second = (ConversationFactory.create(channel=channel, lead=LeadFactory.create()) for _ in range(2))
    IdentityFactory.create(lead=first.lead, value="5547900000001", display_name="Paty Burger")
    IdentityFactory.create(lead=second.lead, value="5511900000002", display_name="José")
    knows(first, nome="Patrícia Souza", cidade="Itajaí", produto="FB300")
    knows(second, nome="José Lima")
    MessageFactory.create(conversation=first, text="Quero uma máquina de hambúrguer pneumática")
    MessageFactory.create(conversation=second, text="Vocês consertam misturador antigo?")
    return first, second


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("patricia", 0),
        ("PATRÍCIA souza", 0),
        ("paty", 0),
        ("souza itajai", 0),
        ("jose", 1),
        ("fb300", 0),
        ("semiautomática", 0),
        ("maquina hambur", 0),
        ("consertam", 1),
        ("47 90000-0001", 0),
        ("+55 (11) 90000", 1),
    ],
)
def test_a_conversation_is_found_by_what_one_remembers(manager, two, typed, found):
    assert listed(manager, q=typed) == {two[found].pk}


@pytest.mark.parametrize("typed", ["patricia lima", "urguer", "x' OR 1=1", "& | ! :*", "123", "⚙"])
def test_what_nobody_said_finds_nothing(manager, two, typed):
    assert listed(manager, q=typed) == set()


def test_what_is_no_longer_true_or_was_deleted_is_not_searched(manager, two):
    Fact.objects.filter(field="cidade").update(superseded_at=now())
    Message.objects.filter(text__contains="consertam").update(deleted_at=now())

    assert listed(manager, q="itajai") == listed(manager, q="consertam") == set()


def test_an_id_finds_its_conversation(manager, two):
    assert listed(manager, q=str(two[0].pk)) == listed(manager, q=str(two[0].lead_id)) == {two[0].pk}


@pytest.mark.parametrize(
    ("rows", "index"),
    [(Message.objects, "message_words"), (Fact.objects, "fact_words"), (Identity.objects, "identity_words")],
)
def test_words_are_looked_up_in_an_index(two, rows, index):
    column = {"message_words": "text", "fact_words": "value", "identity_words": "display_name"}[index]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = rows.filter(search.fulltext.Begins(column, search.fulltext.query("patrícia souza"))).explain()

    assert index in plan


def test_a_product_and_a_stopped_draft_narrow(manager, two, told):
    assert listed(manager, produto="FB300") == {two[0].pk}
    assert listed(manager, barrado="sim") == {told.conversation.pk}
    assert listed(manager, barrado="nao") == {row.pk for row in two}


def test_the_list_says_how_long_a_lead_waits(manager, channel):
    ConversationFactory.create(channel=channel, pending_since=now())

    assert "0 min" in manager.get(LIST).content.decode()


# --- Saved views ------------------------------------------------------------------------------------------------------


def save(client, name="Quentes", query="owner__exact=human&q=Maria&p=2", **fields):
    return client.post(f"{LIST}visoes/", {"name": name, "query": query, **fields}, follow=True)


def test_filters_are_kept_under_a_name_without_what_was_searched_for(manager, channel):
    save(manager)

    view = SavedView.objects.get()
    assert (view.name, view.query, view.shared) == ("Quentes", "owner__exact=human", False)
    page = manager.get(LIST, {"owner__exact": "human"}).content.decode()
    assert 'href="?owner__exact=human"' in page
    assert "Apagar a visão Quentes" in page


def test_the_same_name_replaces_and_is_deleted_by_its_owner(manager, channel):
    save(manager)
    save(manager, query="espera=sim")
    view = SavedView.objects.get()
    assert view.query == "espera=sim"

    manager.post(f"{LIST}visoes/{view.pk}/apagar/")

    assert not SavedView.objects.exists()


@pytest.mark.parametrize("asked", [{"name": " "}, {"query": "q=Maria"}, {"name": "x" * 61}])
def test_a_view_needs_a_name_and_a_filter(manager, channel, asked):
    assert "Visão não salva" in save(manager, **asked).content.decode()
    assert not SavedView.objects.exists()


def test_one_s_own_view_is_nobody_else_s_and_a_shared_one_everybody_s(manager, channel, client):
    save(manager, name="Minha")
    save(manager, name="De todos", shared="on")
    other = User.objects.create_user("outra", is_staff=True)
    other.user_permissions.set(Permission.objects.filter(codename="view_conversation"))
    client.force_login(other)

    page = client.get(LIST).content.decode()
    assert "De todos" in page
    assert "Minha" not in page
    assert client.post(f"{LIST}visoes/{SavedView.objects.get(shared=True).pk}/apagar/").status_code == 403
    save(client, name="Para todos?", shared="on")
    assert SavedView.objects.get(name="Para todos?").shared is False, "sharing is for who operates"


def test_pausing_from_the_list_needs_the_permission_to_operate(clerk, channel):
    conversation = ConversationFactory.create(channel=channel)

    clerk.post(LIST, {"action": "pause_agent", "_selected_action": [str(conversation.pk)], "confirmed": "yes"})

    assert Conversation.objects.get().owner == "agent"
