"""An installation that is not ours is read through its API, as any integrator would."""

from collections.abc import Iterator
from typing import cast
from uuid import uuid4

import httpx
import pytest
from django.db import transaction
from django.test import Client

from conversations.evals.outside import Outside
from conversations.evals.target import Target
from conversations.models import Message
from leads.models import Fact
from leads.services import NewFact, record_facts
from seleto.lib import tokens
from tests.factories import ConversationFactory, MessageFactory, now

pytestmark = pytest.mark.django_db


@pytest.fixture
def target(client: Client) -> Iterator[Target]:
    _, plain = tokens.create(name="homologacao", now=now(), scopes=(tokens.Scope.READ, tokens.Scope.OPERATE))

    def door(request: httpx.Request) -> httpx.Response:
        answer = client.generic(request.method, request.url.raw_path.decode(), headers=dict(request.headers))
        return httpx.Response(answer.status_code, content=answer.content)

    with httpx.Client(
        transport=httpx.MockTransport(door),
        base_url="http://testserver/api/v1",
        headers={"Authorization": f"Bearer {plain}"},
    ) as http:
        yield Target(http, cast(Outside, None))


def heard() -> Message:
    message = MessageFactory.create(conversation=ConversationFactory.create(), provider_id="3EB0FICTICIO")
    told = {Fact.Field.CNPJ: "90441728033740", Fact.Field.VOLUME: "1500 hamburgueres/dia"}
    facts = [
        NewFact(field, value, Fact.Evidence.SAID, "mensagem", uuid4(), quote=value) for field, value in told.items()
    ]
    with transaction.atomic():
        record_facts(message.conversation.lead_id, facts, now=now())
    return message


def test_facts_are_read_as_they_are_stored_not_as_people_read_them(target: Target) -> None:
    heard()

    fields = target.final(["3EB0FICTICIO"], start=now()).lead_fields

    assert fields["cnpj"] == "90441728033740"
    assert fields["volume"] == {"quantidade": 1500, "unidade": "hamburgueres", "periodo": "dia"}


def test_a_lead_it_has_never_heard_of_leaves_nothing_known(target: Target) -> None:
    assert target.final(["3EB0OUTRO"], start=now()).lead_fields["cnpj"] is None
