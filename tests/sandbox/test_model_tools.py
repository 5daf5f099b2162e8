"""The model looks things up by a tool, answers in the form it is asked for, and sums up."""

import json
from typing import Any

import pytest

from sandbox.model import lookups, speaker
from tests.sandbox.briefs import ARTICLES, brief
from tests.sandbox.outside import Outside

SCHEMA = {"type": "json_schema", "json_schema": {"name": "resposta", "schema": {"type": "object"}}}
LOOK_UP = {"type": "function", "function": {"name": lookups.CATALOGUE, "parameters": {"type": "object"}}}
ANSWER = {"type": "function", "function": {"name": "resposta", "parameters": {"type": "object"}}}
WITHOUT = [row for row in ARTICLES if row[0] != "fb300.reservatorio"]
QUESTION = "qual o tamanho do reservatório da FB300?"


def chosen(outside: Outside, *messages: Any, **options: Any) -> dict[str, Any]:
    choice: dict[str, Any] = outside.chat(*messages, **options).json()["choices"][0]
    return choice


def test_what_the_brief_does_not_hold_is_looked_up_once_and_then_told(outside: Outside) -> None:
    outside.admin("model", mode="look_up")
    asked = brief(QUESTION, articles=WITHOUT)

    first = chosen(outside, asked, tools=[LOOK_UP], response_format=SCHEMA)
    (call,) = first["message"]["tool_calls"]
    found = {"respondivel": True, "artigos": [{"id": "fb300.reservatorio", "texto": "FB300: reservatório de 5 kg"}]}
    result = {"role": "tool", "tool_call_id": call["id"], "content": json.dumps(found)}
    second = chosen(outside, asked, first["message"], result, tools=[LOOK_UP], response_format=SCHEMA)

    assert (first["finish_reason"], call["function"]["name"]) == ("tool_calls", "consultar_catalogo")
    assert "reservatório" in json.loads(call["function"]["arguments"])["pergunta"]
    data = json.loads(second["message"]["content"])
    assert "5 kg" in data["reply"]
    assert data["sources"] == ["fb300.reservatorio"]


def test_a_look_up_that_finds_nothing_leaves_the_question_open(outside: Outside) -> None:
    outside.admin("model", mode="look_up")
    asked = brief(QUESTION, articles=WITHOUT)
    first = chosen(outside, asked, tools=[LOOK_UP], response_format=SCHEMA)
    call = first["message"]["tool_calls"][0]
    result = {"role": "tool", "tool_call_id": call["id"], "content": '{"respondivel": false, "artigos": []}'}

    second = chosen(outside, asked, first["message"], result, tools=[LOOK_UP], response_format=SCHEMA)

    assert json.loads(second["message"]["content"])["unanswered_question"]


def test_only_some_questions_are_looked_up_and_always_the_same() -> None:
    def looks_up(number: int) -> bool:
        asked = brief(f"a FB300 tem wifi versão {number}?", articles=[])
        body = {"model": "m", "messages": [asked], "tools": [LOOK_UP], "response_format": SCHEMA}
        return bool(speaker.answer(body, careless=None).tool_calls)

    first = [looks_up(number) for number in range(40)]

    assert first == [looks_up(number) for number in range(40)]
    assert 4 <= sum(first) <= 24


@pytest.mark.parametrize("options", [{}, {"tools": [LOOK_UP], "tool_choice": "none"}, {"tools": [ANSWER]}])
def test_without_the_tool_nothing_is_looked_up(options: dict[str, Any], outside: Outside) -> None:
    outside.admin("model", mode="look_up")

    message = chosen(outside, brief(QUESTION, articles=WITHOUT), **options)["message"]

    assert lookups.CATALOGUE not in [call["function"]["name"] for call in message.get("tool_calls") or []]


def test_plain_json_is_json(outside: Outside) -> None:
    message = chosen(outside, brief("oi"), response_format={"type": "json_object"})["message"]

    assert json.loads(message["content"])["reply"]


def test_a_required_answer_comes_through_its_tool_beside_others(outside: Outside) -> None:
    message = chosen(outside, brief("oi"), tools=[LOOK_UP, ANSWER], tool_choice="required")["message"]

    assert [call["function"]["name"] for call in message["tool_calls"]] == ["resposta"]


@pytest.mark.parametrize(
    ("mode", "refused", "taken"),
    [
        ("no_schema", {"response_format": SCHEMA}, {"response_format": {"type": "json_object"}, "tools": [LOOK_UP]}),
        ("no_tools", {"tools": [LOOK_UP]}, {"response_format": SCHEMA}),
        ("no_tools_with_format", {"response_format": SCHEMA, "tools": [LOOK_UP]}, {"tools": [ANSWER]}),
    ],
)
def test_it_can_know_less_than_the_real_one(
    mode: str, refused: dict[str, Any], taken: dict[str, Any], outside: Outside
) -> None:
    outside.admin("model", mode=mode)

    assert outside.chat(brief("oi"), **refused).status_code == 400
    assert outside.chat(brief("oi"), **taken).status_code == 200


def test_tools_and_form_count_as_tokens_too(outside: Outside) -> None:
    plain = outside.chat(brief("oi")).json()["usage"]["prompt_tokens"]
    full = outside.chat(brief("oi"), tools=[LOOK_UP], response_format=SCHEMA).json()["usage"]["prompt_tokens"]

    sent = json.dumps([LOOK_UP], separators=(",", ":")) + json.dumps(SCHEMA, separators=(",", ":"))
    assert full - plain == pytest.approx(len(sent) / 3, abs=1)


def test_a_conversation_is_summed_up_in_plain_words(outside: Outside) -> None:
    asked = (
        "<resumir><resumo>Quer a FB300.</resumo><conversa>"
        '<msg de="lead">sou de Itajaí</msg><msg de="agente">que bom!</msg></conversa></resumir>'
    )

    content = chosen(outside, {"role": "user", "content": asked})["message"]["content"]

    assert content == "Quer a FB300. A pessoa disse: sou de Itajaí."
