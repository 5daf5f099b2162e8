"""Z-API's callbacks as a lead, a phone or the service would cause them."""

import itertools
import json
import time
from typing import Any

from django.http import HttpResponse
from django.test import Client

from tests.factories import INSTANCE, PHONE, SECRET

_ids = itertools.count(1)


def message_id() -> str:
    return f"3EB0C{next(_ids):017d}"


def received(text: str | None = "Oi", **fields: Any) -> dict[str, Any]:
    """A ``ReceivedCallback``; ``text`` None leaves the content to ``fields``."""
    payload: dict[str, Any] = {
        "type": "ReceivedCallback",
        "instanceId": INSTANCE,
        "messageId": message_id(),
        "phone": PHONE,
        "fromMe": False,
        "momment": int(time.time() * 1000),
        "status": "RECEIVED",
        "senderName": "Marina Exemplo",
        **fields,
    }
    if text is not None:
        payload["text"] = {"message": text}
    return payload


def status(ids: list[str], value: str, **fields: Any) -> dict[str, Any]:
    return {
        "type": "MessageStatusCallback",
        "instanceId": INSTANCE,
        "status": value,
        "ids": ids,
        "momment": int(time.time() * 1000),
        "phone": PHONE,
        **fields,
    }


def post(payload: Any, *, channel: str = "principal", secret: str = SECRET, **headers: str) -> HttpResponse:
    """Deliver ``payload`` (an object, or raw bytes) to the webhook."""
    body = (
        payload
        if isinstance(payload, bytes)
        else json.dumps(payload, ensure_ascii=False).encode(errors="surrogatepass")
    )
    address = f"/webhooks/zapi/{channel}/{secret}/"
    return Client(raise_request_exception=False).post(
        address, data=body, content_type="application/json", headers=headers
    )  # type: ignore[return-value]
