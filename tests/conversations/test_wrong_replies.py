"""An SDR calls a reply wrong, a manager makes a case of it, and every evaluation plays it from then on."""

import json
from datetime import timedelta

import httpx
import pytest
import respx

from conversations import wrong_replies
from conversations.agent.endpoints import endpoints
from conversations.evals import reported, suites
from conversations.evals.rehearsal import Material
from conversations.models import Conversation, EvalCase, Message, WrongReply
from conversations.publishing import cases as gate
from knowledge import loader
from leads.models import Fact
from seleto.lib import jobs
from seleto.lib.models import AuditEntry
from tests import zapi
from tests.conversations import chatwoot
from tests.conversations.model import said
from tests.factories import IdentityFactory, MessageFactory, now, waiting

pytestmark = pytest.mark.django_db

WRONG = "A nossa FB300 faz uns 900 hambúrgueres por dia."
Reason = WrongReply.Reason


@pytest.fixture(autouse=True)
def _world(channel, settings, monkeypatch):
    settings.LLM_API_KEY = "chave-de-teste"
    settings.TYPING_MAX_S = 0
    loader.load()
    # What left is the wrong reply, however careful the guardrails are today.
    monkeypatch.setattr("conversations.guardrails.review", lambda text, context: _clean())


def _clean():
    from conversations.guardrails import Verdict

    return Verdict(())


@pytest.fixture
def account(channel):
    chatwoot.inbox(channel)
    with respx.mock(assert_all_called=False) as router:
        router.post(path__regex="/read-message$").respond(204)
        sends = router.post(path__regex="/send-text$")
        sends.side_effect = lambda request: httpx.Response(200, json={"messageId": zapi.message_id(), "zaapId": "z"})
        account = chatwoot.Account()
        account.says = WRONG
        model = router.post(path__regex="/chat/completions$")
        model.side_effect = lambda request: said(account.says)
        router.route(host="chatwoot.example").side_effect = account.handle
        yield account


def talk(text: str = "sou a Patrícia, meu zap é 47 99999-1234. Quanto a FB300 faz?") -> Conversation:
    conversation = waiting(text)
    IdentityFactory.create(lead=conversation.lead, display_name="Paty Souza")
    jobs.run_due()
    jobs.run_due()
    return conversation


def note(text: str, *, message_id: int = 9900, **fields) -> None:
    event = chatwoot.written(text, message_id=message_id, private=True, **fields)
    assert chatwoot.post(event).status_code == 200
    jobs.run_due()
    jobs.run_due()


def notes(account) -> list[str]:
    return [text for kind, text in account.shown() if kind == "nota"]


def reply(conversation) -> Message:
    return conversation.messages.filter(author="agent").latest("created_at")


def marked(conversation, reason: Reason = Reason.OTHER, message: Message | None = None) -> WrongReply:
    return wrong_replies.record(message or reply(conversation), reason=reason, words="", by="usuário:1", now=now())


# --- The note -----------------------------------------------------------------------------------------------------


def test_a_note_becomes_a_row_a_case_and_a_result_of_the_evaluations(account):
    conversation = talk()

    note("Erro: informação errada, são 300 por hora")

    report = WrongReply.objects.get()
    assert (report.reason, report.words) == (Reason.WRONG_FACT, "informação errada, são 300 por hora")
    assert report.message == reply(conversation)
    assert report.turn == conversation.turns.get()
    assert report.reported_by == f"sdr:{chatwoot.SDR}"
    assert "registrado" in notes(account)[-1]
    conversation.refresh_from_db()
    assert conversation.owner == Conversation.Owner.AGENT

    case = reported.make_case(report, by="usuário:1", now=now())

    plan = suites.Plan(suite=suites.SCRIPTED, only=frozenset({case.code}), reported=reported.cases())
    [still_wrong] = suites.run(plan, Material.published(), endpoints()[0])
    account.says = "A FB300 faz de 300 a 350 hambúrgueres por hora."
    [mended] = suites.run(plan, Material.published(), endpoints()[0])
    assert any(problem.startswith("must_not_mention") for problem in still_wrong.problems)
    assert mended.passed
    assert set(AuditEntry.objects.values_list("action", flat=True)) >= {"report", "create"}


def test_the_reply_that_a_note_answers_is_the_one_meant(account):
    conversation = talk()
    first = reply(conversation)
    MessageFactory.create(
        conversation=conversation, channel=conversation.channel, author="agent", status="sent", chatwoot_id=9500
    )

    note("erro: tom", content_attributes={"in_reply_to": first.chatwoot_id})
    note("erro: tom", message_id=9901, content_attributes={"in_reply_to_external_id": f"seleto:{first.pk}"})
    note("erro: tom", message_id=9902)

    assert sorted(WrongReply.objects.values_list("message__chatwoot_id", flat=True)) == [first.chatwoot_id, 9500]


def test_a_late_note_means_what_its_writer_saw(account):
    conversation = talk()
    first = reply(conversation)
    MessageFactory.create(
        conversation=conversation, channel=conversation.channel, author="agent", status="sent", chatwoot_id=9999
    )

    note("erro: inventou", message_id=9800)

    assert WrongReply.objects.get().message == first


def test_nothing_is_kept_when_no_reply_of_the_agent_is_meant(account):
    conversation = waiting("oi")
    IdentityFactory.create(lead=conversation.lead)
    account.says = ""
    jobs.run_due()
    Message.objects.filter(author="agent").delete()

    note("erro: tom", message_id=9900)

    assert not WrongReply.objects.exists()
    assert "Não registrei" in notes(account)[-1]


def test_the_same_note_told_twice_is_one_report(account):
    talk()

    note("erro: tom")
    note("erro: tom")
    note("erro: inventou", message_id=9901)

    assert WrongReply.objects.get().reason == Reason.INVENTED


def test_only_a_private_note_reports(account):
    conversation = talk()

    chatwoot.post(chatwoot.written("erro: foi o preço", message_id=9900))
    jobs.run_due()

    assert not WrongReply.objects.exists()
    conversation.refresh_from_db()
    assert conversation.owner == Conversation.Owner.HUMAN


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("informação errada", Reason.WRONG_FACT),
        ("falou o preço", Reason.PRICE),
        ("Condição de pagamento", Reason.PRICE),
        ("tom", Reason.TONE),
        ("foi grosseiro", Reason.TONE),
        ("não respondeu a pergunta", Reason.NO_ANSWER),
        ("repetiu pergunta", Reason.ASKED_AGAIN),
        ("perguntou a cidade de novo", Reason.ASKED_AGAIN),
        ("interrompeu humano", Reason.OVER_HUMAN),
        ("inventou", Reason.INVENTED),
        ("ficou estranho", Reason.OTHER),
        ("", Reason.OTHER),
    ],
)
def test_the_reason_is_read_from_the_words(words, reason):
    assert wrong_replies.reason_of(words) == reason


# --- The case -----------------------------------------------------------------------------------------------------


def test_nobody_in_a_case_is_real(account):
    conversation = talk()
    for field, value in (("nome", "Patrícia Souza"), ("empresa", "Hamburgueria Pedra Alta"), ("cidade", "Itajaí")):
        Fact.objects.filter(lead=conversation.lead, field=field).delete()
        Fact.objects.create(
            lead=conversation.lead, field=field, value=value, evidence="given", given_by="usuário:1", created_at=now()
        )
    person = {"conversation": conversation, "channel": conversation.channel, "author": "person", "status": "sent"}
    MessageFactory.create(**person, text="Aqui é o Cláudio Rocha. PATRICIA, confirma patricia@pedraalta.com.br?")
    MessageFactory.create(
        conversation=conversation,
        channel=conversation.channel,
        text="isso, da hamburgueria pedra alta, de Itajaí. CNPJ 11.222.333/0001-81, FB300 pra 1500 a 2000 por dia",
    )
    last = MessageFactory.create(
        conversation=conversation,
        channel=conversation.channel,
        author="agent",
        status="sent",
        text="A FB300 faz uns 900 hambúrgueres por dia na sua casa, Patrícia.",
    )

    case = reported.make_case(marked(conversation, message=last), by="usuário:1", now=now())

    written = json.dumps(case.data, ensure_ascii=False).casefold()
    for private in ("patr", "souza", "pedra alta", "pedraalta", "cláudio", "rocha", "99999", "11.222", "0001-81"):
        assert private not in written
    assert "itajaí" in written
    assert "1500 a 2000 por dia" in written
    assert "(11) 90000-0001" in written
    assert "Marina" in case.data["turns"][0]["text"]
    assert "Marina" in case.data["expect"]["must"][0]["must_not_mention"][0]


def test_the_sentence_that_tells_is_what_must_not_come_again(account):
    account.says = (
        "Boa tarde! Aqui é o assistente virtual da Seleto. A garantia é de dez anos.\n\nDe qual cidade você fala?"
    )
    conversation = talk()

    case = reported.make_case(marked(conversation, Reason.WRONG_FACT), by="usuário:1", now=now())

    assert case.data["expect"]["must"] == [{"must_not_mention": ["A garantia é de dez anos."]}]


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        (Reason.PRICE, "no_violation"),
        (Reason.INVENTED, "no_violation"),
        (Reason.NO_ANSWER, "reply_after_turn"),
        (Reason.TONE, "must_not_mention"),
    ],
)
def test_what_is_expected_follows_from_the_reason(account, reason, expected):
    conversation = talk()

    case = reported.make_case(marked(conversation, reason), by="usuário:1", now=now())

    assert expected in case.data["expect"]["must"][0]
    assert any("must_not_mention" in item for item in case.data["expect"]["must"])


def test_a_question_asked_again_must_not_be_asked_again(account):
    account.says = "Certo! Qual é a sua cidade?"
    conversation = talk()

    case = reported.make_case(marked(conversation, Reason.ASKED_AGAIN), by="usuário:1", now=now())

    assert case.data["expect"]["must"] == [{"must_not_ask_again": ["cidade"]}]


def test_a_reply_over_a_person_must_not_come(account):
    conversation = talk()
    at = now()
    common = {"conversation": conversation, "channel": conversation.channel}
    MessageFactory.create(**common, author="person", status="sent", text="Deixa comigo.", sent_at=at)
    MessageFactory.create(**common, text="ok", sent_at=at + timedelta(seconds=5))
    last = MessageFactory.create(
        **common, author="agent", status="sent", text="Posso ajudar?", sent_at=at + timedelta(seconds=9)
    )

    case = reported.make_case(marked(conversation, Reason.OVER_HUMAN, last), by="usuário:1", now=now())

    senders = [turn["from"] for turn in case.data["turns"]]
    assert senders == ["lead", "sdr_chatwoot", "lead"]
    assert case.data["expect"]["must"] == [{"no_reply_after_turn": 2}]


def test_a_conversation_given_back_is_given_back_in_the_case(account):
    conversation = talk()
    at = now()
    common = {"conversation": conversation, "channel": conversation.channel}
    MessageFactory.create(**common, author="phone", status="sent", text="Um momento.", sent_at=at)
    MessageFactory.create(**common, text="e a garantia?", sent_at=at + timedelta(seconds=60))
    last = MessageFactory.create(
        **common, author="agent", status="sent", text="A garantia é de dez anos.", sent_at=at + timedelta(seconds=70)
    )

    case = reported.make_case(marked(conversation, Reason.WRONG_FACT, last), by="usuário:1", now=now())

    assert [turn["text"] for turn in case.data["turns"][1:]] == ["Um momento.", "event:sdr_resume", "e a garantia?"]


def test_one_report_makes_one_case(account):
    report = marked(talk())

    first = reported.make_case(report, by="usuário:1", now=now())

    assert reported.make_case(report, by="usuário:2", now=now()) == first
    assert EvalCase.objects.count() == 1


def test_a_case_outlives_its_conversation(account):
    conversation = talk()
    case = reported.make_case(marked(conversation), by="usuário:1", now=now())

    WrongReply.objects.all().delete()

    assert [one.id for one in reported.cases()] == [case.code]


def test_only_active_cases_are_played_and_a_broken_one_stops_nothing(account):
    conversation = talk()
    good = reported.make_case(marked(conversation), by="usuário:1", now=now())
    moment = {"created_at": now(), "updated_at": now()}
    EvalCase.objects.create(code="erro-desligado", title="x", data=good.data, active=False, **moment)
    EvalCase.objects.create(code="erro-quebrado", title="x", data={}, **moment)

    assert [case.id for case in reported.cases()] == [good.code]


def test_the_gate_of_publication_plays_the_cases(account):
    case = reported.make_case(marked(talk()), by="usuário:1", now=now())

    assert case.code in gate.gate_cases()
    assert gate.gate_titles()[case.code] == case.title
