"""How one claimed row goes out: as a template, a text, a file, or a text that is heard. One call that is told as it
ends; whatever the client raises, the outbox settles."""

import json
from collections.abc import Mapping
from uuid import UUID

from conversations import channel_cache
from conversations.channels import registry
from conversations.channels.base import ChannelClient, Sent
from conversations.media import outgoing, uploads
from conversations.outcomes import OutboxClaim
from conversations.voice import notes
from seleto.lib import clock, connections
from seleto.lib.errors import Misconfigured, Rejected


def send(provider: ChannelClient, row: OutboxClaim) -> Sent:
    """One call, with the database let go."""
    ids = {"correlation_id": row.correlation_id, "reference": str(row.id)}
    if row.template != "{}":
        template = json.loads(row.template)
        connections.release()
        return provider.send_template(
            to=row.to,
            name=template["name"],
            language=template["language"],
            variables=template["values"],
            **ids,
        )
    if row.media_id is None:
        connections.release()
        return provider.send_text(to=row.to, text=row.text, typing_s=row.typing_s, **ids)
    if row.spoken:
        return _speak(provider, row, row.media_id, ids)
    parcel = outgoing.parcel(row.media_id)
    if parcel.common and registry.get(channel_cache.by_id(row.channel_id).provider).keeps_uploads:
        return uploads.send(
            provider, parcel, channel_id=row.channel_id, to=row.to, caption=row.text, now=clock.now(), **ids
        )
    connections.release()
    return outgoing.send(provider, parcel, to=row.to, caption=row.text, **ids)


def _speak(provider: ChannelClient, row: OutboxClaim, media_id: UUID, ids: Mapping[str, str]) -> Sent:
    """The voice note of the row's text. A refusal is certain, so that the text may follow at once (I6)."""
    try:
        parcel = outgoing.parcel(media_id)
        connections.release()
        return outgoing.send(provider, parcel, to=row.to, caption="", **ids)
    except Misconfigured:
        raise
    except Rejected:
        notes.left_as_text(row_id=row.id, message_id=row.message_id)
    connections.release()
    return provider.send_text(to=row.to, text=row.text, typing_s=0, **ids)
