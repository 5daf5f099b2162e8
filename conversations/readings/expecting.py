"""A message with a file was stored: note that the file is to be read, and how long its turn waits for the words."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings

from conversations.models import Media, Reading
from knowledge import flags
from seleto.lib import jobs


def expect(media: Media, *, channel: str, origin: str, now: datetime, waits: bool = True) -> datetime | None:
    """Until when the turn waits for what the file says; None when it is not read at all. Without ``waits`` it is read
    for people alone and no turn waits."""
    kind = _kind(media, channel=channel, origin=origin)
    if kind is None or media.state != Media.State.DUE:
        return None
    until = now + timedelta(seconds=settings.READING_WAIT_S if waits else 0)
    Reading.objects.create(media=media, kind=kind, due_at=now, awaited_until=until, created_at=now)
    return until


def file_is_here(media_id: UUID, *, now: datetime) -> None:
    """Call inside the transaction that keeps the file."""
    if Reading.objects.filter(media_id=media_id, state=Reading.State.WAITING).update(
        state=Reading.State.DUE, due_at=now
    ):
        jobs.wake("read")


def _kind(media: Media, *, channel: str, origin: str) -> Reading.Kind | None:
    if media.kind == Media.Kind.AUDIO:
        return Reading.Kind.TRANSCRIPT if settings.TRANSCRIPTION_ENABLED else None
    if media.direction != Media.Direction.IN:
        return None
    if media.kind == Media.Kind.DOCUMENT:
        return Reading.Kind.DOCUMENT
    if media.kind == Media.Kind.IMAGE and flags.is_on("describe_images", channel=channel, origin=origin):
        return Reading.Kind.DESCRIPTION
    return None
