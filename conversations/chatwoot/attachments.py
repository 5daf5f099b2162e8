"""Files beside what is said: which messages still wait for theirs, and how each is shown meanwhile and afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings

from conversations.chatwoot.client import File
from conversations.media import files, kinds
from conversations.models import Media, Message, Reading
from conversations.wording import words
from seleto.lib.admin_lists import LOCAL

FOLLOWS = "(o arquivo vem a seguir)"
REFUSED = "(o Chatwoot não aceitou o arquivo; ele está no painel do Seleto)"


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that is here."""

    id: UUID
    path: str = field(repr=False)
    name: str = field(repr=False)
    mime: str


@dataclass(frozen=True, slots=True)
class Late:
    """A file that came after its message was shown."""

    author: str
    text: str = field(repr=False)
    file: Attached


def ready(rows: Sequence[Message], *, now: datetime) -> tuple[Sequence[Message], datetime | None]:
    """The messages that may be shown now, and when to look again.

    One that still waits for its file holds back those after it, so that order is kept; it does so for a bounded time.
    """
    wait = timedelta(seconds=settings.MEDIA_MIRROR_WAIT_S)
    for position, row in enumerate(rows):
        waits = any(media.state == Media.State.DUE or _is_being_heard(media) for media in row.files.all())
        if waits and now < row.created_at + wait:
            return rows[:position], row.created_at + wait
    return rows, None


def _is_being_heard(media: Media) -> bool:
    """A voice note is shown together with what it says."""
    reading = getattr(media, "reading", None)
    return reading is not None and reading.kind == Reading.Kind.TRANSCRIPT and reading.state in Reading.OPEN


def of(row: Message) -> tuple[Attached, ...]:
    """What is here of a message's files."""
    return tuple(_attached(media) for media in row.files.all() if media.state == Media.State.STORED)


def remark(row: Message) -> str:
    """What is said of a file that is not here; empty when it is, or there is none."""
    for media in row.files.all():
        if media.state == Media.State.DUE:
            return FOLLOWS
        if media.state != Media.State.STORED:
            return f"(arquivo indisponível: {words(media.reason)})"
    return ""


def late(lead_id: UUID, channel_id: UUID) -> tuple[Late, ...]:
    """Files whose message stands in Chatwoot without them."""
    rows = (
        Media.objects.filter(
            state=Media.State.STORED,
            source=Media.Source.CHANNEL,
            chatwoot_id=None,
            message__conversation__lead_id=lead_id,
            message__channel_id=channel_id,
            message__chatwoot_id__isnull=False,
            message__deleted_at=None,
        )
        .select_related("message")
        .order_by("created_at", "id")
    )
    return tuple(
        Late(
            author=media.message.author,
            text=f"[{media.get_kind_display()}] arquivo da mensagem das {_hour(media.message.sent_at)}",
            file=_attached(media),
        )
        for media in rows
    )


def load(attached: Sequence[Attached]) -> list[File]:
    """The files to upload; one that is gone from the disk is left out."""
    loaded = []
    for one in attached:
        try:
            loaded.append(File(name=one.name, mime=one.mime, content=files.read(one.path)))
        except files.Missing:
            continue
    return loaded


def shown(attached: Sequence[Attached], chatwoot_id: int) -> None:
    """Keep where the files stand."""
    if attached:
        Media.objects.filter(pk__in=[one.id for one in attached]).update(chatwoot_id=chatwoot_id)


def _attached(media: Media) -> Attached:
    return Attached(media.id, media.path, kinds.name_of(media), media.mime)


def _hour(at: datetime) -> str:
    return at.astimezone(LOCAL).strftime("%H:%M")
