"""What the handlers of every kind of event share."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from conversations.channel_cache import ChannelView
from conversations.channels import base
from leads import phones
from leads.models import Identity, Lead
from leads.services import IdentityKey, resolve_lead


class NotYet(Exception):
    """The event speaks of something that is not here yet: offer it again until it is too old, then set it aside
    with ``reason``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class StoredEvent(Protocol):
    """What handlers need of the event in hand."""

    @property
    def id(self) -> UUID: ...

    @property
    def received_at(self) -> datetime: ...


def identity_keys(party: base.Party) -> list[IdentityKey]:
    """The person's keys, the stable private ids first (contracts/zapi.md, section 6; whatsapp-cloud.md, 6.5)."""
    keys = [IdentityKey(Identity.Kind.LID, party.lid)] if party.lid else []
    if party.bsuid:
        keys.append(IdentityKey(Identity.Kind.BSUID, party.bsuid))
    if party.phone:
        keys.append(IdentityKey(Identity.Kind.PHONE, phones.canonical(party.phone) or party.phone))
    return keys


def lead_of(
    channel: ChannelView,
    party: base.Party,
    *,
    now: datetime,
    display_name: str = "",
    referral: dict[str, str] | None = None,
) -> Lead:
    """The lead this party is, made if they are new."""
    return resolve_lead(
        identity_keys(party), display_name=display_name[:120], origin=channel.origin, referral=referral or {}, now=now
    )
