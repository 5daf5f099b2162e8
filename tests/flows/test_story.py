"""One lead's message from the phone to the answer, as everybody involved sees it."""

import pytest
from django.utils import timezone

from conversations.models import Message, Outbox, Turn
from leads.models import Fact
from seleto.lib import tokens
from tests.flows.pipe import Pipe, new_lead, until

pytestmark = pytest.mark.xdist_group("installation")

TEXT = "Bom dia! Sou a Marina, de Itajaí, e quero a FB300 para fazer 1500 hambúrgueres por dia."


def test_a_message_is_answered_understood_and_told(pipe: Pipe) -> None:
    lead = new_lead()
    asked = pipe.writes(lead, TEXT)

    until(lambda: pipe.received(lead), what="the provider accepted a reply")
    until(lambda: {row["status"] for row in pipe.received(lead)} == {"READ"}, what="the reply was read")
    pipe.calm()

    question = Message.objects.get(provider_id=asked)
    replies = Message.objects.filter(conversation=question.conversation, author=Message.Author.AGENT)
    assert {reply.provider_id for reply in replies} == {row["provider_id"] for row in pipe.received(lead)}
    assert {reply.status for reply in replies} == {Message.Status.READ}
    shown = next(row for row in pipe.get("zapi/messages", lead=lead)["messages"] if row["provider_id"] == asked)
    assert shown["status"] == "READ"

    facts = {fact.field: fact for fact in Fact.objects.filter(lead=question.conversation.lead)}
    assert {facts[name].value for name in ("nome", "cidade", "produto")} == {"Marina", "Itajaí", "FB300"}
    for fact in facts.values():
        assert fact.evidence != Fact.Evidence.SAID or (fact.quote and fact.quote in TEXT), fact.field


def test_one_correlation_id_from_the_webhook_to_the_send(pipe: Pipe) -> None:
    lead = new_lead()
    asked = pipe.writes(lead, "Qual a produção da FB300 por hora?")
    until(lambda: pipe.received(lead), what="the provider accepted a reply")
    pipe.calm()

    question = Message.objects.select_related("event", "conversation").get(provider_id=asked)
    event = question.event
    turns = Turn.objects.filter(conversation=question.conversation).values_list("correlation_id", flat=True)
    rows = Outbox.objects.filter(conversation=question.conversation).values_list("correlation_id", flat=True)
    assert event is not None
    assert event.correlation_id
    assert {event.correlation_id} == set(turns) == set(rows)


def test_the_api_tells_the_conversation_to_the_holder_of_a_token(pipe: Pipe) -> None:
    lead = new_lead()
    asked = pipe.writes(lead, TEXT)
    until(lambda: pipe.received(lead), what="the provider accepted a reply")
    pipe.calm()
    _, token = tokens.create(name=f"flow-{lead}", now=timezone.now())
    key = {"Authorization": f"Bearer {token}"}
    listing = f"{pipe.web}/api/v1/conversations"

    assert pipe.http.get(listing, params={"provider_message_id": asked}).status_code == 401
    found = pipe.http.get(listing, params={"provider_message_id": asked}, headers=key).raise_for_status().json()
    (conversation,) = found["results"]
    story = pipe.http.get(f"{listing}/{conversation['id']}/timeline", headers=key).raise_for_status().json()

    assert {entry["stage"] for entry in story["entries"]} >= {"event", "message", "turn", "fact", "outbox"}
    assert {fact["value"] for fact in story["conversation"]["facts"]} >= {"Marina", "FB300"}
    said = [detail["value"] for entry in story["entries"] for detail in entry["detail"] if detail["label"] == "Texto"]
    assert TEXT in said
