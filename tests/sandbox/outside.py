"""The sandbox and a stand-in for the product, both really listening on this machine."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from sandbox import app, box
from sandbox.config import Config

PATIENCE_S = 15.0


@contextmanager
def listening(application: ASGIApp, listener: socket.socket) -> Iterator[None]:
    """Serve an application from a thread until the block ends."""
    config = uvicorn.Config(application, log_level="critical", access_log=False, proxy_headers=False, lifespan="on")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    eventually(lambda: server.started)
    yield
    server.should_exit = True
    thread.join(PATIENCE_S)


def open_port() -> socket.socket:
    # With the protocol named, asyncio switches Nagle's algorithm off, as it does for a port it opens itself.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    return listener


def eventually(check: Callable[[], Any]) -> Any:
    """The first truthy answer; fails when none comes for long."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if found := check():
            return found
        time.sleep(0.01)
    raise AssertionError("it never happened")


@dataclass
class Product:
    """Takes webhooks, and answers the two addresses the page reads."""

    bodies: list[dict[str, Any]] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    status: int = 200
    timeline: dict[str, Any] = field(default_factory=dict)
    token: str = "sandbox-reader"

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [body for body in self.bodies if body.get("type") == kind]

    def forget(self) -> None:
        self.bodies, self.raw, self.headers, self.status, self.timeline = [], [], [], 200, {}

    def application(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/hook", self._hook, methods=["POST"]),
                Route("/api/v1/conversations", self._conversations),
                Route("/api/v1/conversations/{id}/timeline", self._timeline),
            ]
        )

    async def _hook(self, request: Request) -> Response:
        raw = await request.body()
        self.raw.append(raw)
        self.headers.append(dict(request.headers))
        try:
            self.bodies.append(json.loads(raw))
        except ValueError:
            self.bodies.append({})
        return JSONResponse({}, status_code=self.status)

    async def _conversations(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return JSONResponse({}, status_code=401)
        known = self.timeline and request.query_params.get("provider_message_id")
        return JSONResponse({"results": [{"id": "c1"}] if known else []})

    async def _timeline(self, request: Request) -> Response:
        return JSONResponse(self.timeline)


class Outside:
    """A client of the sandbox, in the product's role and in the tester's."""

    def __init__(self, url: str, config: Config) -> None:
        self.url = url
        self.config = config
        self.http = httpx.Client(base_url=url, timeout=PATIENCE_S, trust_env=False)
        self.zapi_path = f"/zapi/instances/{config.instance_id}/token/{config.instance_token}"

    def admin(self, path: str, **body: Any) -> dict[str, Any]:
        answer = self.http.post(f"/_sandbox/{path}", json=body)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def look(self, path: str, **params: str) -> dict[str, Any]:
        found: dict[str, Any] = self.http.get(f"/_sandbox/{path}", params=params).json()
        return found

    def messages(self, **params: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.look("zapi/messages", **params)["messages"]
        return found

    def zapi(self, verb: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        given = {"client-token": self.config.client_token, **headers}
        return self.http.request(verb, f"{self.zapi_path}/{path}", json=body, headers=given)

    def send(self, text: str, **options: Any) -> dict[str, str]:
        answer = self.zapi("POST", "send-text", {"phone": "5511900000001", "message": text, **options})
        assert answer.status_code == 200, answer.text
        found: dict[str, str] = answer.json()
        return found

    def says(self, text: str, lead: str = "5511900000001", **options: Any) -> dict[str, Any]:
        return self.admin("zapi/lead-message", lead=lead, text=text, **options)

    def chat(self, *messages: dict[str, Any], **options: Any) -> httpx.Response:
        body = {"model": "any", "messages": list(messages), **options}
        return self.http.post("/v1/chat/completions", json=body, headers={"authorization": "Bearer key"})


@contextmanager
def running(product: Product, **options: Any) -> Iterator[Outside]:
    """The sandbox, wired to a stand-in product."""
    with open_port() as product_port, open_port() as sandbox_port:
        product_url = f"http://127.0.0.1:{product_port.getsockname()[1]}"
        config = Config(
            port=sandbox_port.getsockname()[1],
            seed=7,
            webhook_url=f"{product_url}/hook",
            cloud_webhook_url=f"{product_url}/hook",
            product_url=product_url,
            api_token=product.token,
            **options,
        )
        with (
            listening(product.application(), product_port),
            listening(app.create_app(box.build(config)), sandbox_port),
        ):
            yield Outside(config.base_url, config)
