"""The acceptance cases of an installation, and the report that people sign.

An installation that is not ours answers only part of the assertions: what it could not be made to do or does not tell
is reported as not run, never as passed.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from conversations.evals import schema
from conversations.evals.assertions import Result
from conversations.evals.player import Played
from conversations.evals.schema import BadCase, Case

CASES = Path(__file__).parent / "homologacao.jsonl"
# How an assertion says that it was not tried.
_NOT_RUN = "not run"
_SIGNATURES = ("Comercial", "Atendimento (SDR)", "Encarregado de dados", "Operação")


class Verdict(StrEnum):
    """``PARTLY``: what was tried holds, and something could not be tried."""

    PASSED = "aprovado"
    PARTLY = "aprovado em parte"
    NOT_RUN = "não executado"
    FAILED = "reprovado"


def cases() -> Iterator[tuple[int, Case | BadCase]]:
    """(line number, case), as ``schema.read_lines`` gives them."""
    yield from schema.read_lines(CASES.read_text(encoding="utf-8").splitlines())


def verdict(played: Played) -> Verdict:
    """One assertion that was tried and does not hold fails the case. What every conversation implies holds in silence
    too, so a case of which nothing that it states was tried is not run."""
    stated = [result for result in played.results if not result.key.startswith("implied_")]
    if any(not result.passed and not _untried(result) for result in played.results):
        return Verdict.FAILED
    untried = sum(map(_untried, stated))
    if not untried:
        return Verdict.PASSED
    return Verdict.NOT_RUN if untried == len(stated) else Verdict.PARTLY


def report(played: Sequence[Played], *, target: str, began: datetime, ended: datetime) -> str:
    """Markdown in Portuguese: a line for each case, what did not hold, what was not run, and the lines to sign.
    ``target``: the installation's address, empty for one of our own."""
    found = [(one, verdict(one)) for one in played]
    counts = ", ".join(f"{sum(had is kind for _, had in found)} {kind.value}" for kind in Verdict)
    lines = [
        "# Relatório de homologação",
        "",
        f"- Instalação: {target or 'própria, iniciada para o teste'}",
        f"- Início: {began:%d/%m/%Y %H:%M} · fim: {ended:%d/%m/%Y %H:%M}",
        f"- Casos: {len(found)} ({counts})",
        "",
        "| caso | o que se espera | resultado |",
        "|---|---|---|",
        *(f"| {one.id} | {_cell(one.title)} | {had.value} |" for one, had in found),
        "",
    ]
    for kind, head in ((Verdict.FAILED, "Reprovados"), (None, "Não executado, a conferir à mão")):
        rows = list(_details(found, failed=kind is Verdict.FAILED))
        lines += [f"## {head}", "", *(rows or ["Nada."]), ""]
    lines += [
        "## Decisão",
        "",
        "- [ ] Aprovada a entrada em produção",
        "- [ ] Aprovada com ressalvas (escreva abaixo)",
        "- [ ] Reprovada",
        "",
        "Ressalvas: ______________________________________________",
        "",
        "| área | nome | data | assinatura |",
        "|---|---|---|---|",
        *(f"| {area} | | | |" for area in _SIGNATURES),
        "",
    ]
    return "\n".join(lines)


def _details(found: Sequence[tuple[Played, Verdict]], *, failed: bool) -> Iterator[str]:
    for one, _ in found:
        for result in one.results:
            if not result.passed and _untried(result) is not failed:
                yield f"- **{one.id}** · `{result.key}`: {_cell(result.why)}"


def _untried(result: Result) -> bool:
    return result.why.startswith(_NOT_RUN)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
