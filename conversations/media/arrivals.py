"""A message with a file was stored: note that the file is to be fetched, in the same transaction."""

from datetime import datetime, timedelta
from urllib.parse import unquote, urlsplit

from django.conf import settings

from conversations.channels import base
from conversations.channels.base import clean
from conversations.chatwoot.events import Attachment
from conversations.models import Media, Message
from seleto.lib import jobs

NO_FILE = "provedor_sem_arquivo"
# Chatwoot's words for what is attached; a place or a contact card there is no file.
_KINDS = {
    "image": Media.Kind.IMAGE,
    "audio": Media.Kind.AUDIO,
    "video": Media.Kind.VIDEO,
    "file": Media.Kind.DOCUMENT,
}


def from_channel(message: Message, stated: base.Media, *, now: datetime) -> Media | None:
    """What the lead sent, or a person on the company's phone. Nothing for a content that is no file."""
    if message.type not in Media.Kind.values:
        return None
    due = bool(stated.url or stated.remote_id)
    media = Media.objects.create(
        message=message,
        direction=Media.Direction.IN if message.author == Message.Author.LEAD else Media.Direction.OUT,
        source=Media.Source.CHANNEL,
        kind=message.type,
        url=stated.url or "",
        remote_id=stated.remote_id,
        filename=name_for(stated.filename),
        duration_s=stated.seconds,
        state=Media.State.DUE if due else Media.State.FAILED,
        reason="" if due else NO_FILE,
        due_at=now,
        created_at=now,
        keep_until=now + timedelta(days=settings.MEDIA_KEEP_DAYS),
    )
    if due:
        jobs.wake("media")
    return media


def from_chatwoot(message: Message, attachment: Attachment, *, now: datetime) -> Media:
    """What an SDR attached, on its way to the lead."""
    media = Media.objects.create(
        message=message,
        direction=Media.Direction.OUT,
        source=Media.Source.CHATWOOT,
        kind=_KINDS[attachment.kind],
        url=attachment.url,
        filename=name_in(attachment.url),
        due_at=now,
        created_at=now,
        keep_until=now + timedelta(days=settings.MEDIA_KEEP_DAYS),
    )
    jobs.wake("media")
    return media


def kind_of(attachment: Attachment) -> Media.Kind | None:
    """None for what has no file to send."""
    return _KINDS.get(attachment.kind) if attachment.url else None


def name_in(url: str) -> str:
    """The file name at the end of an address."""
    try:
        return name_for(unquote(urlsplit(url).path.rpartition("/")[2]))
    except ValueError:
        return ""


def name_for(stated: str) -> str:
    """On one line and without a path: it is shown, and handed out as a name to save under."""
    last = " ".join(clean(stated).replace("\\", "/").rpartition("/")[2].split())
    printable = "".join(character for character in last if character.isprintable())
    return printable[-200:].lstrip(".")
