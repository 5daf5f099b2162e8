"""A model that answers by script, and the people who try things out."""

import json

import httpx
import pytest
import respx
from django.contrib.auth.models import Permission, User

from knowledge import loader
from tests import zapi


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
