"""`extract_facts`: JSON lines in, JSON lines out."""

import json
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from leads.extraction import FIELDS


def run(tmp_path: Path, *lines: str) -> tuple[int, list[dict[str, object]], str]:
    source, target, errors = tmp_path / "in.jsonl", tmp_path / "out.jsonl", StringIO()
    source.write_text("\n".join(lines), encoding="utf-8")
    code = 0
    try:
        call_command("extract_facts", "--input", str(source), "--output", str(target), stderr=errors)
    except CommandError as error:
        code = error.returncode
    return code, [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()], errors.getvalue()


def item(name: str, *messages: str) -> str:
    return json.dumps({"id": name, "messages": list(messages), "expected": {}})


def test_one_line_out_per_line_in_same_order(tmp_path: Path) -> None:
    code, lines, errors = run(tmp_path, item("b", "sou a Ana, 11 90000-0001"), item("a", "oi"))
    assert (code, errors) == (0, "")
    assert [line["id"] for line in lines] == ["b", "a"]
    facts = lines[0]["facts"]
    assert isinstance(facts, dict)
    assert tuple(facts) == FIELDS
    assert (facts["nome"], facts["telefone"]) == ("Ana", "+5511900000001")


def test_a_malformed_line_is_reported_and_the_rest_is_done(tmp_path: Path) -> None:
    bad = ("{", "[]", '{"id": "x"}', '{"id": "x", "messages": [1]}', '{"id": "\\ud800", "messages": []}')
    code, lines, errors = run(tmp_path, item("a", "oi"), *bad, item("b", "oi"))
    assert code == 1
    assert [line["id"] for line in lines] == ["a", "b"]
    assert [f"linha {number}:" in errors for number in range(1, 8)] == [False] + [True] * 5 + [False]


def test_a_missing_file_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="não foi possível abrir") as stop:
        call_command(
            "extract_facts", "--input", str(tmp_path / "no"), "--output", str(tmp_path / "o"), stderr=StringIO()
        )
    assert stop.value.returncode == 2


def test_a_dash_stands_for_the_standard_streams(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(item("a", "sou a Ana").encode())))

    call_command("extract_facts", "--input", "-", "--output", "-")

    assert json.loads(capsys.readouterr().out)["facts"]["nome"] == "Ana"
