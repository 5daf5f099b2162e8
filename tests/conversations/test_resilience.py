"""When a model does not answer: its stand-in does, within the same turn; what needs a person is said (I12)."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import httpx
import pytest
import respx
import time_machine
from django.db import connection

from conversations.agent import tokens
from conversations.models import Conversation, Turn
from seleto.lib import circuits, clock, jobs
from seleto.lib.models import Alert, Circuit
from tests import zapi
from tests.conversations.model import completion, said
from tests.factories import MessageFactory, PromptFactory, now, waiting

pytestmark = pytest.mark.django_db

QUOTA = httpx.Response(429, json={"error": {"type": "insufficient_quota", "code": "insufficient_quota"}})
KEY = httpx.Response(401, json={"error": {"code": "invalid_api_key"}})
MODEL = httpx.Response(404, json={"error": {"code": "model_not_found"}})
TOO_LONG = httpx.Response(400, json={"error": {"code": "context_length_exceeded"}})


def slow_down(wait: str) -> httpx.Response:
    error = {"type": "requests", "code": "rate_limit_exceeded"}
    return httpx.Response(429, json={"error": error}, headers={"Retry-After": wait})


@pytest.fixture(autouse=True)
def _world(channel, settings):
    settings.TYPING_MAX_S = 0
    settings.LLM_BASE_URL, settings.LLM_MODEL, settings.LLM_API_KEY = "http://primeiro.test/v1", "um", "chave-um"
    settings.LLM_FALLBACK_BASE_URL = "http://reserva.test/v1"
    settings.LLM_FALLBACK_MODEL, settings.LLM_FALLBACK_API_KEY = "dois", "chave-dois"
    PromptFactory.create()


class Servers:
    """Both model servers, scripted, and what the provider was given to send."""

    def __init__(self, router: respx.Router) -> None:
        router.post(path__regex="/read-message$").respond(204)
        self._sends = router.post(path__regex="/send-text$")
        self._sends.side_effect = lambda _: httpx.Response(200, json={"messageId": zapi.message_id(), "zaapId": "z"})
        self.first = router.post("http://primeiro.test/v1/chat/completions")
        self.stand_in = router.post("http://reserva.test/v1/chat/completions")

    def sent(self) -> list[str]:
        return [json.loads(call.request.content)["message"] for call in self._sends.calls]


@pytest.fixture
def servers():
    with respx.mock(assert_all_called=False) as router:
        yield Servers(router)


def later(**distance: int):
    return time_machine.travel(datetime.now(UTC) + timedelta(**distance))


@pytest.mark.parametrize(
    "failure",
    [httpx.ReadTimeout("slow"), httpx.ConnectError("away"), httpx.Response(500), QUOTA, KEY, MODEL, slow_down("30")],
)
def test_the_stand_in_answers_in_the_same_turn(servers, settings, failure):
    settings.LLM_PROMPT_PRICE, settings.LLM_COMPLETION_PRICE = 1.0, 1.0
    settings.LLM_FALLBACK_PROMPT_PRICE, settings.LLM_FALLBACK_COMPLETION_PRICE = 10.0, 100.0
    waiting("Vocês vendem formadora?")
    servers.first.side_effect = [failure]
    servers.stand_in.side_effect = [said("Vendemos sim!")]

    jobs.run_due()

    turn = Turn.objects.get()
    assert servers.sent() == ["Vendemos sim!"]
    assert (turn.status, turn.model, turn.model_calls) == (Turn.Status.REPLIED, "dois", 2)
    assert (turn.prompt_tokens, turn.cost_usd) == (800, Decimal("0.014"))
    request = servers.stand_in.calls[0].request
    assert request.headers["Authorization"] == "Bearer chave-dois"
    assert json.loads(request.content)["model"] == "dois"
    assert not Alert.objects.filter(key="model").exists()


def test_what_an_unusable_answer_and_the_stand_in_cost_is_summed_and_bounded_together(servers, settings):
    settings.LLM_PROMPT_PRICE = 1.0
    settings.LLM_FALLBACK_PROMPT_PRICE = 10.0
    settings.LLM_COMPLETION_PRICE = settings.LLM_FALLBACK_COMPLETION_PRICE = 0.0
    waiting()
    servers.first.side_effect = [completion("não é json"), httpx.Response(503)]
    servers.stand_in.side_effect = [said("Olá!")]

    jobs.run_due()

    turn = Turn.objects.get()
    assert (turn.model_calls, turn.prompt_tokens, turn.cost_usd) == (3, 1600, Decimal("0.0088"))


def test_only_when_nobody_answers_the_lead_is_held(servers):
    waiting()
    servers.first.side_effect = [httpx.Response(500)]
    servers.stand_in.side_effect = [httpx.ConnectError("away")]

    jobs.run_due()

    turn = Turn.objects.get()
    assert (turn.status, turn.fallback, turn.model_calls) == (Turn.Status.WAITING, "espera", 2)
    assert Alert.objects.filter(key="model", closed_at=None).exists()


def test_behind_an_open_circuit_the_stand_in_is_asked_straight_away(servers):
    waiting()
    Circuit.objects.create(key="llm", state=Circuit.State.OPEN, retry_at=now() + timedelta(minutes=1))
    servers.stand_in.side_effect = [said("Olá!")]

    jobs.run_due()

    assert servers.first.call_count == 0
    assert Turn.objects.get().model_calls == 1


@pytest.mark.parametrize(
    ("failure", "cause"), [(QUOTA, "sem cota"), (KEY, "confira LLM_API_KEY"), (MODEL, "confira LLM_MODEL")]
)
def test_what_a_person_must_mend_opens_the_circuit_at_once_and_says_how(servers, failure, cause):
    waiting()
    servers.first.side_effect = [failure]
    servers.stand_in.side_effect = [said("Olá!")]

    jobs.run_due()

    assert not circuits.allow("llm", clock.now())
    assert circuits.allow("llm-reserva", clock.now())
    assert cause in Alert.objects.get(key="circuit:llm", closed_at=None).title


def test_a_stand_in_out_of_order_names_its_own_settings(servers):
    waiting()
    servers.first.side_effect = [httpx.Response(500)]
    servers.stand_in.side_effect = [KEY]

    jobs.run_due()

    assert "LLM_FALLBACK_API_KEY" in Alert.objects.get(key="circuit:llm-reserva").title


def test_one_trial_call_brings_the_first_model_back(servers):
    waiting()
    servers.first.side_effect = [QUOTA]
    servers.stand_in.side_effect = [said("Olá!")]
    jobs.run_due()
    waiting("Voltei")
    servers.first.side_effect = [said("Que bom!")]

    with later(seconds=40):
        circuits.forget()
        jobs.run_due()

    assert Turn.objects.order_by("-started_at")[0].model == "um"
    assert not Alert.objects.filter(key="circuit:llm", closed_at=None).exists()
    assert Circuit.objects.get(key="llm").state == Circuit.State.CLOSED


def test_a_turn_that_rules_settle_uses_up_no_trial_call(servers):
    Circuit.objects.create(key="llm", state=Circuit.State.OPEN, retry_at=now() - timedelta(seconds=1))
    waiting("PARAR")

    jobs.run_due()

    assert Circuit.objects.get(key="llm").state == Circuit.State.OPEN


def test_a_rate_limit_is_waited_for_and_opens_nothing(servers, settings):
    settings.LLM_FALLBACK_MODEL = ""
    for _ in range(6):
        waiting()
    servers.first.side_effect = lambda _: slow_down("90")

    jobs.run_due()

    dues = Conversation.objects.values_list("turn_due_at", flat=True)
    assert all(due > now() + timedelta(seconds=85) for due in dues)
    assert servers.first.call_count == 6
    assert circuits.allow("llm", clock.now())


@pytest.mark.parametrize("wait", ["nan", "inf", "-5", "1e300", "amanha", "Wed, 21 Oct 2015 07:28:00 GMT"])
def test_a_senseless_wish_of_the_server_keeps_nobody_waiting_for_days(servers, settings, wait):
    settings.LLM_FALLBACK_MODEL = ""
    waiting()
    servers.first.side_effect = [slow_down(wait)]

    jobs.run_due()

    assert now() < Conversation.objects.get().turn_due_at < now() + timedelta(hours=2)


def test_a_brief_that_is_too_long_is_halved_once(servers, settings):
    settings.LLM_FALLBACK_MODEL = ""
    conversation = waiting("E agora?")
    for number in range(14):
        at = now() - timedelta(minutes=30 - number)
        MessageFactory.create(conversation=conversation, text=f"{number} " + "palavra " * 90, sent_at=at)
    servers.first.side_effect = [TOO_LONG, said("Agora sim!")]

    jobs.run_due()

    long, short = (len(call.request.content) for call in servers.first.calls)
    assert servers.sent() == ["Agora sim!"]
    assert short < long * 0.8
    assert Turn.objects.get().model_calls == 2
    assert circuits.allow("llm", clock.now())


def test_the_stand_in_gets_no_call_when_the_turn_has_none_left(servers):
    waiting()
    servers.first.side_effect = [completion("{"), completion("{")]

    jobs.run_due()

    assert servers.stand_in.call_count == 0
    assert Turn.objects.get().fallback == "generica"


def test_what_the_server_counts_corrects_the_budget_within_bounds(servers):
    for _ in range(40):
        tokens.learn("llm", chars=10_000, tokens=100)
        tokens.learn("llm-reserva", chars=100, tokens=10_000)
    tokens.learn("outro", chars=1000, tokens=0)

    assert tokens.chars_per_token("llm") == pytest.approx(tokens.MOST, abs=0.01)
    assert tokens.chars_per_token("llm-reserva") == pytest.approx(tokens.LEAST, abs=0.01)
    assert tokens.chars_per_token("outro") == tokens.START


def test_a_call_teaches_how_long_a_token_is(servers):
    waiting()
    servers.first.side_effect = [said("Olá!")]  # 800 tokens of some 11,000 characters

    jobs.run_due()

    assert tokens.chars_per_token("llm") > tokens.START
    assert tokens.chars_per_token("llm-reserva") == tokens.START


@pytest.mark.django_db(transaction=True)
def test_no_connection_is_held_while_a_model_thinks(servers, settings):
    settings.LLM_SPEND_MAX_DAY_USD = settings.LLM_SPEND_MAX_CONVERSATION_USD = 10.0
    waiting()
    held: list[bool] = []

    def think(answer: httpx.Response):
        def call(_request: httpx.Request) -> httpx.Response:
            held.append(connection.connection is not None)
            return answer

        return call

    servers.first.side_effect = think(httpx.Response(500))
    servers.stand_in.side_effect = think(said("Olá!"))

    jobs.run_due("turn")

    assert held == [False, False]
