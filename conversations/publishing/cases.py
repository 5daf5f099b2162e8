"""One case of the gate, played by decisions alone: no channel, no lead, nothing written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any

from django.conf import settings

from conversations.agent.endpoints import endpoints
from conversations.evals import quick, reported, schema
from conversations.evals.assertions import IMPLIED
from conversations.evals.rehearsal import Material, Take
from conversations.evals.schema import Case
from conversations.models import EvalCase

# One case a line: its name, and what happens in it in a manager's words. Few, because somebody waits for them and
# every turn is paid for.
NAMES = schema.SHIPPED / "gate.txt"


class ModelDown(Exception):
    """No answer came from the model, which says nothing of the prompt. ``spent``: US$ until then."""

    def __init__(self, reason: str, spent: Decimal) -> None:
        super().__init__(reason)
        self.spent = spent


@dataclass(frozen=True, slots=True)
class Played:
    """What became of a case. ``violations``: rule labels, of drafts that were stopped and of what would have left;
    ``left``: of the latter alone."""

    case: str
    failed: tuple[Mapping[str, str], ...]
    violations: tuple[str, ...]
    left: tuple[str, ...]
    model: str
    calls: int
    cost_usd: Decimal
    transcript: tuple[Mapping[str, str], ...] = field(repr=False)

    def as_dict(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return {
            "case": self.case,
            "passed": not self.failed,
            "failed": list(self.failed),
            "violations": list(self.violations),
            "left": list(self.left),
            "calls": self.calls,
            "cost_usd": str(self.cost_usd),
            "transcript": list(self.transcript),
        }


def gate_titles() -> Mapping[str, str]:
    """Name -> what happens in the case, in Portuguese; those of replies called wrong last, active or not."""
    return {**_shipped_titles(), **dict(EvalCase.objects.values_list("code", "title"))}


def gate_cases() -> Mapping[str, Case]:
    """Name -> case, in the order of the list, then the active ones of replies called wrong. Raises ``BadCase`` for a
    name that no shipped case has."""
    return {**_shipped_cases(), **{case.id: case for case in reported.cases()}}


@cache
def _shipped_titles() -> Mapping[str, str]:
    lines = NAMES.read_text(encoding="utf-8").splitlines()
    return dict(line.strip().split(" ", 1) for line in lines if line.strip())


@cache
def _shipped_cases() -> Mapping[str, Case]:
    shipped = {case.id: case for case in schema.shipped()}
    if missing := [name for name in _shipped_titles() if name not in shipped]:
        raise schema.BadCase(f"{NAMES.name}: no case is called {missing[0]}", missing[0])
    return {name: shipped[name] for name in _shipped_titles()}


def most_usd(case: Case) -> Decimal:
    """What a conversation may cost when each message takes one call of full size; 0 without prices."""
    call = endpoints()[0].cost_usd(settings.PROMPT_BUDGET_TOKENS, settings.LLM_MAX_COMPLETION_TOKENS)
    return call * sum(turn.sender == "lead" for turn in case.turns)


def play(case: Case, material: Material) -> Played:
    """Raises ``ModelDown``."""
    from conversations.agent import factory  # brings Agno, which only a turn needs

    done = quick.rehearse(case, material, endpoint=factory.endpoints()[0])
    spent = sum((take.decision.usage.cost_usd for take in done.takes), Decimal(0))
    if reason := next((take.decision.retry_reason for take in done.takes if take.decision.retry_reason), ""):
        raise ModelDown(reason, spent)
    left = tuple(_left(done))
    return Played(
        case=case.id,
        failed=tuple({"key": item.key, "why": item.why} for item in done.played.results if not item.passed),
        violations=(*left, *(label for take in done.takes for label in _stopped(take))),
        left=left,
        model=next((take.decision.usage.model for take in done.takes if take.decision.usage.model), ""),
        calls=sum(take.decision.usage.calls for take in done.takes),
        cost_usd=spent,
        transcript=tuple({"from": line.sender, "text": line.text} for line in done.outcome.lines),
    )


def _left(done: quick.Rehearsed) -> list[str]:
    implied = next(item for item in done.played.results if item.key == IMPLIED)
    return [label for row in implied.actual for label in row["labels"]]


def _stopped(take: Take) -> list[str]:
    return [str(kind) for draft in take.decision.stopped for kind in draft.verdict.kinds]
