"""``manage.py doctor`` on the model: which forms of answer it knows, and which setting to use."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
import respx
from django.core.management import call_command
from pytest_django import Settings

from sandbox.model import misbehave, speaker, wire
from seleto import doctor_model
from seleto.findings import Level

pytestmark = pytest.mark.django_db
URL = "http://modelo.test/v1"
KEY = "sk-chave-que-ninguem-pode-ver"


@pytest.fixture
def server(settings: Settings) -> Iterator[Callable[[str], respx.Route]]:
    """A model server with one of the sandbox's ways to know less than the real one."""
    settings.LLM_BASE_URL, settings.LLM_API_KEY, settings.LLM_MODEL = URL, KEY, "um"

    def knowing(mode: str) -> respx.Route:
        def answer(request: httpx.Request) -> httpx.Response:
            body = json.loads(request.content)
            failed = misbehave.failure(mode, body)
            if failed is not None:
                return httpx.Response(failed.status, json=failed.body())
            reply = speaker.answer(body, careless=None)
            return httpx.Response(
                200, json=wire.completion(request_id="1234567890", created=0, model="m", reply=reply, prompt_tokens=30)
            )

        return router.post(f"{URL}/chat/completions").mock(side_effect=answer)

    with respx.mock(assert_all_called=False) as router:
        yield knowing


def judged(*, every: bool = False) -> tuple[Level, str]:
    (finding,) = doctor_model.examine(every=every)
    assert KEY not in finding.text
    return finding.level, finding.text


def sent(route: respx.Route) -> list[dict[str, Any]]:
    return [json.loads(call.request.content) for call in route.calls]


@pytest.mark.parametrize(
    ("mode", "configured", "advised"),
    [
        ("no_schema", ("schema", True), "use LLM_ANSWER_MODE=tool."),
        ("no_tools_with_format", ("schema", True), "use LLM_ANSWER_MODE=tool."),
        ("no_tools", ("schema", True), "use LLM_ANSWER_MODE=schema e LLM_TOOLS=off."),
        ("no_tools", ("tool", True), "use LLM_ANSWER_MODE=schema e LLM_TOOLS=off."),
        ("no_tools_with_format", ("json", True), "use LLM_ANSWER_MODE=tool."),
    ],
)
def test_a_form_the_server_does_not_know_is_named_with_the_one_it_knows(
    server: Callable[[str], respx.Route], settings: Settings, mode: str, configured: tuple[str, bool], advised: str
) -> None:
    settings.LLM_ANSWER_MODE, settings.LLM_TOOLS = configured
    route = server(mode)

    level, text = judged()

    assert level is Level.ERROR
    assert advised in text
    assert route.call_count <= doctor_model.MAX_PROBES
    assert all(body["max_tokens"] <= 20 for body in sent(route))


@pytest.mark.parametrize(("mode", "tools"), [("schema", True), ("schema", False), ("json", True), ("tool", True)])
def test_a_form_the_server_knows_costs_one_request(
    server: Callable[[str], respx.Route], settings: Settings, mode: str, tools: bool
) -> None:
    settings.LLM_ANSWER_MODE, settings.LLM_TOOLS = mode, tools
    route = server("normal")

    level, text = judged()

    assert (level, route.call_count) == (Level.OK, 1)
    assert "tokens" in text


def test_all_forms_are_tried_on_demand(server: Callable[[str], respx.Route]) -> None:
    route = server("normal")

    level, text = judged(every=True)

    assert (level, route.call_count) == (Level.OK, 3)
    assert "schema com ferramentas, tool, json com ferramentas" in text


def test_a_server_that_ignores_what_it_is_asked_for_is_found_out(
    server: Callable[[str], respx.Route], settings: Settings
) -> None:
    message = {"role": "assistant", "content": "Claro! Está tudo certo."}
    choice = {"index": 0, "finish_reason": "stop", "message": message}
    answer = {"id": "x", "object": "chat.completion", "created": 0, "model": "m", "choices": [choice]}
    route = server("normal")
    route.side_effect = lambda _: httpx.Response(200, json=answer)

    level, text = judged()

    assert (level, route.call_count) == (Level.ERROR, doctor_model.MAX_PROBES)
    assert "tente LLM_ANSWER_MODE=json e LLM_TOOLS=off" in text


@pytest.mark.parametrize(
    ("mode", "expected"),
    [("unauthorized", "confira LLM_API_KEY"), ("model_not_found", "confira LLM_MODEL"), ("quota", "sem cota")],
)
def test_what_has_nothing_to_do_with_forms_is_asked_once_and_told_apart(
    server: Callable[[str], respx.Route], mode: str, expected: str
) -> None:
    route = server(mode)

    level, text = judged(every=True)

    assert (level, route.call_count) == (Level.ERROR, 1)
    assert expected in text


def test_the_stand_in_is_looked_at_too_and_its_settings_named(
    server: Callable[[str], respx.Route], settings: Settings
) -> None:
    settings.LLM_FALLBACK_MODEL = "dois"
    server("unauthorized")

    first, second = doctor_model.examine(every=False)

    assert (first.check, second.check) == ("model", "model:reserva")
    assert "LLM_FALLBACK_API_KEY" in second.text


def test_a_ceiling_without_prices_is_worth_nothing(server: Callable[[str], respx.Route], settings: Settings) -> None:
    settings.LLM_SPEND_MAX_DAY_USD = 5.0
    server("normal")

    assert "Preços de modelos" in next(
        finding.text for finding in doctor_model.examine(every=False) if finding.level != Level.OK
    )

    settings.LLM_PROMPT_PRICE = 0.15
    assert [finding.level for finding in doctor_model.examine(every=False)] == [Level.OK]


def test_the_command_can_look_at_the_model_alone(
    server: Callable[[str], respx.Route], capsys: pytest.CaptureFixture[str]
) -> None:
    server("normal")

    call_command("doctor", model=True, json=True)

    rows = json.loads(capsys.readouterr().out)["findings"]
    assert [row["check"] for row in rows] == ["model"]
