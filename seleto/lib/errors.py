"""What an outside call can come to, besides success.

Outcomes are three, not two: a read timeout while sending may have reached the customer. Clients raise one of these
and never retry; whoever owns the row decides, because only it knows what a repeat would cost.
"""


class ProviderError(Exception):
    """An outside system did not do what was asked.

    ``reason`` is a short constant word for logs, metrics and the admin (``timeout``, ``http_500``, ``invalid_phone``);
    it never holds message text, a phone or a name. ``status`` is the HTTP status when there was one.
    """

    def __init__(self, reason: str, *, status: int | None = None, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status
        self.retry_after = retry_after


class Rejected(ProviderError):
    """They said no; asking again will not help. Park and show a person."""


class Misconfigured(Rejected):
    """They refuse us as a whole (token, instance, address): stop, alert, park until somebody mends the settings."""


class Unavailable(ProviderError):
    """Certainly not accepted. Try later, honouring ``retry_after`` (seconds)."""


class Throttled(Unavailable):
    """They are well and want this one call later: nothing against the system as a whole."""


class Ambiguous(ProviderError):
    """May have been accepted. Look for a receipt before sending again."""
