"""What is not kept: files after their time, and in transcripts whatever points at a person (domain.md, LGPD)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Min, QuerySet

from conversations.media import files
from conversations.models import Media, Message, Reading
from conversations.readings import WORDS
from leads.models import Fact
from seleto.lib import clock, jobs, poison, redact

# Why a file is no longer here.
OVER = "prazo_de_guarda"
_BATCH = 200
STAGE = "retention"
_PARKED = "Um arquivo derrubou o processo ao ser removido e foi deixado: o prazo de guarda dele passou"
_DIRECT = (Fact.Field.NOME, Fact.Field.EMPRESA, Fact.Field.CNPJ, Fact.Field.EMAIL, Fact.Field.TELEFONE)
_STRIPPED = "[removido]"


@dataclass(frozen=True, slots=True)
class Expired:
    """How many files were removed and how many texts were stripped."""

    files: int = 0
    texts: int = 0


def register() -> None:
    """Called once per process when Django is ready."""
    jobs.register(jobs.Stage(name=STAGE, cluster="background", claim=claim, run=expire, next_due=next_due))


def claim(limit: int) -> Sequence[UUID]:
    """Files whose time is over; the row's own lock decides who removes one."""
    return list(_over(clock.now()).order_by("keep_until", "pk").values_list("pk", flat=True)[:limit])


def expire(media_id: UUID) -> None:
    """Remove one file and strip what was read in it."""
    with poison.counted(STAGE, [media_id], title=_PARKED), transaction.atomic():
        media = _kept_too_long(clock.now()).select_for_update().filter(pk=media_id).first()
        if media is not None:
            _expire(media)


def next_due() -> datetime | None:
    rows = Media.objects.exclude(state=Media.State.EXPIRED, reason=OVER).exclude(pk__in=poison.parked(STAGE))
    due: datetime | None = rows.aggregate(due=Min("keep_until"))["due"]
    return due


def _over(now: datetime) -> QuerySet[Media]:
    return _kept_too_long(now).exclude(pk__in=poison.parked(STAGE))


def _kept_too_long(now: datetime) -> QuerySet[Media]:
    """With those whose last try is under way."""
    return Media.objects.filter(keep_until__lte=now).exclude(state=Media.State.EXPIRED, reason=OVER)


def apply(*, now: datetime, dry_run: bool = False) -> Expired:
    """Remove the files whose ``keep_until`` is over and strip what was read in them. Safe to repeat; in batches, each a
    transaction of its own."""
    due = _over(now)
    if dry_run:
        return Expired(due.exclude(path="").count(), due.filter(reading__state=Reading.State.DONE).count())
    gone = stripped = 0
    while batch := list(due.order_by("keep_until", "pk").values_list("pk", flat=True)[:_BATCH]):
        for media_id in batch:
            with poison.counted(STAGE, [media_id], title=_PARKED), transaction.atomic():
                removed, told = _expire(Media.objects.select_for_update().get(pk=media_id))
            gone, stripped = gone + removed, stripped + told
    return Expired(gone, stripped)


def without_identifiers(text: str, known: list[str]) -> str:
    """``text`` without numbers, addresses and the values in ``known``, whatever their case."""
    for value in sorted(filter(None, known), key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", _STRIPPED, text, flags=re.IGNORECASE)
    return redact.text(text).replace(redact.MASK, _STRIPPED)


def _expire(media: Media) -> tuple[int, int]:
    path = media.path
    media.state, media.reason, media.path, media.url, media.filename = Media.State.EXPIRED, OVER, "", "", ""
    media.save(update_fields=["state", "reason", "path", "url", "filename"])
    transaction.on_commit(lambda: files.remove(path))
    return bool(path), _strip(media)


def _strip(media: Media) -> int:
    reading = Reading.objects.filter(media=media).first()
    message = Message.objects.select_related("conversation").get(pk=media.message_id)
    known = list(
        Fact.objects.filter(lead_id=message.conversation.lead_id, field__in=_DIRECT).values_list("value", flat=True)
    )
    known += [word for value in known for word in value.split() if len(word) > 3]
    if reading is None or not reading.text:
        return 0
    reading.text = without_identifiers(reading.text, known)
    reading.save(update_fields=["text"])
    if message.type == Message.Type.AUDIO:
        message.text = without_identifiers(message.text, known)
    if WORDS in message.media:
        message.media[WORDS] = without_identifiers(message.media[WORDS], known)
    message.media.pop("filename", None)
    message.save(update_fields=["text", "media"])
    return 1
