"""The Cloud API's webhooks as Meta would send them, signed."""

import hashlib
import hmac
import json
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.test import Client

NUMBER = "106000000000001"
SECRET = "segredo-atual"
PHONE = "5511900000001"
BSUID = "BR.10000000000000000001"


def change(field: str = "messages", *, number: str = NUMBER, **value: Any) -> dict[str, Any]:
    metadata = {"display_phone_number": "5511900000099", "phone_number_id": number}
    return {"field": field, "value": {"messaging_product": "whatsapp", "metadata": metadata, **value}}


def body(*changes: dict[str, Any]) -> dict[str, Any]:
    return {"object": "whatsapp_business_account", "entry": [{"id": "102000000000001", "changes": list(changes)}]}


def item(kind: str, *, id_: str, at: datetime, phone: str | None = PHONE, **content: Any) -> dict[str, Any]:
    who = {"from": phone} if phone else {}
    return {**who, "from_user_id": BSUID, "id": id_, "timestamp": str(int(at.timestamp())), "type": kind, **content}


def received(*items: dict[str, Any], phone: str | None = PHONE, number: str = NUMBER) -> dict[str, Any]:
    """One POST with these messages of one lead."""
    contact: dict[str, Any] = {"profile": {"name": "Marina Exemplo"}, "user_id": BSUID}
    if phone:
        contact["wa_id"] = phone
    return body(change(contacts=[contact], messages=list(items), number=number))


def text(said: str, *, id_: str, at: datetime, **more: Any) -> dict[str, Any]:
    return item("text", id_=id_, at=at, text={"body": said}, **more)


def status(word: str, *, of: str, at: datetime, **more: Any) -> dict[str, Any]:
    said = {"id": of, "status": word, "timestamp": str(int(at.timestamp())), "recipient_id": PHONE, **more}
    return body(change(statuses=[said]))


def post(payload: Any, *, channel: str = "nuvem", secret: str = SECRET) -> HttpResponse:
    """Deliver ``payload`` (an object, or raw bytes) signed with ``secret``."""
    raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    signature = "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
    return Client(raise_request_exception=False).post(
        f"/webhooks/whatsapp/{channel}/",
        data=raw,
        content_type="application/json",
        headers={"X-Hub-Signature-256": signature},
    )  # type: ignore[return-value]
