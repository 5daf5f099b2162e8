"""Which replies are spoken, and the voice note of one. Whatever fails, the text itself leaves instead."""

import hashlib
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import BinaryIO
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction

from conversations import spending
from conversations.agent.state import Decision, TurnState, Usage
from conversations.media import files, kinds
from conversations.models import Media, Message, ModelUse, Outbox
from conversations.spending import Ceiling
from conversations.voice import endpoint
from conversations.voice.endpoint import CIRCUIT
from knowledge import flags, queries
from knowledge.costs import Price
from seleto.lib import circuits, clock, connections, metrics
from seleto.lib.download import Fetched
from seleto.lib.errors import Misconfigured, ProviderError, Rejected
from seleto.lib.sniff import HEAD_BYTES, sniff

log = structlog.get_logger(__name__)

NOTES = metrics.counter("voice_notes", "Replies to be spoken, by outcome.", ["outcome"])

NAME = "resposta.ogg"
# What nobody can write down from hearing it: addresses, and numbers of more than a price list's length.
_TO_BE_READ = re.compile(r"https?://|\bwww\.|\S@\S|\d(?:[\d./-]{6,})\d")
# WhatsApp's markup, which has no sound.
_MARKUP = re.compile(r"(?<!\w)[*_~]+|[*_~]+(?!\w)")
ADVICE = {
    "unauthorized": "O servidor de voz recusa a chave: confira SPEECH_API_KEY.",
    "quota": "A conta do servidor de voz está sem cota ou sem saldo: regularize com o provedor.",
    "model_not_found": "O servidor de voz não tem o modelo: confira SPEECH_MODEL e o endereço.",
}


def wanted(state: TurnState, decision: Decision, *, channel: str, origin: str) -> bool:
    """Whether this reply is spoken: the lead's last message was a voice note that was understood, and the whole reply
    is short, tells no price and nothing that has to be read."""
    last = state.pending[-1] if state.pending else None
    if last is None or last.type != Message.Type.AUDIO or not last.text:
        return False
    if not decision.bubbles or decision.retry_reason or decision.disclosed:
        return False
    text = whole(decision.bubbles)
    if len(text) > settings.SPEECH_MAX_CHARS or _TO_BE_READ.search(text):
        return False
    return flags.is_on("audio_out", channel=channel, origin=origin)


def whole(bubbles: tuple[str, ...]) -> str:
    """One voice note says all of a reply; the guardrails have seen it as this one text."""
    return "\n\n".join(bubbles)


def make(*, row_id: UUID, conversation_id: UUID, message_id: UUID, text: str) -> None:
    """Have the row's text spoken and keep it as the file of its message; a row that is to leave as text is marked so.
    Raises nothing of the endpoint's doing."""
    if spending.reached(conversation_id, clock.now()) is not Ceiling.NONE:
        outcome = "limit"
    elif not circuits.allow(CIRCUIT, clock.now()):
        outcome = "closed"
    else:
        connections.release()
        try:
            path, file = files.receive(_filling(_spoken(text)))
        except (ProviderError, OSError) as error:
            log.info("voice.failed", reason=getattr(error, "reason", "disk"))
            outcome = "failed"
        else:
            outcome = "made"
            _keep(row_id, message_id, path, file, now=clock.now())
            _record(text, conversation_id)
    NOTES.labels(outcome=outcome).inc()
    if outcome != "made":
        Outbox.objects.filter(pk=row_id).update(spoken=False)


def left_as_text(*, row_id: UUID, message_id: UUID) -> None:
    """The provider would not have the sound: the row is a text again, and so is its message."""
    with transaction.atomic():
        Outbox.objects.filter(pk=row_id).update(spoken=False, media=None)
        Message.objects.filter(pk=message_id).update(type=Message.Type.TEXT)
        for media in Media.objects.filter(message_id=message_id, source=Media.Source.AGENT):
            media.delete()  # its file goes with it
    NOTES.labels(outcome="refused").inc()


def _spoken(text: str) -> bytes:
    try:
        sound = endpoint.ask(_MARKUP.sub("", text))
    except Misconfigured as error:
        circuits.trip(CIRCUIT, error.reason, clock.now(), title=ADVICE.get(error.reason, ""))
        raise
    except Rejected:
        circuits.succeeded(CIRCUIT)  # it answered, so it is up
        raise
    except ProviderError as error:
        if error.status != 429:
            circuits.failed(CIRCUIT, error.reason, clock.now())
        raise
    circuits.succeeded(CIRCUIT)
    return sound


def _filling(sound: bytes) -> Callable[[BinaryIO], Fetched]:
    """Raises ``Rejected`` for an answer that is no voice note, whatever its server called it."""
    found = sniff(sound[:HEAD_BYTES])
    if found is None or kinds.leaves_as(found.mime) != Media.Kind.AUDIO:
        raise Rejected("no_sound")

    def fill(sink: BinaryIO) -> Fetched:
        sink.write(sound)
        return Fetched(found.mime, found.extension, len(sound), hashlib.sha256(sound).hexdigest())

    return fill


def _keep(row_id: UUID, message_id: UUID, path: str, file: Fetched, *, now: datetime) -> None:
    with transaction.atomic():
        media = Media.objects.create(
            message_id=message_id,
            direction=Media.Direction.OUT,
            source=Media.Source.AGENT,
            kind=Media.Kind.AUDIO,
            filename=NAME,
            mime=file.mime,
            size=file.size,
            sha256=file.sha256,
            path=path,
            state=Media.State.STORED,
            due_at=now,
            created_at=now,
            stored_at=now,
            keep_until=now + timedelta(days=settings.MEDIA_KEEP_DAYS),
        )
        Outbox.objects.filter(pk=row_id).update(media=media)
        Message.objects.filter(pk=message_id).update(type=Message.Type.AUDIO)


def _record(text: str, conversation_id: UUID) -> None:
    now, of_settings = clock.now(), Price(thousand_chars=Decimal(str(settings.SPEECH_PRICE)))
    price = queries.model_price(settings.SPEECH_MODEL, at=now, otherwise=of_settings)
    usage = Usage(model=settings.SPEECH_MODEL, calls=1, cost_usd=price.of_characters(len(text)))
    spending.record(ModelUse.Purpose.SPEECH, conversation_id, usage, prompt_version="", now=now)
