"""``GET /metrics`` of a worker in a machine or container of its own, where no web process tells its figures.

A process beside the worker's groups, without Django: it adds up the files that the processes leave in the directory of
counters. What is read from rows (``seleto/gauges.py``) is told by web alone, once, so that nothing counts twice.
"""

import ipaddress
import os
import secrets
import signal
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import AF_INET, AF_INET6

PATH = "/metrics"
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
# A client that neither asks nor goes is let go.
TIMEOUT_S = 5.0
# How often the process looks whether its worker is still there.
_POLL_S = 0.5
# A door that does not open is tried again after so long.
AGAIN_S = 10.0
_BIND, _TOKEN, _WORKER = "SELETO_METRICS_DOOR", "SELETO_METRICS_DOOR_TOKEN", "SELETO_METRICS_DOOR_WORKER"
_COUNTERS = "PROMETHEUS_MULTIPROC_DIR"
_CHECKOUT = Path(__file__).parents[2]


class Door:
    """The process as the worker holds it; ``bind`` as in ``0.0.0.0:9101``, ``token`` as ``METRICS_TOKEN``."""

    def __init__(self, bind: str, *, token: str) -> None:
        counters = str(Path(os.environ[_COUNTERS]).absolute())
        self._told = {_BIND: bind, _TOKEN: token, _WORKER: str(os.getpid()), _COUNTERS: counters}
        self._process: subprocess.Popen[bytes] | None = None
        self._not_before = 0.0

    def keep_open(self) -> None:
        """Start the process when there is none."""
        if (self._process and self._process.poll() is None) or time.monotonic() < self._not_before:
            return
        self._not_before = time.monotonic() + AGAIN_S
        self._process = subprocess.Popen(  # noqa: S603 - this module, by the interpreter that runs
            [sys.executable, "-m", __name__], env={**os.environ, **self._told}, cwd=_CHECKOUT, stdin=subprocess.DEVNULL
        )

    def close(self) -> None:
        if self._process and self._process.poll() is None:
            self._process.terminate()
            self._process.wait()


class _Handler(BaseHTTPRequestHandler):
    timeout = TIMEOUT_S
    protocol_version = "HTTP/1.1"
    server: "_Server"

    def version_string(self) -> str:
        return "seleto"

    def do_GET(self) -> None:
        if self.path.partition("?")[0] != PATH:
            self._answer(404)
        elif not self._may_read():
            self._answer(401)
        else:
            self._answer(200, figures())

    def _may_read(self) -> bool:
        if self.server.token:
            given = self.headers.get("Authorization", "").removeprefix("Bearer ")
            return secrets.compare_digest(given.encode(), self.server.token.encode())
        return ipaddress.ip_address(self.client_address[0]).is_loopback

    def _answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        if status == 401:
            self.send_header("WWW-Authenticate", "Bearer")
        self.send_header("Content-Type", CONTENT_TYPE)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Nothing: Prometheus asks every few seconds."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, host: str, port: int, *, token: str, worker: int) -> None:
        self.address_family = AF_INET6 if ":" in host else AF_INET
        self.token, self._worker = token, worker
        super().__init__((host, port), _Handler)

    def service_actions(self) -> None:
        """Nothing outlives the worker, however it ended."""
        if os.getppid() != self._worker:
            os._exit(0)


def figures() -> bytes:
    """What all processes counted, in the Prometheus text format."""
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.multiprocess import MultiProcessCollector

    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to both; the worker sees to the rest
    host, _, port = os.environ[_BIND].rpartition(":")
    worker = int(os.environ[_WORKER])
    with _Server(host.strip("[]"), int(port), token=os.environ[_TOKEN], worker=worker) as server:
        server.serve_forever(poll_interval=_POLL_S)


if __name__ == "__main__":
    main()
