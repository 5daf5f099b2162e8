"""Webhook bodies as Z-API writes them (contracts/zapi.md, section 4). Pure: a dict out, no state."""

from collections.abc import Mapping
from typing import Any

from sandbox.world import Lead

Body = dict[str, Any]
CONNECTED_PHONE = "5511900000099"
COMPANY_NAME = "Seleto Industrial"


def received(
    *, instance_id: str, lead: Lead, message_id: str, momment: int, content: Mapping[str, Any], **flags: Any
) -> Body:
    """A ``ReceivedCallback``. ``momment`` in epoch milliseconds; ``flags`` override any field of the envelope."""
    body: Body = {
        "isStatusReply": False,
        "chatLid": lead.lid,
        "senderLid": lead.lid,
        "connectedPhone": CONNECTED_PHONE,
        "waitingMessage": False,
        "isEdit": False,
        "isGroup": False,
        "isNewsletter": False,
        "instanceId": instance_id,
        "messageId": message_id,
        "phone": lead.key,
        "fromMe": False,
        "momment": momment,
        "status": "RECEIVED",
        "chatName": lead.name,
        "senderPhoto": None,
        "senderName": lead.name,
        "photo": None,
        "broadcast": False,
        "participantPhone": None,
        "participantLid": None,
        "referenceMessageId": None,
        "externalAdReply": None,
        "messageExpirationSeconds": 0,
        "forwarded": False,
        "type": "ReceivedCallback",
        "fromApi": False,
    }
    return {**body, **flags, **content}


def content(kind: str, text: str, data: Mapping[str, Any], *, media_url: str, momment: int) -> Body:
    """The one content object of a message. Raises KeyError for a kind the provider does not have."""
    builders: dict[str, Body] = {
        "text": {"text": {"message": text}},
        "audio": {
            "audio": {
                "ptt": True,
                "seconds": int(data.get("duration_s") or 5),
                "audioUrl": media_url,
                "mimeType": data.get("mime") or "audio/ogg; codecs=opus",
                "viewOnce": False,
            }
        },
        "image": {
            "image": {
                "imageUrl": "" if data.get("download_error") else media_url,
                "thumbnailUrl": media_url,
                "caption": text,
                "mimeType": data.get("mime") or "image/png",
                "width": 1,
                "height": 1,
                "viewOnce": False,
                "downloadError": data.get("download_error") or None,
            }
        },
        "video": {
            "video": {
                "videoUrl": media_url,
                "caption": text,
                "mimeType": data.get("mime") or "video/mp4",
                "seconds": int(data.get("duration_s") or 5),
                "viewOnce": False,
            }
        },
        "document": {
            "document": {
                "documentUrl": media_url,
                "mimeType": data.get("mime") or "application/pdf",
                "title": text.rsplit(".", 1)[0],
                "pageCount": 1,
                "fileName": text,
                "caption": data.get("caption"),
            }
        },
        "sticker": {"sticker": {"stickerUrl": media_url, "mimeType": data.get("mime") or "image/webp"}},
        "location": {
            "location": {
                "latitude": data.get("latitude", -27.1),
                "longitude": data.get("longitude", -48.6),
                "name": text,
                "address": text,
                "url": "",
            }
        },
        "contact": {
            "contact": {
                "displayName": text,
                "vCard": f"BEGIN:VCARD\nVERSION:3.0\nN:;{text};;;\nFN:{text}\nEND:VCARD",
                "phones": [data.get("contact_phone", "5511900000002")],
            }
        },
        "reaction": {
            "reaction": {
                "value": text,
                "time": momment,
                "reactionBy": data.get("by", ""),
                "referencedMessage": {
                    "messageId": data.get("reference", ""),
                    "fromMe": bool(data.get("reference_from_me", True)),
                    "phone": data.get("by", ""),
                    "participant": None,
                },
            }
        },
        "button": {"buttonsResponseMessage": {"buttonId": data.get("button_id", "1"), "message": text}},
    }
    return builders[kind]


def advertisement() -> Body:
    """``externalAdReply`` of a click-to-WhatsApp ad."""
    return {
        "title": "Formadoras Seleto",
        "body": "Peça um orçamento",
        "mediaType": 1,
        "thumbnailUrl": "https://cdn.example.com/ad.jpg",
        "sourceType": "ad",
        "sourceId": "20000000000000001",
        "ctwaClid": "ctwa-exemplo-0001",
        "sourceUrl": "https://ads.example.com/1",
        "containsAutoReply": False,
        "renderLargerThumbnail": True,
        "showAdAttribution": True,
    }


def delivery(*, instance_id: str, lead: Lead, message_id: str, zaap_id: str, momment: int, error: str = "") -> Body:
    """``DeliveryCallback``: accepted by WhatsApp, or the reason it was not."""
    body: Body = {
        "phone": lead.key,
        "zaapId": zaap_id,
        "messageId": message_id,
        "type": "DeliveryCallback",
        "instanceId": instance_id,
        "momment": momment,
    }
    if error:
        body["error"] = error
    return body


def status(*, instance_id: str, lead: Lead, message_id: str, value: str, momment: int) -> Body:
    return {
        "status": value,
        "ids": [message_id],
        "momment": momment,
        "phone": lead.key,
        "type": "MessageStatusCallback",
        "instanceId": instance_id,
    }


def presence(*, instance_id: str, lead: Lead, value: str) -> Body:
    return {
        "type": "PresenceChatCallback",
        "phone": lead.key,
        "status": value,
        "lastSeen": None,
        "instanceId": instance_id,
    }


def connected(*, instance_id: str, momment_s: int) -> Body:
    """The documented sample has ``momment`` in seconds here."""
    return {
        "type": "ConnectedCallback",
        "connected": True,
        "momment": momment_s,
        "instanceId": instance_id,
        "phone": CONNECTED_PHONE,
    }


def disconnected(*, instance_id: str, momment_s: int) -> Body:
    """``momment`` in seconds, as for :func:`connected`."""
    return {
        "momment": momment_s,
        "error": "Device has been disconnected",
        "disconnected": True,
        "type": "DisconnectedCallback",
        "instanceId": instance_id,
    }
