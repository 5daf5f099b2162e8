"""The one way to hand something to an address that somebody outside the code named.

Guarded as `seleto.lib.download` is: HTTPS only, the connection goes to the very address that was looked at, and none
of the host's addresses may be private. A redirect is not followed: what was signed for one place is not for another.
"""

import time
from collections.abc import Mapping

import httpcore

from seleto.lib import http
from seleto.lib.download import Pinned, place_of
from seleto.lib.errors import Ambiguous, ProviderError, Rejected, Unavailable


def post(url: str, body: bytes, *, headers: Mapping[str, str], total_s: float) -> int:
    """The status, 200 to 299. ``total_s`` bounds everything, from the first look-up to the answer's head.

    Raises ``Rejected`` (bad_address, not_https, private_address, http_404 …), ``Unavailable`` (unresolved,
    connect_error, connect_timeout, http_429 …) or ``Ambiguous`` (timeout, connection_lost, http_500 …).
    """
    place = place_of(url)
    until = time.monotonic() + total_s
    waits = dict.fromkeys(("connect", "read", "write", "pool"), total_s)
    said = [("Host", place.host_header), ("Content-Length", str(len(body))), *headers.items()]
    failure: ProviderError
    try:
        with (
            httpcore.ConnectionPool(
                ssl_context=http.tls(),
                network_backend=Pinned(loopback=place.scheme == "http", until=until),
                max_connections=1,
                max_keepalive_connections=0,
            ) as pool,
            pool.stream("POST", place.address, headers=said, content=body, extensions={"timeout": waits}) as response,
        ):
            status, wait = response.status, _retry_after(response)
    except httpcore.ConnectTimeout:
        failure = Unavailable("connect_timeout")
    except httpcore.ConnectError:
        failure = Unavailable("connect_error")
    except (httpcore.TimeoutException, httpcore.PoolTimeout):
        failure = Ambiguous("timeout")
    except (httpcore.LocalProtocolError, httpcore.UnsupportedProtocol):
        failure = Rejected("bad_address")
    except (httpcore.NetworkError, httpcore.ProtocolError):
        failure = Ambiguous("connection_lost")
    else:
        http.judge(status, wait)
        return status
    # Out here, so that no exception of the library, which may quote the address, comes along.
    raise failure


def _retry_after(response: httpcore.Response) -> str:
    return next((value.decode("latin-1") for key, value in response.headers if key.lower() == b"retry-after"), "")


def fault(url: str) -> str:
    """Why nothing can be handed to an address, as `post` would say it; empty for one that can be tried."""
    try:
        place = place_of(url)
        Pinned(loopback=place.scheme == "http", until=0).look(place.host.strip("[]"), place.port)
    except Rejected as refusal:
        return refusal.reason
    except Unavailable as failure:
        return failure.reason
    return ""
