"""The pages about Chatwoot name leads and channels by words and lead to the conversation over there."""

import pytest

from conversations.models import ChatwootInbox, ChatwootLink
from tests.conversations import chatwoot
from tests.factories import ConversationFactory


@pytest.fixture
def inbox(channel):
    return chatwoot.inbox(channel, public_url="https://atendimento.example/")


@pytest.fixture
def conversation(channel, inbox):
    conversation = ConversationFactory.create(channel=channel)
    conversation.lead.facts.create(
        field="nome",
        value="Patrícia",
        evidence="given",
        given_by="teste",
        source_kind="teste",
        created_at=conversation.opened_at,
    )
    ChatwootLink.objects.create(
        lead=conversation.lead, channel=channel, display_id=42, status="parked", reason="recusada:http_422"
    )
    return conversation


PAGE = "https://atendimento.example/app/accounts/1/conversations/42"


def test_a_conversation_leads_to_chatwoot(manager, conversation):
    page = manager.get(f"/admin/conversations/conversation/{conversation.pk}/change/").content.decode()

    assert f'href="{PAGE}"' in page


def test_without_chatwoot_nothing_leads_there(manager, conversation):
    ChatwootInbox.objects.all().delete()

    page = manager.get(f"/admin/conversations/conversation/{conversation.pk}/change/").content.decode()

    assert "/app/accounts/" not in page


def test_the_list_names_the_lead_the_channel_and_the_reason(manager, conversation):
    page = manager.get("/admin/conversations/chatwootlink/").content.decode()

    assert "Patrícia" in page
    assert conversation.channel.name in page
    assert f'href="{PAGE}"' in page
    assert "o Chatwoot recusou (erro 422)" in page
    assert "recusada:http" not in page


def test_the_teams_and_the_rule_are_set_on_the_inboxs_page(manager, inbox):
    address = f"/admin/conversations/chatwootinbox/{inbox.pk}/change/"
    form = manager.get(address).context["adminform"].form
    values = {name: form[name].value() or "" for name in form.fields}
    switches = dict.fromkeys(("active", "signature_required", "assignment_pauses"), "on")

    answer = manager.post(address, {**values, **switches, "team_id": 1, "other_team_id": 4, "assignment": "so_time"})

    assert answer.status_code == 302
    inbox.refresh_from_db()
    assert inbox.teams() == {"comercial": 1, "suporte": None, "privacidade": None, "outro": 4}
    assert inbox.assignment == ChatwootInbox.Assignment.TEAM_ONLY
    assert inbox.credentials["user_token"] == chatwoot.USER
