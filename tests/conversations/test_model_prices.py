"""Prices that managers keep by model and day decide what a call costs; the settings speak for models not among them."""

import json
from datetime import timedelta
from decimal import Decimal

import httpx
import pytest
import respx
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from conversations import spending
from conversations.agent.endpoints import endpoints
from conversations.models import Turn
from conversations.spending import Ceiling
from knowledge.models import ModelPrice
from seleto import doctor_model
from seleto.lib import clock, jobs
from seleto.lib.models import AuditEntry
from tests import zapi
from tests.conversations.model import said
from tests.factories import PromptFactory, now, waiting

pytestmark = pytest.mark.django_db
PAGE = "/admin/knowledge/modelprice/"


@pytest.fixture(autouse=True)
def _models(settings):
    settings.LLM_API_KEY, settings.LLM_MODEL = "chave-de-teste", "um"
    settings.LLM_FALLBACK_MODEL = ""
    settings.LLM_PROMPT_PRICE, settings.LLM_COMPLETION_PRICE = 7.0, 7.0
    settings.TYPING_MAX_S = 0


@pytest.fixture
def model(channel):
    PromptFactory.create()
    with respx.mock(assert_all_called=False) as router:
        router.post(path__regex="/read-message$").respond(204)
        sends = router.post(path__regex="/send-text$")
        sends.side_effect = lambda _: httpx.Response(200, json={"messageId": zapi.message_id(), "zaapId": "z"})
        yield router.post(path__regex="/chat/completions$")


@pytest.fixture
def manager(client):
    client.force_login(User.objects.create_superuser("gestora", password="uma-senha-qualquer"))
    return client


def price(model: str = "um", *, since_days: int = 0, **usd: str) -> ModelPrice:
    """From so many days before today on; ``since_days`` below 0 lies ahead."""
    since = localdate(clock.now()) - timedelta(days=since_days)
    return ModelPrice.objects.create(
        model=model, valid_from_date=since, **{f"{name}_usd": Decimal(value) for name, value in usd.items()}
    )


def cached(answer: httpx.Response, tokens: int) -> httpx.Response:
    body = json.loads(answer.content)
    body["usage"]["prompt_tokens_details"] = {"cached_tokens": tokens}
    return httpx.Response(200, json=body)


def test_a_turn_costs_what_the_table_says_and_cached_tokens_their_own_price(model):
    price(prompt="1", cached="0.1", completion="10")
    waiting("Vocês vendem formadora?")
    model.side_effect = [cached(said("Vendemos sim!"), 300)]

    jobs.run_due()

    assert Turn.objects.get().cost_usd == Decimal("0.001130")  # 500 x 1 + 300 x 0.1 + 60 x 10, in millionths


def test_without_a_price_for_the_cache_all_that_is_read_costs_the_same():
    price(prompt="1", completion="10")

    assert endpoints()[0].cost_usd(800, 60, 300) == Decimal("0.0014")


def test_the_latest_price_that_has_begun_counts_and_another_model_keeps_that_of_the_settings(settings):
    settings.LLM_FALLBACK_MODEL = "dois"
    settings.LLM_FALLBACK_PROMPT_PRICE = settings.LLM_FALLBACK_COMPLETION_PRICE = 3.0
    price(prompt="1", since_days=30)
    price(prompt="2", since_days=1)
    price(prompt="4", since_days=-1)

    first, stand_in = endpoints()

    assert first.cost_usd(1_000_000, 0) == 2
    assert stand_in.cost_usd(1_000_000, 0) == 3


def test_before_its_first_day_the_settings_count():
    price(prompt="1", since_days=-1)

    assert endpoints()[0].cost_usd(1_000_000, 0) == 7


def test_a_new_price_is_no_other_model():
    before = endpoints()[0]
    price(prompt="1")

    assert endpoints()[0] == before
    assert hash(endpoints()[0]) == hash(before)


def test_a_ceiling_is_reached_by_the_tables_price_alone(model, settings):
    settings.LLM_PROMPT_PRICE = settings.LLM_COMPLETION_PRICE = 0
    settings.LLM_SPEND_MAX_DAY_USD = 0.001
    model.side_effect = lambda _: said("Vendemos sim!")
    assert "Preços de modelos" in _unpriced()[0]
    price(prompt="1", completion="10")
    waiting("Vocês vendem formadora?")

    jobs.run_due()
    spending.forget()

    assert spending.reached(None, now()) is Ceiling.DAY
    assert not _unpriced()


def _unpriced() -> list[str]:
    return [found.text for found in doctor_model.examine(every=False) if "limite de gasto" in found.text]


def test_one_price_a_day_and_none_below_zero():
    price(prompt="1")
    for usd in ({"prompt": "2"}, {"model": "dois", "completion": "-1"}, {"model": "dois", "cached": "-1"}):
        with transaction.atomic(), pytest.raises(IntegrityError):
            price(**usd)


def test_who_sets_a_price_is_audited_with_what_it_was(manager):
    form = {
        "model": "um",
        "valid_from_date": "01/11/2026",
        "prompt_usd": "0.15",
        "cached_usd": "",
        "completion_usd": "0.6",
    }
    form |= {"minute_usd": "0", "thousand_chars_usd": "0"}

    assert manager.post(f"{PAGE}add/", form).status_code == 302
    row = ModelPrice.objects.get()
    assert manager.post(f"{PAGE}{row.pk}/change/", form | {"prompt_usd": "0.3"}).status_code == 302

    created, changed = AuditEntry.objects.filter(subject_kind="modelprice").order_by("at")
    assert (created.action, created.detail["prompt_usd"]) == ("create", "0.15")
    assert (changed.action, changed.detail["prompt_usd"], changed.detail["fields"]) == ("change", "0.3", ["prompt_usd"])


def test_the_list_names_the_models_that_cost_nothing_yet(manager, settings):
    settings.LLM_PROMPT_PRICE = settings.LLM_COMPLETION_PRICE = 0
    settings.TRANSCRIPTION_PRICE = settings.SPEECH_PRICE = 0.01
    assert "Sem preço aqui nem no ambiente: um." in manager.get(PAGE).content.decode()

    price(prompt="0.15", completion="0.6")

    shown = manager.get(PAGE).content.decode()
    assert "Sem preço" not in shown
    assert "US$ 0,15" in shown
    assert "US$ 0,60" in shown
