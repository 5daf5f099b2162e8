"""Make a decision real, or drop it: one short transaction with the conversation locked (design.md, stage 3)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from conversations import channel_cache, followups, handoff, handouts, outbox, rollout, spending
from conversations.agent.situations import subject_request_kind
from conversations.agent.state import Decision, Snapshot, TurnState
from conversations.chatwoot import due
from conversations.formatting import typing_s
from conversations.models import Conversation, GuardrailHit, Handoff, Turn
from conversations.sessions import ROWS
from conversations.voice import notes
from knowledge import gaps
from leads import classification, needs
from leads.models import Lead
from leads.services import open_subject_request, record_facts, record_interests
from leads.signals import lead_changed
from seleto.lib import alerts, audit, hot, jobs
from seleto.lib.models import Alert

_TURNS = hot.Table(Turn)
MODEL_ALERT = "model"
# No server's wish keeps a lead waiting for longer.
RETRY_AFTER_MAX_S = 3600.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the decision; ``first_bubble`` may be sent at once by whoever committed."""

    status: str
    first_bubble: UUID | None = None


class Lost(Exception):
    """Another process holds this turn now, or it was closed: nothing of ours may be written."""


def commit(state: TurnState, snapshot: Snapshot, decision: Decision, *, now: datetime) -> Outcome:
    """Still ours? Nothing newer? Then facts, bubbles and handoff exist from here on; else the draft leaves no trace."""
    try:
        with transaction.atomic():
            conversation, released = _locked(state.conversation_id)
            if released != rollout.LIVE:
                dropped = replace(decision, retry_reason=rollout.NOT_RELEASED)
                return _drop(state, snapshot, dropped, Turn.Status.DISCARDED, now=now)
            if conversation.owner != Conversation.Owner.AGENT or conversation.closed_at is not None:
                return _drop(state, snapshot, decision, Turn.Status.DISCARDED, now=now)
            if conversation.revision != state.revision:
                jobs.wake("turn", at=conversation.turn_due_at)
                return _drop(state, snapshot, decision, Turn.Status.SUPERSEDED, now=now)
            return _apply(conversation, state, snapshot, decision, now=now)
    except Lost:
        return Outcome("lost")


def _locked(conversation_id: UUID) -> tuple[Conversation, str]:
    """The conversation, its row locked, and where the roll-out has it."""
    row = hot.fetch(
        f"SELECT {ROWS.columns('c')}, conversations_rollout(c.id) FROM conversations_conversation c"  # noqa: S608
        " WHERE c.id = %s FOR UPDATE",
        [conversation_id],
    )[0]
    return ROWS.made(row), row[-1]


def park(turn_id: UUID, lease_token: UUID, *, reason: str, now: datetime) -> None:
    """Give up on a turn where a person sees it: its conversation waits for a reprocess or the lead's next message."""
    with transaction.atomic():
        taken = Turn.objects.filter(pk=turn_id, lease_token=lease_token, status=Turn.Status.RUNNING).update(
            status=Turn.Status.PARKED, reason=reason, finished_at=now
        )
        if taken:
            Conversation.objects.filter(turns__pk=turn_id).update(turn_due_at=None)
            _alert_parked(now)


def _apply(
    conversation: Conversation, state: TurnState, snapshot: Snapshot, decision: Decision, *, now: datetime
) -> Outcome:
    status = _status(conversation, decision)
    _close_turn(state, decision, status, snapshot=snapshot, now=now)
    _keep_what_was_told(conversation.lead_id, state, decision, now=now)
    conversation.memory = decision.memory.stored()
    turn = Turn(pk=state.turn_id)
    held = bool(decision.retry_reason) and conversation.held  # told while we were thinking: not again
    channel = channel_cache.by_id(conversation.channel_id)
    spoken = notes.wanted(state, decision, channel=channel.slug, origin=channel.origin)
    rows = outbox.enqueue(
        conversation,
        [outbox.Bubble(text, _typing(text)) for text in _texts(decision, spoken=spoken) if not held],
        turn=turn if not decision.retry_reason else None,
        reviewed=decision.reviewed,
        now=now,
        answers_id=state.pending[-1].provider_id if state.pending else "",
        survives_handoff=bool(decision.handoff_reason),
        followed=bool(decision.handouts),
        spoken=spoken,
    )
    if rows and decision.handouts and not decision.retry_reason:
        rows += handouts.enqueue(
            conversation,
            decision.handouts,
            turn=turn,
            reviewed=decision.reviewed,
            not_before=rows[-1].due_at,
            survives_handoff=bool(decision.handoff_reason),
            now=now,
        )
    if decision.stopped:
        _keep_stopped(decision, turn, now=now)
    if decision.gap:
        gaps.record(decision.gap, now=now)
    if decision.retry_reason:
        if rows:
            conversation.held_at = max(now, conversation.pending_since or now)
        _retry_later(conversation, decision, now=now)
    else:
        _answered(conversation, state, decision, now=now)
    if rows and not decision.retry_reason:
        followups.after_reply(conversation, now=now)
    if decision.handoff_reason:
        handoff.open_handoff(conversation, reason=Handoff.Reason(decision.handoff_reason), now=now)
    if rows:
        conversation.last_message_at = max(conversation.last_message_at, now)
    if state.unsummarised + len(rows) > settings.HISTORY_MESSAGES + settings.SUMMARY_BATCH:
        conversation.summary_due_at = conversation.summary_due_at or now  # the sweep wakes the background
    ROWS.save(conversation)
    due.mark(lead_id=conversation.lead_id, channel_id=conversation.channel_id, now=now)
    if rows and rows[0].due_at > now:
        jobs.wake("deliver", at=rows[0].due_at)
    return Outcome(status, first_bubble=rows[0].id if rows else None)


def _keep_what_was_told(lead_id: UUID, state: TurnState, decision: Decision, *, now: datetime) -> None:
    """The facts and what follows from them: company, orçamento, interests, a data subject's request. ``lead_id`` is the
    conversation's: the lead that the turn began with may have become one with another since."""
    made = record_facts(lead_id, decision.facts, now=now)
    if refused := {*decision.memory.not_told} - {*state.memory.not_told}:
        lead_changed.send(sender=Lead, lead_id=lead_id, fields=sorted(refused))
    sale = decision.engagement is None or decision.engagement.sale
    if made and sale:
        quotes = {fact.field: fact.quote for fact in made}
        known = {**state.facts, **{fact.field: fact.value for fact in made}}
        needs.follow_facts(lead_id, known, [fact.field for fact in made], quotes=quotes, now=now)
    if made or not sale:
        classification.reclassify(lead_id, decision.engagement, now)
    for code in decision.disclosed:
        audit.record(
            actor="agente",
            action="price.disclosed",
            subject_kind="lead",
            subject_id=lead_id,
            detail={"product": code},
            now=now,
        )
    if decision.interests:
        last = state.pending[-1]
        record_interests(lead_id, decision.interests, quote=last.text, message_id=last.id, now=now)
    if decision.handoff_reason == Handoff.Reason.PRIVACY:
        text = " ".join(line.text for line in state.pending if line.own_words)
        open_subject_request(lead_id, subject_request_kind(text), now=now)


def _keep_stopped(decision: Decision, turn: Turn, *, now: datetime) -> None:
    GuardrailHit.objects.bulk_create(
        GuardrailHit(
            turn=turn,
            draft=draft.text,
            kinds=[str(kind) for kind in draft.verdict.kinds],
            spans=[[span.start, span.end, str(span.kind)] for span in draft.verdict.spans],
            reasons=[violation.reason for violation in draft.verdict.violations],
            action=draft.action,
            at=now,
        )
        for draft in decision.stopped
    )


def _status(conversation: Conversation, decision: Decision) -> str:
    if not decision.retry_reason:
        return Turn.Status.REPLIED if decision.bubbles else Turn.Status.SILENT
    return Turn.Status.PARKED if conversation.turn_failures + 1 >= settings.TURN_MAX_FAILURES else Turn.Status.WAITING


def _answered(conversation: Conversation, state: TurnState, decision: Decision, *, now: datetime) -> None:
    asked = any("?" in text for text in decision.bubbles)
    streak = 0 if decision.facts else state.unanswered_question_replies
    conversation.answered_revision = state.revision
    conversation.turn_due_at = conversation.pending_since = None
    conversation.turn_failures = 0
    conversation.awaiting_answer = asked
    conversation.unanswered_question_replies = streak + 1 if asked else 0
    if state.turn_failures and decision.usage.calls and alerts.close(MODEL_ALERT, now=now):
        _release_waiting(now)


def _release_waiting(now: datetime) -> None:
    """The model is back: whoever was to be tried again later is due now."""
    waiting = Conversation.objects.select_for_update(skip_locked=True).filter(turn_failures__gt=0, turn_due_at__gt=now)
    # Locked ones are passed over: whoever holds them may be waiting for the alert that this transaction closed.
    Conversation.objects.filter(pk__in=list(waiting.values_list("pk", flat=True))).update(turn_due_at=now)
    jobs.wake("turn")


def _retry_later(conversation: Conversation, decision: Decision, *, now: datetime) -> None:
    """No model: the lead was told once that we are here; the turn falls due again, later each time."""
    conversation.turn_failures += 1
    most_s = RETRY_AFTER_MAX_S
    if decision.retry_reason == spending.DAY_REASON:
        most_s = decision.retry_after_s  # its alert is open already
    elif decision.retry_reason.startswith("modelo:"):
        title = "O modelo não responde: os leads recebem a mensagem de espera"
        alerts.open_(MODEL_ALERT, title=title, level=Alert.Level.CRITICAL, now=now)
    else:
        title = "Uma situação não tem frase aprovada que respeite as regras"
        alerts.open_("phrases", title=title, level=Alert.Level.CRITICAL, now=now)
    if conversation.turn_failures >= settings.TURN_MAX_FAILURES:
        conversation.turn_due_at = None
        _alert_parked(now)
        return
    wait_s = min(settings.TURN_RETRY_S * 2 ** (conversation.turn_failures - 1), settings.TURN_RETRY_MAX_S)
    conversation.turn_due_at = now + timedelta(seconds=max(wait_s, min(decision.retry_after_s, most_s)))
    jobs.wake("turn", at=conversation.turn_due_at)


def _drop(state: TurnState, snapshot: Snapshot, decision: Decision, status: Turn.Status, *, now: datetime) -> Outcome:
    _close_turn(state, decision, status, snapshot=snapshot, now=now)
    return Outcome(status)


def _close_turn(state: TurnState, decision: Decision, status: str, *, snapshot: Snapshot, now: datetime) -> None:
    """Write what the turn did, if its lease is still ours. Raises ``Lost``."""
    answer, usage = decision.answer, decision.usage
    ours = _TURNS.change(
        "id = %s AND lease_token = %s AND status = 'running'",
        [state.turn_id, state.lease_token],
        status=status,
        reason=decision.retry_reason[:120],
        finished_at=now,
        read_revision=state.revision,
        waiting_since=state.waiting_since,
        undo={
            "answered_revision": state.answered_revision,
            "awaiting_answer": state.awaiting_answer,
            "unanswered_question_replies": state.unanswered_question_replies,
            "memory": state.memory.stored(),
        },
        model=usage.model,
        prompt_version=snapshot.prompt_version,
        sources=answer.sources if answer else [],
        tools=list(decision.tools),
        matters=sorted(snapshot.heard.matters) if snapshot.heard else [],
        intents=list(answer.intents) if answer else [],
        move=answer.move if answer else "",
        model_calls=usage.calls,
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
        cost_usd=usage.cost_usd,
        timings=dict(decision.timings),
        facts_dropped=list(decision.dropped_facts),
        fallback=decision.fallback,
    )
    if not ours:
        raise Lost


def _texts(decision: Decision, *, spoken: bool) -> tuple[str, ...]:
    return (notes.whole(decision.bubbles),) if spoken else decision.bubbles


def _typing(text: str) -> float:
    return typing_s(text, chars_per_s=settings.TYPING_CHARS_PER_S, most_s=settings.TYPING_MAX_S)


def _alert_parked(now: datetime) -> None:
    alerts.open_("turn:parked", title="Há conversas sem resposta do agente", level=Alert.Level.CRITICAL, now=now)
