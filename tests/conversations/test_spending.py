"""A ceiling of cost is looked at before the call: the lead is held or given to a person, managers are warned."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import httpx
import pytest
import respx
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conversations import spending
from conversations.models import Conversation, Handoff, ModelUse, Turn
from conversations.spending import Ceiling
from seleto.lib import jobs
from seleto.lib.models import Alert
from tests import zapi
from tests.conversations.model import said
from tests.factories import ConversationFactory, PromptFactory, now, waiting

pytestmark = pytest.mark.django_db

# Half past ten in São Paulo.
MORNING = datetime(2026, 11, 24, 13, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _world(channel, settings):
    settings.LLM_API_KEY = "chave-de-teste"
    settings.TYPING_MAX_S = 0
    PromptFactory.create()


@pytest.fixture
def provider():
    with respx.mock(assert_all_called=False) as router:
        router.post(path__regex="/read-message$").respond(204)
        sends = router.post(path__regex="/send-text$")
        sends.side_effect = lambda _: httpx.Response(200, json={"messageId": zapi.message_id(), "zaapId": "z"})
        model = router.post(path__regex="/chat/completions$")
        model.sends = sends
        yield model


def spent(amount: str, *, conversation: Conversation | None = None, at: datetime | None = None) -> None:
    at = at or now()
    Turn.objects.create(
        conversation=conversation or ConversationFactory.create(),
        status=Turn.Status.REPLIED,
        started_at=at,
        finished_at=at,
        leased_until=at,
        cost_usd=Decimal(amount),
    )
    spending.forget()


def alert(key: str = "spend") -> Alert | None:
    return Alert.objects.filter(key=key, closed_at=None).first()


def test_without_ceilings_nothing_is_asked_of_the_database():
    spent("1000")
    assert spending.reached(None, now()) is Ceiling.NONE

    with CaptureQueriesContext(connection) as asked:
        assert spending.reached(ConversationFactory.build().pk, now()) is Ceiling.NONE

    assert len(asked) == 0


def test_the_days_total_costs_one_statement_in_a_while(settings):
    settings.LLM_SPEND_MAX_DAY_USD = 10.0
    spending.reached(None, now())

    with CaptureQueriesContext(connection) as asked:
        spending.reached(None, now())

    assert len(asked) == 0


def test_at_the_days_ceiling_the_lead_is_held_once_until_tomorrow_morning(provider, settings):
    settings.LLM_SPEND_MAX_DAY_USD = 10.0
    with time_machine.travel(MORNING, tick=False):
        conversation = waiting("Quero a FB300")
        spent("10.01")
        jobs.run_due()
        jobs.run_due()

    conversation.refresh_from_db()
    turn = Turn.objects.get(conversation=conversation)
    assert provider.call_count == 0
    assert (turn.status, turn.reason, turn.fallback) == (Turn.Status.WAITING, "limite_do_dia", "espera")
    assert provider.sends.call_count == 1
    assert conversation.turn_due_at.astimezone(UTC) == datetime(2026, 11, 25, 11, 0, tzinfo=UTC)  # 8h in São Paulo
    assert "US$ 10,00" in alert().title
    assert alert("model") is None

    provider.side_effect = [said("A FB300 é semiautomática.")]
    with time_machine.travel(MORNING + timedelta(hours=22), tick=False):
        spending.forget()
        jobs.run_due()
    assert [json.loads(call.request.content)["message"] for call in provider.sends.calls][1:] == [
        "A FB300 é semiautomática."
    ]
    assert alert() is None


def test_who_waited_since_before_dawn_is_answered_while_the_window_lasts(settings):
    at = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)  # 5h

    wait = timedelta(seconds=spending.wait_s(at, waiting_since=at))

    assert at + wait == datetime(2026, 11, 25, 7, 0, tzinfo=UTC)


def test_yesterdays_cost_is_not_todays(settings):
    settings.LLM_SPEND_MAX_DAY_USD = 10.0
    midnight = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)  # São Paulo's
    spent("11", at=midnight - timedelta(minutes=1))
    assert spending.reached(None, MORNING) is Ceiling.NONE

    spent("11", at=midnight)

    assert spending.reached(None, MORNING) is Ceiling.DAY


def test_what_is_spent_outside_turns_counts(settings):
    settings.LLM_SPEND_MAX_DAY_USD = 10.0
    spent("6")
    ModelUse.objects.create(at=now(), purpose="summary", model="m", cost_usd=Decimal(5))

    assert spending.reached(None, now()) is Ceiling.DAY


def test_managers_are_warned_before_and_left_alone_below(settings):
    settings.LLM_SPEND_MAX_DAY_USD = 10.0
    spent("7.99")
    spending.reached(None, now())
    assert alert() is None

    spent("0.01")
    assert spending.reached(None, now()) is Ceiling.NONE
    assert (alert().level, "80%" in alert().title) == (Alert.Level.WARNING, True)

    spent("2")
    spending.reached(None, now())
    assert alert().level == Alert.Level.CRITICAL

    settings.LLM_SPEND_MAX_DAY_USD = 100.0
    spending.reached(None, now())
    assert alert() is None


def test_a_conversation_at_its_ceiling_is_given_to_a_person_with_the_notice(provider, settings):
    settings.LLM_SPEND_MAX_CONVERSATION_USD = 0.5
    conversation = waiting("Quero a FB300")
    spent("0.5", conversation=conversation)

    jobs.run_due()

    conversation.refresh_from_db()
    assert provider.call_count == 0
    assert Handoff.objects.get().reason == Handoff.Reason.AGENT_FAILURE
    assert conversation.owner == Conversation.Owner.HUMAN
    assert provider.sends.call_count == 1
    assert alert("spend:conversation") is not None


def test_another_conversation_goes_on(provider, settings):
    settings.LLM_SPEND_MAX_CONVERSATION_USD = 0.5
    spent("5")
    waiting("Quero a FB300")
    provider.side_effect = [said("A FB300 é semiautomática.")]

    jobs.run_due()

    assert provider.call_count == 1
    assert not Handoff.objects.exists()


def test_what_rules_settle_is_settled_whatever_was_spent(provider, settings):
    settings.LLM_SPEND_MAX_DAY_USD = 1.0
    spent("2")
    conversation = waiting("PARAR")

    jobs.run_due()

    assert Turn.objects.get(conversation=conversation).fallback == "opt_out"
