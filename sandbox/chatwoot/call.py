"""One call of the application API: who calls, with what, and the ways to say no (contract, sections 1 and 6)."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from starlette.datastructures import QueryParams, UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from sandbox.chatwoot.desk import Actor, Desk, File
from sandbox.chatwoot.records import ACCOUNT_ID, Bot, Contact, Conversation, Inbox, Message

_Row = TypeVar("_Row")
BASE = "/chatwoot/api/v1/accounts/{account}"


class Refused(Exception):
    def __init__(self, status: int, body: object) -> None:
        super().__init__(str(status))
        self.status = status
        self.body = body

    @property
    def response(self) -> Response:
        if isinstance(self.body, str):
            return PlainTextResponse(self.body, status_code=self.status)
        return JSONResponse(self.body, status_code=self.status)


def not_found() -> Refused:
    return Refused(404, {"error": "Resource could not be found"})


def invalid(message: str, *attributes: str) -> Refused:
    """A model that did not pass its validations."""
    return Refused(422, {"message": message, "attributes": list(attributes)})


def refused(message: str, status: int = 422) -> Refused:
    return Refused(status, {"error": message})


@dataclass(frozen=True)
class Call:
    desk: Desk
    actor: Actor
    path: Mapping[str, Any]
    query: QueryParams
    data: Mapping[str, Any]
    files: tuple[File, ...] = ()
    form: bool = False

    def number(self, name: str) -> int | None:
        """A value of the body as a number; None when it is absent, null or none."""
        return as_number(self.data.get(name))

    def text(self, name: str) -> str | None:
        value = self.data.get(name)
        return None if value in (None, "") else str(value)

    def flag(self, name: str) -> bool:
        return self.data.get(name) in (True, 1, "1", "true", "True")

    def object(self, name: str) -> dict[str, Any]:
        value = self.data.get(name)
        return dict(value) if isinstance(value, Mapping) else {}

    def strings(self, name: str) -> list[str]:
        value = self.data.get(name)
        given = value if isinstance(value, list) else [] if value in (None, "") else [value]
        return [str(item) for item in given]

    @property
    def page(self) -> int:
        return max(1, as_number(self.query.get("page")) or 1)

    # --- what the path names ----------------------------------------------------------------------------------

    def contact(self) -> Contact:
        return found(self.desk.records.contacts, self.path["contact"])

    def conversation(self) -> Conversation:
        return found(self.desk.records.conversations, self.path["conversation"])

    def inbox(self) -> Inbox:
        return found(self.desk.records.inboxes, self.path["inbox"])

    def message(self) -> Message:
        row = self.conversation()
        message = found(self.desk.records.messages, self.path["message"])
        if message.conversation_id != row.id:
            raise not_found()
        return message


def as_number(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return int(value)
    return int(value) if isinstance(value, str) and value.strip().isdigit() else None


def found(table: Mapping[int, _Row], number: int | None) -> _Row:
    """The row with this number. Raises the 404 of Chatwoot."""
    if number is None or number not in table:
        raise not_found()
    return table[number]


@dataclass(frozen=True)
class Endpoint:
    """``bots`` tells whether an agent bot's token may call it (contract, section 1)."""

    methods: tuple[str, ...]
    path: str
    action: Callable[[Call], object]
    bots: bool = False


class Door:
    """Rate limit, credentials, account and body, in this order; then the action."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def handler(self, endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
        async def handle(request: Request) -> Response:
            try:
                self._count()
                actor = self.caller(request)
                if request.path_params.get("account", ACCOUNT_ID) != ACCOUNT_ID:
                    raise not_found()
                if isinstance(actor, Bot) and not endpoint.bots:
                    raise refused("Access to this endpoint is not authorized for bots", 401)
                data, files, form = await _body(request)
                call = Call(self._desk, actor, request.path_params, request.query_params, data, files, form)
                answer = endpoint.action(call)
            except Refused as refusal:
                return refusal.response
            return answer if isinstance(answer, Response) else JSONResponse(answer)

        return handle

    def caller(self, request: Request) -> Actor:
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
        token = request.headers.get("api_access_token") or bearer
        actor = self._desk.records.by_token(token) if token else None
        if actor is None:
            raise refused("Invalid Access Token", 401)
        return actor

    def _count(self) -> None:
        records, minute = self._desk.records, int(self._desk.now() // 60)
        count = records.requests.get(minute, 0) + 1
        records.requests = {minute: count}
        if count > records.settings.rate_limit_per_min:
            raise Refused(429, "Retry later\n")


async def _body(request: Request) -> tuple[dict[str, Any], tuple[File, ...], bool]:
    """JSON, or a form: ``name[]`` becomes a list, files apart."""
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind in ("multipart/form-data", "application/x-www-form-urlencoded"):
        return await _form(request)
    raw = await request.body()
    if not raw.strip():
        return {}, (), False
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError):
        raise Refused(400, {"status": 400, "error": "Bad Request"}) from None
    return (data if isinstance(data, dict) else {}), (), False


async def _form(request: Request) -> tuple[dict[str, Any], tuple[File, ...], bool]:
    data: dict[str, Any] = {}
    files: list[File] = []
    async with request.form(max_files=100, max_part_size=50 * 1024 * 1024) as form:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                kind = value.content_type or "application/octet-stream"
                files.append(File(value.filename or "file", kind, await value.read()))
            elif name.endswith("[]"):
                data.setdefault(name.removesuffix("[]"), []).append(value)
            else:
                data[name] = value
    return data, tuple(files), True
