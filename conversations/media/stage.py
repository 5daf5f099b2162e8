"""Fetch the files of messages: due rows become stored ones, or are given up where a person sees it.

A row keeps its own attempts. When a file is here, whoever waited for it is woken: the mirror for what came by
WhatsApp, the outbox for what an SDR attached.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import BinaryIO
from uuid import UUID

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Min

from conversations import channel_cache, outbox
from conversations.channels.base import ChannelClient, RemoteFile
from conversations.chatwoot import due, telling
from conversations.media import files, hosts, kinds, outgoing
from conversations.models import Media, Message, Outbox
from conversations.readings import expecting, settling
from conversations.wording import words
from seleto.lib import alerts, clock, connections, disk, download, jobs, metrics, scanning
from seleto.lib.download import Fetched, Limits
from seleto.lib.errors import Misconfigured, ProviderError, Rejected, Unavailable
from seleto.lib.leases import extend_leases, last_attempt_alone
from seleto.lib.models import Alert

log = structlog.get_logger(__name__)

ALERT = "media:failed"
VIRUS_ALERT = "media:virus"
OTHER_CONTENT = "other_content"
_GONE = (404, 410)

FILES = metrics.counter("media_files", "Files to fetch, by outcome.", ["outcome"])


@dataclass(frozen=True, slots=True)
class MediaClaim:
    """A file in hand; ``attempts`` counts this one."""

    id: UUID
    message_id: UUID
    source: str
    kind: str
    url: str = field(repr=False)
    remote_id: str
    attempts: int


_READY = "state = 'due' AND due_at <= %(now)s AND (leased_until IS NULL OR leased_until < now())"
_CLAIMABLE = f"{_READY} AND {last_attempt_alone('conversations_media', _READY)}"


def claim(limit: int) -> Sequence[MediaClaim]:
    """Take up to ``limit`` due files. SQL because the ORM cannot say UPDATE … RETURNING over SKIP LOCKED."""
    if disk.is_low():
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE conversations_media SET attempts = attempts + 1,"  # noqa: S608
            " leased_until = now() + make_interval(secs => %(lease)s)"
            f" WHERE id = ANY(ARRAY(SELECT id FROM conversations_media WHERE {_CLAIMABLE}"
            " ORDER BY due_at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED))"
            " RETURNING id, message_id, source, kind, url, remote_id, attempts",
            {
                "lease": settings.LEASE_S,
                "now": clock.now(),
                "limit": limit,
                "most": settings.MEDIA_MAX_ATTEMPTS,
            },
        )
        return [MediaClaim(*row) for row in cursor.fetchall()]


def run(row: MediaClaim) -> None:
    """Fetch one file, or say why not."""
    try:
        if row.attempts > settings.MEDIA_MAX_ATTEMPTS:  # it may be what kills the process
            raise Rejected("tentativas_esgotadas")
        path, file, mime = _fetch(row)
    except Rejected as error:
        outcome = _give_up(row, error)
    except ProviderError as error:
        outcome = _postpone(row, error)
    else:
        outcome = _keep(row, path, file, mime)
    FILES.labels(outcome=outcome).inc()


def alone(row: MediaClaim) -> bool:
    return row.attempts >= settings.MEDIA_MAX_ATTEMPTS > 1


def renew(rows: Sequence[MediaClaim]) -> None:
    extend_leases("conversations_media", [row.id for row in rows])


def next_due() -> datetime | None:
    """When the next file is to be fetched; one in hand does not count."""
    due_at: datetime | None = (
        Media.objects.filter(state=Media.State.DUE)
        .extra(where=["(leased_until IS NULL OR leased_until < now())"])
        .aggregate(due=Min("due_at"))["due"]
    )
    if due_at and disk.is_low():
        return max(due_at, clock.now() + timedelta(seconds=settings.WATCH_EVERY_S))
    return due_at


def _fetch(row: MediaClaim) -> tuple[str, Fetched, str]:
    """The file's path, what it is, and its content type as kept."""
    channel_id = _channel_of(row)
    allowed = hosts.allowed(row.source, channel_id)
    provider = outbox.client(channel_cache.by_id(channel_id)) if row.remote_id else None
    limits = Limits(
        max_bytes=settings.MEDIA_MAX_BYTES,
        total_s=settings.MEDIA_TOTAL_S,
        connect_s=settings.MEDIA_CONNECT_TIMEOUT_S,
        read_s=settings.MEDIA_READ_TIMEOUT_S,
    )
    connections.release()
    if row.attempts > 1:  # perhaps a process died over it
        files.tidy()
    place = _located(provider, row.remote_id) if provider else RemoteFile(row.url)
    if (place.bytes or 0) > limits.max_bytes:
        raise Rejected("too_large")

    def fill(sink: BinaryIO) -> Fetched:
        return download.fetch(place.url, sink, hosts=allowed, limits=limits, headers=place.headers)

    try:
        path, file = files.receive(fill)
    except OSError as error:
        log.error("media.disk", errno=error.errno)
        raise Unavailable("disco") from None
    mime = kinds.accepted(row.kind, file.mime)
    if mime is None:
        files.remove(path)
        raise Rejected(OTHER_CONTENT)
    _scan(row, path)
    return path, file, mime


def _scan(row: MediaClaim, path: str) -> None:
    """An infected file is set aside: it goes with its row, and nobody is handed it meanwhile."""
    try:
        scanning.look(files.located(path))
    except Rejected:
        now, aside = clock.now(), files.set_aside(path, str(row.id))
        kept = Media.objects.filter(pk=row.id, state=Media.State.DUE, attempts=row.attempts).update(path=aside)
        if not kept and not Media.objects.filter(pk=row.id).exists():  # erased meanwhile
            files.remove(aside)
        title = "Um arquivo com vírus chegou e foi isolado"
        alerts.open_(VIRUS_ALERT, title=title, level=Alert.Level.CRITICAL, now=now)
        log.error("media.virus", media=row.id)
        raise
    except ProviderError:
        files.remove(path)
        raise


def _located(provider: ChannelClient, remote_id: str) -> RemoteFile:
    """Where the file is now. Credentials that are refused say nothing about the file: somebody mends them."""
    try:
        return provider.remote_file(remote_id)
    except Misconfigured as error:
        failure = Unavailable(error.reason, status=error.status)
    raise failure


def _keep(row: MediaClaim, path: str, file: Fetched, mime: str) -> str:
    now = clock.now()
    with transaction.atomic():
        kept = Media.objects.filter(pk=row.id, state=Media.State.DUE, attempts=row.attempts).update(
            state=Media.State.STORED,
            path=path,
            mime=mime,
            size=file.size,
            sha256=file.sha256,
            stored_at=now,
            leased_until=None,
            reason="",
            url="",  # signed, and of no more use
        )
        if kept:
            expecting.file_is_here(row.id, now=now)
            _wake(row, now)
    files.remove(files.aside(str(row.id)))  # of an earlier attempt
    if not kept:  # another process was faster
        files.remove(path)
        return "lost"
    return "stored"


def _postpone(row: MediaClaim, error: ProviderError) -> str:
    if row.attempts >= settings.MEDIA_MAX_ATTEMPTS:
        return _give_up(row, error)
    wait_s = min(settings.MEDIA_RETRY_S * 2 ** min(row.attempts - 1, 10), settings.MEDIA_RETRY_MAX_S)
    due_at = clock.now() + timedelta(seconds=max(wait_s, min(error.retry_after or 0, settings.MEDIA_RETRY_MAX_S)))
    with transaction.atomic():
        Media.objects.filter(pk=row.id, state=Media.State.DUE, attempts=row.attempts).update(
            due_at=due_at, leased_until=None, reason=error.reason[:120]
        )
        jobs.wake("media", at=due_at)
    return "postponed"


def _give_up(row: MediaClaim, error: ProviderError) -> str:
    """Shown to people, and whoever waited goes on without the file."""
    now = clock.now()
    state = Media.State.EXPIRED if error.status in _GONE else Media.State.FAILED
    with transaction.atomic():
        given_up = Media.objects.filter(pk=row.id, state=Media.State.DUE, attempts=row.attempts).update(
            state=state, reason=error.reason[:120], leased_until=None
        )
        if given_up:
            _park_outgoing(row, error.reason, now)
            _tell_missing(row, error.reason, now)
            settling.never_came(row.id, error.reason, now=now)
            _wake(row, now)
            alerts.open_(ALERT, title="Há anexos que não puderam ser baixados", level=Alert.Level.WARNING, now=now)
    return str(state)


def _park_outgoing(row: MediaClaim, reason: str, now: datetime) -> None:
    waiting = Outbox.objects.filter(media_id=row.id, status=Outbox.Status.QUEUED)
    if waiting.update(status=Outbox.Status.PARKED, reason=f"{outgoing.ATTACHMENT}:{reason}"[:120]):
        Message.objects.filter(pk=row.message_id).update(status=Message.Status.FAILED, status_at=now)
        telling.failed([row.message_id], reason=f"{outgoing.ATTACHMENT}:{reason}", now=now)


def _tell_missing(row: MediaClaim, reason: str, now: datetime) -> None:
    """The mirror waited no longer and said that the file follows: it does not."""
    message = Message.objects.select_related("conversation").get(pk=row.message_id)
    if row.source == Media.Source.CHANNEL and now >= message.created_at + timedelta(
        seconds=settings.MEDIA_MIRROR_WAIT_S
    ):
        due.note(
            lead_id=message.conversation.lead_id,
            channel_id=message.channel_id,
            key=f"arquivo:{row.id}:{now:%Y%m%d%H%M%S}",
            text=f"⚠️ O arquivo de uma mensagem ({message.get_type_display()}) não pôde ser baixado: {words(reason)}.",
            now=now,
        )


def _wake(row: MediaClaim, now: datetime) -> None:
    lead_id, channel_id = Message.objects.values_list("conversation__lead_id", "channel_id").get(pk=row.message_id)
    due.mark(lead_id=lead_id, channel_id=channel_id, now=now)
    if row.source == Media.Source.CHATWOOT:
        jobs.wake("deliver")


def _channel_of(row: MediaClaim) -> UUID:
    channel_id: UUID = Message.objects.values_list("channel_id", flat=True).get(pk=row.message_id)
    return channel_id
