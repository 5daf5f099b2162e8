"""The Graph's calls that the product makes (contracts/whatsapp-cloud.md, section 2)."""

import json
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.cloud_api import payloads
from sandbox.cloud_api.provider import CloudNumber, Refusal
from sandbox.zapi import media

BASE = "/graph/v26.0"
_Action = Callable[[Request], Awaitable[Response]]


def routes(number: CloudNumber) -> list[Route]:
    graph = _Graph(number)
    return [
        Route(f"{BASE}/{{number}}/messages", graph.guard(graph.message), methods=["POST"]),
        Route(f"{BASE}/{{number}}/media", graph.guard(graph.upload), methods=["POST"]),
        Route(f"{BASE}/{{waba}}/message_templates", graph.guard(graph.templates), methods=["GET"]),
        Route(f"{BASE}/{{waba}}/subscribed_apps", graph.guard(graph.subscribe), methods=["POST"]),
        Route("/graph/files/{file}", graph.guard(graph.download), methods=["GET"]),
        Route(f"{BASE}/{{node}}", graph.guard(graph.node), methods=["GET"]),
    ]


class _Graph:
    def __init__(self, number: CloudNumber) -> None:
        self._number = number

    def guard(self, action: _Action) -> _Action:
        async def handler(request: Request) -> Response:
            given = request.headers.get("authorization", "").encode()
            expected = f"Bearer {self._number.config.cloud_token}".encode()
            if self._number.state.settings.token_revoked or not secrets.compare_digest(given, expected):
                body = payloads.error(190, "Error validating access token: Session has expired.")
                return JSONResponse(body, status_code=401)
            try:
                return await action(request)
            except Refusal as refusal:
                return JSONResponse(refusal.body, status_code=refusal.status)

        return handler

    async def message(self, request: Request) -> Response:
        self._ours(request)
        body = await _body(request)
        if body.get("messaging_product") != "whatsapp":
            raise Refusal(400, payloads.error(100, "The parameter messaging_product is required."))
        if body.get("status") == "read":
            self._number.mark_read(body)
            return JSONResponse({"success": True})
        entry = self._number.send(body)
        address = str(body.get("to") or body.get("recipient"))
        contacts = [{"input": address, "wa_id": entry.lead}]
        messages: list[dict[str, str]] = [{"id": entry.provider_id}]
        if body.get("type") == "template":
            messages[0]["message_status"] = "accepted"
        return JSONResponse({"messaging_product": "whatsapp", "contacts": contacts, "messages": messages})

    async def upload(self, request: Request) -> Response:
        self._ours(request)
        form = await request.form()
        file = form.get("file")
        if form.get("messaging_product") != "whatsapp" or file is None or isinstance(file, str):
            raise Refusal(400, payloads.error(100, "Invalid parameter"))
        kept = self._number.state.keep(str(form.get("type") or ""), file.filename or "file", await file.read())
        return JSONResponse({"id": kept.id})

    async def node(self, request: Request) -> Response:
        """A media id, or the number itself."""
        node = request.path_params["node"]
        if node == self._number.config.cloud_number_id:
            return JSONResponse(
                {
                    "verified_name": "Seleto Industrial",
                    "quality_rating": self._number.state.settings.quality,
                    "display_phone_number": payloads.DISPLAY_NUMBER,
                    "throughput": {"level": "STANDARD"},
                    "id": node,
                }
            )
        file = self._number.state.files.get(node)
        if file is None:
            raise Refusal(404, payloads.error(100, "Unsupported get request."))
        content = file.content or (media.build(file.name) or ("", b""))[1]
        return JSONResponse(
            {
                "messaging_product": "whatsapp",
                "url": f"{self._number.config.base_url}/graph/files/{file.id}",
                "mime_type": file.mime,
                "sha256": "aGFzaC1maWN0aWNpbw==",
                "file_size": str(len(content)),
                "id": file.id,
            }
        )

    async def download(self, request: Request) -> Response:
        file = self._number.state.files.get(request.path_params["file"])
        if file is None:
            return JSONResponse({"error": "not found"}, status_code=404)
        content = file.content or (media.build(file.name) or ("", b""))[1]
        return Response(content, media_type=file.mime)

    async def templates(self, request: Request) -> Response:
        if request.path_params["waba"] != self._number.config.cloud_waba_id:
            raise Refusal(404, payloads.error(100, "Unsupported get request."))
        rows = self._number.state.templates
        after = request.query_params.get("after") or "0"
        start = int(after) if after.isdigit() else 0
        end = start + self._number.state.settings.page
        paging: dict[str, Any] = {"cursors": {"before": str(start), "after": str(end)}}
        if len(rows) > end:
            paging["next"] = f"{BASE}/…?after={end}"
        return JSONResponse({"data": [row.as_row() for row in rows[start:end]], "paging": paging})

    async def subscribe(self, request: Request) -> Response:
        return JSONResponse({"success": True})

    def _ours(self, request: Request) -> None:
        if request.path_params["number"] != self._number.config.cloud_number_id:
            raise Refusal(400, payloads.error(100, "Unsupported post request."))


async def _body(request: Request) -> dict[str, Any]:
    try:
        data = json.loads(await request.body())
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        raise Refusal(400, payloads.error(100, "Invalid parameter"))
    return data
