"""A model that answers by script, and the people who try things out."""

import json

import httpx
import pytest
import respx
from django.contrib.auth.models import Permission, User

from conversations.models import Conversation
from knowledge import loader
from knowledge.models import PromptVersion
from knowledge.prompts import renamed
from seleto.lib import jobs
from tests import zapi
from tests.factories import MessageFactory, now, waiting


@pytest.fixture
def model(transactional_db, settings):
    """The model's answers; ``sends`` is what reaches the channel. Any other address is an error."""
    settings.LLM_API_KEY = "chave-de-teste"
    loader.load()
    with respx.mock(assert_all_called=False) as router:
        router.post(path__regex="/read-message$").respond(204)
        sends = router.post(path__regex="/send-text$")
        sends.side_effect = lambda request: httpx.Response(200, json={"messageId": zapi.message_id(), "zaapId": "z"})
        route = router.post(path__regex="/chat/completions$")
        route.sends = sends
        yield route


@pytest.fixture
def manager(transactional_db, client):
    client.force_login(User.objects.create_superuser("gestora"))
    return client


@pytest.fixture
def clerk(transactional_db, client):
    """Staff who may look at everything and try out nothing."""
    user = User.objects.create_user("atendente", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client.force_login(user)
    return client


def asked(call) -> list[dict[str, str]]:
    """The messages of one request to the model."""
    messages: list[dict[str, str]] = json.loads(call.request.content)["messages"]
    return messages


@pytest.fixture
def draft(model):
    published = PromptVersion.objects.get(role="agente", status=PromptVersion.Status.PUBLISHED)
    text = renamed(published.text, "v99").replace("Seleto", "Seleto Equipamentos", 1)
    return PromptVersion.objects.create(role="agente", version="v99", text=text)


def talked(model, *turns: tuple[str, httpx.Response]) -> Conversation:
    """A conversation whose lead wrote these, each answered by the model as given."""
    conversation = None
    for text, answer in turns:
        model.side_effect = [answer]
        if conversation is None:
            conversation = waiting(text)
        else:
            conversation.refresh_from_db()
            again(conversation, text)
        jobs.run_due("turn", "deliver")
    assert conversation is not None
    model.calls.clear()
    model.sends.calls.clear()
    return conversation


def again(conversation: Conversation, text: str) -> None:
    conversation.revision += 1
    MessageFactory.create(conversation=conversation, text=text, revision=conversation.revision)
    conversation.pending_since = conversation.turn_due_at = now()
    conversation.save()
