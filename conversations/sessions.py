"""Sessions: one open conversation per lead and channel, renewed after 24 hours of silence (design.md, stage 2)."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Q

from conversations import handoff
from conversations.agent.memory import Memory
from conversations.channel_cache import ChannelView
from conversations.models import Conversation, Handoff
from seleto.lib import hot

ROWS = hot.Table(Conversation)


def locked(*, lead_id: UUID, channel: ChannelView, address: str, at: datetime) -> Conversation:
    """The open session, its row locked until the transaction ends; a new one when the last is out of its window.

    Everything that changes a conversation takes this lock first, in a statement of its own: what is read afterwards
    includes whatever was committed while waiting for it. Call inside a transaction.
    """
    conversation = _lock_open(lead_id, channel)
    if conversation is None:
        return _open(lead_id, channel, address=address, at=at, previous=_latest(lead_id, channel))
    if at - conversation.last_message_at <= timedelta(hours=settings.SESSION_WINDOW_H):
        return conversation
    handoff.cancel_agent_messages(conversation, reason="sessao_encerrada")
    Conversation.objects.filter(pk=conversation.pk).update(
        revision=F("revision") + 1,
        closed_at=conversation.last_message_at + timedelta(hours=settings.SESSION_WINDOW_H),
        turn_due_at=None,
        pending_since=None,
    )
    return _open(lead_id, channel, address=address, at=at, previous=conversation)


def _lock_open(lead_id: UUID, channel: ChannelView) -> Conversation | None:
    rows = hot.fetch(
        f"SELECT {ROWS.columns('c')} FROM conversations_conversation c"  # noqa: S608
        " WHERE c.lead_id = %s AND c.channel_id = %s AND c.closed_at IS NULL FOR UPDATE",
        [lead_id, channel.id],
    )
    return ROWS.made(rows[0]) if rows else None


def _latest(lead_id: UUID, channel: ChannelView) -> Conversation | None:
    return Conversation.objects.filter(lead_id=lead_id, channel_id=channel.id).order_by("-opened_at").first()


def _open(
    lead_id: UUID, channel: ChannelView, *, address: str, at: datetime, previous: Conversation | None
) -> Conversation:
    """A session boundary never resumes the agent: owner, reason and open handoff are carried over."""
    fresh = Conversation(
        lead_id=lead_id,
        channel_id=channel.id,
        address=address,
        opened_at=at,
        last_message_at=at,
        owner=previous.owner if previous else Conversation.Owner.AGENT,
        owner_reason=previous.owner_reason if previous else "",
        owner_since=previous.owner_since if previous else at,
        previous=previous,
        memory=Memory.read(previous.memory).for_next_session().stored() if previous else {},
        summary=previous.summary if previous else "",
        summary_until=previous.summary_until if previous else None,
        # What left the window with the session before is told from here on.
        summary_due_at=at if previous else None,
    )
    try:
        with transaction.atomic():
            fresh.save(force_insert=True)
    except IntegrityError:
        # Another worker opened it first; its transaction has ended, so the row is there to lock.
        opened = _lock_open(lead_id, channel)
        if opened is None:
            raise
        return opened
    if previous is not None:
        Handoff.objects.filter(Q(conversation=previous), closed_at=None).update(conversation=fresh)
    return fresh
