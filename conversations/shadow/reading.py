"""The state of a shadow's turn: what a live turn would have read at the lead's last word, nothing said since."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.conf import settings

from conversations.agent.memory import Memory
from conversations.agent.state import Line, TurnState
from conversations.models import Message, ShadowReply
from conversations.turns import reading


def read(row: ShadowReply, *, now: datetime) -> TurnState:
    """Of what people answered meanwhile nothing is known, of what they answered before everything; what the shadow
    itself understood in earlier turns goes on, as it is written nowhere else."""
    before = (
        ShadowReply.objects.filter(conversation=row.conversation_id, revision__lt=row.revision)
        .exclude(finished_at=None)
        .order_by("-revision")
        .first()
    )
    state = reading.read_state(
        turn_id=row.pk,
        lease_token=row.lease_token,
        conversation_id=row.conversation_id,
        correlation_id="",
        now=now,
    )
    history, pending = _split(_lines(row), answered=before.revision if before else 0)
    known = {**(before.facts if before else {}), **state.facts}
    return replace(
        state,
        history=tuple(line for _, line in history)[-settings.HISTORY_MESSAGES :],
        pending=tuple(line for _, line in pending),
        memory=Memory.read(before.memory) if before else state.memory,
        facts=known,
        first_reply=not any(line.author != "lead" for _, line in history),
        waiting_since=row.asked_at,
        due_at=row.asked_at,
        turn_failures=0,
        resumed_at=None,
        silence=reading.silence_before([line for _, line in history], [line for _, line in pending]),
    )


def _lines(row: ShadowReply) -> list[tuple[Message, Line]]:
    """The conversation up to the last message to be answered, oldest first."""
    said = (
        Message.objects.filter(conversation=row.conversation_id, deleted_at=None)
        .exclude(status__in=reading.NOT_SAID)
        .exclude(type=Message.Type.REACTION)
        .order_by("-sent_at", "-revision", "-created_at")
    )
    rows = list(said[: settings.HISTORY_MESSAGES + reading.PENDING_MESSAGES])
    rows.reverse()
    last = max(
        (at for at, one in enumerate(rows) if one.author == Message.Author.LEAD and one.revision <= row.revision),
        default=-1,
    )
    return [(one, reading.as_line(one, f"m{at}")) for at, one in enumerate(rows[: last + 1], start=1)]


def _split(
    lines: Sequence[tuple[Message, Line]], *, answered: int
) -> tuple[Sequence[tuple[Message, Line]], Sequence[tuple[Message, Line]]]:
    """(before, to be answered): the lead's last words in a row that no shadow has answered."""
    at = len(lines)
    while at and lines[at - 1][0].author == Message.Author.LEAD and lines[at - 1][0].revision > answered:
        at -= 1
    return lines[:at], lines[at:]
