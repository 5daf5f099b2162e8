"""Past turns decided anew: with what was known then, with another prompt, and with no trace but the run's own rows."""

from datetime import timedelta
from decimal import Decimal

import httpx
import pytest

from conversations.models import Conversation, GuardrailHit, Handoff, Message, ModelUse, Outbox, Turn
from knowledge.models import PromptVersion
from leads.models import Classification, Fact
from seleto.backoffice import replay
from seleto.backoffice.models import ReplayItem, ReplayRun
from seleto.lib import jobs
from tests.backoffice.conftest import asked, talked
from tests.conversations.model import said
from tests.factories import LeadFactory, now

pytestmark = pytest.mark.django_db(transaction=True)

STORED = (Conversation, Message, Turn, Outbox, Fact, Classification, Handoff, GuardrailHit)


@pytest.fixture(autouse=True)
def _pace(settings):
    settings.TYPING_MAX_S = 0
    settings.LLM_PROMPT_PRICE, settings.LLM_COMPLETION_PRICE = 1.0, 0.0


def begun(draft, conversation, **fields) -> ReplayRun:
    values = {"spend_max_usd": Decimal(5), "by": "gestora", "now": now(), **fields}
    return replay.start(draft, replay.of_conversations([conversation.pk]), **values)


def counts() -> list[int]:
    return [table.objects.count() for table in STORED]


def test_each_turn_is_asked_with_what_was_known_then_and_the_other_prompt(model, draft):
    conversation = talked(
        model, ("sou a Rute, de Itajaí", said("Prazer, Rute! Qual máquina?")), ("a FB300", said("A FB300 é ótima."))
    )
    model.side_effect = [said("Oi, Rute! O que procura?"), said("Boa escolha.")]
    run = begun(draft, conversation)

    jobs.run_due("replay")

    briefs = {asked(call)[1]["content"] for call in model.calls}
    first = next(text for text in briefs if "a FB300</msg>" not in text)
    second = next(text for text in briefs if "a FB300</msg>" in text)
    assert 'campo="nome"' not in first.split("<conversa>")[0].split("<faltam>")[0] or "Rute" in first
    assert 'primeira_resposta="sim"' in first
    assert "Qual máquina?" not in first
    assert "Prazer, Rute! Qual máquina?" in second
    assert "Oi, Rute! O que procura?" not in second
    assert 'campo="cidade">Itajaí' in second
    assert all("Seleto Equipamentos" in asked(call)[0]["content"] for call in model.calls)
    run.refresh_from_db()
    assert run.status == ReplayRun.Status.DONE


def test_both_sides_are_kept_with_what_differs(model, draft):
    conversation = talked(model, ("sou a Rute, quero a FB300", said("Ótima escolha!")))
    model.side_effect = [said("A FB300 custa R$ 18.900."), said("O valor quem passa é o consultor. Qual a cidade?")]
    run = begun(draft, conversation)

    jobs.run_due("replay")

    item = run.items.get()
    assert item.status == ReplayItem.Status.DONE
    assert "Ótima escolha!" in " ".join(item.before["reply"])
    assert "O valor quem passa é o consultor." in " ".join(item.after["reply"])
    assert item.before["facts"] == item.after["facts"] == {"nome": "Rute", "produto": "FB300"}
    assert (item.before["temperature"], item.after["temperature"]) == ("morno", "morno")
    assert item.changes == ["resposta"]
    assert (item.violations_before, item.violations_after) == (0, 1)
    assert item.after["stopped"][0]["kinds"] == ["price"]
    assert (item.cost_before, item.cost_after) == (Decimal("0.000800"), Decimal("0.001600"))


def test_a_handover_that_would_not_be_made_any_more_is_told(model, draft):
    conversation = talked(model, ("vocês têm curso de hambúrguer?", said("Vou passar.", move="encaminhar")))
    model.side_effect = [said("Não temos curso. Posso ajudar com as máquinas?")]
    run = begun(draft, conversation)

    jobs.run_due("replay")

    item = run.items.get()
    assert (item.before["handoff"], item.after["handoff"]) == ("pediu_humano", "")
    assert "repasse" in item.changes


def test_nothing_is_written_but_the_run(model, draft):
    conversation = talked(model, ("sou a Rute, quero a FB300", said("Ótima escolha!")))
    model.side_effect = [said("Prazer!", unanswered_question="Aceita pix?")]
    former, memory = counts(), Conversation.objects.get().memory
    begun(draft, conversation)

    jobs.run_due()

    assert counts() == former
    assert Conversation.objects.get().memory == memory
    assert model.sends.call_count == 0
    assert ModelUse.objects.get().purpose == ModelUse.Purpose.REPLAY


def test_a_decision_that_tries_to_write_fails_and_writes_nothing(model, draft, monkeypatch):
    conversation = talked(model, ("oi", said("Olá!")))
    leads = conversation.lead.__class__.objects
    monkeypatch.setattr(replay, "decide", lambda *_, **__: LeadFactory.create())
    run = begun(draft, conversation)

    jobs.run_due("replay")

    item = run.items.get()
    assert (item.status, item.reason) == (ReplayItem.Status.FAILED, "escrita_recusada")
    assert leads.count() == 1


def test_no_transaction_is_open_while_the_model_thinks(model, draft):
    from django.db import connection

    conversation = talked(model, ("oi", said("Olá!")))
    seen = []

    def look(_request: httpx.Request) -> httpx.Response:
        seen.append(connection.in_atomic_block or connection.connection is not None)
        return said("Oi!")

    model.side_effect = look
    begun(draft, conversation)
    jobs.run_due("replay")

    assert seen == [False]


def test_a_replay_ends_at_its_own_limit(model, draft, settings):
    settings.LLM_PROMPT_PRICE = 10.0
    conversation = talked(model, ("oi", said("Olá!")), ("tudo bem?", said("Tudo!")), ("e aí?", said("Diga!")))
    model.side_effect = [said("Um."), said("Dois."), said("Três.")]
    run = begun(draft, conversation, spend_max_usd=Decimal("0.01"))

    jobs.run_due("replay")

    run.refresh_from_db()
    assert (run.status, run.reason) == (ReplayRun.Status.STOPPED, "limite_de_gasto")
    assert model.call_count == 2
    assert run.items.filter(status=ReplayItem.Status.WAITING).count() == 1


def test_a_cancelled_replay_asks_nothing_more(model, draft):
    conversation = talked(model, ("oi", said("Olá!")))
    run = begun(draft, conversation)

    assert replay.cancel(run.pk, now=now())
    jobs.run_due("replay")

    assert model.call_count == 0
    assert not replay.cancel(run.pk, now=now())


def test_a_turn_taken_over_by_another_worker_is_stored_once(model, draft):
    conversation = talked(model, ("oi", said("Olá!")))
    run = begun(draft, conversation)
    model.side_effect = [said("Primeiro."), said("Segundo.")]
    slow = replay.claim(1)[0]
    ReplayItem.objects.update(leased_until=now() - timedelta(minutes=1))
    quick = replay.claim(1)[0]

    replay.work(quick)
    replay.work(slow)

    assert run.items.get().after["reply"] == ["Primeiro."]


def test_without_a_model_the_turn_says_why(model, draft, settings):
    conversation = talked(model, ("oi", said("Olá!")))
    model.side_effect = lambda request: httpx.Response(500)
    run = begun(draft, conversation)

    jobs.run_due("replay")

    item = run.items.get()
    assert (item.status, item.reason) == (ReplayItem.Status.FAILED, "modelo:http_500")
    run.refresh_from_db()
    assert run.status == ReplayRun.Status.DONE


def test_an_edited_draft_does_not_change_a_replay_under_way(model, draft):
    conversation = talked(model, ("oi", said("Olá!")))
    model.side_effect = [said("Oi!")]
    begun(draft, conversation)
    PromptVersion.objects.filter(pk=draft.pk).update(text="<prompt/>")

    jobs.run_due("replay")

    assert "Seleto Equipamentos" in asked(model.calls[0])[0]["content"]


def test_there_must_be_a_turn_that_the_agent_answered(draft):
    with pytest.raises(replay.NothingToReplay):
        replay.start(draft, replay.since(now()), spend_max_usd=Decimal(1), by="gestora", now=now())
