"""One call of the API: who calls, with what, and the ways to say no (contract, sections 1 and 3)."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.piperun.calls import SCOPE_KEY, Heard
from sandbox.piperun.records import Records

Errors = dict[str, str]


class Refused(Exception):
    def __init__(self, status: int, message: str, *, data: object = None, retry_after_s: int = 0) -> None:
        super().__init__(message)
        self.status = status
        self.body: dict[str, Any] = {"success": False, "message": message}
        if data is not None:
            self.body["data"] = data
        self.headers = {"Retry-After": str(retry_after_s)} if retry_after_s else {}

    @property
    def response(self) -> Response:
        return JSONResponse(self.body, status_code=self.status, headers=self.headers)


def not_found() -> Refused:
    return Refused(HTTPStatus.NOT_FOUND, "Not Found")


def invalid(records: Records, errors: Errors) -> Refused:
    """A body that did not pass its validations, in the form the settings ask for."""
    if records.settings.errors_as_list:
        return Refused(422, "Unprocessable Content", data={name: [text] for name, text in errors.items()})
    return Refused(422, "Unprocessable Entity", data=errors)


@dataclass(frozen=True)
class Call:
    records: Records
    heard: Heard
    path: Mapping[str, Any]
    query: Mapping[str, str]
    body: Mapping[str, Any]

    @property
    def relations(self) -> list[str]:
        return [name.strip() for name in self.query.get("with", "").split(",") if name.strip()]


def ok(data: object, **more: object) -> Response:
    return JSONResponse({"success": True, "message": "OK", "data": data, **more})


def created(data: object) -> Response:
    return JSONResponse({"success": True, "message": "Created", "data": data}, status_code=HTTPStatus.CREATED)


class Door:
    """Rate limit, credentials and body, in this order; then the action."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def handler(self, action: Callable[[Call], Response]) -> Callable[[Request], Awaitable[Response]]:
        async def handle(request: Request) -> Response:
            heard: Heard = request.scope[SCOPE_KEY]
            try:
                self._throttle()
                self._identify(request)
                body = await _body(request)
                heard.body = body or None
                answer = action(Call(self._records, heard, request.path_params, heard.query, body))
            except Refused as refusal:
                return refusal.response
            heard.effect = request.method != "GET"
            return answer

        return handle

    def _throttle(self) -> None:
        if wait := self._records.throttled():
            raise Refused(429, "Too Many Attempts.", retry_after_s=wait)

    def _identify(self, request: Request) -> None:
        token = request.headers.get("token") or request.query_params.get("token")
        if token != self._records.token or self._records.settings.token_revoked:
            raise Refused(HTTPStatus.UNAUTHORIZED, "Unauthorized")


async def _body(request: Request) -> dict[str, Any]:
    raw = await request.body()
    if request.method == "GET" or not raw.strip():
        return {}
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError):
        raise Refused(422, "Malformed JSON.") from None
    if not isinstance(data, dict):
        raise Refused(422, "Malformed JSON.")
    return data
