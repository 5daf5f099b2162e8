"""Files that a provider keeps for us: uploaded once, then sent by their id until it expires."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from conversations.channels.base import ChannelClient, Sent, uploaded
from conversations.media import outgoing
from conversations.media.outgoing import Parcel
from conversations.models import Upload
from seleto.lib import connections
from seleto.lib.errors import Misconfigured, Rejected

# An id is given up a little before its time: the sending takes some.
_MARGIN = timedelta(hours=1)
# What the Cloud API answers about a file id it does not know any more (contracts/whatsapp-cloud.md, section 5).
_FILE_REFUSED = frozenset({"code_100", "code_131008", "code_131009", "code_131053"})


def send(
    client: ChannelClient,
    parcel: Parcel,
    *,
    channel_id: UUID,
    to: str,
    caption: str,
    correlation_id: str,
    reference: str,
    now: datetime,
) -> Sent:
    """Send by the id of an earlier upload, else upload first. Raises what the client raises.

    A refusal of the known id is certain, so that the file is uploaded anew and sent in the same breath.
    """
    how = {"to": to, "caption": caption, "correlation_id": correlation_id, "reference": reference}
    known = Upload.objects.filter(channel_id=channel_id, sha256=parcel.sha256, expires_at__gt=now + _MARGIN)
    remote_id = known.values_list("remote_id", flat=True).first()
    connections.release()
    if remote_id:
        try:
            return outgoing.send(client, replace(parcel, uri=uploaded(remote_id)), **how)
        except Misconfigured:
            raise
        except Rejected as error:
            if error.reason not in _FILE_REFUSED:
                raise
    kept = client.upload(file=parcel.uri, filename=parcel.filename)
    Upload.objects.update_or_create(
        channel_id=channel_id,
        sha256=parcel.sha256,
        defaults={"remote_id": kept.remote_id, "expires_at": now + timedelta(days=kept.keeps_days)},
    )
    connections.release()
    return outgoing.send(client, replace(parcel, uri=uploaded(kept.remote_id)), **how)
