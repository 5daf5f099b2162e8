"""Files from addresses that somebody outside named: only from where they may come, never more than they may be."""

import contextlib
import io
import ipaddress
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from seleto.lib import download
from seleto.lib.download import Limits, is_public
from seleto.lib.errors import Rejected, Unavailable
from tests import network

OGG = b"OggS" + bytes(60)
LIMITS = Limits(max_bytes=50_000, total_s=20, connect_s=2, read_s=2)


def fetch(url: str, *hosts: str, limits: Limits = LIMITS) -> tuple[download.Fetched, bytes]:
    sink = io.BytesIO()
    return download.fetch(url, sink, hosts=hosts or ("media.example",), limits=limits), sink.getvalue()


def refused(url: str, *hosts: str, limits: Limits = LIMITS) -> str:
    with pytest.raises((Rejected, Unavailable)) as error:
        fetch(url, *hosts, limits=limits)
    assert error.value.__context__ is None or "media" not in str(error.value.__context__)
    return error.value.reason


@pytest.fixture
def names(monkeypatch):
    """What each name resolves to; asking for another one fails as an unknown name does."""
    known: dict[str, list[str]] = {}

    def look_up(host, port, *_, **__):
        if host not in known:
            raise socket.gaierror
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in known[host]]

    monkeypatch.setattr(download.socket, "getaddrinfo", look_up)
    return known


@pytest.fixture
def connected(monkeypatch):
    """Where a connection was tried; none is made."""
    tried: list[tuple[str, int]] = []

    def connect(self, host, port, **_):
        tried.append((host, port))
        raise download.httpcore.ConnectError

    monkeypatch.setattr(download.httpcore.SyncBackend, "connect_tcp", connect)
    return tried


# --- Where from ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://media.example/a.ogg", "not_https"),
        ("https://evil.example/a.ogg", "host_not_allowed"),
        ("https://media.example:8443/a.ogg", "host_not_allowed"),
        ("https://media.example.evil.example/a.ogg", "host_not_allowed"),
        ("https://evilmedia.example/a.ogg", "host_not_allowed"),
        ("https://media.example@evil.example/a.ogg", "bad_address"),
        ("https://evil.example\\@media.example/a.ogg", "bad_address"),
        ("https://evil.example#@media.example/a.ogg", "host_not_allowed"),
        ("https://media.example.:443/a.ogg", "bad_address"),
        ("https://media.éxample/a.ogg", "bad_address"),
        ("https://[::1]/a.ogg", "host_not_allowed"),
        ("https:///a.ogg", "bad_address"),
        ("file:///etc/passwd", "bad_address"),
        ("gopher://media.example/a", "bad_address"),
        ("https://media.example:99999999/a", "bad_address"),
        ("", "bad_address"),
    ],
)
def test_only_listed_hosts_over_https(url, reason, connected):
    assert refused(url) == reason
    assert connected == []


@pytest.mark.parametrize(
    "host",
    [
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "127.1",
        "127.0.0.1",
        "[::ffff:127.0.0.1]",
        "[::1]",
        "0",
        "169.254.169.254",
    ],
)
def test_an_address_in_any_notation_is_refused_even_if_it_were_listed(host, connected, monkeypatch):
    """The system's own resolver reads the old notations; what it makes of them is what is looked at."""
    numeric = {"type": socket.SOCK_STREAM, "flags": socket.AI_NUMERICHOST}
    monkeypatch.setattr(
        download.socket, "getaddrinfo", lambda host, port, **_: network._getaddrinfo(host, port, **numeric)
    )

    assert refused(f"https://{host}/a.ogg", host) == "private_address"
    assert connected == []


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.5",
        "172.16.3.4",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "100.100.100.200",
        "168.63.129.16",
        "0.0.0.0",
        "224.0.0.1",
        "239.255.255.250",
        "255.255.255.255",
        "240.0.0.1",
        "198.18.0.1",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "fd00:ec2::254",
        "fec0::1",
        "ff02::1",
        "::ffff:10.0.0.5",
        "::ffff:169.254.169.254",
        "::7f00:1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::a00:5",
        "2002:7f00:1::",
        "2001:0:7f00:1::",
        "2001:db8::1",
    ],
)
def test_no_address_that_leads_inside(address, names, connected):
    names["media.example"] = [address]

    assert refused("https://media.example/a.ogg") == "private_address"
    assert connected == []


@pytest.mark.parametrize("address", ["203.0.112.7", "8.8.8.8", "2606:4700::1", "64:ff9b::808:808", "::ffff:8.8.8.8"])
def test_open_addresses_are_open(address):
    assert is_public(ipaddress.ip_address(address))


def test_one_private_address_among_public_ones_is_enough(names, connected):
    names["media.example"] = ["8.8.8.8", "10.0.0.5"]

    assert refused("https://media.example/a.ogg") == "private_address"
    assert connected == []


def test_the_connection_goes_to_the_address_that_was_looked_at(names, connected, monkeypatch):
    """A name that resolves to something else a moment later is never asked twice."""
    answers = iter([["8.8.8.8"], ["127.0.0.1"]])
    real = download.socket.getaddrinfo

    def rebinding(host, port, **kinds):
        names[host] = next(answers)
        return real(host, port, **kinds)

    monkeypatch.setattr(download.socket, "getaddrinfo", rebinding)

    assert refused("https://media.example/a.ogg") == "connect_error"
    assert connected == [("8.8.8.8", 443)]


def test_a_name_below_a_listed_one(names, connected):
    names["f004.media.example"] = ["8.8.8.8"]

    assert refused("https://f004.media.example/a", "*.media.example") == "connect_error"
    assert refused("https://media.example/a", "*.media.example") == "host_not_allowed"
    assert connected == [("8.8.8.8", 443)]


def test_an_unknown_name_may_be_known_later(names):
    assert refused("https://media.example/a.ogg") == "unresolved"


# --- What comes: a server of this machine, as the sandbox is ---------------------------------------------------------


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.asked.append((self.path, dict(self.headers)))  # type: ignore[attr-defined]
        with contextlib.suppress(OSError):
            self.server.pages[self.path](self)  # type: ignore[attr-defined]

    def log_message(self, *_: object) -> None: ...

    def answer(self, body: bytes, status: int = 200, *, length: int | None = None, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def server(settings) -> Iterator[ThreadingHTTPServer]:
    settings.SANDBOX = True
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as serving:
        serving.pages, serving.asked = {}, []  # type: ignore[attr-defined]
        serving.here = f"127.0.0.1:{serving.server_port}"  # type: ignore[attr-defined]
        thread = threading.Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield serving
        serving.shutdown()
        thread.join()


def serves(server, body: bytes, **how):
    server.pages["/a"] = lambda handler: handler.answer(body, **how)
    return f"http://{server.here}/a"


def test_a_file_is_what_its_bytes_say(server):
    url = serves(server, OGG, Content_Type="text/html")

    file, content = fetch(url, server.here)

    assert (file.mime, file.extension, file.size, content) == ("audio/ogg", "ogg", len(OGG), OGG)
    assert "X-Correlation-Id" not in server.asked[0][1]


def test_plain_http_is_for_this_machine_in_the_sandbox_alone(server, settings, names):
    url = serves(server, OGG)
    settings.SANDBOX = False
    assert refused(url, server.here) == "not_https"

    settings.SANDBOX = True
    names["inside.example"], port = ["10.0.0.5"], server.server_port
    assert refused(f"http://inside.example:{port}/a", f"inside.example:{port}") == "private_address"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><html><body>expired</body></html>", "page"),
        (b"\xef\xbb\xbf  <svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "page"),
        (b'<?xml version="1.0"?><svg/>', "page"),
        (b"MZ" + bytes(200), "unknown_content"),
        (b"\x7fELF" + bytes(200), "unknown_content"),
        (b"\x1f\x8b\x08" + bytes(200), "unknown_content"),
        (bytes(range(1, 250)), "unknown_content"),
        (bytes(50_001), "too_large"),
    ],
)
def test_what_is_no_file_of_a_conversation(server, body, reason):
    assert refused(serves(server, body, Content_Type="audio/ogg"), server.here) == reason


@pytest.mark.parametrize(
    ("body", "mime"),
    [
        (b"%PDF-1.7\n%...", "application/pdf"),
        ("nome;cidade\nMárcia;Itajaí\n".encode(), "text/plain"),
        (b'<?xml version="1.0"?><nfeProc></nfeProc>', "application/xml"),
        (b"\x89PNG\r\n\x1a\n" + bytes(30), "image/png"),
        (b"RIFF\x24\x00\x00\x00WEBPVP8 " + bytes(20), "image/webp"),
    ],
)
def test_known_kinds(server, body, mime):
    assert fetch(serves(server, body), server.here)[0].mime == mime


def test_a_size_that_was_announced_is_not_waited_for(server):
    assert refused(serves(server, OGG, length=10**12), server.here) == "too_large"


def test_a_size_that_was_not_announced_is_cut_off(server):
    def endless(handler):
        handler.send_response(200)
        handler.end_headers()
        while True:
            handler.wfile.write(OGG * 100)

    server.pages["/a"] = endless

    assert refused(f"http://{server.here}/a", server.here) == "too_large"


def test_half_a_file_is_none(server):
    assert refused(serves(server, OGG, length=len(OGG) + 10), server.here) == "truncated"


@pytest.mark.parametrize("begin", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 64\r\n\r\n"])
def test_a_byte_now_and_then_does_not_hold_it_up(server, begin):
    """Each byte comes well within the time for one read; the whole does not."""
    done = threading.Event()

    def drip(handler):
        handler.wfile.write(begin)
        while not done.wait(0.05):
            handler.wfile.write(b"H" if not begin else b"O")

    server.pages["/a"] = drip
    limits = Limits(max_bytes=50_000, total_s=0.5, connect_s=2, read_s=2)

    assert refused(f"http://{server.here}/a", server.here, limits=limits) == "timeout"
    done.set()


@pytest.mark.parametrize(
    ("status", "kind"),
    [(404, Rejected), (410, Rejected), (403, Rejected), (206, Rejected), (429, Unavailable), (503, Unavailable)],
)
def test_a_refusal_says_whether_asking_again_may_help(server, status, kind):
    url = serves(server, b"no", status=status, Retry_After="7")

    with pytest.raises(kind) as error:
        fetch(url, server.here)

    assert (error.value.reason, error.value.status) == (f"http_{status}", status)
    assert error.value.retry_after == (7 if kind is Unavailable else None)


def test_nobody_listens():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert refused(f"https://127.0.0.1:{port}/a", f"127.0.0.1:{port}") == "private_address"


# --- Redirects -----------------------------------------------------------------------------------------------------


def leads(server, target: str, status: int = 302) -> str:
    server.pages["/r"] = lambda handler: handler.answer(b"", status=status, Location=target)
    return f"http://{server.here}/r"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_a_listed_place_is_followed(server, status):
    serves(server, OGG)

    assert fetch(leads(server, "/a", status), server.here)[1] == OGG


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("http://169.254.169.254/latest/meta-data/", "host_not_allowed"),
        ("http://localhost/a", "host_not_allowed"),
        ("//evil.example/a", "host_not_allowed"),
        ("file:///etc/passwd", "bad_address"),
        ("javascript:alert(1)", "bad_address"),
        ("", "bad_address"),
    ],
)
def test_a_redirect_goes_through_the_same_checks(server, target, reason):
    assert refused(leads(server, target), server.here) == reason
    assert [path for path, _ in server.asked] == ["/r"]


def test_a_redirect_to_a_listed_name_that_leads_inside(server, names):
    names[server.here.partition(":")[0]] = ["127.0.0.1"]
    names["inside.example"] = ["192.168.0.1"]

    url = leads(server, "https://inside.example/a")

    assert refused(url, server.here, "inside.example") == "private_address"


def test_redirects_end(server):
    assert refused(leads(server, "/r"), server.here) == "too_many_redirects"
    assert len(server.asked) == download.MAX_REDIRECTS + 1
