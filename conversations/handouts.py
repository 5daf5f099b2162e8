"""Files for leads: kept by managers, handed out by turns, once in a conversation.

A file is looked at when it is kept, so that no provider refuses it later: its type by its bytes, its size by the
strictest provider. The database itself refuses the second sending of a file in a conversation.
"""

import hashlib
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO
from uuid import UUID

import structlog
from django.conf import settings
from django.core.files import File

from conversations import channel_cache, guardrails, outbox, pacing
from conversations.agent.state import HandoutFacts, TurnState
from conversations.channels import registry
from conversations.guardrails import ReviewContext
from conversations.media import files, kinds
from conversations.media.arrivals import name_for
from conversations.models import Conversation, Handout, Media, Message, Outbox, Turn
from conversations.wording import words
from knowledge import queries
from seleto.lib import correlation, scanning
from seleto.lib.download import Fetched
from seleto.lib.errors import ProviderError
from seleto.lib.sniff import HEAD_BYTES, sniff

log = structlog.get_logger(__name__)

_PHOTO_TYPES = ("image/jpeg", "image/png")
_PAPER_TYPES = ("application/pdf", *_PHOTO_TYPES)
_TYPE_NAMES = {Handout.Kind.PHOTO: "JPEG ou PNG", Handout.Kind.CATALOGUE: "PDF, JPEG ou PNG"}
_TYPE_NAMES[Handout.Kind.DATASHEET] = _TYPE_NAMES[Handout.Kind.CATALOGUE]
_MB = 1024 * 1024


class Unfit(Exception):
    """The file cannot be handed out; ``reason`` is a sentence for the manager."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that passed, as it lies on disk."""

    path: str
    filename: str
    file: Fetched


# --- keeping


def look(upload: "File[bytes]", *, kind: str) -> str:
    """What an uploaded file is, as its digest. Raises ``Unfit`` for one that could not be handed out as ``kind``."""
    if not upload.size:
        raise Unfit("O arquivo está vazio.")
    head, digest = b"", hashlib.sha256()
    for chunk in upload.chunks():
        head = head or chunk[:HEAD_BYTES]
        digest.update(chunk)
    found = sniff(head)
    mime = found.mime if found else ""
    if not fits(mime, kind=kind):
        raise Unfit(f"Este tipo de arquivo não pode ser enviado: use {_TYPE_NAMES[Handout.Kind(kind)]}.")
    _check_size(upload.size, mime)
    return digest.hexdigest()


def fits(mime: str, *, kind: str) -> bool:
    return mime in (_PHOTO_TYPES if kind == Handout.Kind.PHOTO else _PAPER_TYPES)


def keep(upload: "File[bytes]", *, kind: str) -> Kept:
    """Put an uploaded file below MEDIA_ROOT. Raises ``Unfit``."""
    look(upload, kind=kind)
    path, file = files.receive(_writing(upload))
    try:
        scanning.look(files.located(path))
    except ProviderError as error:
        files.remove(path)
        raise Unfit(f"O arquivo não foi aceito: {words(error.reason)}.") from None
    return Kept(path, name_for(upload.name or "") or f"{kind}.{file.extension}", file)


def caption_faults(caption: str) -> list[str]:
    """Why the guardrails would stop this caption, in sentences for the manager."""
    if not caption:
        return []
    verdict = guardrails.review(caption, ReviewContext(products=queries.products(), strictness=queries.strictness()))
    return [violation.reason for violation in verdict.violations]


def remove_file(path: str) -> None:
    """Take a replaced or deleted handout's own file away; what was sent of it has one of its own."""
    files.remove(path)


def _check_size(size: int, mime: str) -> None:
    """Every provider must take it, and it must fit into a message of ours."""
    kind = kinds.leaves_as(mime)
    limits = {provider.label: provider.max_bytes[kind] for provider in registry.PROVIDERS.values()}
    limits["este sistema"] = settings.MEDIA_MAX_BYTES
    least = min(limits.values())
    if size > least:
        whose = ", ".join(name for name, most in limits.items() if most == least)
        has, most = _mb(math.ceil(size / _MB * 10) / 10), _mb(least / _MB)
        raise Unfit(f"O arquivo tem {has} MB; como {kind.label}, o limite é de {most} MB ({whose}).")


def _mb(megabytes: float) -> str:
    return f"{megabytes:.1f}".replace(".", ",").removesuffix(",0")


def _writing(upload: "File[bytes]") -> Callable[[BinaryIO], Fetched]:
    def fill(sink: BinaryIO) -> Fetched:
        digest, size, head = hashlib.sha256(), 0, b""
        for chunk in upload.chunks():
            head = head or chunk[:HEAD_BYTES]
            digest.update(chunk)
            size += len(chunk)
            sink.write(chunk)
        found = sniff(head)
        if found is None:
            raise Unfit("Este tipo de arquivo não pode ser enviado.")
        return Fetched(mime=found.mime, extension=found.extension, size=size, sha256=digest.hexdigest())

    return fill


# --- handing out


def available(state: TurnState) -> tuple[HandoutFacts, ...]:
    """Every file in use that this conversation has not had; two statements in one."""
    had = (
        Outbox.objects.filter(conversation_id=state.conversation_id)
        .exclude(status=Outbox.Status.CANCELLED)
        .exclude(handout_sha256="")
        .values("handout_sha256")
    )
    rows = Handout.objects.filter(active=True).exclude(sha256__in=had).select_related("product")
    return tuple(facts(row) for row in rows.order_by("created_at", "pk"))


def facts(row: Handout) -> HandoutFacts:
    return HandoutFacts(
        id=row.pk,
        kind=row.kind,
        product=row.product.code if row.product else "",
        title=row.title,
        caption=row.caption,
        filename=row.filename,
        mime=row.mime,
        size=row.size,
        sha256=row.sha256,
        path=row.path,
        on_request=row.on_request,
        on_farewell=row.on_farewell,
    )


def enqueue(
    conversation: Conversation,
    handouts: Sequence[HandoutFacts],
    *,
    turn: Turn,
    reviewed: Sequence[str],
    not_before: datetime,
    survives_handoff: bool,
    now: datetime,
) -> list[Outbox]:
    """Queue these files behind the reply. Call inside a transaction with the conversation locked; saving it is left to
    the caller. One that the conversation has, or that is gone from the disk, is left out.

    ``reviewed`` are the digests of the captions that passed; any other is refused with ``ValueError``.
    """
    channel = channel_cache.by_id(conversation.channel_id)
    due_at, rows = not_before, []
    for handout in _unsent(conversation.pk, handouts):
        if outbox.digest(handout.caption) not in reviewed:
            raise ValueError("A caption that no guardrail reviewed cannot be queued.")
        try:
            path = files.duplicate(handout.path)
        except files.Missing:
            log.warning("handouts.file_missing", handout=str(handout.id))
            continue
        due_at = pacing.slot(channel, due_at + timedelta(seconds=pacing.between_bubbles_s(channel)))
        rows.append(
            _queued(conversation, handout, path, turn=turn, due_at=due_at, survives_handoff=survives_handoff, now=now)
        )
    return rows


def _unsent(conversation_id: UUID, handouts: Sequence[HandoutFacts]) -> Iterable[HandoutFacts]:
    """The conversation is locked, so what is seen here stays true; the constraint stands behind it."""
    if not handouts:
        return []
    had = set(
        Outbox.objects.filter(conversation_id=conversation_id, handout_sha256__in=[row.sha256 for row in handouts])
        .exclude(status=Outbox.Status.CANCELLED)
        .values_list("handout_sha256", flat=True)
    )
    return [row for row in handouts if row.sha256 not in had]


def _queued(
    conversation: Conversation,
    handout: HandoutFacts,
    path: str,
    *,
    turn: Turn,
    due_at: datetime,
    survives_handoff: bool,
    now: datetime,
) -> Outbox:
    kind = kinds.leaves_as(handout.mime)
    message = Message.objects.create(
        conversation=conversation,
        channel_id=conversation.channel_id,
        author=Message.Author.AGENT,
        type=Message.Type(kind),
        text=handout.caption,
        media={"filename": handout.filename},
        status=Message.Status.QUEUED,
        revision=conversation.revision,
        sent_at=now,
        created_at=now,
    )
    media = Media.objects.create(
        message=message,
        direction=Media.Direction.OUT,
        source=Media.Source.AGENT,
        kind=kind,
        filename=handout.filename,
        mime=handout.mime,
        size=handout.size,
        sha256=handout.sha256,
        path=path,
        state=Media.State.STORED,
        due_at=now,
        created_at=now,
        stored_at=now,
        keep_until=now + timedelta(days=settings.MEDIA_KEEP_DAYS),
    )
    conversation.outbox_order += 1
    return Outbox.objects.create(
        conversation=conversation,
        channel_id=conversation.channel_id,
        message=message,
        media=media,
        turn=turn,
        origin=Outbox.Origin.AGENT,
        order=conversation.outbox_order,
        to=conversation.address,
        text=handout.caption,
        reviewed_sha256=outbox.digest(handout.caption),
        handout_sha256=handout.sha256,
        due_at=due_at,
        survives_handoff=survives_handoff,
        created_at=now,
        correlation_id=correlation.current(),
    )
