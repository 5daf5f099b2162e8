"""Signatures of Standard Webhooks (specification 1.0.0): HMAC-SHA256 over id, time and body."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

PREFIX = "whsec_"
_SECRET_BYTES = 32


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def rotated(kept: Mapping[str, str], *, now: datetime, overlap: timedelta) -> dict[str, str]:
    """A fresh secret as ``current``; the one before stays valid until the overlap is over."""
    fresh = {"current": new_secret()}
    if "current" in kept:
        fresh |= {"former": kept["current"], "former_until": (now + overlap).isoformat()}
    return fresh


def headers(message_id: str, body: bytes, kept: Mapping[str, str], *, now: datetime) -> dict[str, str]:
    """``webhook-id``, ``webhook-timestamp`` (seconds) and ``webhook-signature``: one for each valid secret."""
    valid = [kept["current"]]
    if "former" in kept and now < datetime.fromisoformat(kept["former_until"]):
        valid.append(kept["former"])
    at = str(int(now.timestamp()))
    content = f"{message_id}.{at}.".encode() + body
    return {
        "webhook-id": message_id,
        "webhook-timestamp": at,
        "webhook-signature": " ".join(f"v1,{_sign(secret, content)}" for secret in valid),
    }


def _sign(secret: str, content: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
