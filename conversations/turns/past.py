"""A turn as it stood when it was claimed, read from what the rows tell of that moment."""

from datetime import datetime

from django.conf import settings
from django.db.models import Q

from conversations import channel_cache
from conversations.agent.memory import Memory
from conversations.agent.state import TurnState
from conversations.models import Message, Turn
from conversations.turns import reading
from leads import temperature
from leads.models import Classification, Fact, Temperature

# Without these a turn's beginning cannot be told.
_KEPT = frozenset({"answered_revision", "awaiting_answer", "unanswered_question_replies", "memory"})


def read_past(turn: Turn) -> TurnState:
    """The state that ``turn`` was decided from, as far as rows still tell: what was deleted since is left out, and an
    edited message counts as it reads now. Reads only. Raises ``ValueError`` for a turn that left no former state."""
    if not turn.undo.keys() >= _KEPT:
        raise ValueError("the turn has not kept what it began from")
    conversation, lead, at = turn.conversation, turn.conversation.lead, turn.started_at
    channel = channel_cache.by_id(conversation.channel_id)
    answered = turn.undo["answered_revision"]
    rows = _messages(turn)
    lines = [(row, reading.as_line(row, f"m{position}")) for position, row in enumerate(rows, start=1)]
    unanswered = {row.pk for row in rows if _is_unanswered(row, turn, answered)}
    pending = tuple(line for row, line in lines if row.pk in unanswered)
    history = [line for row, line in lines if row.pk not in unanswered]
    facts = list(
        Fact.objects.filter(Q(superseded_at=None) | Q(superseded_at__gt=at), lead=lead, created_at__lte=at).order_by(
            "created_at", "pk"
        )
    )
    return TurnState(
        turn_id=turn.id,
        lease_token=turn.lease_token,
        conversation_id=conversation.id,
        lead_id=lead.id,
        revision=turn.read_revision,
        answered_revision=answered,
        channel_slug=channel.slug,
        origin=channel.origin,
        temperature=temperature_at(turn, at),
        opted_out=lead.opted_out_at is not None and lead.opted_out_at <= at,
        first_reply=conversation.previous_id is None and not any(line.author != "lead" for line in history),
        awaiting_answer=turn.undo["awaiting_answer"],
        unanswered_question_replies=turn.undo["unanswered_question_replies"],
        turn_failures=0,
        waiting_since=turn.waiting_since or at,
        due_at=at,
        facts={fact.field: fact.value for fact in facts if fact.field not in reading.NOT_FOR_THE_BRIEF},
        told=temperature.known(facts),
        corrected_at=_corrected_at(turn),
        history=tuple(history[-settings.HISTORY_MESSAGES :]),
        pending=pending,
        memory=Memory.read(turn.undo["memory"]),
        summary=conversation.summary if conversation.summary_until and conversation.summary_until <= at else "",
        silence=reading.silence_before(history, pending),
    )


def temperature_at(turn: Turn, at: datetime) -> str:
    """The lead's class at that moment."""
    row = Classification.objects.filter(lead=turn.conversation.lead_id, at__lte=at).order_by("-at", "-pk").first()
    return row.temperature if row else Temperature.UNCLASSIFIED


def _messages(turn: Turn) -> list[Message]:
    """Said before the turn began, oldest first; of the lead: what the turn read, which may have come just after."""
    conversation = turn.conversation
    sessions = [conversation.id] + ([conversation.previous_id] if conversation.previous_id else [])
    of_the_lead = Q(conversation=conversation, author=Message.Author.LEAD)
    rows = list(
        Message.objects.filter(conversation_id__in=sessions, deleted_at=None)
        .filter(
            (of_the_lead & Q(revision__lte=turn.read_revision)) | (~of_the_lead & Q(created_at__lte=turn.started_at))
        )
        .exclude(status__in=reading.NOT_SAID)
        .exclude(type=Message.Type.REACTION)
        .order_by("-sent_at", "-revision", "-created_at")[: settings.HISTORY_MESSAGES + reading.PENDING_MESSAGES]
    )
    return rows[::-1]


def _is_unanswered(row: Message, turn: Turn, answered: int) -> bool:
    return row.conversation_id == turn.conversation_id and row.author == Message.Author.LEAD and row.revision > answered


def _corrected_at(turn: Turn) -> datetime | None:
    """When a person last set the class before the turn; later facts are held against it where it is scored."""
    rows = Classification.objects.filter(lead=turn.conversation.lead_id, at__lte=turn.started_at)
    at: datetime | None = rows.exclude(corrected_by="").order_by("-at").values_list("at", flat=True).first()
    return at
