"""Wrong usage of ``manage.py play`` is refused before anything is started."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

CASE = '{"id": "c1", "start": "2026-12-01T10:00:00-03:00", "turns": [{"at": "+0s", "from": "lead", "text": "oi"}]}'


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    path = tmp_path / "in.jsonl"
    path.write_text(CASE, encoding="utf-8")
    return path


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read") as refused:
        call_command("play", input=str(tmp_path / "nothing.jsonl"))
    assert refused.value.returncode == 2


def test_a_file_without_a_case(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text("\n\n", encoding="utf-8")

    with pytest.raises(CommandError, match="no case") as refused:
        call_command("play", input=str(tmp_path / "in.jsonl"))
    assert refused.value.returncode == 2


def test_an_id_that_no_case_has(cases: Path) -> None:
    with pytest.raises(CommandError, match="c2") as refused:
        call_command("play", input=str(cases), only="c1,c2")
    assert refused.value.returncode == 2


def test_an_output_that_cannot_be_written(cases: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be written") as refused:
        call_command("play", input=str(cases), output=str(tmp_path / "no" / "out.jsonl"))
    assert refused.value.returncode == 2


def test_another_installation_needs_a_token(cases: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PLAY_API_TOKEN", raising=False)

    with pytest.raises(CommandError, match="PLAY_API_TOKEN"):
        call_command("play", input=str(cases), target="http://127.0.0.1:9")
