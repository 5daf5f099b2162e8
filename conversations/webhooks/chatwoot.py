"""The Chatwoot door: secret path segment and the signature over timestamp and raw body (contracts/chatwoot.md, 4.2).

What comes back of our own writing is answered and not stored: it bears our id. Everything else is kept, deduplicated
by message id and event, as deliveries come late, twice and out of order.
"""

import hashlib
import hmac
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from conversations import channel_cache
from conversations.channel_cache import ChannelView
from conversations.channels.base import EventKind, RawEvent, Unreadable, read_json
from conversations.chatwoot import inboxes, marking
from conversations.chatwoot.events import message_key
from conversations.chatwoot.inboxes import InboxView
from conversations.webhooks import base
from seleto.lib import clock, correlation
from seleto.lib.problems import problem

_shield = base.FloodShield()
_CONVERSATION_EVENTS = frozenset({"conversation_updated", "conversation_status_changed"})


@csrf_exempt
def receive(request: HttpRequest, channel: str, secret: str) -> HttpResponse:
    """Answer one call; 2xx only after its event is committed (I1)."""
    return base.answered(
        request, channel, base.turned_away(request) or _receive(request, slug=channel, secret=secret), of="chatwoot:"
    )


def _receive(request: HttpRequest, *, slug: str, secret: str) -> HttpResponse:
    channel = channel_cache.by_slug(slug)
    inbox = inboxes.of_channel(channel.id) if channel else None
    if channel is None or inbox is None:
        return problem(404, "There is no such channel, or it is not mirrored in Chatwoot.")
    if request.method != "POST":
        return problem(405, "This address accepts POST only.", headers={"Allow": "POST"})
    if not _shield.admits(slug):
        return problem(429, "Too many calls in this second.", headers={"Retry-After": "1"})
    if not base.same_secret(secret, inbox.webhook_secrets):
        return problem(401, "The secret is not the one of this channel.")
    body = base.read_body(request, most=settings.WEBHOOK_MAX_BYTES)
    if body is None:
        return problem(413, "The body is larger than this address accepts.")
    if not _signed(request, inbox, body):
        return problem(401, "The signature is missing, wrong or too old.")
    return _accept(channel, inbox, body)


def _signed(request: HttpRequest, inbox: InboxView, body: bytes) -> bool:
    given, stamp = request.headers.get("X-Chatwoot-Signature", ""), request.headers.get("X-Chatwoot-Timestamp", "")
    if not given and not inbox.signature_required:
        return True
    if not stamp.isdigit() or abs(clock.now().timestamp() - int(stamp)) > settings.CHATWOOT_SIGNATURE_MAX_AGE_S:
        return False
    expected = [
        "sha256=" + hmac.new(key.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        for key in inbox.signing_secrets
        if key
    ]
    return base.same_secret(given, expected)


def _accept(channel: ChannelView, inbox: InboxView, body: bytes) -> HttpResponse:
    received_at, correlation_id = clock.now(), correlation.current() or correlation.new()
    try:
        data = read_json(body)
        key = event_key(data, inbox)
    except Unreadable as error:
        base.store_unreadable(
            channel, body, reason=error.reason, received_at=received_at, correlation_id=correlation_id
        )
        return problem(400, "The body cannot be read; it was kept for a person to look at.")
    if key is None:
        return HttpResponse(status=200)
    event = RawEvent(key=key, kind=EventKind.CHATWOOT, instance_id="", body=body)
    base.store(channel, [event], received_at=received_at, correlation_id=correlation_id)
    return HttpResponse(status=200)


def event_key(data: object, inbox: InboxView) -> str | None:
    """Under which name an event counts once; None for what says nothing new. Raises ``Unreadable``."""
    if not isinstance(data, dict) or not isinstance(data.get("event"), str):
        raise Unreadable("not_an_event")
    name, number = data["event"], data.get("id")
    if name in ("message_created", "message_updated"):
        if not isinstance(number, int):
            raise Unreadable("no_message_id")
        if data.get("message_type") != "outgoing":
            return None
        ours = marking.is_ours(data.get("source_id")) or _of_bot(data)
        if ours and not (name == "message_updated" and _is_deleted(data)):
            return None
        if name == "message_created":
            return message_key(number)
        return f"cw:message_updated:{number}:{_digest(data.get('content_attributes'), data.get('content'))}"
    if name in _CONVERSATION_EVENTS and isinstance(number, int):
        return f"cw:{name}:{number}:{_digest(data.get('changed_attributes'), data.get('updated_at'))}"
    return None


def _of_bot(data: dict[str, Any]) -> bool:
    sender = data.get("sender")
    return isinstance(sender, dict) and sender.get("type") == "agent_bot"


def _is_deleted(data: dict[str, Any]) -> bool:
    """Somebody deleted it over there, which is news about our own messages as well."""
    attributes = data.get("content_attributes")
    return isinstance(attributes, dict) and bool(attributes.get("deleted"))


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]
