"""I7: text the lead forwards is not the lead's words."""

from datetime import UTC, datetime, timedelta

import pytest
import respx
import time_machine

from leads.models import Consent, Fact
from seleto.lib import jobs
from tests import zapi
from tests.conversations.model import said
from tests.factories import PromptFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("fields", [{"forwarded": True}, {"isStatusReply": True}])
def test_forwarded_text_gives_no_fact(channel, settings, fields):
    settings.LLM_API_KEY = "k"
    PromptFactory.create()
    text = "Meu nome é Carlos Souza, sou de Curitiba, e-mail carlos@empresa.example, CNPJ 11.222.333/0001-81"
    zapi.post(zapi.received(text, **fields))
    zapi.post(zapi.received("Olha o que me mandaram. Vocês vendem isso?"))
    with respx.mock(assert_all_called=False) as router:
        router.post(path__regex="/read-message$").respond(204)
        router.post(path__regex="/chat/completions$").side_effect = lambda r: said(
            "Vendemos sim!",
            facts=[{"field": "nome", "value": "Carlos Souza", "quote": "Meu nome é Carlos Souza", "message": "m1"}],
        )
        router.post(path__regex="/send-text$").respond(200, json={"messageId": "X1", "zaapId": "z"})
        jobs.run_due("ingest")
        with time_machine.travel(datetime.now(UTC) + timedelta(seconds=40)):
            jobs.run_due()
    got = list(Fact.objects.values_list("field", "value", "evidence"))
    assert got == []


def test_forwarded_opt_out_is_not_the_leads(channel):
    zapi.post(zapi.received("Pare de me mandar mensagens, não quero mais receber nada de vocês", forwarded=True))
    jobs.run_due("ingest")
    assert not Consent.objects.exists()


def test_history_opt_out_is_not_believed_today(channel):
    import time

    zapi.post(zapi.received("Pare de me mandar mensagens", momment=int((time.time() - 2 * 365 * 86400) * 1000)))
    jobs.run_due("ingest")
    assert not Consent.objects.exists()
