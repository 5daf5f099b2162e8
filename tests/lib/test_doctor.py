"""``manage.py doctor``: what is wrong is said in one sentence each, and no secret is ever said."""

import json
from typing import Any

import httpx
import pytest
import respx
from django.core.management import call_command
from django.db import DatabaseError, connection
from pytest_django import Settings

from conversations import channel_cache
from conversations.models import Channel, Event, Outbox
from knowledge import queries
from knowledge.models import CompanyProfile, Flag, PromptVersion
from seleto import checks, doctor
from seleto.lib import alerts, circuits
from seleto.lib.models import Alert, Heartbeat
from tests.factories import ChannelFactory, ConversationFactory, EventFactory, now, queued

pytestmark = pytest.mark.django_db

ZAPI = "http://zapi.test"
MODEL = "http://modelo.test/v1"
KEY = "sk-chave-que-ninguem-pode-ver"
SECRET = "segredo-do-webhook-com-tamanho-bom"


def completion(content: str) -> httpx.Response:
    message = {"role": "assistant", "content": content}
    usage = {"prompt_tokens": 30, "completion_tokens": 6, "total_tokens": 36}
    choice = {"index": 0, "finish_reason": "stop", "message": message}
    return httpx.Response(
        200,
        json={"id": "x", "object": "chat.completion", "created": 0, "model": "m", "choices": [choice], "usage": usage},
    )


def refused(status: int, **error: Any) -> httpx.Response:
    return httpx.Response(status, json={"error": {"message": f"Key {KEY} refused", **error}})


@pytest.fixture
def world(settings: Settings) -> Any:
    """A sound installation: what a test breaks is what doctor must find."""
    settings.SANDBOX = True
    settings.ZAPI_BASE_URL, settings.LLM_BASE_URL, settings.LLM_API_KEY = ZAPI, MODEL, KEY
    call_command("seed", verbosity=0)
    CompanyProfile.objects.update(
        site="https://seleto.test", catalogue_url="https://seleto.test/catalogo", email="contato@seleto.test"
    )
    ChannelFactory.create(webhook_secrets={"atual": SECRET})
    for cluster in ("conversation", "delivery", "background"):
        Heartbeat.objects.create(name=cluster, beat_at=now())
    for forget in (queries.clear_cache, channel_cache.forget, circuits.forget):
        forget()
    with respx.mock(assert_all_called=False) as router:
        router.get(url__regex=rf"{ZAPI}/.*/status").respond(json={"connected": True, "smartphoneConnected": True})
        router.post(url__regex=rf"{ZAPI}/.*/queue").respond(json={"messages": []})
        router.post(f"{MODEL}/chat/completions").mock(return_value=completion('{"ok": true}'))
        yield router


def found(level: str) -> dict[str, str]:
    """Check -> sentence of all findings of a level; several of one check follow each other."""
    texts: dict[str, str] = {}
    for finding in doctor.examine(now=now()):
        if finding.level == level:
            texts[finding.check] = f"{texts.get(finding.check, '')} {finding.text}".strip()
    return texts


def test_a_sound_installation_has_nothing_to_fix(world: respx.Router, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("doctor", json=True)

    said = json.loads(capsys.readouterr().out)
    assert said["status"] == "warning"  # a simulation's settings are no production's
    assert {row["check"] for row in said["findings"] if row["level"] == "warning"} == {"settings"}
    model = next(row["text"] for row in said["findings"] if row["check"] == "model")
    assert "36 tokens" in model


def test_the_worst_finding_decides_the_exit(
    world: respx.Router, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    Heartbeat.objects.filter(name="delivery").delete()

    with pytest.raises(SystemExit) as exit_:
        call_command("doctor")

    assert exit_.value.code == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if line.startswith("erro")] == [
        "erro  Nenhum processo trabalha em delivery: inicie `python manage.py worker` ou veja o log dele."
    ]


def test_settings_of_a_developer_must_be_fixed_outside_a_simulation(world: respx.Router, settings: Settings) -> None:
    settings.SANDBOX = False

    said = found("error")["settings"]

    assert "SECRET_KEY" in said
    assert "ZAPI_BASE_URL" in said
    assert settings.SECRET_KEY not in said


def test_every_deployment_check_has_its_sentence(settings: Settings) -> None:
    settings.SANDBOX = settings.DEBUG = True
    ids = {message.id for message in checks.deployment(None)}
    settings.SANDBOX, settings.ZAPI_BASE_URL = False, ZAPI
    ids |= {message.id for message in checks.provider_hosts(None)}

    assert ids <= set(doctor.SETTINGS_TEXTS)


def test_an_unreachable_database_is_said_and_the_rest_that_needs_it_left_out(
    world: respx.Router, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise DatabaseError("host db.exemplo password=x")

    monkeypatch.setattr(connection, "cursor", refuse)
    monkeypatch.setattr(connection, "ensure_connection", refuse)

    findings = doctor.examine(now=now())

    assert {finding.check for finding in findings} == {"scope", "settings", "database", "model"}
    assert "não responde" in next(finding.text for finding in findings if finding.check == "database")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"json": {"connected": False, "error": "You are not connected."}}, "QR code"),
        ({"json": {"connected": True, "smartphoneConnected": False}}, "celular está sem internet"),
        ({"status_code": 403, "json": {"error": "null not allowed"}}, "confira a instância"),
        ({"status_code": 503}, "não informa a situação"),
    ],
)
def test_a_channel_that_cannot_send_is_found(world: respx.Router, answer: dict[str, Any], expected: str) -> None:
    world.get(url__regex=rf"{ZAPI}/.*/status").respond(**answer)

    assert expected in found("error")["channel:principal"]


def test_a_channel_tells_its_webhook_address_without_the_secret(world: respx.Router, settings: Settings) -> None:
    settings.PUBLIC_URL = "https://atendimento.test/"

    text = found("ok")["channel:principal"]

    assert "https://atendimento.test/webhooks/zapi/principal/<segredo>/" in text
    assert SECRET not in text


def test_missing_or_short_secrets_of_a_channel_are_found(world: respx.Router) -> None:
    Channel.objects.update(webhook_secrets={"atual": "curto"}, credentials={"instance_token": "x"})
    said = found("warning")["channel:principal"]
    assert "menos de 24 caracteres" in said
    assert "Client-Token" in said

    Channel.objects.update(webhook_secrets={})
    assert "não tem segredo" in found("error")["channel:principal"]


def test_no_enabled_channel_is_an_error_and_a_disabled_one_is_not_asked(world: respx.Router) -> None:
    Channel.objects.update(enabled=False)

    assert "Não há canal ativo" in found("error")["channel"]
    assert "desativado" in found("warning")["channel:principal"]
    assert not [call for call in world.calls if call.request.url.path.endswith("/status")]


@pytest.mark.parametrize(
    ("answer", "level", "expected"),
    [
        (refused(401, code="invalid_api_key"), "error", "confira LLM_API_KEY"),
        (refused(429, type="insufficient_quota"), "error", "sem cota"),
        (refused(429, type="requests", code="rate_limit_exceeded"), "warning", "limite de chamadas"),
        (refused(404, code="model_not_found"), "error", "confira LLM_MODEL"),
        (refused(400, param="max_tokens"), "error", "recusa max_tokens"),
        (refused(500), "error", "http_500"),
        (httpx.Response(200, html="<h1>Bem-vindo</h1>"), "error", "costuma terminar em /v1"),
        (httpx.ConnectError("refused"), "error", "Não há conexão"),
        (httpx.ReadTimeout("slow"), "error", "não respondeu no tempo"),
    ],
)
def test_what_the_model_lacks_is_told_apart(world: respx.Router, answer: Any, level: str, expected: str) -> None:
    world.post(f"{MODEL}/chat/completions").mock(side_effect=[answer])

    said = found(level)["model"]

    assert expected in said
    assert KEY not in said


def test_the_question_costs_one_call_and_its_price_is_said(world: respx.Router, settings: Settings) -> None:
    settings.LLM_PROMPT_PRICE, settings.LLM_COMPLETION_PRICE = 10.0, 100.0

    assert "US$ 0.000900" in found("ok")["model"]
    (call,) = [call for call in world.calls if call.request.url.path.endswith("/chat/completions")]
    asked = json.loads(call.request.content)
    assert asked["response_format"]["type"] == "json_schema"


def test_what_managers_still_have_to_do_is_found(world: respx.Router) -> None:
    CompanyProfile.objects.update(email="contato@seleto.example")
    Flag.objects.create(name=Flag.Name.AGENT_ENABLED, scope="channel:principal", on=False)
    PromptVersion.objects.update(status=PromptVersion.Status.RETIRED)

    warnings = found("warning")

    assert "de exemplo" in warnings["company"]
    assert "channel:principal" in warnings["flag"]
    assert "publique uma" in found("error")["prompt"]


def test_what_waits_for_a_person_is_counted(world: respx.Router) -> None:
    EventFactory.create(status=Event.Status.PARKED, reason="formato")
    first, second = queued(ConversationFactory.create(), "Olá!", "Tudo bem?")
    Outbox.objects.filter(pk=first.pk).update(status=Outbox.Status.PARKED, reason="recusada")
    Outbox.objects.filter(pk=second.pk).update(status=Outbox.Status.UNKNOWN, reason="sem_confirmacao")
    alerts.open_("teste", title="Algo precisa de alguém", level=Alert.Level.WARNING, now=now())
    for _ in range(5):
        circuits.failed("zapi:principal", "http_503", now())

    warnings = found("warning")

    assert "1 eventos" in warnings["parked"]
    assert "1 mensagens de saída" in warnings["parked"]
    assert "1 mensagens sem confirmação" in warnings["parked"]
    assert "Algo precisa de alguém" in warnings["alert"]
    assert "zapi:principal" in warnings["circuit"]


def test_it_says_which_installation_was_looked_at(world: respx.Router, settings: Settings) -> None:
    settings.PUBLIC_URL = "https://atendimento.example"
    settings.LLM_BASE_URL = "https://chave:segredo@modelo.example/v1"  # pragma: allowlist secret

    scope = doctor._scope().text

    assert "https://atendimento.example" in scope
    assert "modelo em modelo.example." in scope
