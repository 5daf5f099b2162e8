"""Whether to believe a transcription. Models of this kind fill silence with sentences from the films they learnt from.

What the model says of its own confidence is used where it says anything (``verbose_json``); its favourite inventions
are known by heart; a text that repeats itself, is written in another script or only echoes the vocabulary that it was
given is none. In doubt the lead is asked to repeat: a wrong word in their mouth is worse.
"""

import math
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from seleto.lib.text.fold import fold

# As the makers of Whisper set them: what is probably no speech, what the model was unsure of, what runs in circles.
NO_SPEECH = 0.6
LEAST_LOGPROB = -1.0
_UNSURE_LOGPROB = -0.7
MOST_COMPRESSION = 2.4
_LOOP_CHARS = 80
_LIST_COMMAS = 2
_WORD = re.compile(r"\w+")
_SENTENCE = re.compile(r".+?(?:[.!?…]+(?=\s|$)|$)", re.DOTALL)

# Said by nobody in a voice note to a company: credits of subtitles, and how channels greet and take leave.
_INVENTED = re.compile(
    r"legend\w* (?:pel[ao]|por|de|da|feit\w+|traduzid\w+)\b|\blegendas?\b.*\b(?:comunidade|amara|equipe)|amara[ .]?org"
    r"|comunidade (?:de legendas|amara)|\bsubtitul\w+|\bsubtitles?\b|\bcaptions? by\b|\bclosed captions?\b"
    r"|transcri(?:cao|to|pt\w*)\b.{0,20}\b(?:por|by)\b|\btraducao\b.{0,12}\b(?:por|de|e legend\w*)\b"
    r"|\bobrigad\w+ por (?:ter )?(?:assistid?\w*|ver o video)|\bthank(?:s| you) for (?:watching|listening)"
    r"|\bgracias por ver\b|\binscrev\w+[- ]se\b|\b(?:se )?inscrev\w+ no (?:meu |nosso )?canal|\bsininho\b"
    r"|\bdeix\w+ (?:o |seu |um )*like\b|\bsubscribe\b|\bate o proximo video|\bno proximo video\b"
    r"|\bsee you (?:in the )?next\b"
    r"|\bacesse (?:o )?(?:nosso )?site\b.*\bwww\b|\bwww\.\S+\.(?:org|com)\b$|\btranscricao e legendas\b"
    r"|\blegendado por\b|\brevisao e? ?legendas?\b|\bsous[- ]titr\w+|\buntertitel\w*|\bmbc\b|\bmusica de fundo\b$"
)
# Marks of sounds, not of words.
_SOUND = re.compile(r"^\W*(?:[\[(*♪♫].*[\])*♪♫]|[♪♫\s.…,!?-]+|(?:musica|aplausos|risos|silencio|music|applause))\W*$")
_LETTER = re.compile(r"[^\W\d_]")
_LATIN = re.compile(r"[a-zA-ZÀ-ɏ]")


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a transcription with what the model thinks of it."""

    text: str
    no_speech: float = 0.0
    logprob: float = 0.0
    compression: float = 1.0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Transcription:
    """What the model wrote; ``segments`` only where it tells of its confidence. ``seconds`` as it counts them."""

    text: str
    segments: Sequence[Segment] = ()
    seconds: float = 0.0


def believed(heard: Transcription, *, vocabulary: str = "") -> str:
    """The words that may be taken for the lead's; empty when there are none."""
    if heard.segments:
        text = " ".join(segment.text.strip() for segment in heard.segments if _is_sure(segment))
    else:
        text = heard.text
    text = " ".join(text.split())
    if not text or not _is_latin(text) or _runs_in_circles(text) or _echoes(text, vocabulary):
        return ""
    kept = [sentence.strip() for sentence in _SENTENCE.findall(text) if not _is_invented(sentence)]
    words = " ".join(sentence for sentence in kept if sentence)
    return words if _LETTER.search(words) or any(character.isdigit() for character in words) else ""


def confidence(heard: Transcription) -> float | None:
    """From 0 to 1: the mean probability of a word, as the model puts it; None when it does not."""
    if not heard.segments:
        return None
    weights = [max(segment.seconds, 0.1) for segment in heard.segments]
    mean = sum(segment.logprob * weight for segment, weight in zip(heard.segments, weights, strict=True)) / sum(weights)
    return round(math.exp(min(mean, 0.0)), 3)


def _is_sure(segment: Segment) -> bool:
    if segment.logprob < LEAST_LOGPROB or segment.compression > MOST_COMPRESSION:
        return False
    return not (segment.no_speech > NO_SPEECH and segment.logprob < _UNSURE_LOGPROB) and segment.no_speech < 0.9


def _is_invented(sentence: str) -> bool:
    folded = fold(sentence)
    return bool(_INVENTED.search(folded) or _SOUND.match(folded))


def _is_latin(text: str) -> bool:
    letters = _LETTER.findall(text)
    return not letters or len(_LATIN.findall(text)) >= 0.7 * len(letters)


def _runs_in_circles(text: str) -> bool:
    if len(text) < _LOOP_CHARS:
        return False
    data = text.encode()
    return len(data) / len(zlib.compress(data)) > MOST_COMPRESSION


def _echoes(text: str, vocabulary: str) -> bool:
    """A list of the words it was given to know, handed back."""
    known = set(_WORD.findall(fold(vocabulary)))
    return text.count(",") >= _LIST_COMMAS and set(_WORD.findall(fold(text))) <= known
