"""/api/v1: who answers a conversation, changed by whoever holds a token."""

import pytest

from conversations.models import Conversation, Handoff
from seleto.lib import tokens
from seleto.lib.models import AuditEntry
from tests.factories import ConversationFactory, now

pytestmark = pytest.mark.django_db


@pytest.fixture
def conversation(channel):
    return ConversationFactory.create(channel=channel)


@pytest.fixture
def post(client):
    _, plain = tokens.create(name="painel", now=now(), scopes=[tokens.Scope.OPERATE])

    def call(conversation_id, what, token=plain):
        return client.post(
            f"/api/v1/conversations/{conversation_id}/{what}", headers={"Authorization": f"Bearer {token}"}
        )

    return call


def test_a_conversation_is_paused_and_given_back_under_the_tokens_name(post, conversation):
    paused = post(conversation.pk, "pause")
    assert Conversation.objects.get().owner == Conversation.Owner.HUMAN
    resumed = post(conversation.pk, "resume")

    assert paused.json() == {"id": str(conversation.pk), "owner": "human", "changed": True}
    assert resumed.json() == {"id": str(conversation.pk), "owner": "agent", "changed": True}
    assert Conversation.objects.get().owner == Conversation.Owner.AGENT
    assert set(AuditEntry.objects.values_list("action", "actor", "subject_id")) == {
        ("conversation.human", "api:painel", conversation.pk),
        ("conversation.agent", "api:painel", conversation.pk),
    }


def test_doing_it_twice_does_it_once(post, conversation):
    post(conversation.pk, "pause")

    again = post(conversation.pk, "pause")

    assert (again.status_code, again.json()["changed"]) == (200, False)
    assert AuditEntry.objects.count() == 1


def test_giving_back_closes_the_handoff(post, conversation):
    Handoff.objects.create(conversation=conversation, reason="lead_quente", queue="comercial", opened_at=now())
    Conversation.objects.update(owner=Conversation.Owner.HUMAN)

    post(conversation.pk, "resume")

    assert Handoff.objects.get().closed_at is not None


def test_an_ended_session_decides_nothing(post, conversation):
    Conversation.objects.update(closed_at=now())
    ConversationFactory.create(lead=conversation.lead, channel=conversation.channel, opened_at=now())

    answer = post(conversation.pk, "pause")

    assert (answer.status_code, answer["Content-Type"]) == (409, "application/problem+json")
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("what", ["pause", "resume"])
def test_strangers_and_unknown_conversations_change_nothing(post, client, conversation, what):
    assert post(conversation.pk, what, token="slt_falsa").status_code == 401
    assert client.post(f"/api/v1/conversations/{conversation.pk}/{what}").status_code == 401
    assert post("01890000-0000-7000-8000-000000000000", what).status_code == 404
    assert not AuditEntry.objects.exists()
