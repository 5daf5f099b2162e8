"""The acceptance cases, and the report that people sign."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from conversations.evals import acceptance
from conversations.evals.acceptance import Verdict
from conversations.evals.assertions import Result
from conversations.evals.player import Played
from conversations.evals.schema import Case

BEGAN, ENDED = datetime(2026, 12, 1, 9, tzinfo=UTC), datetime(2026, 12, 1, 10, tzinfo=UTC)
HOLDS = Result("handoff", True, True)
IMPLIED = Result("implied_no_violation", [], [])
BROKEN = Result("temperature", "quente", "frio", "expected 'quente', found 'frio'")
UNTRIED = Result("gap_recorded", True, None, "not run: this installation does not tell")


def played(*results: Result, name: str = "hom-quente") -> Played:
    return Played(name, "Quente | com CNPJ", results)


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ((HOLDS, IMPLIED), Verdict.PASSED),
        ((HOLDS, UNTRIED, IMPLIED), Verdict.PARTLY),
        ((UNTRIED, IMPLIED), Verdict.NOT_RUN),
        ((UNTRIED, BROKEN, IMPLIED), Verdict.FAILED),
        ((HOLDS, Result("implied_no_violation", [], ["price"], "price")), Verdict.FAILED),
    ],
)
def test_what_was_not_tried_is_never_passed(results: tuple[Result, ...], expected: Verdict) -> None:
    assert acceptance.verdict(played(*results)) is expected


def test_the_report_tells_every_case_and_has_lines_to_sign() -> None:
    text = acceptance.report(
        [played(BROKEN), played(HOLDS, UNTRIED, name="hom-base")],
        target="https://homologacao.example",
        began=BEGAN,
        ended=ENDED,
    )

    failed, not_run = text.split("## Reprovados")[1].split("## Não executado")
    assert "| hom-quente | Quente \\| com CNPJ | reprovado |" in text
    assert "1 aprovado em parte, 0 não executado, 1 reprovado" in text
    assert "expected 'quente'" in failed
    assert "hom-base" not in failed
    assert "this installation does not tell" in not_run.split("## Decisão")[0]
    assert "| Encarregado de dados | | | |" in text


def test_every_case_can_be_read_and_stands_in_the_plan() -> None:
    plan = Path(settings.BASE_DIR, "docs", "homologacao.md").read_text(encoding="utf-8")
    cases = [case for _, case in acceptance.cases()]

    assert len(cases) > 15
    assert all(isinstance(case, Case) and f"| `{case.id}` | {case.title} |" in plan for case in cases)


def test_the_acceptance_cases_are_not_mixed_with_others(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="--input"):
        call_command("play", uat=True, input=str(tmp_path / "in.jsonl"))


def test_a_report_that_cannot_be_written_is_told_before_anything_is_played(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("play", uat=True, report=str(tmp_path / "no" / "laudo.md"))
