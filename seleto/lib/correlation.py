"""One id that follows a message from the webhook to the send, through rows, jobs, logs and outgoing requests.

It lives in a context variable: a new thread starts without one, so whoever works a row binds the row's id first.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from seleto.lib.ids import new_id

HEADER = "X-Correlation-Id"

_current: ContextVar[str] = ContextVar("seleto_correlation_id", default="")


def current() -> str:
    """The id of the work in hand (at most 40 characters), empty outside any."""
    return _current.get()


def new() -> str:
    """Bind a fresh id and return it."""
    fresh = str(new_id())
    _current.set(fresh)
    return fresh


def bind(correlation_id: str) -> None:
    """Go on under an id that a row or a caller carried here; empty unbinds."""
    _current.set(correlation_id)


@contextmanager
def bound(correlation_id: str) -> Iterator[None]:
    """``bind`` for the length of a block; what was bound before comes back afterwards."""
    token = _current.set(correlation_id)
    try:
        yield
    finally:
        _current.reset(token)


class CorrelationMiddleware:
    """Give every request its own id and return it in ``X-Correlation-Id``.

    An id offered by the caller is ignored: a stranger must not choose what our logs are searched by.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        fresh = str(new_id())
        with bound(fresh):
            response = self.get_response(request)
        response.headers[HEADER] = fresh
        return response
