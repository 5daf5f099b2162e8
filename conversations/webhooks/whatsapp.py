"""The Cloud API's door: handshake, signature over the raw bytes, batches (contracts/whatsapp-cloud.md, section 6)."""

import hashlib
import hmac
from collections import defaultdict

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from conversations import channel_cache
from conversations.channel_cache import ChannelView
from conversations.channels import registry
from conversations.channels.base import RawEvent, Unreadable
from conversations.models import Channel
from conversations.webhooks import base
from seleto.lib import clock, correlation
from seleto.lib.problems import problem

_parser = registry.get("whatsapp").parser
_shield = base.FloodShield()


@csrf_exempt
def receive(request: HttpRequest, channel: str) -> HttpResponse:
    """Answer one call; 2xx only after its events are committed (I1)."""
    return base.answered(request, channel, base.turned_away(request) or _receive(request, slug=channel))


def _receive(request: HttpRequest, *, slug: str) -> HttpResponse:
    channel = channel_cache.by_slug(slug)
    if channel is None or channel.provider != Channel.Provider.WHATSAPP:
        return problem(404, "There is no such channel.")
    if request.method == "GET":
        return _handshake(request, channel)
    if request.method != "POST":
        return problem(405, "This address accepts GET and POST only.", headers={"Allow": "GET, POST"})
    if not _shield.admits(slug):
        return problem(429, "Too many calls in this second.", headers={"Retry-After": "1"})
    body = base.read_body(request, most=settings.WEBHOOK_WHATSAPP_MAX_BYTES)
    if body is None:
        return problem(413, "The body is larger than this address accepts.")
    if not _signed(request.headers.get("X-Hub-Signature-256", ""), body, channel):
        return problem(401, "The signature is not the one of this channel.")
    return _accept(channel, body)


def _handshake(request: HttpRequest, channel: ChannelView) -> HttpResponse:
    """Meta asks once whether the address is ours (6.1)."""
    token = channel.credentials.get("verify_token", "")
    asked = request.GET.get("hub.mode") == "subscribe"
    if not asked or not base.same_secret(request.GET.get("hub.verify_token", ""), [token]):
        return problem(403, "The verify token is not the one of this channel.")
    return HttpResponse(request.GET.get("hub.challenge", ""), content_type="text/plain")


def _signed(header: str, body: bytes, channel: ChannelView) -> bool:
    """By any of the app secrets, so that one can be rotated."""
    digests = [hmac.new(secret.encode(), body, hashlib.sha256).hexdigest() for secret in channel.webhook_secrets]
    return base.same_secret(header, [f"sha256={digest}" for digest in digests])


def _accept(channel: ChannelView, body: bytes) -> HttpResponse:
    received_at, correlation_id = clock.now(), correlation.current() or correlation.new()
    try:
        events = _parser.split(body)
    except Unreadable as error:
        base.store_unreadable(
            channel, body, reason=error.reason, received_at=received_at, correlation_id=correlation_id
        )
        return problem(400, "The body cannot be read; it was kept for a person to look at.")
    ours, foreign = _by_number(channel, events)
    for view, found in ours:
        base.store(view, found, received_at=received_at, correlation_id=correlation_id)
    if foreign:
        base.store(
            channel, foreign, received_at=received_at, correlation_id=correlation_id, ignored_because="outro_numero"
        )
    return HttpResponse(status=200)


def _by_number(
    channel: ChannelView, events: list[RawEvent]
) -> tuple[list[tuple[ChannelView, list[RawEvent]]], list[RawEvent]]:
    """Numbers of one app share an address: each event goes to the channel of its number, if that trusts the same app.

    What names no number speaks of the account and stays with the channel called.
    """
    views = {
        view.instance_id: view
        for view in channel_cache.all_views()
        if view.provider == channel.provider and set(view.webhook_secrets) & set(channel.webhook_secrets)
    }
    ours: dict[str, list[RawEvent]] = defaultdict(list)
    foreign = []
    for event in events:
        number = event.instance_id or channel.instance_id
        if number in views:
            ours[number].append(event)
        else:
            foreign.append(event)
    return [(views[number], found) for number, found in ours.items()], foreign
