"""Ask any OpenAI-compatible endpoint what is said in a sound file (contracts/openai.md, section 3)."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from django.conf import settings

from conversations.readings.doubts import Segment, Transcription
from knowledge.catalogue import ProductFacts
from seleto.lib import http
from seleto.lib.errors import Ambiguous, Misconfigured, ProviderError, Rejected, Unavailable

CIRCUIT = "transcription"
# Their ears follow a hint of some 200 tokens at most, its end first.
_VOCABULARY_CHARS = 600
_DOMAIN = "hambúrguer, gramas, molde, inox 304, espeto, linguiça, bife, mistura, CNPJ, orçamento, Seleto"
# The name must end in what the endpoint knows; voice notes come as Ogg.
_NAMES = {
    "audio/ogg": "audio.ogg",
    "audio/mpeg": "audio.mp3",
    "audio/mp4": "audio.m4a",
    "audio/x-wav": "audio.wav",
    "audio/x-flac": "audio.flac",
    "audio/webm": "audio.webm",
}
_QUOTA = ("insufficient_quota", "credit_balance_exhausted", "organization_usage_limit_exceeded")

_lock = threading.Lock()
# Models of which this process has learnt that they know no ``verbose_json``.
_plain_only: set[str] = set()


@dataclass(frozen=True, slots=True)
class Sound:
    """A file to be heard."""

    path: Path
    mime: str


def takes(mime: str) -> bool:
    """Whether endpoints take a file of this content."""
    return mime in _NAMES


def vocabulary(products: Sequence[ProductFacts]) -> str:
    """The names a lead may say, so that they are written as we write them."""
    names = dict.fromkeys(name for product in products for name in (product.name, *product.aliases[:1]))
    return f"{', '.join(names)}"[: _VOCABULARY_CHARS - len(_DOMAIN) - 2] + f", {_DOMAIN}"


def ask(sound: Sound, *, hint: str) -> Transcription:
    """One call, two where the model turns out to know no ``verbose_json``.

    Raises ``Misconfigured`` (unauthorized, quota, model_not_found), ``Rejected`` (http_400 …, no_api), ``Unavailable``
    (rate_limit, http_503, connect_error …) or ``Ambiguous`` (timeout …): asked once more, it only costs again.
    """
    form = _form()
    try:
        return _ask(sound, hint, form)
    except Rejected as error:
        if form != "verbose_json" or error.status not in (400, 422) or settings.TRANSCRIPTION_FORMAT != "auto":
            raise
    result = _ask(sound, hint, "json")
    with _lock:  # only now is it known that the form was what they refused
        _plain_only.add(settings.TRANSCRIPTION_MODEL)
    return result


def _form() -> str:
    if settings.TRANSCRIPTION_FORMAT != "auto":
        return str(settings.TRANSCRIPTION_FORMAT)
    model = settings.TRANSCRIPTION_MODEL
    return "json" if model.startswith("gpt-") or model in _plain_only else "verbose_json"


def _ask(sound: Sound, hint: str, form: str) -> Transcription:
    client = http.session(
        "transcription",
        connect_s=settings.TRANSCRIPTION_CONNECT_TIMEOUT_S,
        read_s=settings.TRANSCRIPTION_READ_TIMEOUT_S,
    )
    failure: ProviderError
    try:
        response = client.post(
            f"{settings.TRANSCRIPTION_BASE_URL.rstrip('/')}/audio/transcriptions",
            headers={"Authorization": f"Bearer {settings.TRANSCRIPTION_API_KEY or 'not-set'}"},
            data={
                "model": settings.TRANSCRIPTION_MODEL,
                "language": "pt",
                "prompt": hint,
                "response_format": form,
                "temperature": "0",
            },
            files={"file": (_NAMES[sound.mime], sound.path.read_bytes(), sound.mime)},
        )
    except httpx.HTTPError as error:
        failure = http.outcome(error)
    else:
        if response.status_code == 200:
            return _read(response)
        failure = _refusal(response)
    # Out here, so that no exception of the library, which may quote the address, comes along.
    raise failure


def _read(response: httpx.Response) -> Transcription:
    body = _body(response)
    text = body.get("text")
    if not isinstance(text, str):
        raise Rejected("no_api")
    rows = body.get("segments")
    segments = [_segment(row) for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
    usage = body.get("usage")
    counted = usage.get("seconds") if isinstance(usage, Mapping) and usage.get("type") == "duration" else None
    return Transcription(text, segments, _number(counted, 0.0))


def _segment(row: Mapping[str, Any]) -> Segment:
    return Segment(
        text=str(row.get("text") or ""),
        no_speech=_number(row.get("no_speech_prob"), 0.0),
        logprob=_number(row.get("avg_logprob"), 0.0),
        compression=_number(row.get("compression_ratio"), 1.0),
        seconds=_number(row.get("end"), 0.0) - _number(row.get("start"), 0.0),
    )


def _number(value: object, otherwise: float) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else otherwise


def _body(response: httpx.Response) -> Mapping[str, Any]:
    try:
        body = response.json()
    except (ValueError, RecursionError):
        raise Rejected("no_api") from None
    return body if isinstance(body, Mapping) else {}


def _refusal(response: httpx.Response) -> ProviderError:
    status = response.status_code
    if status in (401, 403):
        return Misconfigured("unauthorized", status=status)
    if status == 404:
        return Misconfigured("model_not_found", status=status)
    if status == 402 or (status == 429 and _is_quota(response)):
        return Misconfigured("quota", status=status)
    wait = response.headers.get("retry-after", "")
    retry_after = float(wait) if wait.isdigit() else None
    if status == 429:
        return Unavailable("rate_limit", status=status, retry_after=retry_after)
    if status >= 500:
        return Unavailable(f"http_{status}", status=status, retry_after=retry_after)
    if status in (408, 425):
        return Ambiguous(f"http_{status}", status=status)
    return Rejected(f"http_{status}", status=status)


def _is_quota(response: httpx.Response) -> bool:
    try:
        error = _body(response).get("error")
    except Rejected:
        return False
    told = {error.get("type"), error.get("code")} if isinstance(error, Mapping) else set()
    return any(word in _QUOTA or str(word).endswith("_spend_limit_exceeded") for word in told if word)
