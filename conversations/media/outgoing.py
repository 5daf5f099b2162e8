"""A file on its way to the lead, handed to the provider as it is."""

import base64
from dataclasses import dataclass, field
from uuid import UUID

from conversations.channels.base import ChannelClient, Sent
from conversations.media import files, kinds
from conversations.models import Media
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
    sha256: str = ""
    # The same for many leads: worth keeping at the provider.
    common: bool = False


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
    common = media.source == Media.Source.AGENT and media.kind != Media.Kind.AUDIO
    return Parcel(kinds.leaves_as(media.mime), kinds.name_of(media), uri, media.sha256, common)


def send(
    client: ChannelClient, parcel: Parcel, *, to: str, caption: str, correlation_id: str, reference: str = ""
) -> Sent:
    """One call; raises what the client raises. A voice has no caption."""
    ids = {"correlation_id": correlation_id, "reference": reference}
    match parcel.kind:
        case Media.Kind.IMAGE:
            return client.send_image(to=to, image=parcel.uri, caption=caption, **ids)
        case Media.Kind.AUDIO:
            return client.send_audio(to=to, audio=parcel.uri, **ids)
        case Media.Kind.VIDEO:
            return client.send_video(to=to, video=parcel.uri, caption=caption, **ids)
    return client.send_document(to=to, document=parcel.uri, filename=parcel.filename, caption=caption, **ids)
