"""A program that listens for our events, on loopback, and checks them as the how-to tells it to."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


@dataclass
class Receiver:
    """``answers``: what to say to the next requests, 204 when they are used up; an answer of 0 closes the line."""

    address: str
    answers: list[int] = field(default_factory=list)
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def told(self) -> list[tuple[str, dict[str, Any]]]:
        """(type, data) of each request, oldest first."""
        read = [json.loads(body) for _, body in self.requests]
        return [(one["type"], one["data"]) for one in read]


def verified(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """As a receiver does it by Standard Webhooks, written without our code."""
    key = base64.b64decode(secret.split("_", 1)[1])
    content = b".".join([headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body])
    right = base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()
    return right in [part.split(",", 1)[1] for part in headers["webhook-signature"].split(" ")]


@contextmanager
def listening() -> Iterator[Receiver]:
    """A receiver for the length of a block."""

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.requests.append(({key.lower(): value for key, value in self.headers.items()}, body))
            status = receiver.answers.pop(0) if receiver.answers else 204
            if status:
                self.send_response(status)
                self.send_header("Location", "/elsewhere")
                self.end_headers()

        def log_message(self, *_: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    receiver = Receiver(f"http://127.0.0.1:{server.server_port}/seleto")
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
