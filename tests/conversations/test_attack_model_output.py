"""What a model may write must never keep a lead without an answer."""

import json

import httpx
import pytest
import respx

from seleto.lib import jobs
from tests import zapi
from tests.conversations.model import answer, completion, said
from tests.factories import PromptFactory, waiting

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _world(channel, settings):
    settings.LLM_API_KEY = "k"
    settings.TYPING_MAX_S = 0
    PromptFactory.create()


CASES = {
    "nul_reply": {"reply": "Olá\x00! Posso ajudar?"},
    "nul_sources": {"sources": ["a\x00b"]},
    "nul_gap": {"unanswered_question": "Qual a voltagem\x00 da FB300?"},
    "long_gap": {"unanswered_question": "Qual a voltagem da FB300? " * 400},
    "surrogate_reply": "RAW",
    "surrogate_gap": "RAWGAP",
    "surrogate_sources": "RAWSRC",
    "fact_nul": {"facts": [{"field": "nome", "value": "Ana\x00", "quote": "Ana\x00", "message": "m1"}]},
    "price_nul": {"reply": "Custa R$ 12\x00.000"},
    "huge_reply": {"reply": "Olá " * 999},
    "only_format": {"reply": "\u200b\u200b"},
    "blank": {"reply": "   \n\n  "},
}


@pytest.mark.parametrize("case", CASES)
def test_poison(case):
    waiting("Vocês vendem formadora de hambúrguer? Sou a Ana")
    texts = []

    def model(request):
        fields = CASES[case]
        if fields == "RAW":
            return completion(json.dumps(answer("XX")).replace("XX", "Oi \\ud83d tudo"))
        if fields == "RAWGAP":
            return completion(json.dumps(answer("Oi!", unanswered_question="XX")).replace("XX", "Oi \\ud83d tudo"))
        if fields == "RAWSRC":
            return completion(json.dumps(answer("Oi!", sources=["XX"])).replace("XX", "Oi \\ud83d tudo"))
        return said(**{"reply": "Posso ajudar?", **fields})

    with respx.mock(assert_all_called=False) as router:
        router.post(path__regex="/read-message$").respond(204)
        router.post(path__regex="/chat/completions$").side_effect = model

        def send(request):
            texts.append(json.loads(request.content)["message"])
            return httpx.Response(200, json={"messageId": zapi.message_id(), "zaapId": "z"})

        router.post(path__regex="/send-text$").side_effect = send
        jobs.run_due("turn")
        jobs.run_due()
    assert len(texts) >= 1
