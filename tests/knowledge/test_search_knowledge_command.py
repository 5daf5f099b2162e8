import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from knowledge.models import Article


def run(tmp_path: Path, lines: list[str], *options: str) -> tuple[list[dict[str, object]], str, CommandError | None]:
    source, target, errors = tmp_path / "in.jsonl", tmp_path / "out.jsonl", StringIO()
    source.write_text("\n".join(lines), encoding="utf-8")
    failure = None
    try:
        call_command("search_knowledge", "--input", str(source), "--output", str(target), *options, stderr=errors)
    except CommandError as error:
        failure = error
    written = target.read_text(encoding="utf-8").splitlines() if target.exists() else []
    return [json.loads(line) for line in written], errors.getvalue(), failure


def question(key: str, text: str) -> str:
    return json.dumps({"id": key, "question": text}, ensure_ascii=False)


def test_one_answer_per_question_in_order(tmp_path: Path) -> None:
    answers, _, failure = run(
        tmp_path, [question("b", "produção da FB300?"), question("a", "a FB300 é bivolt?"), question("c", "preço?")]
    )

    assert failure is None
    assert [answer["id"] for answer in answers] == ["b", "a", "c"]
    assert [answer["answerable"] for answer in answers] == [True, False, False]
    assert answers[0]["results"][0]["product"] == "FB300"  # type: ignore[index]
    assert set(answers[0]["results"][0]) == {"product", "article", "score"}  # type: ignore[index]


def test_bad_lines_are_named_after_the_rest_is_done(tmp_path: Path) -> None:
    answers, errors, failure = run(tmp_path, ["{", question("a", "garantia?"), '{"id": 1}', "[]", ""])

    assert [answer["id"] for answer in answers] == ["a"]
    assert [line.split(":")[0] for line in errors.splitlines()] == ["linha 1", "linha 3", "linha 4"]
    assert failure is not None
    assert failure.returncode == 1


def test_a_missing_file_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(CommandError) as caught:
        call_command("search_knowledge", "--input", str(tmp_path / "none"), "--output", str(tmp_path / "out"))

    assert caught.value.returncode == 2


def test_only_live_reads_what_managers_changed(tmp_path: Path, seeded: None) -> None:
    Article.objects.filter(code="fb700.esteira").delete()
    asked = [question("a", "a FB700 tem esteira de saída?")]

    shipped, _, _ = run(tmp_path, asked)
    live, _, _ = run(tmp_path, asked, "--live")

    assert "fb700.esteira" in json.dumps(shipped)
    assert "fb700.esteira" not in json.dumps(live)
