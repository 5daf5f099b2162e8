"""A file on its way to the lead: handed to the provider as it is, and a word to the SDR when it did not get there."""

import base64
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from conversations.channels.base import ChannelClient, Sent
from conversations.chatwoot import due
from conversations.media import files, kinds
from conversations.models import Media
from conversations.wording import words
from seleto.lib.errors import Rejected

# Why a bubble was parked: its file could not be fetched, or is gone.
ATTACHMENT = "anexo"
# Why a person is asked about a row: it left perhaps.
UNCONFIRMED = "sem_confirmacao"


@dataclass(frozen=True, slots=True)
class Parcel:
    """A file as it leaves: base64, because the provider could not reach an address of ours (contracts/chatwoot.md, 5).

    ``kind`` is how WhatsApp shows it, whatever it was called on the way here.
    """

    kind: Media.Kind
    filename: str = field(repr=False)
    uri: str = field(repr=False)


def parcel(media_id: UUID) -> Parcel:
    """Raises ``Rejected`` (sem_arquivo) when the file is no longer here."""
    media = Media.objects.get(pk=media_id)
    try:
        content = files.read(media.path)
    except files.Missing:
        content = b""
    if not content:
        raise Rejected("sem_arquivo")
    uri = f"data:{media.mime};base64,{base64.b64encode(content).decode()}"
    return Parcel(kinds.leaves_as(media.mime), kinds.name_of(media), uri)


def send(client: ChannelClient, parcel: Parcel, *, to: str, caption: str, correlation_id: str) -> Sent:
    """One call; raises what the client raises. A voice has no caption."""
    match parcel.kind:
        case Media.Kind.IMAGE:
            return client.send_image(to=to, image=parcel.uri, caption=caption, correlation_id=correlation_id)
        case Media.Kind.AUDIO:
            return client.send_audio(to=to, audio=parcel.uri, correlation_id=correlation_id)
        case Media.Kind.VIDEO:
            return client.send_video(to=to, video=parcel.uri, caption=caption, correlation_id=correlation_id)
    return client.send_document(
        to=to, document=parcel.uri, filename=parcel.filename, caption=caption, correlation_id=correlation_id
    )


def tell_failure(messages: Iterable[UUID], *, reason: str, now: datetime) -> None:
    """A private note for each file that an SDR attached to one of these messages; ``reason`` as in the outbox.

    Call once per failure, inside the transaction that records it.
    """
    rows = Media.objects.filter(message__in=list(messages), source=Media.Source.CHATWOOT).select_related(
        "message__conversation"
    )
    for media in rows:
        name = f"“{media.filename}” " if media.filename else ""
        doubt = reason == UNCONFIRMED
        text = (
            f"⚠️ Não há confirmação de que o anexo {name}chegou ao lead. Confira no WhatsApp antes de repetir."
            if doubt
            else f"⚠️ O anexo {name}não foi enviado ao lead: {words(reason)}."
        )
        due.note(
            lead_id=media.message.conversation.lead_id,
            channel_id=media.message.channel_id,
            key=f"anexo:{media.id}:{now:%Y%m%d%H%M%S}",
            text=text,
            now=now,
        )
