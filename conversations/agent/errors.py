"""What a model that did not answer came to (contracts/openai.md, section 5)."""

import math
from email.utils import parsedate_to_datetime
from typing import Any

from seleto.lib import clock

# Nothing comes of asking again before somebody mends the account or the settings.
NEEDS_A_PERSON = frozenset({"quota", "unauthorized", "model_not_found"})
# The turn has no call or no time left: no word about the server.
BUDGET = "budget"
CONTEXT_LENGTH = "context_length"
# Something answered that is no API of chat completions: a web page, mostly.
NO_API = "no_api"


class ModelFailure(Exception):
    """No usable answer. ``reason`` is a constant word; ``retryable`` says whether the same request may work later
    without anybody mending something; ``retry_after`` is how many seconds the server asked for."""

    def __init__(self, reason: str, *, retryable: bool, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retryable = retryable
        self.retry_after = retry_after


_QUOTA_CODES = ("insufficient_quota", "credit_balance_exhausted", "organization_usage_limit_exceeded")
# The second is what llama.cpp's server says.
_CONTEXT_WORDS = ("context_length_exceeded", "exceed_context_size_error")


def classify(error: BaseException) -> ModelFailure:
    """Told apart by what the SDK's own exception says, which Agno keeps as the cause; never by its text."""
    cause: Any = error.__cause__ or error
    status = getattr(cause, "status_code", None)
    if not isinstance(status, int):
        name = type(cause).__name__
        return ModelFailure("timeout" if "Timeout" in name else "connection", retryable=True)
    kind, code = _words(getattr(cause, "body", None))
    if status == 402 or (status == 429 and _is_quota(kind, code)):  # 402 is how some compatible servers say it
        return ModelFailure("quota", retryable=False)
    if status == 429:
        return ModelFailure("rate_limit", retryable=True, retry_after=_retry_after(cause))
    if status in (401, 403):
        return ModelFailure("unauthorized", retryable=False)
    if status == 404:
        return ModelFailure("model_not_found", retryable=False)
    if code in _CONTEXT_WORDS or kind in _CONTEXT_WORDS:
        return ModelFailure(CONTEXT_LENGTH, retryable=False)
    if status >= 500:
        return ModelFailure(f"http_{status}", retryable=True, retry_after=_retry_after(cause))
    return ModelFailure(f"http_{status}", retryable=False)


def _is_quota(kind: str, code: str) -> bool:
    return kind == "insufficient_quota" or code in _QUOTA_CODES or code.endswith("_spend_limit_exceeded")


def _words(body: object) -> tuple[str, str]:
    error = body.get("error", body) if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return "", ""
    return str(error.get("type") or ""), str(error.get("code") or "")


def _retry_after(cause: Any) -> float | None:
    """Seconds; None for what is no sensible wait."""
    try:
        value = str(cause.response.headers["retry-after"])
    except (AttributeError, KeyError):
        return None
    try:
        wait = float(value)
    except ValueError:
        try:
            wait = (parsedate_to_datetime(value) - clock.now()).total_seconds()
        except (ValueError, TypeError):
            return None
    return wait if math.isfinite(wait) and wait >= 0 else None
