"""`extract_facts`: JSON lines in, JSON lines out."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from leads.extraction import FIELDS


def run(tmp_path: Path, *lines: str) -> tuple[int, list[dict[str, object]], str]:
    source, target, errors = tmp_path / "in.jsonl", tmp_path / "out.jsonl", StringIO()
    source.write_text("\n".join(lines), encoding="utf-8")
    code = 0
    try:
        call_command("extract_facts", "--input", str(source), "--output", str(target), stderr=errors)
    except SystemExit as stop:
        code = int(str(stop.code))
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
    bad = ("{", "[]", '{"id": "x"}', '{"id": "x", "messages": [1]}')
    code, lines, errors = run(tmp_path, item("a", "oi"), *bad, item("b", "oi"))
    assert code == 1
    assert [line["id"] for line in lines] == ["a", "b"]
    assert [f"line {number}:" in errors for number in (1, 2, 3, 4, 5, 6)] == [False, True, True, True, True, False]


def test_a_missing_file_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as stop:
        call_command(
            "extract_facts", "--input", str(tmp_path / "no"), "--output", str(tmp_path / "o"), stderr=StringIO()
        )
    assert stop.value.code == 2
