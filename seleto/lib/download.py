"""The one way to fetch a file whose address somebody outside named.

The address may be anybody's, so nothing about it is trusted. The host must be on the caller's list; it is resolved
here, every address it has must be public, and the connection goes to the very address that was looked at, so a name
that changes its mind between the look and the call gains nothing. Redirects are followed by hand through the same
checks. Size and total time are limited while the bytes come; what the file is, its bytes say (``seleto.lib.sniff``).

In the sandbox (``SANDBOX=on``), plain HTTP is taken too, and then only from this machine.
"""

import hashlib
import ipaddress
import re
import socket
import ssl
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO
from urllib.parse import quote, urljoin

import httpcore
from django.conf import settings

from seleto.lib import http
from seleto.lib.errors import ProviderError, Rejected, Unavailable
from seleto.lib.sniff import HEAD_BYTES, looks_like_page, sniff

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

MAX_REDIRECTS = 3
_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<target>[/?][^#]*)?(?:#.*)?",
    re.IGNORECASE,
)
_VISIBLE = "".join(map(chr, range(0x21, 0x7F))).replace("\\", "")
_PORTS = {"https": 443, "http": 80}
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# Ranges the library calls global that lead into a network all the same: other NAT64 prefixes, 6to4, Teredo, IPv4 in
# IPv6 as it was once written, and the address under which a large cloud answers its own machines.
_NOT_PUBLIC = tuple(
    map(ipaddress.ip_network, ("64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96", "fec0::/10", "168.63.129.16/32"))
)


@dataclass(frozen=True, slots=True)
class Limits:
    """``total_s`` bounds everything together, from the first look-up to the last byte; all in seconds and bytes."""

    max_bytes: int
    total_s: float
    connect_s: float
    read_s: float


@dataclass(frozen=True, slots=True)
class Fetched:
    """What was written: ``mime`` and ``extension`` as the bytes say, ``sha256`` in hexadecimal."""

    mime: str
    extension: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Place:
    """One address, taken apart."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.host}:{self.port}{self.target}"

    @property
    def address(self) -> httpcore.URL:
        host = self.host.strip("[]").encode()
        return httpcore.URL(scheme=self.scheme.encode(), host=host, port=self.port, target=self.target.encode())

    @property
    def host_header(self) -> str:
        return self.host if self.port == _PORTS[self.scheme] else f"{self.host}:{self.port}"


def fetch(
    url: str, sink: BinaryIO, *, hosts: Collection[str], limits: Limits, headers: Mapping[str, str] | None = None
) -> Fetched:
    """Write the file at ``url`` to ``sink`` and say what it is. A GET is repeatable, so nothing is ``Ambiguous``.

    ``headers`` are said to the host of ``url`` alone: what lets us in there is nobody else's to know.
    ``hosts``: ``name`` (its ordinary port), ``name:port``, or ``*.name`` for every name below. Raises ``Rejected``
    (bad_address, not_https, host_not_allowed, private_address, too_many_redirects, too_large, empty, page,
    unknown_content, http_404 …) or ``Unavailable`` (unresolved, connect_error, timeout, truncated, http_503 …).
    """
    until = time.monotonic() + limits.total_s
    place = first = _place(url, hosts)
    for _ in range(MAX_REDIRECTS + 1):
        own = headers if (place.scheme, place.host, place.port) == (first.scheme, first.host, first.port) else None
        onward = _ask(place, sink, limits=limits, until=until, headers=own or {})
        if isinstance(onward, Fetched):
            return onward
        place = _place(urljoin(place.url, onward), hosts)
    raise Rejected("too_many_redirects")


def is_public(address: Address) -> bool:
    """Whether an address belongs to the open internet, in whatever form it hides an older one."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address in _NAT64:
            return is_public(ipaddress.IPv4Address(address.packed[-4:]))
        if address.scope_id is not None:
            return False
    inside = any(address.version == network.version and address in network for network in _NOT_PUBLIC)
    return address.is_global and not address.is_multicast and not address.is_reserved and not inside


# --- One address --------------------------------------------------------------------------------------------------


def place_of(url: str) -> Place:
    """Read by one strict pattern, and taken apart once: two readers of an address may read two hosts.

    Raises ``Rejected`` (bad_address, not_https).
    """
    found = _URL.fullmatch(quote(url.strip(), safe=_VISIBLE))
    if found is None:
        raise Rejected("bad_address")
    scheme, host = found["scheme"].lower(), found["host"].lower()
    if scheme != "https" and not settings.SANDBOX:
        raise Rejected("not_https")
    port = int(found["port"]) if found["port"] else _PORTS[scheme]
    target = found["target"] or "/"
    return Place(scheme, host, port, target if target.startswith("/") else f"/{target}")


def _place(url: str, hosts: Collection[str]) -> Place:
    place = place_of(url)
    if not _listed(place.host, place.port, place.scheme, hosts):
        raise Rejected("host_not_allowed")
    return place


def _listed(host: str, port: int, scheme: str, hosts: Collection[str]) -> bool:
    for entry in map(str.lower, hosts):
        name, _, stated = entry.partition(":") if entry.count(":") == 1 else (entry, "", "")
        same = host.endswith(name[1:]) if name.startswith("*.") else host == name
        if same and port == (int(stated) if stated.isdigit() else _PORTS[scheme]):
            return True
    return False


# --- One request --------------------------------------------------------------------------------------------------


def _ask(place: Place, sink: BinaryIO, *, limits: Limits, until: float, headers: Mapping[str, str]) -> Fetched | str:
    """The file, or where the server sends us."""
    waits = {"connect": limits.connect_s, "read": limits.read_s, "write": limits.read_s, "pool": limits.connect_s}
    said = [
        ("Host", place.host_header),
        ("Accept", "*/*"),
        ("Accept-Encoding", "identity"),
        ("User-Agent", "seleto"),  # some servers refuse a caller without one
        *headers.items(),
    ]
    backend = Pinned(loopback=place.scheme == "http", until=until)
    failure: ProviderError
    try:
        with (
            httpcore.ConnectionPool(
                ssl_context=http.tls(), network_backend=backend, max_connections=1, max_keepalive_connections=0
            ) as pool,
            pool.stream("GET", place.address, headers=said, extensions={"timeout": waits}) as response,
        ):
            if response.status in (301, 302, 303, 307, 308):
                return _onward(response)
            if response.status != 200:
                raise _refusal(response)
            return _take(response, sink, limits=limits, until=until)
    except httpcore.ConnectTimeout:
        failure = Unavailable("connect_timeout")
    except httpcore.ConnectError:
        failure = Unavailable("connect_error")
    except (httpcore.TimeoutException, httpcore.PoolTimeout):
        failure = Unavailable("timeout")
    except httpcore.RemoteProtocolError:
        failure = Unavailable("truncated")
    except (httpcore.LocalProtocolError, httpcore.UnsupportedProtocol):
        failure = Rejected("bad_address")
    except (httpcore.NetworkError, httpcore.ProtocolError):
        failure = Unavailable("connection_lost")
    # Out here, so that no exception of the library, which may quote the address, comes along.
    raise failure


def _take(response: httpcore.Response, sink: BinaryIO, *, limits: Limits, until: float) -> Fetched:
    length = _header(response, b"content-length")
    if length.isdigit() and int(length) > limits.max_bytes:
        raise Rejected("too_large")
    sink.seek(0)
    sink.truncate()
    head, size, digest = b"", 0, hashlib.sha256()
    for chunk in response.iter_stream():
        size += len(chunk)
        if size > limits.max_bytes:
            raise Rejected("too_large")
        if time.monotonic() > until:
            raise Unavailable("timeout")
        if len(head) < HEAD_BYTES:
            head += chunk[: HEAD_BYTES - len(head)]
        digest.update(chunk)
        sink.write(chunk)
    if not size:
        raise Rejected("empty")
    known = sniff(head)
    if known is None:
        raise Rejected("page" if looks_like_page(head) else "unknown_content")
    return Fetched(known.mime, known.extension, size, digest.hexdigest())


def _onward(response: httpcore.Response) -> str:
    location = _header(response, b"location")
    if not location:
        raise Rejected("bad_address", status=response.status)
    return location


def _refusal(response: httpcore.Response) -> ProviderError:
    status = response.status
    if status in (408, 425, 429) or status >= 500:
        wait = _header(response, b"retry-after")
        return Unavailable(f"http_{status}", status=status, retry_after=float(wait) if wait.isdigit() else None)
    return Rejected(f"http_{status}", status=status)


def _header(response: httpcore.Response, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in response.headers if key.lower() == name), "")


# --- The connection -----------------------------------------------------------------------------------------------


def resolve(host: str, port: int) -> list[Address]:
    """Every address of a host. Raises ``Unavailable`` (unresolved)."""
    try:
        rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        rows = []
    if not rows:
        raise Unavailable("unresolved")
    return [ipaddress.ip_address(row[4][0]) for row in rows]


class Pinned(httpcore.NetworkBackend):
    """Connects to what it looked at, and lets nothing take longer than the whole may."""

    def __init__(self, *, loopback: bool, until: float) -> None:
        self._loopback, self._until = loopback, until
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Raises ``Rejected`` (private_address) when any of the host's addresses is not where it may lead."""
        addresses = self.look(host, port)
        last: Exception | None = None
        for address in addresses:
            wait = _left(self._until, timeout, httpcore.ConnectTimeout)
            try:
                return _Bounded(self._sockets.connect_tcp(str(address), port, timeout=wait), self._until)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                last = error
        raise last or httpcore.ConnectError()

    def look(self, host: str, port: int) -> list[Address]:
        """The host's addresses. Raises ``Rejected`` (private_address) or ``Unavailable`` (unresolved)."""
        addresses = resolve(host, port)
        if not all(self._allowed(address) for address in addresses):
            raise Rejected("private_address")
        return addresses

    def _allowed(self, address: Address) -> bool:
        return address.is_loopback if self._loopback else is_public(address)


class _Bounded(httpcore.NetworkStream):
    """A stream that ends in time even when its other side sends a byte now and then."""

    def __init__(self, stream: httpcore.NetworkStream, until: float) -> None:
        self._stream, self._until = stream, until

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(self._until, timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(self._until, timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        wait = _left(self._until, timeout, httpcore.ConnectTimeout)
        return _Bounded(self._stream.start_tls(ssl_context, server_hostname, wait), self._until)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(until: float, timeout: float | None, late: Callable[[], Exception]) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise late()
    return left if timeout is None else min(left, timeout)
