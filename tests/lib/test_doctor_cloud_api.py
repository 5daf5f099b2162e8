"""What doctor says of a channel of the Cloud API, and of one that hears nothing."""

from datetime import timedelta
from typing import Any

import pytest
import respx

from conversations.models import Channel, Outbox
from seleto import doctor_channels
from seleto.findings import Finding, Level
from seleto.lib import clock
from tests.channels.test_cloud_api_channel import cloud_channel
from tests.factories import ConversationFactory, queued

pytestmark = pytest.mark.django_db

GRAPH = "https://graph.facebook.com/v26.0"
KEYS = {"access_token": "token", "verify_token": "v" * 30, "waba_id": "102"}


@pytest.fixture
def meta() -> Any:
    cloud_channel(credentials=KEYS, webhook_secrets={"atual": "s" * 32})
    with respx.mock(assert_all_called=False) as router:
        router.get(path="/v26.0/106000000000001").respond(json={"quality_rating": "GREEN"})
        template = {"name": "retomada", "language": "pt_BR", "status": "APPROVED"}
        router.get(path="/v26.0/102/message_templates").respond(json={"data": [template]})
        yield router


def found(level: Level) -> str:
    every: list[Finding] = list(doctor_channels.examine(now=clock.now()))
    return " ".join(finding.text for finding in every if finding.level == level and finding.check == "channel:nuvem")


def test_a_sound_number_has_nothing_to_fix(meta: respx.Router) -> None:
    assert found(Level.ERROR) == found(Level.WARNING) == ""
    assert "Modelos aprovados no canal nuvem: 1." in found(Level.OK)
    assert "/webhooks/whatsapp/nuvem/." in found(Level.OK)


def test_only_reading_is_done(meta: respx.Router) -> None:
    list(doctor_channels.examine(now=clock.now()))

    assert {call.request.method for call in meta.calls} == {"GET"}


@pytest.mark.parametrize(
    ("path", "answer", "level", "expected"),
    [
        ("106000000000001", {"status_code": 401, "json": {"error": {"code": 190}}}, Level.ERROR, "se ele venceu"),
        ("106000000000001", {"json": {"quality_rating": "RED"}}, Level.WARNING, "nota baixa"),
        ("106000000000001", {"status_code": 503}, Level.ERROR, "não informa a situação"),
        ("102/message_templates", {"json": {"data": []}}, Level.WARNING, "não tem modelo aprovado"),
        (
            *("102/message_templates", {"status_code": 403, "json": {"error": {"code": 200}}}),
            *(Level.ERROR, "whatsapp_business_management"),
        ),
    ],
)
def test_what_meta_says_becomes_advice(
    meta: respx.Router, path: str, answer: dict[str, Any], level: Level, expected: str
) -> None:
    meta.get(path=f"/v26.0/{path}").respond(**answer)

    assert expected in found(level)


@pytest.mark.parametrize("name", ["verify_token", "waba_id"])
def test_what_is_missing_is_named(meta: respx.Router, name: str) -> None:
    Channel.objects.update(credentials={key: value for key, value in KEYS.items() if key != name})

    assert name in found(Level.WARNING)


def test_a_channel_that_hears_nothing_is_found(meta: respx.Router) -> None:
    (row,) = queued(ConversationFactory.create(channel=Channel.objects.get()), "oi")
    Outbox.objects.filter(pk=row.pk).update(status=Outbox.Status.SENT, sent_at=clock.now() - timedelta(minutes=10))

    assert "não ouve nada" in found(Level.ERROR)
