"""Which model thinks about a turn: the first endpoint that may be asked, then its stand-in, else nobody for now.

A circuit per endpoint, shared by all workers, says who may be asked. Calls and time of a turn are counted over all
endpoints together. No connection is held while a model thinks.
"""

from dataclasses import replace
from datetime import datetime

from conversations import spending
from conversations.agent.decide import asked, degraded, handed_over, settled
from conversations.agent.endpoints import Endpoint, advice, endpoints
from conversations.agent.errors import BUDGET, NEEDS_A_PERSON, NO_API
from conversations.agent.state import Decision, Snapshot, TurnState, Usage
from conversations.spending import Ceiling
from seleto.lib import circuits, clock, connections

MODEL = "modelo:"


def think(state: TurnState, snapshot: Snapshot, *, now: datetime) -> Decision:
    """The turn's proposal, whoever makes it. Raises nothing of a model's doing."""
    decision = settled(state, snapshot)
    if decision is not None:
        return decision
    match spending.reached(state.conversation_id, now):
        case Ceiling.CONVERSATION:
            return handed_over(state, snapshot)
        case Ceiling.DAY:
            wait_s = spending.wait_s(now, waiting_since=state.waiting_since)
            return replace(degraded(state, snapshot, reason=spending.DAY_REASON), retry_after_s=wait_s)
    return _ask(state, snapshot, now)


def _ask(state: TurnState, snapshot: Snapshot, now: datetime) -> Decision:
    from conversations.agent.runner import Allowance  # brings Agno

    allowance, spent, wait_s = Allowance(), Usage(), 0.0
    decision: Decision | None = None
    for endpoint in endpoints():
        if allowance.used_up() or not circuits.allow(endpoint.name, clock.now()):
            continue
        connections.release()
        decision = asked(state, snapshot, now=now, endpoint=endpoint, allowance=allowance)
        report(endpoint, decision)
        spent, allowance = spent.plus(decision.usage), allowance.after(decision.usage.calls)
        wait_s = max(wait_s, decision.retry_after_s)
        if not decision.retry_reason.startswith(MODEL):
            break
    if decision is None:
        return degraded(state, snapshot, reason=f"{MODEL}circuito_aberto")
    timings = {**decision.timings, "modelo": spent.model_ms} if decision.timings else {}
    return replace(decision, usage=spent, timings=timings, retry_after_s=wait_s if decision.retry_reason else 0)


def report(endpoint: Endpoint, decision: Decision) -> None:
    """Tell the endpoint's circuit what the calls of a turn came to."""
    reason = decision.retry_reason.removeprefix(MODEL) if decision.retry_reason.startswith(MODEL) else ""
    note(endpoint, reason, called=bool(decision.usage.calls))


def note(endpoint: Endpoint, reason: str, *, called: bool = True) -> None:
    """``reason`` is a ``ModelFailure.reason``, empty for an answer. Whoever refuses one request only is up: a limit of
    calls a minute and a brief that is too long open no circuit."""
    now = clock.now()
    if reason in NEEDS_A_PERSON:
        circuits.trip(endpoint.name, reason, now, title=advice(endpoint, reason))
    elif reason in ("timeout", "connection") or reason.startswith("http_5"):
        circuits.failed(endpoint.name, reason, now)
    elif called and reason not in (BUDGET, NO_API, "run_failed"):
        circuits.succeeded(endpoint.name)
