"""The Z-API door: secret path segment, instance id, optional ``z-api-token`` (contracts/zapi.md, 4.2)."""

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

_parser = registry.get("zapi").parser
_shield = base.FloodShield()


@csrf_exempt
def receive(request: HttpRequest, channel: str, secret: str) -> HttpResponse:
    """Answer one call; 2xx only after its events are committed (I1)."""
    return base.answered(request, channel, base.turned_away(request) or _receive(request, slug=channel, secret=secret))


def _receive(request: HttpRequest, *, slug: str, secret: str) -> HttpResponse:
    channel = channel_cache.by_slug(slug)
    if channel is None or channel.provider != Channel.Provider.ZAPI:
        return problem(404, "There is no such channel.")
    if request.method != "POST":
        return problem(405, "This address accepts POST only.", headers={"Allow": "POST"})
    if not _shield.admits(slug):
        return problem(429, "Too many calls in this second.", headers={"Retry-After": "1"})
    if not _authentic(request, channel, secret):
        return problem(401, "The secret or token is not the one of this channel.")
    body = base.read_body(request, most=settings.WEBHOOK_MAX_BYTES)
    if body is None:
        return problem(413, "The body is larger than this address accepts.")
    return _accept(channel, body)


def _authentic(request: HttpRequest, channel: ChannelView, secret: str) -> bool:
    token = request.headers.get("z-api-token", "")
    if token and not base.same_secret(token, [channel.credentials.get("instance_token", "")]):
        return False
    if not token and channel.token_header_required:
        return False
    return base.same_secret(secret, channel.webhook_secrets)


def _accept(channel: ChannelView, body: bytes) -> HttpResponse:
    received_at, correlation_id = clock.now(), correlation.current() or correlation.new()
    try:
        events = _parser.split(body)
    except Unreadable as error:
        base.store_unreadable(
            channel, body, reason=error.reason, received_at=received_at, correlation_id=correlation_id
        )
        return problem(400, "The body cannot be read; it was kept for a person to look at.")
    if not _ours(channel, events):
        return problem(401, "The event belongs to another instance.")
    base.store(channel, events, received_at=received_at, correlation_id=correlation_id)
    return HttpResponse(status=200)


def _ours(channel: ChannelView, events: list[RawEvent]) -> bool:
    return all(event.instance_id == channel.instance_id for event in events)
