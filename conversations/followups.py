"""Leads who went quiet are written to once more, step by step, until they answer or the steps are used up.

``Conversation.follow_up_at`` says when the next step falls due; whatever ends the silence clears it. When it is due
everything is judged anew (I10): who is in charge, the switch, opting out, the class, business hours, the window. What
leaves was reviewed (I4) and bears the conversation's revision: a word from either side meanwhile holds it back.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Min

from conversations import channel_cache, guardrails, outbox, templates, window, wording
from conversations.channel_cache import ChannelView
from conversations.guardrails import ReviewContext
from conversations.models import Conversation, FollowUp, Handoff, Outbox
from knowledge import calendar, flags, followups, queries
from knowledge.followups import Step
from leads.models import Fact, Lead
from seleto.lib import alerts, audit, clock, metrics
from seleto.lib.leases import last_attempt_alone
from seleto.lib.models import Alert

# Claims of one step that came to no end before it is given up.
MOST_ATTEMPTS = 4
PARKED_ALERT = "follow_up:parked"
EXHAUSTED = "tentativas_esgotadas"
_READY = (
    "follow_up_at <= %(now)s AND closed_at IS NULL"
    " AND (follow_up_leased_until IS NULL OR follow_up_leased_until <= now())"
)
_CLAIMABLE = f"{_READY} AND {last_attempt_alone('conversations_conversation', _READY, prefix='follow_up_')}"
FOLLOW_UPS = metrics.counter("follow_ups", "Steps for leads who went quiet, by outcome.", ["outcome"])


@dataclass(frozen=True, slots=True)
class Due:
    """A conversation whose next step fell due; ``attempts`` counts this claim."""

    id: UUID
    attempts: int = 1


@dataclass(frozen=True, slots=True)
class Words:
    """What will leave: free text, or an approved template with its values and the text it makes."""

    text: str
    template: dict[str, object]


class Skip(Exception):
    """This step is not sent; ``reason`` is a constant word for ``conversations/wording.py``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def after_reply(conversation: Conversation, *, now: datetime) -> None:
    """The agent has answered: from now on silence counts. Saving is left to the caller; asks no table in the common
    case, as it stands on the reply's path."""
    steps = queries.follow_up_steps()
    channel = channel_cache.by_id(conversation.channel_id)
    conversation.follow_up_step = 0
    conversation.follow_up_at = None
    if steps and flags.is_on("follow_ups", channel=channel.slug, origin=channel.origin):
        conversation.follow_up_at = now + timedelta(hours=min(step.after_h for step in steps))


def end_silence(conversation: Conversation) -> None:
    """The lead said something: what was to break the silence is taken back. Saving is left to the caller."""
    if conversation.follow_up_step:
        outbox.cancel_follow_ups(conversation)
    conversation.follow_up_at = None
    conversation.follow_up_step = 0


def claim(limit: int) -> Sequence[Due]:
    """Conversations whose next step is due. SQL because choosing, locking and counting must be one statement: a step
    that kills its process is to be counted too."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE conversations_conversation SET follow_up_attempts = follow_up_attempts + 1,"  # noqa: S608
            " follow_up_leased_until = now() + make_interval(secs => %(lease)s)"
            f" WHERE id = ANY(ARRAY(SELECT id FROM conversations_conversation WHERE {_CLAIMABLE}"
            " ORDER BY follow_up_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED)) RETURNING id, follow_up_attempts",
            {"now": clock.now(), "limit": limit, "lease": settings.LEASE_S, "most": MOST_ATTEMPTS},
        )
        return [Due(*row) for row in cursor.fetchall()]


def alone(due: Due) -> bool:
    return due.attempts >= MOST_ATTEMPTS


def run(due: Due) -> None:
    """One step: queued, put off, or skipped with its reason; always with the next one planned or none."""
    now = clock.now()
    with transaction.atomic():
        conversation = Conversation.objects.select_for_update().get(pk=due.id)
        conversation.follow_up_leased_until, conversation.follow_up_attempts = None, 0
        if conversation.follow_up_at is None or conversation.follow_up_at > now:
            outcome = "nothing_due"
        elif due.attempts > MOST_ATTEMPTS:
            outcome = _give_up(conversation, now)
        else:
            outcome = _step(conversation, now)
        conversation.save()
    FOLLOW_UPS.labels(outcome=outcome).inc()


def renew(_rows: Sequence[Due]) -> None:
    """A step is one short transaction, whose lock holds off whoever comes after the lease."""


def next_due() -> datetime | None:
    rows = Conversation.objects.filter(follow_up_at__isnull=False, closed_at=None)
    free = rows.extra(where=["follow_up_leased_until IS NULL OR follow_up_leased_until <= now()"])
    due: datetime | None = free.aggregate(due=Min("follow_up_at"))["due"]
    return due


def cancel(conversation_id: UUID, *, actor: str, now: datetime) -> bool:
    """A person does not want this silence broken: nothing is written until the lead says something and goes quiet
    again. False when nothing was planned."""
    with transaction.atomic():
        conversation = Conversation.objects.select_for_update().get(pk=conversation_id)
        if conversation.follow_up_at is None:
            return False
        outbox.cancel_follow_ups(conversation)
        _record(conversation, FollowUp.Outcome.SKIPPED, now, reason="cancelada_por_pessoa")
        conversation.follow_up_at = None
        conversation.save(update_fields=["follow_up_at"])
        audit.record(
            actor=actor,
            action="follow_up.cancel",
            subject_kind="conversation",
            subject_id=conversation_id,
            detail={},
            now=now,
        )
    return True


def preview(conversation: Conversation, *, now: datetime) -> str:
    """What would leave if the step fell due now, or the reason why nothing would, for people to read."""
    lead = Lead.objects.get(pk=conversation.lead_id)
    step = followups.step(queries.follow_up_steps(), lead.temperature, conversation.follow_up_step)
    if step is None:
        return ""
    try:
        return _words(conversation, channel_cache.by_id(conversation.channel_id), step, now).text
    except Skip as skip:
        return f"({wording.words(skip.reason)})"


def _give_up(conversation: Conversation, now: datetime) -> str:
    """The step killed its process every time: this silence is not broken any more, and people are told."""
    _record(conversation, FollowUp.Outcome.SKIPPED, now, reason=EXHAUSTED)
    conversation.follow_up_at = None
    title = "Uma retomada derrubou o processo várias vezes e foi deixada: veja as retomadas da conversa"
    alerts.open_(PARKED_ALERT, title=title, level=Alert.Level.WARNING, now=now)
    return "parked"


def _step(conversation: Conversation, now: datetime) -> str:
    channel = channel_cache.by_id(conversation.channel_id)
    lead = Lead.objects.get(pk=conversation.lead_id)
    step = followups.step(queries.follow_up_steps(), lead.temperature, conversation.follow_up_step)
    if step is None:
        conversation.follow_up_at = None
        return "none_left"
    due_at = conversation.last_message_at + timedelta(hours=step.after_h)
    if not conversation.follow_up_step and now < due_at:  # planned for the earliest step of any class
        conversation.follow_up_at = due_at
        return "later"
    opening = calendar.next_opening(now)
    if opening is None or opening > now:
        conversation.follow_up_at = opening and opening + _jitter(conversation.pk)
        return "closed_hours"
    try:
        _may_write(conversation, lead, channel)
        words = _words(conversation, channel, step, now)
    except Skip as skip:
        _record(conversation, FollowUp.Outcome.SKIPPED, now, reason=skip.reason)
        conversation.follow_up_at = None
        return "skipped"
    row = outbox.enqueue_follow_up(conversation, words.text, template=words.template, now=now)
    _record(conversation, FollowUp.Outcome.QUEUED, now, row=row)
    _plan_next(conversation, lead.temperature, now)
    return "queued"


def _may_write(conversation: Conversation, lead: Lead, channel: ChannelView) -> None:
    if conversation.owner != Conversation.Owner.AGENT:
        raise Skip("pessoa_assumiu")
    if Handoff.objects.filter(conversation=conversation, closed_at=None).exists():
        raise Skip("repasse_aberto")
    if lead.opted_out_at is not None:
        raise Skip("lead_saiu")
    for flag in ("follow_ups", "agent_enabled"):
        if not flags.is_on(flag, channel=channel.slug, origin=channel.origin):
            raise Skip("chave_desligada")
    if conversation.revision > conversation.answered_revision:
        raise Skip("lead_espera_resposta")
    unsettled = (Outbox.Status.QUEUED, Outbox.Status.SENDING, Outbox.Status.UNKNOWN, Outbox.Status.PARKED)
    if Outbox.objects.filter(conversation=conversation, status__in=unsettled).exists():
        raise Skip("envio_pendente")


def _words(conversation: Conversation, channel: ChannelView, step: Step, now: datetime) -> Words:
    """Free text inside the window, an approved template outside it, reviewed either way."""
    facts = Fact.objects.filter(lead_id=conversation.lead_id, superseded_at=None, field__in=followups.NAMES)
    known = dict(facts.values_list("field", "value"))
    names = {product.code: product.name for product in queries.products()}
    known["produto"] = names.get(known.get("produto", ""), "")
    if window.is_open(conversation, now=now):
        if not step.text:
            raise Skip("sem_texto")
        words = Words(followups.render(step.text, known), {})
    else:
        words = _template(channel, step, known)
    if not guardrails.review(
        words.text, ReviewContext(products=tuple(queries.products()), strictness=queries.strictness())
    ).ok:
        raise Skip("frase_viola_regra")
    return words


def _template(channel: ChannelView, step: Step, known: dict[str, str]) -> Words:
    found = templates.approved(channel.id, step.template, step.language) if step.template else None
    if found is None:
        raise Skip("fora_da_janela")
    values = followups.values(step.values, known)
    if values is None:
        raise Skip("falta_dado_do_modelo")
    try:
        text = templates.read_as(found, values)
    except ValueError:
        raise Skip("modelo_com_outros_campos") from None
    return Words(text, {"name": found.name, "language": found.language, "values": values})


def _plan_next(conversation: Conversation, temperature: str, now: datetime) -> None:
    """The hours of a step count from the last word before the silence."""
    before = followups.step(queries.follow_up_steps(), temperature, conversation.follow_up_step)
    conversation.follow_up_step += 1
    following = followups.step(queries.follow_up_steps(), temperature, conversation.follow_up_step)
    conversation.follow_up_at = None
    if before is not None and following is not None:
        gap = timedelta(hours=following.after_h - before.after_h)
        conversation.follow_up_at = now + gap + _jitter(conversation.pk)


def _record(
    conversation: Conversation, outcome: FollowUp.Outcome, now: datetime, *, reason: str = "", row: Outbox | None = None
) -> None:
    FollowUp.objects.create(
        conversation=conversation,
        step=conversation.follow_up_step,
        outcome=outcome,
        reason=reason,
        outbox=row,
        at=now,
    )


def _jitter(key: UUID) -> timedelta:
    """Spread over some minutes, always the same for a conversation: nobody writes to a hundred leads in one second."""
    part = int.from_bytes(hashlib.sha256(key.bytes).digest()[:4]) / 2**32
    return timedelta(minutes=settings.FOLLOW_UP_JITTER_MIN * part)
