"""A lead who comes without a phone number is asked for one, once it matters, and not again when it is told."""

import json

import pytest
import respx

from conversations.models import Conversation, Message
from knowledge import loader
from leads.models import Fact, Identity
from seleto.lib import jobs
from tests import zapi
from tests.conversations.model import said
from tests.conversations.test_readings import later

pytestmark = pytest.mark.django_db

LID = "100000000000001@lid"


@pytest.fixture
def model(channel, settings):
    loader.load()
    settings.LLM_BASE_URL = "https://modelo.example/v1"
    settings.SEND_READ_RECEIPTS = False
    with respx.mock(assert_all_called=False) as router:
        route = router.post("https://modelo.example/v1/chat/completions")
        router.post(path__regex="/send-text").respond(200, json={"messageId": "3EB0X", "zaapId": "1"})
        yield route


def missing_in_brief(model, text: str, reply: str, **who: str) -> list[str]:
    """What the model is told to ask for when the lead says ``text``."""
    model.side_effect = lambda request: said(reply)
    begin = 60 * Message.objects.count()
    with later(begin):
        zapi.post(zapi.received(text, **who))
        jobs.run_due("ingest")
    with later(begin + 30):
        jobs.run_due("turn")
    brief = json.loads(model.calls[-1].request.content)["messages"][1]["content"]
    return brief.split("<faltam>")[1].split("</faltam>")[0].split()


def test_who_comes_without_a_phone_is_asked_for_one_until_it_is_told(model):
    who = {"phone": LID, "chatLid": LID}

    first = missing_in_brief(model, "Bom dia, quero a FB300", "Bom dia! Qual é o melhor telefone para contato?", **who)
    then = missing_in_brief(model, "pode chamar no 47 99999-0001", "Anotado! Com quem eu falo?", **who)

    assert "telefone" in first[:3]
    assert "telefone" not in then
    assert Fact.objects.get(field="telefone").value == "+5547999990001"
    # What is told is no proof of who writes: only WhatsApp says that.
    assert not Identity.objects.filter(kind=Identity.Kind.PHONE).exists()


def test_who_will_not_tell_it_is_asked_no_more(model):
    who = {"phone": LID, "chatLid": LID}

    missing_in_brief(model, "Bom dia, quero a FB300", "Bom dia! Qual é o melhor telefone para contato?", **who)
    then = missing_in_brief(model, "prefiro não informar, pode ser por aqui?", "Claro!", **who)

    assert "telefone" not in then
    assert "telefone" in Conversation.objects.get().memory["not_told"]


def test_a_number_that_whatsapp_told_before_is_enough(model):
    missing_in_brief(model, "Bom dia, quero a FB300", "Bom dia! Tudo bem?", chatLid=LID)

    assert "telefone" not in missing_in_brief(model, "e em Itajaí entregam?", "Sim!", phone=LID, chatLid=LID)


def test_who_writes_from_a_number_is_not_asked(model):
    assert "telefone" not in missing_in_brief(model, "Bom dia, quero a FB300", "Bom dia! Com quem eu falo?")
