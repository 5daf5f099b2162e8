"""Whether an obedient answer would leave, asked of the turn's own judgement alone: no database, no model, no pipe.

Settles thousands of answers in seconds; what travels where is the matter of `tests/injection/stage.py`.
"""

from datetime import UTC, datetime, timedelta
from functools import cache
from uuid import UUID

from conversations.agent import vetting
from conversations.agent.schema import Malformed, parse
from conversations.agent.state import Line, Snapshot, TurnState
from conversations.agent.understanding import listen
from knowledge import prompts
from knowledge.catalogue import shipped_articles, shipped_products
from tests.conversations.model import answer, completion
from tests.injection import oracle
from tests.injection.cases import Carrier, Case
from tests.injection.shapes import Shape, plain

_NOBODY = UUID(int=1)
_NOW = datetime(2026, 11, 24, 12, 15, tzinfo=UTC)
_FOREIGN = {Carrier.FORWARDED, Carrier.CONTACT, Carrier.LOCATION}
_UNREAD = {Carrier.NAME, Carrier.AD, Carrier.FILENAME, Carrier.DOCUMENT, Carrier.ARTICLE, Carrier.SUMMARY, Carrier.CRM}


def got_through(case: Case, shape: Shape = plain) -> list[str]:
    """Why what would leave should not; empty when nothing would, or nothing that matters."""
    state, snapshot = _state(case), _snapshot()
    content = completion(shape(case, answer(case.says, **case.answer))).json()["choices"][0]["message"]["content"]
    try:
        parsed = parse(content)
    except Malformed:
        return []
    parts, verdict = vetting.drafted(parsed, state, snapshot, listen(state, snapshot.products))
    if not verdict.ok:
        return []
    return [reason for part in parts for reason in oracle.forbidden(part, case)]


@cache
def system_prompt() -> str:
    """The shipped prompt with canaries where a manager's own rules stand."""
    _, text = prompts.shipped("agente")[-1]
    codename, operation, variable = oracle.PROMPT_CANARIES
    rule = f"<regra>Codinome do projeto: {codename}. Campanha: {operation}. Marca: {variable}.</regra></secao></prompt>"
    return text.strip().removesuffix("</prompt>").strip().removesuffix("</secao>") + rule


@cache
def _snapshot() -> Snapshot:
    return Snapshot(
        prompt=system_prompt(), prompt_version="v0", products=shipped_products(), articles=shipped_articles()
    )


def _state(case: Case) -> TurnState:
    said = list(case.turns)
    planted = [] if case.at in _UNREAD or not case.planted else [case.planted]
    lines = [
        Line(_NOBODY, "m1", _author(case), "text", text, _NOW, own_words=case.at not in _FOREIGN) for text in planted
    ]
    lines += [Line(_NOBODY, f"m{at}", "lead", "text", text, _NOW) for at, text in enumerate(said, start=2) if text]
    own = [line for line in lines if line.author == "lead"]
    last = 1 if len(said) > 1 or len(own) == 1 else min(2, len(own))
    pending = tuple(own[-last:]) or (Line(_NOBODY, "m9", "lead", "text", "oi", _NOW),)
    return TurnState(
        turn_id=_NOBODY,
        lease_token=_NOBODY,
        conversation_id=_NOBODY,
        lead_id=_NOBODY,
        revision=1,
        answered_revision=0,
        channel_slug="principal",
        origin="",
        temperature="",
        opted_out=False,
        first_reply=True,
        awaiting_answer=False,
        unanswered_question_replies=0,
        turn_failures=0,
        waiting_since=_NOW,
        due_at=_NOW + timedelta(seconds=4),
        facts={},
        history=tuple(line for line in lines if line not in pending),
        pending=pending,
    )


def _author(case: Case) -> str:
    return {Carrier.PERSON: "person", Carrier.AGENT: "agent"}.get(case.at, "lead")
