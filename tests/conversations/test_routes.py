"""Who answers from here, and what a reply has to say whatever the model wrote (domain.md, its rules)."""

import json
from datetime import timedelta
from decimal import Decimal

import httpx
import pytest
import respx

from conversations.handoff import resume
from conversations.models import Conversation, Handoff, Message, Turn
from knowledge import loader
from knowledge.models import PricePolicy, ProductPrice
from leads.models import Classification, Interest, SubjectRequest
from seleto.lib import jobs
from seleto.lib.models import AuditEntry
from tests import zapi
from tests.conversations.model import completion, said
from tests.factories import MessageFactory, now, waiting

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _world(channel, settings):
    settings.LLM_API_KEY = "chave-de-teste"
    settings.TYPING_MAX_S = 0
    loader.load()


@pytest.fixture
def provider():
    with respx.mock(assert_all_called=False) as router:
        router.post(path__regex="/read-message$").respond(204)
        sends = router.post(path__regex="/send-text$")
        sends.side_effect = lambda request: httpx.Response(200, json={"messageId": zapi.message_id(), "zaapId": "z"})
        model = router.post(path__regex="/chat/completions$")
        model.sends = sends
        yield model


def told(provider) -> str:
    return "\n".join(json.loads(call.request.content)["message"] for call in provider.sends.calls)


def again(conversation: Conversation, text: str) -> None:
    """The lead writes once more, and waits."""
    conversation.refresh_from_db()
    conversation.revision += 1
    conversation.pending_since = conversation.turn_due_at = now()
    conversation.save()
    MessageFactory.create(conversation=conversation, text=text, revision=conversation.revision)
    jobs.run_due()


@pytest.mark.parametrize(
    ("text", "reason", "queue"),
    [
        ("quero que apaguem os meus dados", "pedido_titular", "privacidade"),
        ("vou no procon, ninguém me responde", "reclamacao", "suporte"),
        ("a minha SE3000 parou de funcionar", "suporte_tecnico", "suporte"),
        ("gostaria de apresentar nossos serviços de marketing", "fornecedor", "outro"),
        ("para onde mando meu currículo?", "candidato", "outro"),
        ("Bonjour, je voudrais une machine pour vous", "idioma", "outro"),
        ("quero falar com um vendedor", "pediu_humano", "comercial"),
    ],
)
def test_a_plain_matter_goes_to_its_queue_without_asking_the_model(provider, text, reason, queue):
    conversation = waiting(text)

    jobs.run_due()

    handoff = Handoff.objects.get(conversation=conversation)
    conversation.refresh_from_db()
    assert provider.call_count == 0
    assert (handoff.reason, handoff.queue, conversation.owner) == (reason, queue, "human")
    assert told(provider)


@pytest.mark.parametrize("text", ["ops, foi engano", "tenho 13 anos e quero montar um carrinho"])
def test_who_is_no_customer_is_taken_leave_of_and_not_handed_over(provider, text):
    waiting(text)

    jobs.run_due()

    assert (provider.call_count, Handoff.objects.count()) == (0, 0)
    assert told(provider)


def test_a_data_subjects_request_is_opened_with_its_term(provider):
    waiting("apaguem os meus dados, por favor")

    jobs.run_due()

    request = SubjectRequest.objects.get()
    assert (request.kind, request.status, (request.due_at - request.opened_at).days) == ("erasure", "open", 15)


def test_an_insult_is_borne_once(provider):
    conversation = waiting("seu idiota")
    jobs.run_due()
    assert Handoff.objects.count() == 0

    again(conversation, "vai se foder")

    assert Handoff.objects.get().reason == "fora_do_escopo"


@pytest.mark.parametrize(
    "third", ["fala só o valor", 'fala só "sim"', "ou responde com 👍 se for isso", "uma ideia, vai"]
)
def test_the_third_insistence_on_a_price_brings_a_person(provider, third):
    provider.side_effect = [
        said("Os valores são com o consultor.", move="recusar_preco"),
        said("Quem passa valores é o consultor.", move="recusar_preco"),
    ]
    conversation = waiting("quanto custa a SE6000?")
    jobs.run_due()
    again(conversation, "me passa o preço")

    again(conversation, third)

    assert Handoff.objects.get().reason == "insistencia_preco"
    assert provider.call_count == 2


def test_who_asks_whether_it_is_a_robot_is_told_so(provider):
    waiting("você é um robô?")
    provider.side_effect = [said("Imagina! Como posso ajudar?")]

    jobs.run_due()

    assert "automátic" in told(provider)
    assert told(provider).rstrip().endswith("?")


def test_who_wants_the_fbm100_hears_of_the_fb300_once(provider):
    conversation = waiting("quero a FBM100")
    provider.side_effect = [said("A FBM100 é manual."), said("A FBM100 tem cuba de 1,5 kg.")]

    jobs.run_due()
    first = told(provider)
    again(conversation, "e a cuba da FBM100?")

    assert "FB300" in first
    assert told(provider).count("FB300") == first.count("FB300")


def test_interest_in_the_skewer_line_is_recorded_whatever_the_model_does(provider):
    conversation = waiting("quero uma máquina de fazer espetinho")
    provider.side_effect = [said("Que legal!")]

    jobs.run_due()

    assert Interest.objects.get().produto == "LINHA_ESPETO"
    assert "CT200" in told(provider)
    assert "indisponível" in told(provider)
    assert Interest.objects.get().lead_id == conversation.lead_id


def test_wide_burgers_go_with_the_automatic_line(provider):
    waiting("meu hambúrguer tem 16 cm de diâmetro")
    provider.side_effect = [said("Entendi!")]

    jobs.run_due()

    assert "FB700" in told(provider)


def test_at_first_contact_the_lead_learns_that_the_talk_is_recorded(provider):
    conversation = waiting("vocês vendem formadora?", memory={})
    provider.side_effect = [said("Vendemos sim!"), said("São várias.")]

    jobs.run_due()
    again(conversation, "quais?")

    assert told(provider).count("regist") == 1


def test_what_is_known_is_not_asked_again(provider):
    conversation = waiting("sou a Marina, de Itajaí")
    provider.side_effect = [said("Prazer, Marina! Em qual cidade fica a sua empresa?")]

    jobs.run_due()

    assert told(provider) == "Prazer, Marina!"
    assert conversation.lead.facts.filter(field="cidade", value="Itajaí").exists()


def test_a_lead_who_writes_english_gets_english_phrases(provider):
    waiting("Hello, how much is the FB300 machine?")
    provider.side_effect = [said("It costs R$ 20.000."), said("It is R$ 20.000,00.")]

    jobs.run_due()

    assert "consultant" in told(provider)
    assert "20.000" not in told(provider)


def test_two_unusable_answers_in_a_row_bring_a_person(provider):
    conversation = waiting("oi")
    provider.side_effect = [completion("nada"), completion("nada"), completion("nada"), completion("nada")]
    jobs.run_due()
    assert Handoff.objects.count() == 0

    again(conversation, "tem alguma formadora?")

    assert Handoff.objects.get().reason == "falha_agente"


def test_an_outage_does_not_keep_a_plain_request_waiting(provider):
    waiting("quero falar com um vendedor")
    provider.side_effect = httpx.ConnectError("fora do ar")

    jobs.run_due()

    assert Handoff.objects.get().reason == "pediu_humano"
    assert Turn.objects.get().status == Turn.Status.REPLIED


def test_a_reply_taken_back_unsent_takes_its_memory_back(provider):
    conversation = waiting("quero a FBM100", memory={})
    provider.sends.side_effect = lambda request: httpx.Response(500)
    provider.side_effect = [said("A FBM100 é manual.")]
    jobs.run_due("turn")

    conversation.refresh_from_db()

    assert conversation.memory["fb300_presented"]
    assert conversation.turns.get().undo["memory"] == {}


def ready_buyer() -> str:
    return "sou da Hamburgueria Zebu de Itajaí e preciso da FB700 esta semana"


def test_a_buyer_who_is_ready_is_handed_over_once(provider):
    provider.side_effect = [said("Ótimo!"), said("A FB700 produz 700 por hora.")]
    conversation = waiting(ready_buyer())
    jobs.run_due()
    conversation.refresh_from_db()
    assert (Handoff.objects.get().reason, conversation.lead.temperature) == ("lead_quente", "quente")

    resume(conversation, reason="comando", actor="sdr", now=now())
    conversation.save()
    again(conversation, "quantos ela faz por hora?")

    assert Handoff.objects.count() == 1
    assert "700 por hora" in told(provider)


def test_a_buyer_given_back_is_not_handed_over_for_what_the_agent_can_answer(provider):
    answered = said("A FB700 produz 700 por hora.", move="encaminhar", intents=["pergunta_tecnica"])
    unanswered = said(
        "Vou confirmar com um especialista.",
        move="encaminhar",
        intents=["pergunta_tecnica"],
        unanswered_question="Qual é a espessura da chapa?",
    )
    provider.side_effect = [said("Ótimo!"), answered, unanswered]
    conversation = waiting(ready_buyer())
    jobs.run_due()
    conversation.refresh_from_db()
    resume(conversation, reason="comando", actor="sdr", now=now())
    conversation.save()

    again(conversation, "quantos ela faz por hora?")
    assert [row.reason for row in Handoff.objects.all()] == ["lead_quente"]
    again(conversation, "e qual a espessura da chapa?")

    assert [row.reason for row in Handoff.objects.order_by("opened_at")] == ["lead_quente", "duvida_tecnica"]


def test_a_broken_machine_is_no_need_to_quote_for(provider):
    conversation = waiting("a minha SE3000 parou de funcionar")

    jobs.run_due()

    assert not conversation.lead.orcamentos.exists()
    assert Classification.objects.get(lead=conversation.lead).temperature == "nao_classificado"


def test_a_price_told_by_the_exception_is_traced(provider):
    PricePolicy.objects.update_or_create(id=1, defaults={"cold_lead_exception": True})
    ProductPrice.objects.create(
        product_id="FB300", amount=Decimal(18900), valid_from_date=now().date() - timedelta(days=9)
    )
    conversation = waiting("não tenho empresa, é só curiosidade: quanto custa a FB300?")
    provider.side_effect = [said("A FB300 sai por R$ 18.900.")]

    jobs.run_due()

    entry = AuditEntry.objects.get(action="price.disclosed")
    assert "18.900" in told(provider)
    assert (entry.subject_id, entry.detail) == (conversation.lead_id, {"product": "FB300"})


def test_questions_of_the_house_are_kept_for_the_next_brief(provider):
    conversation = waiting("a FB300 funciona a gás de cozinha?")
    provider.side_effect = [
        said("Vou levar ao especialista.", unanswered_question="A FB300 funciona a gás?"),
        said("Certo!"),
    ]
    jobs.run_due()

    again(conversation, "e ela é fácil de limpar?")

    assert "<pergunta>A FB300 funciona a gás?</pergunta>" in provider.calls[1].request.content.decode()


def test_a_first_reply_that_is_an_approved_phrase_carries_the_notice_too(provider):
    waiting("", memory={})
    Message.objects.update(type="audio")

    jobs.run_due()

    assert told(provider).count("regist") == 1


def test_whoever_asks_for_silence_is_told_of_nothing_else(provider):
    waiting("SAIR", memory={})

    jobs.run_due()

    assert "conversa fica registrada" not in told(provider)
    assert "registramos esta conversa" not in told(provider)
