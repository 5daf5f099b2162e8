"""What an OpenTelemetry collector would be given: an OTLP door on loopback that keeps every span."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass
class Collector:
    """``spans``: pairs of the sending process's id and the span."""

    address: str
    bodies: list[bytes] = field(default_factory=list)
    spans: list[tuple[int, Any]] = field(default_factory=list)

    def take(self, body: bytes) -> None:
        self.bodies.append(body)
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            told = {one.key: one.value.int_value for one in resource.resource.attributes}
            for scope in resource.scope_spans:
                self.spans += [(told["process.pid"], span) for span in scope.spans]


@contextmanager
def listening() -> Iterator[Collector]:
    """A collector for the length of a block."""

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            collector.take(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    collector = Collector(f"http://127.0.0.1:{server.server_port}")
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield collector
    finally:
        server.shutdown()
        server.server_close()
