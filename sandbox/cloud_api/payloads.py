"""Webhook bodies as Meta writes them (contracts/whatsapp-cloud.md, section 6). Pure: a dict out, no state."""

from collections.abc import Mapping
from typing import Any

from sandbox.world import Lead

Body = dict[str, Any]
DISPLAY_NUMBER = "5511900000099"


def envelope(*, waba_id: str, phone_number_id: str, field: str = "messages", **value: Any) -> Body:
    metadata = {"display_phone_number": DISPLAY_NUMBER, "phone_number_id": phone_number_id}
    said = {"messaging_product": "whatsapp", "metadata": metadata, **value}
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": waba_id, "changes": [{"value": said, "field": field}]}],
    }


def account_change(field: str, value: Mapping[str, Any], *, waba_id: str, seconds: int) -> Body:
    """What concerns the account alone: dated by its entry, and naming no number."""
    changes = [{"value": dict(value), "field": field}]
    return {"object": "whatsapp_business_account", "entry": [{"id": waba_id, "time": seconds, "changes": changes}]}


def bsuid(lead: Lead) -> str:
    """Business-scoped id, made of what the person is known by here."""
    return "BR." + (lead.phone or lead.lid.removesuffix("@lid")).rjust(20, "1")


def contact(lead: Lead) -> Body:
    said: Body = {"profile": {"name": lead.name}, "user_id": bsuid(lead)}
    return {**said, "wa_id": lead.phone} if lead.phone else said


def message(lead: Lead, *, id_: str, seconds: int, kind: str, content: Mapping[str, Any], **more: Any) -> Body:
    who = {"from": lead.phone} if lead.phone else {}
    return {**who, "from_user_id": bsuid(lead), "id": id_, "timestamp": str(seconds), "type": kind, **content, **more}


def content(kind: str, text: str, data: Mapping[str, Any], *, file_id: str = "", mime: str = "") -> tuple[str, Body]:
    """Meta's word for the type and the object of that name. Raises ``KeyError`` for a type leads cannot send."""
    file: Body = {"id": file_id, "mime_type": mime, "sha256": "aGFzaC1maWN0aWNpbw=="}
    builders: dict[str, tuple[str, Body]] = {
        "text": ("text", {"text": {"body": text}}),
        "audio": ("audio", {"audio": {**file, "voice": True}}),
        "image": ("image", {"image": {**file, **({"caption": text} if text else {})}}),
        "video": ("video", {"video": {**file, **({"caption": text} if text else {})}}),
        "document": ("document", {"document": {**file, "filename": text or "documento.pdf"}}),
        "sticker": ("sticker", {"sticker": {**file, "animated": False}}),
        "location": (
            "location",
            {
                "location": {
                    "latitude": data.get("latitude", -27.1),
                    "longitude": data.get("longitude", -48.6),
                    "name": text,
                    "address": text,
                }
            },
        ),
        "contact": (
            "contacts",
            {
                "contacts": [
                    {
                        "name": {"formatted_name": text},
                        "phones": [{"phone": str(data.get("contact_phone", "+55 11 90000-0002")), "type": "CELL"}],
                    }
                ]
            },
        ),
        "reaction": (
            "reaction",
            {"reaction": {"message_id": str(data.get("reference") or ""), **({"emoji": text} if text else {})}},
        ),
        "button": (
            "interactive",
            {
                "interactive": {
                    "type": "button_reply",
                    "button_reply": {"id": str(data.get("button_id") or "1"), "title": text},
                }
            },
        ),
        "unsupported": ("unsupported", {"errors": [{"code": 131051, "title": "Message type unknown"}]}),
    }
    return builders[kind]


def referral() -> Body:
    """Of a click-to-WhatsApp ad."""
    return {
        "source_url": "https://ads.example.com/1",
        "source_id": "20000000000000001",
        "source_type": "ad",
        "headline": "Formadoras Seleto",
        "body": "Peça um orçamento",
        "media_type": "image",
        "image_url": "https://cdn.example.com/ad.jpg",
        "ctwa_clid": "ctwa-exemplo-0001",
    }


def status(lead: Lead, *, id_: str, value: str, seconds: int, reference: str = "", code: int = 0) -> Body:
    said: Body = {"id": id_, "status": value, "timestamp": str(seconds), "recipient_id": lead.phone or bsuid(lead)}
    if reference:
        said["biz_opaque_callback_data"] = reference
    if code:
        said["errors"] = [{"code": code, "title": "Message undeliverable", "error_data": {"details": "fictício"}}]
    return said


def echo(lead: Lead, *, id_: str, seconds: int, text: str) -> Body:
    """Somebody typed in the WhatsApp Business app on the same number."""
    return {
        "from": DISPLAY_NUMBER,
        "to": lead.phone,
        "to_user_id": bsuid(lead),
        "id": id_,
        "timestamp": str(seconds),
        "type": "text",
        "text": {"body": text},
    }


def error(code: int, text: str, details: str = "") -> Body:
    said: Body = {"message": f"(#{code}) {text}", "type": "OAuthException", "code": code, "fbtrace_id": "Afict1c10"}
    if details:
        said["error_data"] = {"messaging_product": "whatsapp", "details": details}
    return {"error": said}
