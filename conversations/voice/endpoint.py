"""Ask any OpenAI-compatible endpoint to speak a text: POST ``/audio/speech``, answered with the sound itself."""

import time

import httpx
from django.conf import settings

from seleto.lib import http
from seleto.lib.errors import Ambiguous, Misconfigured, ProviderError, Rejected, Unavailable

CIRCUIT = "speech"
# Ogg Opus is what both providers send as a voice note (contracts/whatsapp-cloud.md, section 2).
FORMAT = "opus"
# Ten minutes of speech; no reply comes near it.
_MOST_BYTES = 4 * 1024 * 1024


def ask(text: str) -> bytes:
    """The sound of ``text``, unlooked at.

    Raises ``Misconfigured`` (unauthorized, quota, model_not_found), ``Rejected`` (http_400 …, too_large), or
    ``Unavailable`` and ``Ambiguous`` for what may be better later.
    """
    client = http.session("speech", connect_s=settings.SPEECH_CONNECT_TIMEOUT_S, read_s=settings.SPEECH_READ_TIMEOUT_S)
    failure: ProviderError
    try:
        with client.stream(
            "POST",
            f"{settings.SPEECH_BASE_URL.rstrip('/')}/audio/speech",
            headers={"Authorization": f"Bearer {settings.SPEECH_API_KEY or 'not-set'}"},
            json={
                "model": settings.SPEECH_MODEL,
                "input": text,
                "voice": settings.SPEECH_VOICE,
                "response_format": FORMAT,
            },
        ) as response:
            if response.status_code == 200:
                return _received(response)
            failure = _refusal(response.status_code)
    except httpx.HTTPError as error:
        failure = http.outcome(error)
    # Out here, so that no exception of the library, which may quote the address, comes along.
    raise failure


def _received(response: httpx.Response) -> bytes:
    """All of it, within the time and the size that a reply may take."""
    until = time.monotonic() + settings.SPEECH_READ_TIMEOUT_S
    parts, size = [], 0
    for part in response.iter_bytes():
        parts.append(part)
        size += len(part)
        if size > _MOST_BYTES:
            raise Rejected("too_large")
        if time.monotonic() > until:
            raise Ambiguous("timeout")
    return b"".join(parts)


def _refusal(status: int) -> ProviderError:
    if status in (401, 403):
        return Misconfigured("unauthorized", status=status)
    if status == 402:
        return Misconfigured("quota", status=status)
    if status == 404:
        return Misconfigured("model_not_found", status=status)
    if status == 429 or status >= 500:
        return Unavailable(f"http_{status}", status=status)
    return Rejected(f"http_{status}", status=status)
