"""A person gives the conversation back: a question nobody answered is answered, nothing else is (I5)."""

from datetime import timedelta

import httpx
import pytest
import respx
import time_machine

from conversations import handoff, repair
from conversations.models import Conversation, Handoff, Outbox
from conversations.resume import asks
from knowledge import loader
from leads.models import Lead
from seleto.lib import jobs
from tests import zapi
from tests.conversations import chatwoot
from tests.conversations.model import said
from tests.factories import IdentityFactory, now, waiting

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(channel, settings):
    settings.LLM_API_KEY = "chave-de-teste"
    settings.TYPING_MAX_S = 0
    settings.CHATWOOT_RETRY_S = 0
    loader.load()
    chatwoot.inbox(channel)
    with time_machine.travel(now(), tick=True) as clock, respx.mock(assert_all_called=False) as router:
        router.post(path__regex="/read-message$").respond(204)
        sends = router.post(path__regex="/send-text$")
        sends.side_effect = lambda request: httpx.Response(200, json={"messageId": zapi.message_id(), "zaapId": "z"})
        model = router.post(path__regex="/chat/completions$")
        model.side_effect = lambda request: said("A FB300 faz de 300 a 350 hambúrgueres por hora.")
        account = chatwoot.Account()
        router.route(host="chatwoot.example").side_effect = account.handle
        account.model, account.clock = model, clock
        yield account


def talk() -> Conversation:
    """Answered by the agent, taken over by an SDR."""
    conversation = waiting("vocês vendem formadora?")
    IdentityFactory.create(lead=conversation.lead)
    jobs.run_due()
    sdr("Oi! Aqui é a Bianca.")
    return conversation


def lead(text: str) -> None:
    zapi.post(zapi.received(text))
    jobs.run_due("ingest")


def sdr(text: str, *, number: int = 7001) -> None:
    chatwoot.post(chatwoot.written(text, message_id=number))
    jobs.run_due()


def sent() -> list[str]:
    return [row.text for row in Outbox.objects.filter(status="sent").order_by("order")]


def asked_of_the_model(account) -> int:
    return len(account.model.calls)


def test_a_question_that_nobody_answered_is_answered_and_the_sdr_is_told(account):
    talk()
    lead("quantos hambúrgueres a FB300 faz por hora?")
    before = asked_of_the_model(account)

    sdr("/retomar", number=7002)

    assert asked_of_the_model(account) == before + 1
    assert sent()[-1].startswith("A FB300 faz de 300")
    note = next(text for kind, text in account.shown() if kind == "nota")
    assert "vai responder à pergunta pendente do lead: “quantos hambúrgueres a FB300 faz por hora?”" in note


def test_what_the_person_answered_is_not_answered_again(account):
    talk()
    lead("quantos hambúrgueres a FB300 faz por hora?")
    sdr("Faz 300 por hora.", number=7002)
    before = asked_of_the_model(account)

    sdr("/retomar", number=7003)

    assert asked_of_the_model(account) == before
    assert sent()[-1] == "Faz 300 por hora."
    assert "a partir da próxima mensagem" in account.shown()[-1][1]


def test_with_nothing_asked_it_is_silent_until_the_lead_writes(account):
    talk()
    lead("tá bom, obrigado")
    before = asked_of_the_model(account)

    sdr("/retomar", number=7002)
    assert asked_of_the_model(account) == before

    lead("e qual o peso dela?")
    account.clock.shift(timedelta(seconds=30))
    jobs.run_due()
    assert asked_of_the_model(account) == before + 1


def test_everything_after_the_persons_last_word_is_answered_together(account):
    talk()
    lead("quantos hambúrgueres a FB300 faz por hora?")
    lead("é pra minha lanchonete")
    before = asked_of_the_model(account)

    sdr("/retomar", number=7002)

    brief = account.model.calls[-1].request.content.decode()
    assert asked_of_the_model(account) == before + 1
    answered = brief[brief.index("<responder>") :]
    assert "FB300 faz por hora" in answered
    assert "lanchonete" in answered
    assert "Aqui é a Bianca" not in answered


def test_a_question_to_a_handover_that_nobody_picked_up_is_answered(account):
    conversation = waiting("quero falar com um vendedor")
    IdentityFactory.create(lead=conversation.lead)
    jobs.run_due()
    assert Handoff.objects.filter(closed_at=None).exists()
    lead("vocês têm a FB300 a pronta entrega?")

    sdr("/retomar", number=7002)

    assert sent()[-1].startswith("A FB300 faz")


def test_a_question_the_agent_was_about_to_answer_when_it_was_paused_is_answered(account):
    conversation = waiting("vocês vendem formadora?")
    IdentityFactory.create(lead=conversation.lead)
    handoff.take_over(conversation, reason="pausa_manual", actor="usuário:1", now=now())
    conversation.save()

    repair.resume(conversation.pk, actor="usuário:1", now=now())
    jobs.run_due()

    assert len(sent()) == 1


def test_whoever_asked_for_silence_is_left_alone(account):
    talk()
    lead("quantos hambúrgueres a FB300 faz por hora?")
    Lead.objects.update(opted_out_at=now())
    before = asked_of_the_model(account)

    sdr("/retomar", number=7002)

    assert asked_of_the_model(account) == before


def test_giving_back_what_the_agent_has_loses_nothing(account):
    conversation = waiting("vocês vendem formadora?")
    IdentityFactory.create(lead=conversation.lead)
    jobs.run_due()
    lead("e quantos ela faz por hora?")

    sdr("/retomar", number=7002)
    account.clock.shift(timedelta(seconds=30))
    jobs.run_due()

    assert len(sent()) == 2
    assert "já atende" in next(text for kind, text in account.shown() if kind == "nota")


def test_giving_back_by_status_answers_as_well(account):
    talk()
    lead("quantos hambúrgueres a FB300 faz por hora?")

    chatwoot.post(chatwoot.changed(status=("open", "pending")))
    jobs.run_due()

    assert sent()[-1].startswith("A FB300 faz")


@pytest.mark.parametrize(
    "text",
    [
        "quantos ela faz por hora?",
        "qual o prazo",
        "vcs entregam em Goiânia",
        "queria saber se tem garantia",
        "a FB300 faz 300 por hora, né?",
        "obrigado! e tem assistência em Goiás?",
        "quanto custa",
        "me manda o catálogo",
    ],
)
def test_these_want_an_answer(text):
    assert asks(text)


@pytest.mark.parametrize(
    "text",
    [
        "ok, obrigado",
        "tá bom",
        "tudo bem?",
        "blz, combinado?",
        "bom dia, tudo certo?",
        "vou pensar",
        "quero falar com uma pessoa",
        "",
        "👍",
    ],
)
def test_these_do_not(text):
    assert not asks(text)
