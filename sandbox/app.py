"""The sandbox as one ASGI application."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import cast

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp

from sandbox import admin
from sandbox.box import Box
from sandbox.faults import FaultGate
from sandbox.page import views
from sandbox.zapi import api

_SAVE_EVERY_S = 1.0


def create_app(box: Box) -> ASGIApp:
    routes = [*api.routes(box.provider), *box.model.routes(), *admin.routes(box), *views.routes(box)]

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        path = box.config.state_file
        if path is not None:
            box.load(path)
        keeper = asyncio.create_task(_keep(box)) if path is not None else None
        try:
            yield
        finally:
            if keeper is not None and path is not None:
                keeper.cancel()
                box.save(path)
            await box.hooks.aclose()

    app = Starlette(routes=routes, lifespan=lifespan, exception_handlers={HTTPException: _refused})
    return FaultGate(app, box.faults)


async def _keep(box: Box) -> None:
    """Write the state file soon after something changed."""
    saved = box.world.version
    while box.config.state_file is not None:
        await asyncio.sleep(_SAVE_EVERY_S)
        if box.world.version != saved:
            saved = box.world.version
            box.save(box.config.state_file)


async def _refused(request: Request, error: Exception) -> Response:
    """404 and 405 in the words of the system whose address was called."""
    refusal = cast(HTTPException, error)
    body: object = {"error": refusal.detail}
    if request.url.path.startswith("/v1/"):
        body = {"error": {"message": refusal.detail, "type": "invalid_request_error", "param": None, "code": None}}
    return JSONResponse(body, status_code=refusal.status_code, headers=refusal.headers)
