"""POST {EMBEDDINGS_BASE_URL}/embeddings of any OpenAI-compatible server (contracts/openai.md, sections 4 and 5).

An embedding changes nothing over there, so an answer that may have been lost is simply asked for again: what would be
`Ambiguous` for a write is `Unavailable` here.
"""

import math
from array import array
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import httpx
from django.conf import settings

from seleto.lib import circuits, clock, connections, http
from seleto.lib.errors import Ambiguous, Misconfigured, ProviderError, Rejected, Unavailable

CIRCUIT = "embeddings"
# The contract's limit is 2,048 texts; fewer keep an answer small and a refusal cheap to narrow down.
MAX_TEXTS = 64

# 32-bit floats, of length 1.
Vector: TypeAlias = "array[float]"

_QUOTA = ("insufficient_quota", "credit_balance_exhausted", "organization_usage_limit_exceeded")
# Only these can be asked for fewer dimensions than they have; other servers refuse the parameter.
_SHORTENING = "text-embedding-3"


def configured() -> bool:
    """Whether an endpoint is set."""
    return bool(settings.EMBEDDINGS_BASE_URL)


def embed(texts: Sequence[str], *, read_s: float) -> list[Vector]:
    """A vector of `EMBEDDINGS_DIMENSIONS` for each of at most `MAX_TEXTS` texts, in their order.

    Call with no transaction open: the thread's connection is given back while waiting at most ``read_s`` seconds for
    each read. Raises Rejected for a text they refuse, Misconfigured for settings they refuse, else Unavailable.
    """
    if not circuits.allow(CIRCUIT, clock.now()):
        raise Unavailable("circuit_open")
    connections.release()
    try:
        vectors = ask(texts, read_s=read_s)
        if any(len(vector) != settings.EMBEDDINGS_DIMENSIONS for vector in vectors):
            raise Misconfigured("dimensions")
    except (Misconfigured, Unavailable) as error:
        circuits.failed(CIRCUIT, error.reason, clock.now())
        raise
    except Rejected:  # of these texts; the system itself works
        circuits.succeeded(CIRCUIT)
        raise
    circuits.succeeded(CIRCUIT)
    return vectors


def ask(texts: Sequence[str], *, read_s: float) -> list[Vector]:
    """The bare call: vectors of whatever length the model has, no circuit. Raises as `embed` does."""
    body: dict[str, Any] = {"model": settings.EMBEDDINGS_MODEL, "input": list(texts), "encoding_format": "float"}
    if _SHORTENING in settings.EMBEDDINGS_MODEL:
        body["dimensions"] = settings.EMBEDDINGS_DIMENSIONS
    session = http.session("embeddings", connect_s=min(settings.EMBEDDINGS_CONNECT_TIMEOUT_S, read_s), read_s=read_s)
    try:
        response = session.post(
            f"{settings.EMBEDDINGS_BASE_URL}/embeddings",
            json=body,
            headers={"authorization": f"Bearer {settings.EMBEDDINGS_API_KEY or 'not-set'}"},
        )
    except httpx.InvalidURL as error:
        raise Misconfigured("invalid_url") from error
    except httpx.HTTPError as error:
        failure = http.outcome(error)
        raise Unavailable(failure.reason) if isinstance(failure, Ambiguous) else failure from error
    if response.status_code != httpx.codes.OK:
        raise _refusal(response)
    return _vectors(_json(response), len(texts))


def _refusal(response: httpx.Response) -> ProviderError:
    status, body = response.status_code, _json(response)
    error = body.get("error")
    words = {str(error.get(key) or "") for key in ("type", "code")} if isinstance(error, Mapping) else set[str]()
    if status == 429:
        if words & set(_QUOTA) or any(word.endswith("_spend_limit_exceeded") for word in words):
            return Misconfigured("quota", status=status)
        return Unavailable("rate_limit", status=status, retry_after=_retry_after(response))
    if status >= 500 or status in (408, 409):
        return Unavailable(f"http_{status}", status=status, retry_after=_retry_after(response))
    if status in (401, 402, 403, 404, 405) or status < 400:
        return Misconfigured(f"http_{status}", status=status)
    return Rejected(f"http_{status}", status=status)


def _retry_after(response: httpx.Response) -> float | None:
    try:
        seconds = float(response.headers.get("retry-after", ""))
    except ValueError:  # absent, or a date
        return None
    return seconds if 0 <= seconds < math.inf else None


def _json(response: httpx.Response) -> Mapping[str, Any]:
    try:
        body = response.json()
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, Mapping) else {}


def _vectors(body: Mapping[str, Any], wanted: int) -> list[Vector]:
    rows = body.get("data")
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise Unavailable("malformed_answer")
    found = {row.get("index"): row.get("embedding") for row in rows}
    if len(rows) != wanted or found.keys() != set(range(wanted)):
        raise Unavailable("malformed_answer")
    return [_unit(found[index]) for index in range(wanted)]


def _unit(values: object) -> Vector:
    """Of length 1, so that no model's scale overflows the half precision of the index."""
    if not isinstance(values, list) or not all(type(value) in (int, float) for value in values):
        raise Unavailable("malformed_answer")
    length = math.hypot(*values)
    if not 0 < length < math.inf:
        raise Unavailable("malformed_answer")
    return array("f", (value / length for value in values))
