"""What a turn came to, in one shape for what was and for what would have been, and where the two differ."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from difflib import SequenceMatcher
from typing import Any

from conversations.agent.state import Decision, Snapshot, StoppedDraft, TurnState
from conversations.agent.understanding import with_facts
from conversations.models import GuardrailHit, Handoff, Outbox, Turn
from conversations.turns.past import temperature_at
from leads.models import Fact

REPLY, FACTS, TEMPERATURE, HANDOFF = "resposta", "fatos", "temperatura", "repasse"


@dataclass(frozen=True, slots=True)
class Stopped:
    """A draft that did not pass. ``spans``: (start, end, rule), in characters of the draft."""

    draft: str = field(repr=False)
    spans: Sequence[Sequence[Any]]
    kinds: Sequence[str]
    reasons: Sequence[str]
    action: str


@dataclass(frozen=True, slots=True)
class Side:
    """``facts``: what the turn told anew, field -> value. ``cost_usd`` as text, ``ms`` of the model's calls."""

    reply: tuple[str, ...] = field(repr=False)
    facts: Mapping[str, str] = field(repr=False)
    temperature: str
    handoff: str
    fallback: str
    stopped: tuple[Stopped, ...]
    dropped: tuple[str, ...]
    prompt_version: str
    calls: int
    prompt_tokens: int
    completion_tokens: int
    cost_usd: str
    ms: int

    def stored(self) -> dict[str, Any]:
        return asdict(self)


def before(turn: Turn) -> Side:
    """What is stored of the turn: its commit stamps everything with the moment it finished."""
    at = turn.finished_at or turn.started_at
    lead = turn.conversation.lead_id
    handoff = Handoff.objects.filter(conversation=turn.conversation_id, opened_at=at).first()
    return Side(
        reply=tuple(Outbox.objects.filter(turn=turn).order_by("order").values_list("text", flat=True)),
        facts=dict(Fact.objects.filter(lead=lead, created_at=at).order_by("field").values_list("field", "value")),
        temperature=temperature_at(turn, at),
        handoff=handoff.reason if handoff else "",
        fallback=turn.fallback,
        stopped=tuple(_of_hit(hit) for hit in turn.guardrail_hits.order_by("at", "id")),
        dropped=tuple(turn.facts_dropped),
        prompt_version=turn.prompt_version,
        calls=turn.model_calls,
        prompt_tokens=turn.prompt_tokens,
        completion_tokens=turn.completion_tokens,
        cost_usd=str(turn.cost_usd),
        ms=turn.timings.get("modelo", 0),
    )


def after(state: TurnState, snapshot: Snapshot, decision: Decision) -> Side:
    """What the decision would come to if it were committed."""
    heard, usage = snapshot.heard, decision.usage
    if heard is None:
        raise ValueError("the snapshot was not listened to")
    told = {fact.field: fact.value for fact in state.told}
    scored = with_facts(heard, decision.facts, state, snapshot.weights)
    return Side(
        reply=decision.bubbles,
        facts={str(fact.field): fact.value for fact in decision.facts if told.get(fact.field) != fact.value},
        temperature=scored.temperature if decision.facts else state.temperature,
        handoff=decision.handoff_reason,
        fallback=decision.fallback,
        stopped=tuple(of_draft(draft) for draft in decision.stopped),
        dropped=decision.dropped_facts,
        prompt_version=snapshot.prompt_version,
        calls=usage.calls,
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
        cost_usd=str(usage.cost_usd),
        ms=usage.model_ms,
    )


def of_draft(draft: StoppedDraft) -> Stopped:
    verdict = draft.verdict
    return Stopped(
        draft=draft.text,
        spans=[[span.start, span.end, str(span.kind)] for span in verdict.spans],
        kinds=[str(kind) for kind in verdict.kinds],
        reasons=[violation.reason for violation in verdict.violations],
        action=draft.action,
    )


def changes(one: Side, other: Side) -> Iterable[str]:
    """What differs, in the words people read."""
    differs = {
        REPLY: _plain(one.reply) != _plain(other.reply),
        FACTS: dict(one.facts) != dict(other.facts),
        TEMPERATURE: one.temperature != other.temperature,
        HANDOFF: one.handoff != other.handoff,
    }
    return [name for name, so in differs.items() if so]


def side_by_side(one: str, other: str) -> tuple[list[tuple[str, bool]], list[tuple[str, bool]]]:
    """Both texts in stretches, each with whether the other text lacks it; compared word by word."""
    left, right = (re.findall(r"\s+|[^\s]+", text) for text in (one, other))
    mine: list[tuple[str, bool]] = []
    theirs: list[tuple[str, bool]] = []
    for tag, a, b, c, d in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        for place, stretch in ((mine, left[a:b]), (theirs, right[c:d])):
            if stretch:
                place.append(("".join(stretch), tag != "equal"))
    return mine, theirs


def _of_hit(hit: GuardrailHit) -> Stopped:
    return Stopped(hit.draft, hit.spans, hit.kinds, hit.reasons, hit.action)


def _plain(reply: Sequence[str]) -> str:
    return " ".join(" ".join(reply).split())
