"""What an error tracker is told: the line of the log and no more, over real HTTP."""

import gzip
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.core.checks import run_checks

from seleto.lib import correlation, error_tracker, logs

CORRELATION = "0192f3a4-0000-7000-8000-000000000001"


class Tracker(BaseHTTPRequestHandler):
    """Keeps what it is told."""

    told: list[str] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        self.told.append(body.decode())
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def told(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    server = HTTPServer(("127.0.0.1", 0), Tracker)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.ERROR_TRACKER_DSN = f"http://key@127.0.0.1:{server.server_port}/1"
    monkeypatch.setattr(error_tracker, "_sdk", None)
    Tracker.told.clear()
    try:
        yield Tracker.told
    finally:
        error_tracker.flush(5)
        server.shutdown()
        server.server_close()


def test_an_error_is_told_as_the_log_tells_it(told: list[str]) -> None:
    words = "Sou a Marina da Burger Exemplo, meu número é 5511900000001"
    with correlation.bound(CORRELATION):
        try:
            raise ValueError(words)
        except ValueError:
            logs.get("conversations.turns").exception("turn.failed", turn="7", phone="5511900000001")
    error_tracker.flush(10)

    (envelope,) = told
    for part in ("turn.failed", "ValueError", "conversations.turns", CORRELATION, "test_error_tracker.py"):
        assert part in envelope
    for part in ("Marina", "5511900000001", words):
        assert part not in envelope


def test_what_is_no_error_is_not_told(told: list[str]) -> None:
    logs.get("conversations.turns").warning("turn.slow")
    error_tracker.flush(10)

    assert told == []


@pytest.mark.parametrize(("dsn", "found"), [("", 0), ("https://key@tracker.example/1", 0), ("tracker.example", 1)])
def test_an_address_that_is_none_is_found_at_the_start(settings: Any, dsn: str, found: int) -> None:
    settings.ERROR_TRACKER_DSN = dsn

    assert len([one for one in run_checks() if one.id == "seleto.E013"]) == found


def test_a_tracker_that_cannot_be_told_stops_nobody(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.ERROR_TRACKER_DSN = "tracker.example"
    monkeypatch.setattr(error_tracker, "_sdk", None)

    logs.get("conversations.turns").error("turn.failed")
