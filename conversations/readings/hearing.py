"""A voice note that is here: measured, listened to for speech, transcribed, doubted."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from uuid import UUID

from django.conf import settings

from conversations import spending
from conversations.agent.state import Usage
from conversations.media import files
from conversations.models import AudioRule, ModelUse, Reading
from conversations.readings import doubts, transcription
from conversations.readings.doubts import Transcription
from conversations.readings.transcription import CIRCUIT, Sound
from conversations.spending import Ceiling
from knowledge import queries
from knowledge.costs import Price
from seleto.lib import circuits, clock, connections, untrusted
from seleto.lib.errors import Ambiguous, Misconfigured, ProviderError, Rejected, Unavailable
from seleto.lib.untrusted import Bounds, Unreadable

CLOSED = "circuito_aberto"
NO_MONEY = "limite_de_gasto"
_ADVICE = {
    "unauthorized": "O servidor de transcrição recusa a chave: confira TRANSCRIPTION_API_KEY.",
    "quota": "A conta do servidor de transcrição está sem cota ou sem saldo: regularize com o provedor.",
    "model_not_found": "O servidor de transcrição não tem o modelo: confira TRANSCRIPTION_MODEL e o endereço.",
}
_DECODING_MIB = 1536


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of reading a file; ``seconds`` is how long a sound really is."""

    state: Reading.State
    reason: str = ""
    text: str = field(default="", repr=False)
    confidence: float | None = None
    model: str = ""
    seconds: float | None = None


def hear(path: str, mime: str, *, stated_s: float | None, conversation_id: UUID) -> Outcome:
    """What is said in the file. Raises ``Unavailable`` or ``Ambiguous`` when it is worth trying again, ``Rejected``
    when it is not."""
    with tempfile.TemporaryDirectory(prefix="seleto-") as folder:
        whole = Sound(files.located(path), mime)
        seconds, pieces, outcome = _measured(whole, stated_s, Path(folder))
        if outcome is not None:
            return outcome
        if spending.reached(conversation_id, clock.now()) is not Ceiling.NONE:
            return Outcome(Reading.State.FAILED, NO_MONEY, seconds=seconds)
        hint = transcription.vocabulary(queries.products())
        connections.release()
        heard = [_asked(piece, hint) for piece in pieces]
    _record(heard, seconds, conversation_id)
    text = " ".join(part for part in (doubts.believed(one, vocabulary=hint) for one in heard) if part)
    sure = min((value for one in heard if (value := doubts.confidence(one)) is not None), default=None)
    if not text:
        return Outcome(Reading.State.UNCLEAR, "sem_confianca", confidence=sure, seconds=seconds)
    return Outcome(Reading.State.DONE, text=text, confidence=sure, model=settings.TRANSCRIPTION_MODEL, seconds=seconds)


def longest_s() -> int:
    """The longest voice note that is listened to, in seconds."""
    rule = AudioRule.objects.first()
    return rule.max_s if rule else settings.AUDIO_MAX_S


def _measured(
    whole: Sound, stated_s: float | None, folder: Path
) -> tuple[float | None, Sequence[Sound], Outcome | None]:
    """Its seconds and what to transcribe, or what came of it already."""
    limit = longest_s()
    connections.release()
    if not whole.path.is_file():
        return None, (), Outcome(Reading.State.FAILED, "sem_arquivo")
    try:
        found = untrusted.run(
            "sound",
            str(whole.path),
            str(limit),
            str(settings.AUDIO_PIECE_S),
            str(folder),
            bounds=Bounds(settings.AUDIO_DECODE_S, _DECODING_MIB),
        )
    except Unreadable as error:
        return stated_s, (), Outcome(Reading.State.FAILED, f"audio:{error.reason}", seconds=stated_s)
    except OSError:
        raise Unavailable("sem_processo") from None
    seconds = found["duration_s"] if found["duration_s"] is not None else stated_s
    if found["too_long"] or (seconds or 0) > limit:
        return seconds, (), Outcome(Reading.State.TOO_LONG, seconds=seconds)
    if found["kind"] in ("silence", "noise", "tone"):
        return seconds, (), Outcome(Reading.State.UNCLEAR, found["kind"], seconds=seconds)
    if not transcription.takes(whole.mime):
        return seconds, (), Outcome(Reading.State.FAILED, "audio:formato", seconds=seconds)
    pieces = [Sound(folder / Path(name).name, "audio/x-flac") for name in found["pieces"]]
    return seconds, pieces or [whole], None


def _asked(piece: Sound, hint: str) -> Transcription:
    if not circuits.allow(CIRCUIT, clock.now()):
        raise Unavailable(CLOSED)
    try:
        heard = transcription.ask(piece, hint=hint)
    except Misconfigured as error:
        circuits.trip(CIRCUIT, error.reason, clock.now(), title=_ADVICE[error.reason])
        raise
    except Rejected:
        circuits.succeeded(CIRCUIT)  # it answered, so it is up
        raise
    except ProviderError as error:
        _failed(error)
        raise
    circuits.succeeded(CIRCUIT)
    return heard


def _failed(error: ProviderError) -> None:
    """A limit of calls a minute says nothing about the system."""
    if isinstance(error, Ambiguous) or error.status != 429:
        circuits.failed(CIRCUIT, error.reason, clock.now())


def _record(heard: Sequence[Transcription], seconds: float | None, conversation_id: UUID) -> None:
    counted = sum(one.seconds for one in heard) or seconds or 0.0
    now, of_settings = clock.now(), Price(minute=Decimal(str(settings.TRANSCRIPTION_PRICE)))
    price = queries.model_price(settings.TRANSCRIPTION_MODEL, at=now, otherwise=of_settings)
    usage = Usage(model=settings.TRANSCRIPTION_MODEL, calls=len(heard), cost_usd=price.of_seconds(counted))
    spending.record(ModelUse.Purpose.TRANSCRIPTION, conversation_id, usage, prompt_version="", now=now)
