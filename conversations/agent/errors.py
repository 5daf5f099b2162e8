"""What a model that did not answer came to (contracts/openai.md, section 5)."""

from typing import Any


class ModelFailure(Exception):
    """No usable answer. ``reason`` is a constant word; ``retryable`` says whether the same request may work later
    without anybody mending something."""

    def __init__(self, reason: str, *, retryable: bool, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retryable = retryable
        self.retry_after = retry_after


_QUOTA_CODES = ("insufficient_quota", "credit_balance_exhausted", "organization_usage_limit_exceeded")


def classify(error: BaseException) -> ModelFailure:
    """Told apart by what the SDK's own exception says, which Agno keeps as the cause; never by its text."""
    cause: Any = error.__cause__ or error
    status = getattr(cause, "status_code", None)
    if not isinstance(status, int):
        name = type(cause).__name__
        return ModelFailure("timeout" if "Timeout" in name else "connection", retryable=True)
    kind, code = _words(getattr(cause, "body", None))
    if status == 429:
        if kind == "insufficient_quota" or code in _QUOTA_CODES or code.endswith("_spend_limit_exceeded"):
            return ModelFailure("quota", retryable=False)
        return ModelFailure("rate_limit", retryable=True, retry_after=_retry_after(cause))
    if status in (401, 403):
        return ModelFailure("unauthorized", retryable=False)
    if status == 404:
        return ModelFailure("model_not_found", retryable=False)
    if code == "context_length_exceeded":
        return ModelFailure("context_length", retryable=False)
    if status >= 500:
        return ModelFailure(f"http_{status}", retryable=True, retry_after=_retry_after(cause))
    return ModelFailure(f"http_{status}", retryable=False)


def _words(body: object) -> tuple[str, str]:
    error = body.get("error", body) if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return "", ""
    return str(error.get("type") or ""), str(error.get("code") or "")


def _retry_after(cause: Any) -> float | None:
    try:
        return float(cause.response.headers["retry-after"])
    except (AttributeError, KeyError, ValueError):
        return None
