"""Scripted cases through the real processes, with the figures their turns left in the database."""

from collections.abc import Iterator, Sequence

from conversations.evals import installation, pace, player
from conversations.evals.assertions import IMPLIED
from conversations.evals.figures import Run, TurnFigures
from conversations.evals.player import Player
from conversations.evals.product import OwnProduct
from conversations.evals.schema import Case
from conversations.models import Turn

FULL = "processos"


def run(cases: Sequence[Case]) -> Iterator[Run]:
    """Each case once, as it is written, on an installation of its own. Raises ``InstallationError``."""
    with installation.running() as running:
        plays = Player(outside=running.outside, product=OwnProduct(), pace=pace.Jumps(running.outside, running.check))
        for case in cases:
            try:
                played = plays.play(case)
            except player.CASE_ERRORS as error:
                running.check()
                played = player.failed(case.id, "run", f"{type(error).__name__}: {error}", title=case.title)
            yield _of(played)


def _of(played: player.Played) -> Run:
    implied = next((result for result in played.results if result.key == IMPLIED), None)
    return Run(
        case=played.id,
        suite=FULL,
        number=0,
        problems=tuple(f"{result.key}: {result.why}" for result in played.results if not result.passed),
        turns=tuple(_turns()),
        lines=tuple((line.sender, line.text) for line in played.lines),
        replies=len({line.reply for line in played.lines if line.reply is not None}),
        violations=tuple(str(row) for row in (implied.actual if implied else None) or ()),
    )


def _turns() -> Iterator[TurnFigures]:
    """Those of the case just played: every case begins with an empty database."""
    rows = Turn.objects.filter(status=Turn.Status.REPLIED).order_by("started_at").prefetch_related("guardrail_hits")
    for number, row in enumerate(rows, start=1):
        yield TurnFigures(
            number=number,
            calls=row.model_calls,
            prompt_tokens=row.prompt_tokens,
            completion_tokens=row.completion_tokens,
            cost_usd=float(row.cost_usd),
            model_ms=float(row.timings.get("modelo", 0)),
            own_ms=float(row.timings.get("nosso", 0)),
            stopped=tuple(sorted({kind for hit in row.guardrail_hits.all() for kind in hit.kinds})),
            fallback=row.fallback,
        )
