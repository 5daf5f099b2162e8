"""Give the conversation what a file says, or tell it that nothing comes: one short transaction.

A transcript becomes the text of its message, as if the lead had typed it; what a PDF or a picture says stands beside
the message, as data. Both let a turn go on that waited. Words that come after their message was answered (the lead was
asked to repeat) are kept and shown, and answered no more.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from conversations import handoff, quiet, resume
from conversations.chatwoot import due
from conversations.models import Conversation, Handoff, Media, Message, Reading
from conversations.readings import STATE, WORDS
from conversations.readings.hearing import Outcome
from leads.extraction import MAX_CHARS, asks_opt_out
from leads.services import opt_out
from seleto.lib import jobs
from seleto.lib.admin_lists import LOCAL
from seleto.lib.text import cpf

_NOTE_CHARS = 1500


def settle(reading_id: UUID, attempts: int, outcome: Outcome, *, now: datetime) -> None:
    """Nothing happens when another process was faster."""
    with transaction.atomic():
        message, conversation = _locked(reading_id)
        closed = Reading.objects.filter(pk=reading_id, state=Reading.State.DUE, attempts=attempts).update(
            state=outcome.state,
            reason=outcome.reason[:120],
            text=cpf.masked(outcome.text),
            confidence=outcome.confidence,
            model=outcome.model[:80],
            leased_until=None,
            done_at=now,
        )
        if closed:
            if outcome.seconds is not None:
                Media.objects.filter(reading=reading_id).update(duration_s=round(outcome.seconds, 2))
            _given(message, conversation, Reading.objects.get(pk=reading_id), now=now)


def never_came(media_id: UUID, reason: str, *, now: datetime) -> None:
    """The file was given up. Call inside the transaction that does so."""
    reading = Reading.objects.filter(media_id=media_id, state=Reading.State.WAITING).first()
    if reading is None:
        return
    message, conversation = _locked(reading.pk)
    reading.state, reading.reason, reading.done_at = Reading.State.FAILED, reason[:120], now
    reading.save(update_fields=["state", "reason", "done_at"])
    _given(message, conversation, reading, now=now)


def _locked(reading_id: UUID) -> tuple[Message, Conversation]:
    """The conversation first, as everywhere."""
    message = Message.objects.get(files__reading=reading_id)
    conversation = Conversation.objects.select_for_update().get(pk=message.conversation_id)
    message.refresh_from_db()
    return message, conversation


def _given(message: Message, conversation: Conversation, reading: Reading, *, now: datetime) -> None:
    is_speech = reading.kind == Reading.Kind.TRANSCRIPT
    message.media = {**message.media, STATE: str(reading.state)}
    if reading.state == Reading.State.DONE:
        if is_speech:
            message.text = reading.text
        else:
            message.media[WORDS] = reading.text
    message.save(update_fields=["text", "media"])
    conversation.hearing_until = _awaited(conversation)
    if message.author == Message.Author.LEAD and message.deleted_at is None:
        if is_speech and message.text:
            _said(message, conversation, now=now)
        _go_on(message, conversation, now=now)
    conversation.save()
    _show(message, conversation, reading, now=now)


def _said(message: Message, conversation: Conversation, *, now: datetime) -> None:
    """Spoken words have the effects of written ones at once."""
    if message.own_words and asks_opt_out(message.text[:MAX_CHARS]):
        opt_out(conversation.lead_id, quote=message.text, message_id=message.id, now=now)
        handoff.lead_left(conversation.lead_id)
    if conversation.owner == Conversation.Owner.HUMAN:  # no turn of the agent will read it
        given = Handoff.objects.filter(conversation=conversation, closed_at=None).first()
        resume.record_told(conversation, message, given, now=now)


def _go_on(message: Message, conversation: Conversation, *, now: datetime) -> None:
    """Let the turn come when the lead has been quiet; a draft that was made without these words is made again."""
    if conversation.owner != Conversation.Owner.AGENT or message.revision <= conversation.answered_revision:
        return
    conversation.revision += 1
    if conversation.turn_due_at is None:
        return
    said = Message.objects.filter(conversation=conversation, author=Message.Author.LEAD)
    is_last = not said.filter(created_at__gt=message.created_at).exists()
    if conversation.pending_since and conversation.turn_failures == 0 and is_last:
        wait_s = quiet.quiet_s(message.text, answers_question=conversation.awaiting_answer)
        conversation.turn_due_at = quiet.due_at(
            pending_since=conversation.pending_since, heard_at=message.created_at, wait_s=wait_s
        )
    instants = (conversation.turn_due_at, conversation.hearing_until)
    jobs.wake("turn", at=max(at for at in instants if at is not None))


def _awaited(conversation: Conversation) -> datetime | None:
    rows = Reading.objects.filter(media__message__conversation=conversation, state__in=Reading.OPEN)
    return max(rows.values_list("awaited_until", flat=True), default=None)


def _show(message: Message, conversation: Conversation, reading: Reading, *, now: datetime) -> None:
    """In Chatwoot the words stand with the file; for one that stands there already they follow as a note."""
    due.mark(lead_id=conversation.lead_id, channel_id=conversation.channel_id, now=now)
    if message.chatwoot_id and reading.kind == Reading.Kind.TRANSCRIPT and reading.text:
        hour = message.sent_at.astimezone(LOCAL).strftime("%H:%M")
        text = f"🎤 Transcrição automática do áudio das {hour}: “{reading.text[:_NOTE_CHARS]}”"
        due.note(
            lead_id=conversation.lead_id,
            channel_id=conversation.channel_id,
            key=f"leitura:{reading.pk}",
            text=text,
            now=now,
        )
