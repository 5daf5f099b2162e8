"""`manage.py review_replies`: lines in, verdicts out, in order, bad lines named."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError


def run(tmp_path: Path, *lines: str | bytes) -> tuple[list[dict[str, Any]], str, int]:
    source, target, errors = tmp_path / "in.jsonl", tmp_path / "out.jsonl", io.StringIO()
    source.write_bytes(b"\n".join(line.encode() if isinstance(line, str) else line for line in lines) + b"\n")
    code = 0
    try:
        call_command("review_replies", "--input", str(source), "--output", str(target), stderr=errors)
    except CommandError as error:
        code = error.returncode
    return [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()], errors.getvalue(), code


def test_each_line_is_answered_in_order(tmp_path: Path) -> None:
    answers, errors, code = run(tmp_path, '{"id": "b", "text": "custa R$ 9.000"}', "", '{"id": "a", "text": "oi"}')

    assert answers == [
        {"id": "b", "violations": ["price"], "spans": [[6, 14, "price"]]},
        {"id": "a", "violations": [], "spans": []},
    ]
    assert (errors, code) == ("", 0)


def test_the_context_of_a_line_counts(tmp_path: Path) -> None:
    exception = {"temperature": "frio", "price_exception": {"FBM100": 6490.0}}
    line = {"id": 1, "text": "A FBM100 custa R$ 6.490,00.", "context": exception}
    asked = {"id": 2, "text": "sim", "context": {"lead_last": "passa de 20 mil?"}}

    answers, _, _ = run(tmp_path, json.dumps(line), json.dumps(asked), json.dumps({**asked, "id": 3, "context": {}}))

    assert [answer["violations"] for answer in answers] == [[], ["price"], []]


def test_statements_are_held_against_the_shipped_products(tmp_path: Path) -> None:
    answers, _, _ = run(tmp_path, '{"id": 1, "text": "A FB300 faz 900 por hora."}')

    assert answers[0]["violations"] == ["contradiction"]


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        '{"id": 1}',
        '{"text": "oi"}',
        '{"id": 1, "text": 5}',
        '{"id": 1, "text": "oi", "context": []}',
        '{"id": 1, "text": "oi", "context": {"price_exception": {"FBM100": "caro"}}}',
        '{"id": 1, "text": "oi", "context": {"lead_last": 3}}',
        b'{"id": 1, "text": "\xff"}',
        "[" * 100_000,
    ],
)
def test_a_malformed_line_is_named_and_the_rest_is_done(tmp_path: Path, line: str | bytes) -> None:
    answers, errors, code = run(tmp_path, '{"id": 0, "text": "oi"}', line, '{"id": 9, "text": "oi"}')

    assert [answer["id"] for answer in answers] == [0, 9]
    assert "linha 2" in errors
    assert code == 1


def test_a_file_that_cannot_be_opened_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(CommandError) as failure:
        call_command("review_replies", "--input", str(tmp_path / "nada"), "--output", str(tmp_path / "out"))

    assert failure.value.returncode == 2
