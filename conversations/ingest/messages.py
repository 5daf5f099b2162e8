"""What a lead, or a person on the company's phone, did: one handler per kind of event, inside ingest's transaction.

Each returns why nothing more comes of the event, or "" when it was taken in.
"""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet

from conversations import canary, followups, handoff, outcomes, provider_ids, quiet, resume, sessions
from conversations.channel_cache import ChannelView
from conversations.channels import base
from conversations.chatwoot import due, telling
from conversations.ingest import late
from conversations.ingest.common import NotYet, StoredEvent, identity_keys, lead_of
from conversations.media import arrivals
from conversations.models import Conversation, Handoff, Message, Outbox, Turn
from conversations.readings import expecting
from leads import subjects
from leads.extraction import MAX_CHARS, asks_opt_out
from leads.models import Identity
from leads.services import opt_out, resolve_lead, withdraw_facts
from seleto.lib import correlation, hot, jobs

# Shown to people, nothing to answer (contracts/zapi.md, section 5).
SHOWN_ONLY = frozenset({base.MessageType.STICKER, base.MessageType.POLL, base.MessageType.UNKNOWN})
# Written by WhatsApp, not by whoever sends it: no evidence of anything (I7).
NOT_WORDS = frozenset({base.MessageType.LOCATION, base.MessageType.CONTACT, base.MessageType.CALL})
# How far a provider's clock may run ahead of ours before its time is not believed.
CLOCK_SLACK = timedelta(minutes=5)
ERASED = "titular_apagado"
_MESSAGES = hot.Table(Message)
BEFORE_WHATSAPP = datetime(2009, 1, 1, tzinfo=UTC)


def on_incoming(channel: ChannelView, event: StoredEvent, parsed: base.Incoming, now: datetime) -> str:
    """A lead wrote: store it, and let the turn be due once they have been quiet."""
    if canary.is_ours(channel, parsed):
        canary.heard(channel, now=now)
        return canary.HEARD
    lead = lead_of(channel, parsed, display_name=parsed.display_name, referral=parsed.ad, now=now)
    conversation = sessions.locked(lead_id=lead.id, channel=channel, address=parsed.address, at=event.received_at)
    conversation.revision += 1
    followups.end_silence(conversation)
    reason = _why_not_answered(parsed, received_at=event.received_at)
    own_words = not (parsed.forwarded or reason or parsed.type in NOT_WORDS)
    message = _store(conversation, channel, event, parsed, author=Message.Author.LEAD, own_words=own_words, now=now)
    if not reason:
        _expect_words(conversation, channel, message, now=now)
    elif reason == late.TOO_OLD:
        late.tell(message, channel, received_at=event.received_at, now=now)
    conversation.address = parsed.address
    conversation.last_message_at = max(conversation.last_message_at, event.received_at)
    if own_words and asks_opt_out(parsed.text[:MAX_CHARS]):
        opt_out(lead.id, quote=parsed.text, message_id=message.id, now=now)
        handoff.lead_left(lead.id)
    if own_words:
        subjects.heard(lead.id, parsed.text[:MAX_CHARS], now=now)
    if not reason:
        if conversation.owner == Conversation.Owner.HUMAN:
            resume.on_lead_message(conversation, message, heard_at=event.received_at, now=now)
        _expect_turn(conversation, text=parsed.text, heard_at=event.received_at)
    sessions.ROWS.save(conversation)
    due.mark(lead_id=lead.id, channel_id=channel.id, now=now)
    return reason


def on_edited(channel: ChannelView, event: StoredEvent, parsed: base.Edited, now: datetime) -> str:
    """The lead changed a message: its new text counts; what was already answered is not answered again."""
    original = _told(channel, parsed.message.provider_id).first()
    if original is None:
        return _first_known_by_edit(channel, event, parsed, now)
    conversation = Conversation.objects.select_for_update().get(pk=original.conversation_id)
    original.refresh_from_db()
    if original.author != Message.Author.LEAD or not _is_theirs(original, parsed.message):
        return "mensagem_de_outra_pessoa"
    edited_at = _believed(parsed.message.sent_at, event.received_at)
    if original.edited_at and edited_at <= original.edited_at:
        return "edicao_antiga"
    conversation.revision += 1
    followups.end_silence(conversation)
    original.previous_texts = [*original.previous_texts, original.text]
    original.text = parsed.message.text
    original.edited_at = edited_at
    original.save(update_fields=["text", "previous_texts", "edited_at"])
    telling.edited(original, now=now)
    withdraw_facts(conversation.lead_id, source_id=original.id, text=original.text, now=now)
    answered = original.revision <= conversation.answered_revision
    if conversation.owner == Conversation.Owner.HUMAN or answered:  # no turn of the agent will read it
        given = Handoff.objects.filter(conversation=conversation, closed_at=None).first()
        resume.record_told(conversation, original, given, now=now)
    _take_back_reply(conversation)
    if original.revision > conversation.answered_revision:
        _expect_turn(conversation, text=original.text, heard_at=event.received_at)
    conversation.save()
    return ""


def _first_known_by_edit(channel: ChannelView, event: StoredEvent, parsed: base.Edited, now: datetime) -> str:
    """The edit overtook its message: it is taken in as one, and an older edit that comes later changes nothing."""
    reason = on_incoming(channel, event, parsed.message, now)
    edited_at = _believed(parsed.message.sent_at, event.received_at)
    Message.objects.filter(channel_id=channel.id, provider_id=parsed.message.provider_id).update(edited_at=edited_at)
    return reason


def on_deleted(channel: ChannelView, event: StoredEvent, parsed: base.Deleted, now: datetime) -> str:
    """A message was deleted for everyone: nobody answers it any more, people still see that it was there."""
    message = _told(channel, parsed.provider_id).first()
    if message is None:
        raise NotYet("mensagem_desconhecida")
    conversation = Conversation.objects.select_for_update().get(pk=message.conversation_id)
    from_lead = message.author == Message.Author.LEAD
    if from_lead == parsed.from_me or not _is_theirs(message, parsed):
        return "mensagem_de_outra_pessoa"
    message.deleted_at = _believed(parsed.sent_at, event.received_at)
    message.save(update_fields=["deleted_at"])
    withdraw_facts(conversation.lead_id, source_id=message.id, text="", now=now)
    telling.deleted(message, now=now)
    conversation.revision += 1
    followups.end_silence(conversation)
    if not handoff.unanswered(conversation).exists():
        conversation.turn_due_at = conversation.pending_since = None
    conversation.save()
    return ""


def on_reaction(channel: ChannelView, event: StoredEvent, parsed: base.Reaction, now: datetime) -> str:
    """A reaction is shown beside the conversation and never counts as something to answer."""
    if canary.is_ours(channel, parsed):
        return canary.HEARD
    if _is_erased(channel, parsed.reference_id, parsed):
        return ERASED
    lead = lead_of(channel, parsed, now=now)
    conversation = sessions.locked(lead_id=lead.id, channel=channel, address=parsed.address, at=event.received_at)
    Message.objects.create(
        conversation=conversation,
        channel_id=channel.id,
        event_id=event.id,
        author=Message.Author.LEAD,
        type=Message.Type.REACTION,
        text=parsed.emoji,
        status=Message.Status.RECEIVED,
        revision=conversation.revision,
        provider_id=parsed.provider_id,
        reference_id=parsed.reference_id or "",
        sent_at=_believed(parsed.sent_at, event.received_at),
        created_at=now,
    )
    return "so_registro:reaction"


def on_echo(channel: ChannelView, event: StoredEvent, parsed: base.Echo, now: datetime) -> str:
    """Something left the company's number: our own sending, or a person on the phone, who is then in charge (I5)."""
    if canary.is_ours(channel, parsed):
        return canary.HEARD
    ids = provider_ids.forms([parsed.provider_id])
    if Outbox.objects.filter(channel_id=channel.id, provider_id__in=ids).exists():
        return "eco_proprio"
    if _is_erased(channel, parsed.provider_id, parsed):  # a correction of what a person once said
        return ERASED
    if parsed.from_api:
        forms = [form for form in (parsed.address, parsed.phone, parsed.lid) if form]
        outcomes.on_own_echo(
            channel_id=channel.id, to=forms, provider_id=parsed.provider_id, sent_at=parsed.sent_at, now=now
        )
        return "eco_proprio"
    if parsed.from_api is None and now - event.received_at < timedelta(seconds=settings.ECHO_WAIT_S):
        # Older payloads do not say who sent it, and the echo may overtake the answer to our own call.
        raise NotYet("eco_proprio")
    lead = lead_of(channel, parsed, now=now)
    conversation = sessions.locked(lead_id=lead.id, channel=channel, address=parsed.address, at=event.received_at)
    if not parsed.waiting and not _corrects_person(channel, event, parsed, now=now):
        conversation.revision += 1
        said = _store(conversation, channel, event, parsed, author=Message.Author.PHONE, now=now)
        _expect_words(conversation, channel, said, now=now)
    if _is_old(parsed.sent_at, event.received_at):  # what a person said long ago puts nobody in charge now
        conversation.save()
        due.mark(lead_id=lead.id, channel_id=channel.id, now=now)
        return late.TOO_OLD
    conversation.last_message_at = max(conversation.last_message_at, event.received_at)
    handoff.take_over(conversation, reason=handoff.PHONE, actor="sdr:celular", now=now)
    conversation.save()
    due.mark(lead_id=lead.id, channel_id=channel.id, now=now)
    return ""


def on_presence(channel: ChannelView, event: StoredEvent, parsed: base.Presence, now: datetime) -> str:
    """The lead is typing or recording: wait for them, up to the ceiling."""
    if parsed.state == base.PresenceState.PAUSED:
        return "presenca"
    leads = Identity.objects.filter(value__in=[key.value for key in identity_keys(parsed)]).values("lead_id")
    conversation = (
        Conversation.objects.select_for_update()
        .filter(lead_id__in=leads, channel_id=channel.id, closed_at=None, turn_due_at__isnull=False)
        .first()
    )
    if conversation is None or conversation.pending_since is None:
        return "presenca"
    conversation.turn_due_at = quiet.due_at(
        pending_since=conversation.pending_since, heard_at=event.received_at, wait_s=settings.QUIET_DEFAULT_S
    )
    conversation.save(update_fields=["turn_due_at"])
    return "presenca"


def on_waiting(channel: ChannelView, event: StoredEvent, parsed: base.Waiting, now: datetime) -> str:
    """The content follows under the same id, as an event of its own."""
    return "aguarda_conteudo"


def on_number_changed(channel: ChannelView, event: StoredEvent, parsed: base.NumberChanged, now: datetime) -> str:
    """The same person under a new number: both numbers are theirs, and the new one is answered."""
    keys = [*identity_keys(base.Party(address=parsed.former, phone=parsed.former)), *identity_keys(parsed)]
    if not Identity.objects.filter(value__in=[key.value for key in keys]).exists():
        return "numero_desconhecido"
    lead = resolve_lead(
        keys,
        display_name="",
        origin=channel.origin,
        referral={},
        now=now,
    )
    Conversation.objects.filter(lead_id=lead.id, channel_id=channel.id, closed_at=None).update(address=parsed.address)
    return ""


def on_ignored(channel: ChannelView, event: StoredEvent, parsed: base.Ignored, now: datetime) -> str:
    """Not for us: the reason is kept with the event."""
    return f"{parsed.reason}:{parsed.detail}" if parsed.detail else str(parsed.reason)


def _believed(stated: datetime | None, received_at: datetime) -> datetime:
    """The provider's time, unless it lies in the future or before WhatsApp: only a wrong clock can state that."""
    if stated is None or stated > received_at + CLOCK_SLACK or stated < BEFORE_WHATSAPP:
        return received_at
    return stated


def _told(channel: ChannelView, provider_id: str) -> QuerySet[Message]:
    return Message.objects.filter(channel_id=channel.id, provider_id__in=provider_ids.forms([provider_id]))


def _is_erased(channel: ChannelView, provider_id: str | None, party: base.Party) -> bool:
    """Whether this is news of a message of somebody who was erased and has not written since: it makes no new lead."""
    if not provider_id or not _told(channel, provider_id).exclude(conversation__lead__anonymised_at=None).exists():
        return False
    return not Identity.objects.filter(value__in=[key.value for key in identity_keys(party)]).exists()


def _is_theirs(message: Message, party: base.Party) -> bool:
    """Whether this party is the person whose conversation the message stands in."""
    keys = [key.value for key in identity_keys(party)]
    return Identity.objects.filter(lead_id=message.conversation.lead_id, value__in=keys).exists()


def _corrects_person(channel: ChannelView, event: StoredEvent, echo: base.Echo, *, now: datetime) -> bool:
    """Put a person's edit of their own message in its place; False when it is a message of its own."""
    if not echo.edited:
        return False
    original = Message.objects.filter(
        channel_id=channel.id, provider_id=echo.provider_id, author=Message.Author.PHONE
    ).first()
    if original is None:
        return False
    original.previous_texts = [*original.previous_texts, original.text]
    original.text, original.edited_at = echo.text, _believed(echo.sent_at, event.received_at)
    original.save(update_fields=["text", "previous_texts", "edited_at"])
    telling.edited(original, now=now)
    return True


def _store(
    conversation: Conversation,
    channel: ChannelView,
    event: StoredEvent,
    parsed: base.Message,
    *,
    author: Message.Author,
    own_words: bool = True,
    now: datetime,
) -> Message:
    media = parsed.media
    message = Message(
        conversation=conversation,
        channel_id=channel.id,
        event_id=event.id,
        author=author,
        type=parsed.type.value,
        text=parsed.text,
        status=Message.Status.RECEIVED if author == Message.Author.LEAD else Message.Status.SENT,
        revision=conversation.revision,
        provider_id=parsed.provider_id,
        reference_id=parsed.reference_id or "",
        forwarded=parsed.forwarded,
        own_words=own_words,
        sent_at=_believed(parsed.sent_at, event.received_at),
        created_at=now,
        media={"mime": media.mime, "seconds": media.seconds, "filename": media.filename} if media else {},
    )
    _MESSAGES.insert(message)
    if media is not None:
        arrivals.from_channel(message, media, now=now)
    return message


def _expect_words(conversation: Conversation, channel: ChannelView, message: Message, *, now: datetime) -> None:
    """A voice note is text to come: the turn waits for it, within limits."""
    for media in message.files.all() if message.media else ():
        until = expecting.expect(media, channel=channel.slug, origin=channel.origin, now=now)
        if until is not None and message.author == Message.Author.LEAD:
            conversation.hearing_until = max(until, conversation.hearing_until or until)


def _why_not_answered(parsed: base.Incoming, *, received_at: datetime) -> str:
    if parsed.status_reply:
        return "so_registro:status_reply"
    if parsed.type in SHOWN_ONLY:
        return f"so_registro:{parsed.type.value}"
    if _is_old(parsed.sent_at, received_at):
        return late.TOO_OLD
    return ""


def _is_old(stated: datetime | None, received_at: datetime) -> bool:
    return received_at - _believed(stated, received_at) > timedelta(hours=settings.MESSAGE_MAX_AGE_H)


def _expect_turn(conversation: Conversation, *, text: str, heard_at: datetime) -> None:
    """Set when the turn falls due. A reply of which nothing has left is taken back, so there is one reply (I3)."""
    if conversation.owner == Conversation.Owner.HUMAN or conversation.closed_at is not None:
        return
    if conversation.owner == Conversation.Owner.NOBODY:
        conversation.owner = Conversation.Owner.AGENT
        conversation.owner_reason = "lead_voltou"
        conversation.owner_since = heard_at
    if conversation.turn_due_at is None:  # else an earlier message of this burst did it
        _take_back_reply(conversation)
    conversation.correlation_id = correlation.current()
    conversation.pending_since = conversation.pending_since or heard_at
    wait_s = quiet.quiet_s(text, answers_question=conversation.awaiting_answer)
    conversation.turn_due_at = quiet.due_at(pending_since=conversation.pending_since, heard_at=heard_at, wait_s=wait_s)
    jobs.wake("turn", at=conversation.turn_due_at)


def _take_back_reply(conversation: Conversation) -> None:
    """Cancel a reply still wholly in the queue; what it answered is open again, and answered together with the rest.

    Of one that has begun to leave, only what merely asks is cancelled.
    """
    turn, has_begun = handoff.waiting_reply(conversation)
    if turn is None:
        return
    if has_begun:
        handoff.cancel_mere_questions(conversation)
        return
    handoff.cancel_agent_messages(conversation, reason="mensagem_mais_nova")
    Turn.objects.filter(pk=turn.pk).update(status=Turn.Status.SUPERSEDED)
    conversation.answered_revision = turn.undo["answered_revision"]
    conversation.awaiting_answer = turn.undo["awaiting_answer"]
    conversation.unanswered_question_replies = turn.undo["unanswered_question_replies"]
    conversation.memory = turn.undo.get("memory", {})
    conversation.pending_since = turn.waiting_since
