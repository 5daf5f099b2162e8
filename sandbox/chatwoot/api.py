"""The addresses of the fake Chatwoot; ``CHATWOOT_URL`` of the product is the sandbox's address plus ``/chatwoot``."""

import base64

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.chatwoot import contacts, conversations, messages, setup
from sandbox.chatwoot.call import BASE, Door, Endpoint
from sandbox.chatwoot.desk import Desk
from sandbox.chatwoot.records import Attachment


def routes(desk: Desk) -> list[Route]:
    door, files = Door(desk), _Files(desk)
    below = [*contacts.endpoints(), *messages.endpoints(), *conversations.endpoints(), *setup.endpoints()]
    above = [
        Endpoint(("GET",), "/chatwoot/api/v1/profile", setup.profile),
        Endpoint(("POST",), "/chatwoot/api/v1/profile/availability", setup.set_availability),
    ]
    found = [_route(door, endpoint, endpoint.path) for endpoint in above]
    base = BASE.replace("{account}", "{account:int}")
    found += [_route(door, endpoint, base + endpoint.path) for endpoint in below]
    storage = "/chatwoot/rails/active_storage"
    return [
        *found,
        Route("/chatwoot/api", files.version, methods=["GET"]),
        Route(f"{storage}/{{kind}}/redirect/{{signed}}/{{name:path}}", files.redirect, methods=["GET"]),
        Route(f"{storage}/disk/{{signed}}/{{name:path}}", files.serve, methods=["GET"]),
    ]


def _route(door: Door, endpoint: Endpoint, path: str) -> Route:
    return Route(path, door.handler(endpoint), methods=list(endpoint.methods))


class _Files:
    """Attachments: a signed address that answers 302 to the storage (contract, section 5)."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def version(self, request: Request) -> Response:
        stamp = self._desk.clock.now().strftime("%Y-%m-%d %H:%M:%S")
        version = self._desk.records.settings.version
        return JSONResponse({"version": version, "timestamp": stamp, "queue_services": "ok", "data_services": "ok"})

    async def redirect(self, request: Request) -> Response:
        item = self._find(request)
        if item is None:
            return Response(status_code=404)
        target = f"{self._desk.base_url}/rails/active_storage/disk/{request.path_params['signed']}/{item.name}"
        return RedirectResponse(target, status_code=302)

    async def serve(self, request: Request) -> Response:
        item = self._find(request)
        if item is None:
            return Response(status_code=404)
        # Never shown as a page of this program, whatever somebody attached.
        headers = {"x-content-type-options": "nosniff", "content-security-policy": "sandbox"}
        return Response(base64.b64decode(item.data), media_type=item.content_type, headers=headers)

    def _find(self, request: Request) -> Attachment | None:
        signed = request.path_params["signed"]
        records = self._desk.records
        rows = (item for message in records.messages.values() for item in message.attachments)
        return next((item for item in rows if records.new_uuid("blob", item.id).replace("-", "") == signed), None)
