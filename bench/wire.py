"""HTTP/1.1 with as little work as can be: what measures must not be what is measured.

One event loop answers the product's calls and makes ours. It speaks what the programs under test speak (length or
chunks, kept connections) and nothing more.
"""

import asyncio
from collections.abc import Callable

_END = b"\r\n\r\n"


class Call:
    """One call that came in; ``answer`` may be called later."""

    __slots__ = ("_transport", "body", "path")

    def __init__(self, transport: asyncio.Transport, path: str, body: bytes) -> None:
        self._transport, self.path, self.body = transport, path, body

    def answer(self, body: bytes, *, status: int = 200) -> None:
        head = f"HTTP/1.1 {status} x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        if not self._transport.is_closing():
            self._transport.write(head.encode() + body)

    def hang_up(self) -> None:
        """Take the call and say nothing: its effect stays unknown to the caller."""
        self._transport.close()


class Server(asyncio.Protocol):
    """Hands every complete request to ``handler``."""

    def __init__(self, handler: Callable[[Call], None]) -> None:
        self._handler, self._seen = handler, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 what create_server gives
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._seen += data
        while (end := self._seen.find(_END)) >= 0:
            head = self._seen[:end]
            rest = end + len(_END)
            length = int(_field(head, b"content-length") or 0)
            if len(self._seen) < rest + length:
                return
            path = head.split(b" ", 2)[1].decode()
            body, self._seen = self._seen[rest : rest + length], self._seen[rest + length :]
            self._handler(Call(self._transport, path, body))


class Connection(asyncio.Protocol):
    """One kept connection to a server; one request at a time."""

    def __init__(self) -> None:
        self._seen = b""
        self._answer: asyncio.Future[int] | None = None
        self.closed = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 what create_connection gives
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = True
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionError("closed without an answer"))

    async def send(self, request: bytes) -> int:
        """The answer's status. Raises ConnectionError."""
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    def close(self) -> None:
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        self._seen += data
        end = self._seen.find(_END)
        if end < 0 or self._answer is None:
            return
        head, rest = self._seen[:end], self._seen[end + len(_END) :]
        length = _field(head, b"content-length")
        chunked = b"chunked" in (_field(head, b"transfer-encoding") or b"")
        if (chunked and not rest.endswith(b"0" + _END)) or (length is not None and len(rest) < int(length)):
            return
        self._seen = b""
        if (_field(head, b"connection") or b"").lower() == b"close":
            self.closed = True
        if not self._answer.done():
            self._answer.set_result(int(head.split(b" ", 2)[1]))


def _field(head: bytes, name: bytes) -> bytes | None:
    low = head.lower()
    at = low.find(b"\r\n" + name + b":")
    if at < 0:
        return None
    start = at + len(name) + 3
    end = low.find(b"\r\n", start)
    return head[start : len(head) if end < 0 else end].strip()


def request(path: str, host: str, body: bytes, headers: dict[str, str]) -> bytes:
    """A POST, ready to be written."""
    lines = [f"POST {path} HTTP/1.1", f"Host: {host}", "Content-Type: application/json", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + _END + body
