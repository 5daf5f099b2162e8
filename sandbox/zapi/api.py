"""The endpoints of Z-API that the product calls (contracts/zapi.md, section 3)."""

import json
import secrets
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.config import is_loopback
from sandbox.world import digits
from sandbox.zapi import media
from sandbox.zapi.provider import Provider, QueueFull

_BASE = "/zapi/instances/{instance}/token/{token}"
_MAX_DELAY_S = 15
_TOPICS = (
    "received",
    "received-delivery",
    "delivery",
    "message-status",
    "connected",
    "disconnected",
    "chat-presence",
)
_Handler = Callable[[Request], Awaitable[Response]]
_Action = Callable[[dict[str, Any], Request], Response]


class Refused(Exception):
    """An answer with an ``error`` body."""

    def __init__(self, status: int, error: str) -> None:
        self.response = JSONResponse({"error": error}, status_code=status)


def routes(provider: Provider) -> list[Route]:
    zapi = _Api(provider)
    post = {
        "send-text": zapi.send("text", "message"),
        "send-image": zapi.send("image", "image", text_field="caption"),
        "send-document/{extension}": zapi.send("document", "document", text_field="fileName"),
        "send-audio": zapi.send("audio", "audio", text_field=""),
        "send-video": zapi.send("video", "video", text_field="caption"),
        "send-reaction": zapi.react,
        "read-message": zapi.read_message,
        "queue": zapi.queue,
    }
    put = {f"update-webhook-{topic}": zapi.update_webhook(topic) for topic in _TOPICS}
    put |= {
        "update-every-webhooks": zapi.update_every_webhook,
        "update-notify-sent-by-me": zapi.update_switch("notify_sent_by_me", "notifySentByMe"),
        "update-auto-read-message": zapi.update_switch("auto_read", "value"),
        "update-auto-read": zapi.update_switch("auto_read", "value"),
    }
    found = [Route(f"{_BASE}/{path}", zapi.guard(action, body=True), methods=["POST"]) for path, action in post.items()]
    found += [Route(f"{_BASE}/{path}", zapi.guard(action, body=True), methods=["PUT"]) for path, action in put.items()]
    found += [
        Route(f"{_BASE}/status", zapi.guard(zapi.status), methods=["GET"]),
        Route(f"{_BASE}/phone-exists/{{phone}}", zapi.guard(zapi.phone_exists), methods=["GET"]),
        Route(f"{_BASE}/queue", zapi.guard(zapi.purge), methods=["DELETE"]),
        Route(f"{_BASE}/queue/{{zaap_id}}", zapi.guard(zapi.purge), methods=["DELETE"]),
        Route("/media/{name}", zapi.serve_media, methods=["GET"]),
    ]
    return found


class _Api:
    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    def guard(self, action: _Action, *, body: bool = False) -> _Handler:
        """Credentials first, then the body, then the action."""

        async def handler(request: Request) -> Response:
            try:
                self._authenticate(request)
                return action(await _read_body(request) if body else {}, request)
            except Refused as refused:
                return refused.response

        return handler

    def _authenticate(self, request: Request) -> None:
        config = self._provider.config
        expected = f"{config.instance_id}/{config.instance_token}"
        given = f"{request.path_params['instance']}/{request.path_params['token']}"
        if not secrets.compare_digest(given.encode(), expected.encode()):
            raise Refused(400, "Instance not found")
        token = request.headers.get("client-token")
        if token is None:
            raise Refused(400, "your client-token is not configured")
        if not secrets.compare_digest(token.encode(), config.client_token.encode()):
            raise Refused(403, "null not allowed")

    async def serve_media(self, request: Request) -> Response:
        """What somebody sent, or a small true file made from its name."""
        name = request.path_params["name"]
        found = self._provider.world.files.get(name) or media.build(name)
        if found is None:
            return JSONResponse({"error": "not found"}, status_code=404)
        kind, data = found
        # Never shown as a page of this program, whatever somebody sent.
        headers = {"x-content-type-options": "nosniff", "content-security-policy": "sandbox"}
        return Response(data, media_type=kind, headers=headers)

    # --- sending ----------------------------------------------------------------------------------------------

    def send(self, kind: str, needed: str, *, text_field: str | None = None) -> _Action:
        def action(data: dict[str, Any], request: Request) -> Response:
            value = _text(data, needed)
            file = None if kind == "text" else _file(value, kind)
            text = str(data.get(needed if text_field is None else text_field) or "")
            _delay(data, "delayMessage")
            return self._accept(
                phone=_phone(data),
                kind=kind,
                text=text,
                delay_typing_s=_delay(data, "delayTyping"),
                reference=str(data.get("messageId") or ""),
                edits=str(data.get("editMessageId") or data.get("editDocumentMessageId") or ""),
                file=file,
                filename=str(data.get("fileName") or ""),
            )

        return action

    def react(self, data: dict[str, Any], request: Request) -> Response:
        phone, target = _phone(data), _text(data, "messageId")
        if not isinstance(data.get("reaction"), str):
            raise Refused(400, "reaction is required")
        entry = self._provider.react(phone=phone, message_id=target, value=data["reaction"])
        return _sent(entry.zaap_id, entry.provider_id)

    def _accept(self, **message: Any) -> Response:
        try:
            entry = self._provider.send(**message)
        except QueueFull:
            raise Refused(400, "Queue limit reached") from None
        return _sent(entry.zaap_id, entry.provider_id)

    def read_message(self, data: dict[str, Any], request: Request) -> Response:
        _phone(data)
        self._provider.mark_read(_text(data, "messageId"))
        return Response(status_code=204)

    # --- looking ----------------------------------------------------------------------------------------------

    def status(self, data: dict[str, Any], request: Request) -> Response:
        connected = self._provider.world.settings.connected
        error = "You are already connected." if connected else "You are not connected."
        return JSONResponse({"connected": connected, "error": error, "smartphoneConnected": connected})

    def phone_exists(self, data: dict[str, Any], request: Request) -> Response:
        number = digits(request.path_params["phone"])
        if not number:
            raise Refused(400, "invalid phone")
        lead = self._provider.world.find_lead(number)
        exists = 12 <= len(number) <= 13 and not number.endswith("0000")
        lid = lead.lid if lead and exists else None
        return JSONResponse([{"exists": str(exists).lower(), "phone": number, "lid": lid}])

    def queue(self, data: dict[str, Any], request: Request) -> Response:
        size = data.get("pageSize", 20)
        if not isinstance(size, int) or not 1 <= size <= 30:
            raise Refused(400, "pageSize must be between 1 and 30")
        start = int(data["pagingState"]) if str(data.get("pagingState") or "").isdigit() else 0
        rows = self._provider.queued[start : start + size]
        more = len(self._provider.queued) > start + size
        messages = [
            {
                "_id": entry.zaap_id,
                "DelayMessage": -1,
                "Message": entry.text,
                "InstanceId": self._provider.config.instance_id,
                "CreatedAt": entry.at,
                "ZaapId": entry.zaap_id,
                "DelayTyping": int(entry.delay_typing_s),
                "Beta": False,
                "IsTrial": False,
                "Phone": entry.lead,
                "MessageId": entry.provider_id,
            }
            for entry in rows
        ]
        state = str(start + size) if more else None
        return JSONResponse({"messages": messages, "pagingState": state, "hasMore": more})

    def purge(self, data: dict[str, Any], request: Request) -> Response:
        zaap_id = request.path_params.get("zaap_id")
        queued = self._provider.queued
        queued[:] = [entry for entry in queued if zaap_id is not None and entry.zaap_id != zaap_id]
        return JSONResponse({"value": True})

    # --- setting up -------------------------------------------------------------------------------------------

    def update_webhook(self, topic: str) -> _Action:
        def action(data: dict[str, Any], request: Request) -> Response:
            self._provider.world.webhooks[topic] = self._url(data)
            return JSONResponse({"value": True})

        return action

    def update_every_webhook(self, data: dict[str, Any], request: Request) -> Response:
        url = self._url(data)
        for topic in _TOPICS:
            self._provider.world.webhooks[topic] = url
        if "notifySentByMe" in data:
            self._provider.world.settings.notify_sent_by_me = _switch(data, "notifySentByMe")
        return JSONResponse({"value": True})

    def _url(self, data: dict[str, Any]) -> str:
        """HTTPS only, except where the sandbox itself runs without: on this machine, or where remote is allowed."""
        value = _text(data, "value")
        parts = urlsplit(value)
        plain = is_loopback(parts.hostname or "") or self._provider.config.allow_remote
        if parts.scheme == "https" or (parts.scheme == "http" and plain):
            return value
        raise Refused(400, "the webhook must be an https address")

    def update_switch(self, setting: str, field: str) -> _Action:
        def action(data: dict[str, Any], request: Request) -> Response:
            setattr(self._provider.world.settings, setting, _switch(data, field))
            return JSONResponse({"value": True})

        return action


def _sent(zaap_id: str, message_id: str) -> Response:
    return JSONResponse({"zaapId": zaap_id, "messageId": message_id, "id": message_id})


async def _read_body(request: Request) -> dict[str, Any]:
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind != "application/json":
        raise Refused(415, "Unsupported Media Type")
    try:
        data = json.loads(await request.body())
    except (ValueError, RecursionError):
        raise Refused(400, "invalid JSON") from None
    if not isinstance(data, dict):
        raise Refused(400, "the body must be an object")
    return data


def _text(data: dict[str, Any], field: str) -> str:
    value = data.get(field)
    if not isinstance(value, str) or not value:
        raise Refused(400, f"{field} is required")
    return value


def _file(value: str, kind: str) -> tuple[str, bytes] | None:
    """What is to be sent; None for an address, which the provider would fetch by itself."""
    if value.startswith(("http://", "https://")):
        return None
    found = media.from_data_uri(value)
    if found is None:
        raise Refused(400, f"invalid {kind}")
    return found


def _phone(data: dict[str, Any]) -> str:
    """Digits only, or an ``@lid``: the provider refuses masks (contract, section 3, notes)."""
    value = _text(data, "phone")
    if value.endswith(("@lid", "-group")):
        return value
    if not value.isdigit() or not 10 <= len(value) <= 15:
        raise Refused(400, "invalid phone")
    return value


def _delay(data: dict[str, Any], field: str) -> float:
    value = data.get(field, 0)
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= _MAX_DELAY_S:
        raise Refused(400, f"{field} must be between 1 and {_MAX_DELAY_S}")
    return float(value)


def _switch(data: dict[str, Any], field: str) -> bool:
    if not isinstance(data.get(field), bool):
        raise Refused(400, f"{field} must be true or false")
    return bool(data[field])
