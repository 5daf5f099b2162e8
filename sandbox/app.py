"""The sandbox as one ASGI application."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import cast
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox import admin
from sandbox.box import Box
from sandbox.chatwoot import api as chatwoot
from sandbox.cloud_api import api as cloud_api
from sandbox.faults import FaultGate
from sandbox.page import crm, desk, views
from sandbox.page.timeline import Timeline
from sandbox.piperun import api as piperun
from sandbox.piperun.calls import BASE as PIPERUN
from sandbox.piperun.calls import Ledger
from sandbox.zapi import api

_SAVE_EVERY_S = 1.0
_WAKE_EVERY_S = 0.5


def create_app(box: Box) -> ASGIApp:
    timeline = Timeline(product_url=box.config.product_url, token=box.config.api_token)
    routes = [
        *api.routes(box.provider),
        *cloud_api.routes(box.cloud),
        *chatwoot.routes(box.desk),
        *piperun.routes(box.crm),
        *box.model.routes(),
        *admin.routes(box),
        *desk.routes(box),
        *crm.routes(box),
        *views.routes(box, timeline),
    ]

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        path = box.config.state_file
        if path is not None:
            box.load(path)
        chores = [asyncio.create_task(_wake(box))]
        if path is not None:
            chores.append(asyncio.create_task(_keep(box)))
        try:
            yield
        finally:
            for chore in chores:
                chore.cancel()
            if path is not None:
                box.save(path)
            await timeline.aclose()
            await box.hooks.aclose()
            await box.desk.hooks.aclose()

    app = Starlette(
        routes=routes,
        lifespan=lifespan,
        middleware=[Middleware(SameOrigin)],
        exception_handlers={HTTPException: _refused},
    )
    return Ledger(FaultGate(app, box.faults), box.crm_calls)


class SameOrigin:
    """Refuses what another website's page sends through the reader's browser; programs send no ``Origin``."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in ("GET", "HEAD"):
            headers = dict(scope["headers"])
            origin, host = headers.get(b"origin"), headers.get(b"host", b"")
            if origin is not None and urlsplit(origin.decode("latin-1")).netloc != host.decode("latin-1"):
                return await JSONResponse({"error": "foreign origin"}, status_code=403)(scope, receive, send)
        return await self._app(scope, receive, send)


async def _wake(box: Box) -> None:
    """Look for conversations whose snooze is over, on the sandbox's clock."""
    while True:
        await asyncio.sleep(_WAKE_EVERY_S)
        box.desk.wake_snoozed()


async def _keep(box: Box) -> None:
    """Write the state file soon after something changed."""
    saved = box.version
    while box.config.state_file is not None:
        await asyncio.sleep(_SAVE_EVERY_S)
        if box.version != saved:
            saved = box.version
            box.save(box.config.state_file)


async def _refused(request: Request, error: Exception) -> Response:
    """404 and 405 in the words of the system whose address was called."""
    refusal = cast(HTTPException, error)
    body: object = {"error": refusal.detail}
    if request.url.path.startswith("/chatwoot/") and refusal.status_code == 404:
        body = {"status": 404, "error": "Not Found"}
    if request.url.path.startswith(f"{PIPERUN}/"):
        body = {"success": False, "message": "Not Found" if refusal.status_code == 404 else refusal.detail}
    if request.url.path.startswith("/v1/"):
        body = {"error": {"message": refusal.detail, "type": "invalid_request_error", "param": None, "code": None}}
    return JSONResponse(body, status_code=refusal.status_code, headers=refusal.headers)
