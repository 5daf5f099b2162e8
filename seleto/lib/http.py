"""The one way out over HTTP: a pooled client per process and name, with mandatory timeouts.

Clients never retry and never follow redirects; they ignore proxy and netrc settings of the machine. Adapters wrap
them and turn what went wrong into a ``ProviderError``.
"""

import os
import ssl
import threading

import httpx

from seleto.lib import correlation, tracing
from seleto.lib.errors import Ambiguous, Misconfigured, ProviderError, Rejected, Unavailable

# A drain works up to 64 conversations at once; each may talk to a provider.
_LIMITS = httpx.Limits(max_connections=128, max_keepalive_connections=64, keepalive_expiry=15)

_NOT_NOW = frozenset({408, 425, 429, 503})

_lock = threading.Lock()
_clients: dict[tuple[str, float, float], httpx.Client] = {}
_tls: ssl.SSLContext | None = None
# Clients inherited through a fork share sockets with the parent: kept referenced, so that nothing closes them here.
_inherited: list[httpx.Client] = []


def session(name: str, *, connect_s: float, read_s: float) -> httpx.Client:
    """The process's client for an outside system; safe to use from many threads.

    ``connect_s`` bounds connecting and waiting for a free connection, ``read_s`` each read and write, both in seconds.
    Never close it: it lives as long as the process.
    """
    key = (name, connect_s, read_s)
    client = _clients.get(key)
    if client is None or client.is_closed:
        with _lock:
            client = _clients.get(key)
            if client is None or client.is_closed:
                client = _clients[key] = _build(name, connect_s, read_s)
    return client


def tls() -> ssl.SSLContext:
    """The process's trust in certificates, for clients that are not built here."""
    global _tls
    if _tls is None:  # loading the certificates costs some 20 ms: once a process
        _tls = httpx.create_ssl_context(trust_env=False)
    return _tls


def outcome(error: httpx.HTTPError) -> ProviderError:
    """What a failed write came to: certainly not accepted, refused here, or perhaps accepted.

    Anything that broke after the connection stood may have reached the other side: Ambiguous. A caller that only
    reads may treat that as Unavailable. Chain it: ``raise outcome(error) from error``.
    """
    match error:
        case httpx.HTTPStatusError(response=response):
            return Ambiguous(f"http_{response.status_code}", status=response.status_code)
        case httpx.ConnectTimeout():
            return Unavailable("connect_timeout")
        case httpx.PoolTimeout():
            return Unavailable("pool_timeout")
        case httpx.ConnectError():
            return Unavailable("connect_error")
        case httpx.UnsupportedProtocol():
            return Misconfigured("unsupported_protocol")
        case httpx.LocalProtocolError():
            return Rejected("request_malformed")
        case httpx.TimeoutException():
            return Ambiguous("timeout")
    return Ambiguous("connection_lost")


def judge(status: int, retry_after: str = "") -> None:
    """Nothing for 2xx. Raises ``Unavailable`` for what says "not now", with its wait in seconds where it is a number,
    ``Ambiguous`` for another 5xx, which may have taken effect, and ``Rejected`` for the rest (redirects included)."""
    if 200 <= status < 300:
        return
    reason = f"http_{status}"
    if status in _NOT_NOW:
        raise Unavailable(reason, status=status, retry_after=float(retry_after) if retry_after.isdigit() else None)
    if status >= 500:
        raise Ambiguous(reason, status=status)
    raise Rejected(reason, status=status)


def _build(name: str, connect_s: float, read_s: float) -> httpx.Client:
    if connect_s <= 0 or read_s <= 0:
        raise ValueError("An HTTP session needs positive timeouts.")
    transport: httpx.BaseTransport = httpx.HTTPTransport(verify=tls(), limits=_LIMITS, trust_env=False)
    if tracing.on():
        transport = tracing.TracedTransport(name, transport)
    return httpx.Client(
        timeout=httpx.Timeout(read_s, connect=connect_s, pool=connect_s),
        transport=transport,
        follow_redirects=False,
        trust_env=False,
        event_hooks={"request": [_add_correlation]},
    )


def _add_correlation(request: httpx.Request) -> None:
    correlation_id = correlation.current()
    if correlation_id and correlation.HEADER not in request.headers:
        request.headers[correlation.HEADER] = correlation_id


def _forget_inherited() -> None:
    global _lock, _tls
    _lock = threading.Lock()
    _inherited.extend(_clients.values())
    _clients.clear()
    _tls = None


os.register_at_fork(after_in_child=_forget_inherited)
