"""Bot and human: who owns the conversation right now, and why.

Ownership changes only here, in the transaction of whatever caused it, with the conversation's row locked. Everything
the agent had queued is cancelled in the same transaction (I5).
"""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from conversations import handoff_summary
from conversations.agent.memory import Memory
from conversations.models import Conversation, Handoff, Message, Outbox, Turn
from conversations.signals import handoff_opened, ownership_changed
from conversations.speech import only_asks
from seleto.lib import alerts, audit, hot, jobs
from seleto.lib.ids import new_id

# Why a person is in charge: they wrote on the company's own phone.
PHONE = "celular_da_empresa"
SYSTEM = "sistema"
# How long before a mistaken takeover the bubbles it cancelled were due at the earliest.
MISTAKE_SPAN = timedelta(minutes=5)
# Why a bubble of the agent was cancelled: a person took over, or the agent handed over before it left.
TAKEN_OVER, HANDED_OVER = "pessoa_assumiu", "repassada"


def take_over(conversation: Conversation, *, reason: str, actor: str, now: datetime, attends: bool = True) -> None:
    """A person is in charge from this commit on, and has picked up the open handoff, if there is one.

    ``conversation`` is locked; saving it is left to the caller. ``actor`` "sistema" takes over for a person who has not
    done anything yet; one who only silences the agent does not attend to the lead by that.
    """
    unsent, has_begun = waiting_reply(conversation)
    if unsent is not None and not has_begun:  # the lead never read it: what it told is still to be told
        before, memory = Memory.read(unsent.undo.get("memory")), Memory.read(conversation.memory)
        memory = replace(memory, notice_given=before.notice_given, fb300_presented=before.fb300_presented)
        conversation.memory = memory.stored()
    cancel_agent_messages(conversation, reason=TAKEN_OVER)
    if attends and actor != SYSTEM:
        _pick_up(conversation, now=now)
    _set_owner(conversation, Conversation.Owner.HUMAN, reason=reason, actor=actor, now=now)


def resume(
    conversation: Conversation, *, reason: str, actor: str, now: datetime, unread_from: int | None = None
) -> None:
    """The agent may speak again: from the lead's next message on, or about what came since revision ``unread_from``.

    Saving is left to the caller.
    """
    _close(conversation, now=now)
    _set_owner(conversation, Conversation.Owner.AGENT, reason=reason, actor=actor, now=now)
    conversation.answered_revision = conversation.revision if unread_from is None else unread_from - 1


def release(conversation: Conversation, *, reason: str, actor: str, now: datetime) -> None:
    """The person is done: nobody is in charge, and the lead's next message goes to the agent (design.md, stage 7)."""
    _close(conversation, now=now)
    _set_owner(conversation, Conversation.Owner.NOBODY, reason=reason, actor=actor, now=now)
    conversation.answered_revision = conversation.revision


def undo_takeover(conversation: Conversation, *, taken_at: datetime, now: datetime) -> None:
    """What looked like a person at ``taken_at`` was our own message: the agent goes on, and answers what came
    meanwhile. Whoever was in charge before stays so."""
    people = (Message.Author.PHONE, Message.Author.PERSON)
    if Message.objects.filter(conversation=conversation, author__in=people, created_at__gte=taken_at).exists():
        return  # somebody did write meanwhile
    given = Handoff.objects.filter(conversation=conversation, closed_at=None, picked_up_at=taken_at).first()
    if given is not None:
        Handoff.objects.filter(pk=given.pk).update(picked_up_at=None)
        conversation.owner_reason = given.reason
    if conversation.owner_since != taken_at:
        return
    if _give_back_cancelled(conversation):
        conversation.memory = replace(Memory.read(conversation.memory), notice_given=True).stored()
    _set_owner(conversation, Conversation.Owner.AGENT, reason="eco_proprio", actor=SYSTEM, now=now)
    if unanswered(conversation).exists():
        conversation.pending_since = conversation.turn_due_at = now
        jobs.wake("turn")


def open_handoff(
    conversation: Conversation,
    *,
    reason: Handoff.Reason,
    now: datetime,
    actor: str = "agente",
    key: UUID | None = None,
) -> Handoff:
    """The conversation is given to a queue, with a summary for whoever picks it up. The notice to the lead is queued by
    the same transaction (I8), and the conversation is locked. ``key`` becomes the id of a new row."""
    handoff = Handoff.objects.filter(conversation=conversation, closed_at=None).first()
    opened = handoff is None
    if handoff is None:
        handoff = Handoff.objects.create(
            id=key or new_id(),
            conversation=conversation,
            reason=reason,
            queue=Handoff.QUEUE_OF[reason],
            opened_at=now,
            summary=handoff_summary.of(conversation, reason),
        )
    # What may not leave any more would hold back the notice behind it.
    cancel_agent_messages(conversation, reason=HANDED_OVER, spare_notice=True)
    _set_owner(conversation, Conversation.Owner.HUMAN, reason=str(reason), actor=actor, now=now)
    if opened:
        handoff_opened.send(sender=Handoff, handoff_id=handoff.id, conversation_id=conversation.id)
    return handoff


def waiting_alert(row: Handoff) -> str:
    """The key of the alert about a handoff that nobody picks up."""
    return f"handoff:{row.pk}"


def cancel_agent_messages(conversation: Conversation, *, reason: str, spare_notice: bool = False) -> int:
    """Take back what the agent queued and nobody has begun to send, or all but a handover's notice; returns how many
    bubbles."""
    rows = Outbox.objects.filter(conversation=conversation, status=Outbox.Status.QUEUED, origin=Outbox.Origin.AGENT)
    if spare_notice:
        rows = rows.filter(survives_handoff=False)
    return _cancel(rows, reason=reason)


def _cancel(rows: QuerySet[Outbox], *, reason: str) -> int:
    cancelled = list(rows.values_list("pk", "message_id"))
    if not cancelled:
        return 0
    taken = Outbox.objects.filter(pk__in=[pk for pk, _ in cancelled], status=Outbox.Status.QUEUED).update(
        status=Outbox.Status.CANCELLED, reason=reason
    )
    Message.objects.filter(
        pk__in=[message_id for _, message_id in cancelled], outbox__status=Outbox.Status.CANCELLED
    ).update(status=Message.Status.CANCELLED)
    return taken


def lead_left(lead_id: UUID) -> None:
    """They asked to be left alone: in no conversation anything leaves that was written before, but for the word that a
    person takes over, which was promised (I8)."""
    talks = Conversation.objects.filter(
        lead_id=lead_id, outbox__status=Outbox.Status.QUEUED, outbox__origin=Outbox.Origin.AGENT
    )
    for conversation in talks.distinct().order_by("pk"):
        cancel_agent_messages(conversation, reason="lead_saiu", spare_notice=True)


def cancel_mere_questions(conversation: Conversation) -> None:
    """The lead wrote before the rest of a reply left: what of it only asks is out of date, and the next reply asks what
    is still to be known."""
    rows = Outbox.objects.filter(
        conversation=conversation,
        status=Outbox.Status.QUEUED,
        origin=Outbox.Origin.AGENT,
        survives_handoff=False,
        media=None,
        spoken=False,
    )
    asking = [row.pk for row in rows if only_asks(row.text)]
    if asking:
        _cancel(rows.filter(pk__in=asking), reason="mensagem_mais_nova")


def waiting_reply(conversation: Conversation) -> tuple[Turn | None, bool]:
    """The agent's last reply, if something of it has still to leave, and whether something has left."""
    rows = hot.fetch(
        "SELECT t.id, EXISTS (SELECT FROM conversations_outbox o WHERE o.turn_id = t.id AND o.status <> 'queued')"
        " FROM conversations_turn t WHERE t.conversation_id = %s AND t.status = 'replied' AND t.read_revision = %s"
        " AND EXISTS (SELECT FROM conversations_outbox o"
        " WHERE o.turn_id = t.id AND o.status = 'queued' AND o.origin = 'agent') LIMIT 1",
        [conversation.pk, conversation.answered_revision],
    )
    if not rows:
        return None, False
    key, has_begun = rows[0]
    return Turn.objects.get(pk=key), has_begun


def unanswered(conversation: Conversation) -> QuerySet[Message]:
    """What the lead said and no reply has read yet, reactions and deleted messages apart."""
    return Message.objects.filter(
        conversation=conversation,
        author=Message.Author.LEAD,
        revision__gt=conversation.answered_revision,
        deleted_at=None,
    ).exclude(type=Message.Type.REACTION)


def discard_running_turn(conversation: Conversation, *, now: datetime) -> None:
    """The world changed under a turn: it counts as a revision, and the turn loses its claim."""
    conversation.revision += 1
    Turn.objects.filter(conversation=conversation, status=Turn.Status.RUNNING).update(
        status=Turn.Status.DISCARDED, finished_at=now
    )


def _pick_up(conversation: Conversation, *, now: datetime) -> None:
    for row in list(Handoff.objects.filter(conversation=conversation, closed_at=None, picked_up_at=None)):
        Handoff.objects.filter(pk=row.pk).update(picked_up_at=now)
        alerts.close(waiting_alert(row), now=now)


def _close(conversation: Conversation, *, now: datetime) -> None:
    for row in list(Handoff.objects.filter(conversation=conversation, closed_at=None)):
        Handoff.objects.filter(pk=row.pk).update(closed_at=now)
        alerts.close(waiting_alert(row), now=now)


def _give_back_cancelled(conversation: Conversation) -> bool:
    """Queue again what the mistaken takeover cancelled; False when there was nothing."""
    rows = Outbox.objects.filter(
        conversation=conversation,
        status=Outbox.Status.CANCELLED,
        reason=TAKEN_OVER,
        created_at__lte=conversation.owner_since,
        due_at__gte=conversation.owner_since - MISTAKE_SPAN,
    )
    messages = list(rows.values_list("message_id", flat=True))
    if not rows.update(status=Outbox.Status.QUEUED, reason=""):
        return False
    Message.objects.filter(pk__in=messages).update(status=Message.Status.QUEUED)
    jobs.wake("deliver")
    return True


def _set_owner(
    conversation: Conversation, owner: Conversation.Owner, *, reason: str, actor: str, now: datetime
) -> None:
    """Every change counts as a revision, and a turn under way loses its claim: its draft is discarded (I5)."""
    conversation.turn_due_at = None
    conversation.pending_since = None
    conversation.follow_up_at = None
    conversation.turn_failures = 0
    if reason not in Handoff.Reason.values:
        discard_running_turn(conversation, now=now)
    if conversation.owner != owner:
        conversation.owner_since = now
        audit.record(
            actor=actor,
            action=f"conversation.{owner}",
            subject_kind="conversation",
            subject_id=conversation.id,
            detail={"reason": reason},
            now=now,
        )
        ownership_changed.send(sender=Conversation, conversation_id=conversation.id, owner=str(owner), reason=reason)
    conversation.owner = owner
    conversation.owner_reason = reason
