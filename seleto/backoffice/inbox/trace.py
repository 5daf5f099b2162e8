"""What led to one turn's outcome: what it read and wrote, what the model was told, and what all of it took."""

from dataclasses import dataclass, field
from typing import Any

from conversations.admin.transcript import about
from conversations.admin.turn import money
from conversations.agent import brief
from conversations.models import Outbox, Turn
from conversations.turns.past import read_past
from conversations.turns.reading import read_snapshot
from conversations.wording import tools
from knowledge import queries
from knowledge.models import Article, Situation
from leads.models import Fact

# What the names of the timings mean to a person (``conversations/agent/decide.py``).
_TIMINGS = {"modelo": "modelo", "nosso": "nosso trabalho"}


@dataclass(frozen=True, slots=True)
class Trace:
    """``sources``: (title, address or "") of the articles used. ``brief`` is rebuilt from what rows tell of the moment;
    empty with ``why_no_brief`` where they do not."""

    turn: Turn
    about: str
    reply: tuple[str, ...] = field(repr=False)
    sources: tuple[tuple[str, Any], ...]
    tools: str
    dropped: str
    phrase: str
    cost: str
    took: str
    timings: tuple[tuple[str, str], ...]
    brief: str = field(repr=False)
    why_no_brief: str = ""


def of(turn: Turn) -> Trace:
    known = {row.code: row for row in Article.objects.filter(code__in=turn.sources)}
    text, why = _brief(turn)
    labels = dict(Fact.Field.choices)
    took = (turn.finished_at - turn.started_at).total_seconds() if turn.finished_at else None
    return Trace(
        turn=turn,
        about=about(turn),
        reply=tuple(Outbox.objects.filter(turn=turn).order_by("order").values_list("text", flat=True)),
        sources=tuple((known[code].title if code in known else code, known.get(code)) for code in turn.sources),
        tools=tools(turn.tools),
        dropped=", ".join(str(labels.get(name, name)) for name in turn.facts_dropped),
        phrase=str(dict(Situation.choices).get(turn.fallback, turn.fallback)),
        cost=f"US$ {money(turn.cost_usd)}" if turn.cost_usd else "",
        took=_seconds(took),
        timings=tuple((_TIMINGS.get(name, name), _seconds(ms / 1000)) for name, ms in turn.timings.items()),
        brief=text,
        why_no_brief=why,
    )


def _brief(turn: Turn) -> tuple[str, str]:
    try:
        state = read_past(turn)
        snapshot = read_snapshot(state, now=turn.started_at)
    except ValueError:
        return "", "Este turno não guardou de onde partiu."
    except queries.NoPrompt:
        return "", "Nenhum prompt está publicado."
    if not state.pending or snapshot.heard is None:
        return "", "As mensagens que ele leu não existem mais."
    return brief.build(state, snapshot, snapshot.heard, now=turn.started_at), ""


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{max(value, 0):.1f} s".replace(".", ",")
