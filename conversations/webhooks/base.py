"""What every provider's door shares: limits, answers and the one statement that stores and wakes."""

import contextlib
import hashlib
import hmac
import threading
import time
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse

from conversations import channel_cache
from conversations.channel_cache import ChannelView
from conversations.channels.base import EventKind, RawEvent
from conversations.webhooks.minimal import without_documents
from seleto.lib import addresses, alerts, clock, hot, jobs, metrics
from seleto.lib.ids import new_id
from seleto.lib.models import Alert
from seleto.lib.problems import problem
from seleto.lib.windows import Window, neighbourhood

REQUESTS = metrics.counter("webhook_requests", "Webhook calls by answer.", ["channel", "answer"])


def read_body(request: HttpRequest, *, most: int) -> bytes | None:
    """The raw body, or None when it is longer than ``most`` bytes; no more than that is ever read."""
    # Django takes a chunked body for an empty one; a server that ends the stream itself lets us read it all the same.
    chunked = "CONTENT_LENGTH" not in request.META and request.META.get("wsgi.input_terminated")
    stream = request.META["wsgi.input"] if chunked else request
    body: bytes = stream.read(most + 1)
    return None if len(body) > most else body


def same_secret(given: str, accepted: Iterable[str]) -> bool:
    """Constant-time comparison with every accepted secret, so that time tells neither which nor how much matched."""
    given_bytes = given.encode(errors="replace")
    matches = [hmac.compare_digest(given_bytes, secret.encode()) for secret in accepted if secret]
    return any(matches)


class FloodShield:
    """At most ``WEBHOOK_MAX_PER_S`` calls a second per channel in this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._windows: dict[str, tuple[int, int]] = {}

    def admits(self, channel: str) -> bool:
        second = int(time.monotonic())
        with self._lock:
            window, count = self._windows.get(channel, (second, 0))
            count = count + 1 if window == second else 1
            self._windows[channel] = (second, count)
        return count <= settings.WEBHOOK_MAX_PER_S


class Refusals:
    """People hear of calls that are refused: of a flood at once, of calls that are not authentic when there are many.

    Counted per channel and process, told at most every ``_EVERY_S`` seconds: a refused call must stay cheap.
    """

    _EVERY_S = 5

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._forged: dict[str, tuple[int, int]] = {}
        self._told: dict[str, float] = {}

    def note(self, channel: str, status: int) -> None:
        if status == 429:
            self._tell(f"flood:{channel}", f"Enxurrada no webhook do canal {channel}: chamadas demais são recusadas")
        elif status == 401 and self._many(channel):
            title = f"Muitas chamadas falsas no webhook do canal {channel}: o segredo pode ter vazado"
            self._tell(f"forged:{channel}", title)

    def _many(self, channel: str) -> bool:
        minute = int(time.monotonic() / 60)
        with self._lock:
            window, count = self._forged.get(channel, (minute, 0))
            count = count + 1 if window == minute else 1
            self._forged[channel] = (minute, count)
        return count >= settings.WEBHOOK_FORGED_PER_MIN

    def _tell(self, key: str, title: str) -> None:
        instant = time.monotonic()
        with self._lock:
            if instant - self._told.get(key, float("-inf")) < self._EVERY_S:
                return
            self._told[key] = instant
        with contextlib.suppress(DatabaseError):
            alerts.open_(key, title=title, level=Alert.Level.CRITICAL, now=clock.now())


_refusals = Refusals()
# By address, whatever channel is called: all calls of this second, and those of this minute that were not authentic.
_calls, _forgeries = Window(1), Window(60)


def turned_away(request: HttpRequest) -> HttpResponse | None:
    """429 for an address that calls too often, or whose calls were not authentic too often; before anything is read."""
    caller = neighbourhood(addresses.client(request))
    if not caller:
        return None
    if _calls.note(caller) > settings.WEBHOOK_MAX_PER_S_ADDRESS:
        return problem(429, "Too many calls in this second.", headers={"Retry-After": "1"})
    if _forgeries.count(caller) >= settings.WEBHOOK_FORGED_PER_MIN_ADDRESS:
        return problem(429, "Too many calls that are not authentic.", headers={"Retry-After": str(_forgeries.rest_s())})
    return None


def forget() -> None:
    """Who called lately, for tests."""
    _calls.forget()
    _forgeries.forget()


def answered(request: HttpRequest, channel: str, answer: HttpResponse, *, of: str = "") -> HttpResponse:
    """Count an answer under its channel, if there is one of that name, and tell people of what is refused. ``of`` goes
    before the channel's name where others than its provider call."""
    if answer.status_code in (401, 403, 404):
        _forgeries.note(neighbourhood(addresses.client(request)))
    known = channel_cache.by_slug(channel) is not None
    REQUESTS.labels(channel=f"{of}{channel}" if known else "unknown", answer=str(answer.status_code)).inc()
    if known:
        _refusals.note(channel, answer.status_code)
    return answer


def store(
    channel: ChannelView,
    events: Sequence[RawEvent],
    *,
    received_at: datetime,
    correlation_id: str,
    ignored_because: str = "",
) -> None:
    """Commit the raw events and wake ingest, in one statement; with ``ignored_because`` they are only kept.

    One autocommit statement because this is the acknowledgement path: separate statements in a transaction took half as
    long again. Whoever listens is told in another one, which does not wait for the disk.
    An event whose key is already there changes nothing.
    """
    row = "(%s, %s, %s, %s, %s, %s, %s, %s, 0, %s, %s)"
    values: list[Any] = []
    for event in events:
        values += [
            new_id(),
            channel.id,
            event.key,
            str(event.kind),
            _kept(event),
            received_at,
            "ignored" if ignored_because else "new",
            ignored_because,
            received_at,
            correlation_id,
        ]
    wake, wake_values = jobs.wake_sql("ingest", when="EXISTS (SELECT 1 FROM stored WHERE status = 'new')")
    woken = hot.fetch(
        "WITH stored AS (INSERT INTO conversations_event (id, channel_id, key, kind, body, received_at, status,"  # noqa: S608
        f" reason, attempts, due_at, correlation_id) VALUES {', '.join([row] * len(events))}"
        f" ON CONFLICT (channel_id, key) DO NOTHING RETURNING id, status) {wake}",
        [*values, *wake_values],
    )
    if woken:
        jobs.notify("ingest")


def store_unreadable(
    channel: ChannelView, body: bytes, *, reason: str, received_at: datetime, correlation_id: str
) -> None:
    """Keep an authentic body that nobody can read, parked where a person sees it (I12). The same body is kept once."""
    kept = without_documents(body)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO conversations_event (id, channel_id, key, kind, body, received_at, status, reason, attempts,"
            " due_at, correlation_id, processed_at)"
            " VALUES (%s, %s, %s, 'unreadable', %s, %s, 'parked', %s, 0, %s, %s, %s)"
            " ON CONFLICT (channel_id, key) DO NOTHING",
            [
                new_id(),
                channel.id,
                f"unreadable:{hashlib.sha256(body).hexdigest()}",
                kept,
                received_at,
                reason,
                received_at,
                correlation_id,
                received_at,
            ],
        )
        if cursor.rowcount:
            alerts.open_(
                "event:parked", title="Há eventos do WhatsApp parados", level=Alert.Level.WARNING, now=received_at
            )


def _kept(event: RawEvent) -> bytes:
    """The body that is stored. What people of the staff write stays as they wrote it: it is theirs to send."""
    return event.body if event.kind == EventKind.CHATWOOT else without_documents(event.body)
