"""A lead whose answer takes long is told so once, and then answered once."""

import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import respx
import time_machine

from conversations.models import Conversation, Outbox, Turn
from conversations.turns import holding, stage
from knowledge.models import Flag
from seleto.lib import jobs
from seleto.lib.models import Alert
from tests import zapi
from tests.conversations.model import said
from tests.factories import PromptFactory, now, waiting

pytestmark = pytest.mark.django_db

ANSWER = "Vendemos sim!"


@pytest.fixture(autouse=True)
def _world(channel, settings):
    settings.LLM_API_KEY, settings.TYPING_MAX_S = "chave-de-teste", 0
    PromptFactory.create()


@pytest.fixture
def provider():
    with respx.mock(assert_all_called=False) as router:
        router.post(path__regex="/read-message$").respond(204)
        sends = router.post(path__regex="/send-text$")
        sends.side_effect = lambda request: httpx.Response(200, json={"messageId": zapi.message_id(), "zaapId": "z"})
        model = router.post(path__regex="/chat/completions$")
        model.sends = sends
        yield model


def sent(provider) -> list[str]:
    return [json.loads(call.request.content)["message"] for call in provider.sends.calls]


def after(**distance: float):
    return time_machine.travel(datetime.now(UTC) + timedelta(**distance))


def meanwhile(answer: httpx.Response, seconds: float):
    """A model that answers while others work at an instant ``seconds`` later."""

    def think(_request: httpx.Request) -> httpx.Response:
        with after(seconds=seconds):
            jobs.run_due("hold", "deliver")
            jobs.run_due("hold", "deliver")
        return answer

    return think


def test_a_slow_model_costs_the_lead_one_holding_phrase_and_then_the_answer_comes_once(provider):
    waiting("Vocês vendem formadora?")
    provider.side_effect = meanwhile(said(ANSWER), 16)

    jobs.run_due("turn")
    jobs.run_due()

    holding_phrase, answer = sent(provider)
    assert (answer, holding_phrase == ANSWER) == (ANSWER, False)
    assert Turn.objects.get().status == Turn.Status.REPLIED
    assert Alert.objects.filter(key="model:slow", closed_at=None).exists()


def test_a_model_that_answers_in_time_is_not_called_slow(provider):
    waiting("Vocês vendem formadora?")
    provider.side_effect = meanwhile(said(ANSWER), 14)

    jobs.run_due("turn")

    assert sent(provider) == [ANSWER]


def test_a_model_that_fails_after_the_phrase_brings_no_second_one(provider):
    waiting("Vocês vendem formadora?")
    provider.side_effect = meanwhile(httpx.Response(500), 16)

    jobs.run_due("turn")
    jobs.run_due("deliver")

    assert len(sent(provider)) == 1
    assert Turn.objects.get().status == Turn.Status.WAITING
    provider.side_effect = [said(ANSWER)]
    with after(minutes=5):
        jobs.run_due()
    assert sent(provider)[1:] == [ANSWER]


def test_a_lead_who_was_told_that_no_model_answers_is_not_told_again_when_the_next_try_is_slow(provider):
    waiting("Vocês vendem formadora?")
    provider.side_effect = [httpx.Response(500)]
    jobs.run_due("turn")
    provider.side_effect = meanwhile(said(ANSWER), 60)

    with after(minutes=1):
        jobs.run_due("turn")

    assert sent(provider)[1:] == [ANSWER]
    assert len(sent(provider)) == 2


def test_the_next_time_the_lead_waits_is_told_of_anew(provider):
    conversation = waiting("Vocês vendem formadora?")
    Conversation.objects.update(held_at=conversation.pending_since - timedelta(hours=1))
    provider.side_effect = meanwhile(said(ANSWER), 16)

    jobs.run_due("turn")

    assert len(sent(provider)) == 2


def test_a_lead_whose_turn_lost_its_process_is_told_too(provider):
    waiting("Vocês vendem formadora?")
    stage.claim(1)

    with after(seconds=20):
        assert holding.next_due() <= now()
        jobs.run_due("hold", "deliver")
        assert holding.next_due() is None

    assert len(sent(provider)) == 1


@pytest.mark.parametrize("deed", ["takeover", "answered", "flag"])
def test_nobody_is_told_to_wait_who_waits_for_nothing(provider, deed):
    waiting("Vocês vendem formadora?")
    stage.claim(1)
    with after(seconds=20):
        held = [] if deed == "flag" else holding.claim(1)
        if deed == "takeover":
            Conversation.objects.update(owner=Conversation.Owner.HUMAN)
        elif deed == "answered":
            Conversation.objects.update(pending_since=None)
        else:
            Flag.objects.update_or_create(name="agent_enabled", scope="global", defaults={"on": False})
            held = holding.claim(1)
        for item in held:
            holding.run(item)

    assert not Outbox.objects.exists()


def test_whose_clock_is_ahead_of_ours_is_told_once(provider):
    waiting("Vocês vendem formadora?")
    stage.claim(1)
    Conversation.objects.update(pending_since=now() + timedelta(hours=1))

    with after(seconds=20):
        jobs.run_due("hold")
        jobs.run_due("hold")

    assert Outbox.objects.count() == 1
