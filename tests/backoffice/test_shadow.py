"""What the agent would have said: from what it would have known then, kept beside what people wrote."""

import json
from datetime import timedelta

import httpx
import pytest

from conversations.models import Conversation, Message, ModelUse, Outbox, ShadowReply
from conversations.shadow import stage
from knowledge.models import RolloutRule
from leads.models import Fact
from seleto.lib import jobs, privacy
from tests.conversations.model import said
from tests.factories import MessageFactory, now, waiting

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _shadow(transactional_db):
    RolloutRule.objects.create(scope="global", share=0, others="shadow")


def asked(text: str = "Oi, vocês vendem formadora?") -> Conversation:
    conversation = waiting(text, last_message_at=now())
    Message.objects.filter(conversation=conversation).update(sent_at=now() - timedelta(minutes=3))
    return conversation


def told(conversation: Conversation, text: str, *, author="lead", ago_s: float = 60) -> None:
    if author == "lead":
        Conversation.objects.filter(pk=conversation.pk).update(revision=conversation.revision + 1)
        conversation.refresh_from_db()
    at = now() - timedelta(seconds=ago_s)
    MessageFactory.create(
        conversation=conversation,
        text=text,
        author=author,
        revision=conversation.revision,
        sent_at=at,
        status="sent" if author != "lead" else "received",
    )


def brief(call) -> str:
    content: str = json.loads(call.request.content)["messages"][1]["content"]
    return content


def test_a_reply_is_kept_with_what_it_answers(model):
    conversation = asked()
    model.side_effect = [said("Vendemos! Qual a sua cidade?")]

    jobs.run_due("shadow")

    row = ShadowReply.objects.get()
    assert (row.conversation, row.status, row.revision) == (conversation, "done", 1)
    assert any("Vendemos! Qual a sua cidade?" in text for text in row.reply)
    assert row.asked == [str(Message.objects.get().pk)]
    assert ModelUse.objects.get().purpose == "shadow"
    jobs.run_due()  # whatever else looks for work
    assert not Outbox.objects.exists()
    assert not model.sends.called


def test_the_shadow_does_not_know_what_people_answered_after(model):
    conversation = asked()
    told(conversation, "Boa tarde, aqui é a Rute, temos sim!", author="person")
    Conversation.objects.update(owner="human")
    model.side_effect = [said("Vendemos!")]

    jobs.run_due("shadow")

    assert "Rute" not in brief(model.calls[0])
    assert ShadowReply.objects.get().status == "done"


def test_the_shadow_goes_on_with_what_people_said_and_it_understood(model):
    conversation = asked("Sou a Marina, de Itajaí")
    facts = [{"field": "nome", "value": "Marina", "quote": "Sou a Marina", "message": "m1"}]
    model.side_effect = [said("Prazer, Marina!", facts=facts), said("Boa escolha!")]
    jobs.run_due("shadow")
    told(conversation, "Boa tarde, Marina, temos a FB300.", author="person", ago_s=50)
    told(conversation, "quero essa", ago_s=40)

    jobs.run_due("shadow")

    second = brief(model.calls[-1])
    assert "temos a FB300" in second
    assert 'campo="nome">Marina' in second
    assert "quero essa</msg></responder>" in second.replace("\n", "").replace("  ", "")
    assert not Fact.objects.exists()


def test_a_word_is_answered_once_and_only_after_the_silence(model):
    model.side_effect = lambda request: said("Vendemos!")
    conversation = asked()
    Message.objects.update(sent_at=now())
    early = stage.claim(5)
    due = stage.next_due()
    Message.objects.update(sent_at=now() - timedelta(seconds=30))

    jobs.run_due("shadow")
    jobs.run_due("shadow")

    assert early == []
    assert due is not None
    assert due > now() - timedelta(seconds=60)
    assert ShadowReply.objects.filter(conversation=conversation).count() == 1
    assert stage.next_due() is None


def test_a_dead_writers_reply_is_written_by_another_and_given_up_at_last(model):
    model.side_effect = lambda request: said("Vendemos!")
    asked()
    for _ in range(stage.MAX_ATTEMPTS):
        (lost,) = stage.claim(1)
        ShadowReply.objects.update(leased_until="2000-01-01T00:00Z")
    jobs.run_due("shadow")

    called = model.called
    stage.run(lost)  # comes back late, and writes nothing
    row = ShadowReply.objects.get()
    assert (row.status, row.reason, row.reply) == ("failed", "tentativas_esgotadas", [])
    assert not called


def test_a_model_that_fails_leaves_its_reason(model):
    model.return_value = httpx.Response(500)
    asked()

    jobs.run_due("shadow")

    row = ShadowReply.objects.get()
    assert row.status == "failed"
    assert row.reason.startswith("modelo:")


def test_neither_old_words_nor_those_for_people_alone_are_answered(model):
    asked()
    Message.objects.update(sent_at=now() - timedelta(hours=2))
    old = stage.claim(5)
    Message.objects.update(sent_at=now() - timedelta(minutes=2))
    RolloutRule.objects.update(others="people")

    assert (old, stage.claim(5), stage.next_due()) == ([], [], None)


def test_a_person_can_have_it_erased(model):
    conversation = asked()
    model.side_effect = [said("Vendemos!")]
    jobs.run_due("shadow")
    subject = privacy.Subject(conversation.lead_id, {})
    store = next(one for one in privacy.registered() if one.label == "Respostas em sombra")

    shown = store.export(subject)
    erased = store.erase(subject)

    assert "Vendemos!" in shown[0]["resposta"]
    assert (erased, list(store.find(subject))) == (1, [])
