"""What every messaging provider is to the rest of the pipe.

Inward, a ``WebhookParser`` works in two steps. ``split`` runs in the webhook and only finds out how many events one
body holds and the key under which each is stored. ``parse`` runs later, in ingest, on the stored bytes of one event,
and says what it means. Outward, a ``ChannelClient`` turns one outbox row into one call.

Two identities are in play: ``address`` is what an answer must be sent to, in the very form the provider gave;
``phone`` and ``lid`` are what is known about the person, either of which may be missing (contracts/zapi.md, section 6).
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from seleto.lib.depth import too_deep

# NUL cannot be stored by PostgreSQL and a lone surrogate cannot be encoded: neither is anything a person wrote.
_SURROGATE = re.compile("[\ud800-\udfff]")
_REPLACEMENT = "\ufffd"
# No provider nests half as deep; what does is made to exhaust whoever walks through it.
MAX_DEPTH = 64


class Unreadable(Exception):
    """An authentic event that cannot be understood: store it, park it with ``reason`` (a constant word)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def clean(text: str) -> str:
    """``text`` in a form that can be stored and sent: without NUL, lone surrogates replaced."""
    return _SURROGATE.sub(_REPLACEMENT, text.replace("\0", ""))


def read_json(body: bytes) -> object:
    """The JSON value in ``body``. Raises ``Unreadable``: ``not_json``, ``too_deep`` (beyond ``MAX_DEPTH``)."""
    reason = "not_json"
    try:
        value: object = json.loads(body)
        if not too_deep(value, MAX_DEPTH):
            return value
        reason = "too_deep"
    except RecursionError:
        reason = "too_deep"
    except ValueError:
        # Besides bad syntax: bad UTF-8, and integers of thousands of digits.
        pass
    # Raised out here because the decoder's own exception carries the whole body.
    raise Unreadable(reason)


# --- one webhook body, split -------------------------------------------------------------------------------------


class EventKind(StrEnum):
    """What the webhook may want to know before anything is parsed (metrics, priorities)."""

    MESSAGE = "message"
    RECEIPT = "receipt"
    PRESENCE = "presence"
    CONNECTION = "connection"
    CHATWOOT = "chatwoot"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class RawEvent:
    """One message, status or echo out of a webhook body.

    ``key`` is printable ASCII of at most 200 characters; with the provider and ``instance_id`` it names the event for
    ever, so a redelivery has the same one. ``instance_id`` is what the body claims (empty when it claims nothing): the
    webhook checks it. ``body`` is what ``parse`` takes: the very bytes received when they held one event.
    """

    key: str
    kind: EventKind
    instance_id: str
    body: bytes = field(repr=False)


# --- one event, parsed -------------------------------------------------------------------------------------------


class MessageType(StrEnum):
    TEXT = "text"
    AUDIO = "audio"
    IMAGE = "image"
    VIDEO = "video"
    DOCUMENT = "document"
    STICKER = "sticker"
    LOCATION = "location"
    CONTACT = "contact"
    REACTION = "reaction"
    INTERACTIVE = "interactive"
    POLL = "poll"
    CALL = "call"
    UNKNOWN = "unknown"


class IgnoreReason(StrEnum):
    GROUP = "group"
    NEWSLETTER = "newsletter"
    BROADCAST = "broadcast"
    NOTIFICATION = "notification"
    READ_BY_ME = "read_by_me"
    UNKNOWN_STATUS = "unknown_status"
    UNKNOWN_TYPE = "unknown_type"


class ReceiptStatus(StrEnum):
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    PLAYED = "played"
    FAILED = "failed"


class PresenceState(StrEnum):
    TYPING = "typing"
    RECORDING = "recording"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Media:
    """A file of a message, behind ``url`` or behind the provider's ``remote_id``; with neither the provider could not
    fetch it: ask the lead to send it again."""

    url: str | None = field(repr=False)
    remote_id: str = ""
    mime: str = ""
    seconds: int | None = None
    filename: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """The person at the other end. At least one of ``phone`` (digits), ``lid`` (``…@lid``) and ``bsuid`` is set."""

    address: str = field(repr=False)
    phone: str | None = field(default=None, repr=False)
    lid: str | None = field(default=None, repr=False)
    bsuid: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message(Party):
    """What lead messages and echoes share.

    ``text`` is the text, caption, chosen option or place; empty when there is none. ``raw_kind`` is the provider's own
    word for the content, kept so that an ``unknown`` one can be recognised later. ``sent_at`` is aware UTC as the
    provider stated it, however far off; None when it stated nothing usable.
    """

    provider_id: str
    type: MessageType
    text: str = field(default="", repr=False)
    media: Media | None = None
    option_id: str | None = None
    raw_kind: str = ""
    sent_at: datetime | None = None
    reference_id: str | None = None
    forwarded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming(Message):
    """A lead wrote.

    ``display_name`` is the profile name and evidence of nothing. ``ad`` holds the referral of a click-to-WhatsApp ad as
    flat strings. ``status_reply`` marks an answer to one of the company's status posts: mirrored, not answered.
    """

    display_name: str = field(default="", repr=False)
    status_reply: bool = False
    ad: dict[str, str] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """A lead changed a message. ``message.provider_id`` is the original's id, ``message.sent_at`` the time of the edit.

    The original may not have arrived yet, so the whole message is given.
    """

    message: Incoming


@dataclass(frozen=True, slots=True, kw_only=True)
class Deleted(Party):
    """``provider_id`` was deleted for everyone, by the lead or (``from_me``) from the company's number."""

    provider_id: str
    from_me: bool = False
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction(Party):
    """A lead reacted to ``reference_id``; an empty ``emoji`` takes the reaction back."""

    provider_id: str
    reference_id: str | None
    emoji: str
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Echo(Message):
    """A message left the company's number.

    ``from_api`` True is our own sending, False a person on the company's phone, None that the provider did not say.
    A ``waiting`` echo has no content yet; it follows under the same ``provider_id``.
    """

    from_api: bool | None
    edited: bool = False
    waiting: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What became of messages we sent. Match by id only and move forward only.

    ``extra_id`` is the provider's second id (Z-API: zaapId); ``correlation`` what we gave the message to carry: both
    find one whose own id was lost with its answer. ``restricted`` says that the whole instance may not send
    for now: stop it, alert.
    """

    provider_ids: tuple[str, ...]
    status: ReceiptStatus
    at: datetime | None = None
    extra_id: str | None = None
    correlation: str | None = None
    error: str | None = None
    error_code: str | None = None
    restricted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence(Party):
    state: PresenceState


@dataclass(frozen=True, slots=True)
class Connection:
    """The instance went on or off line. ``reason`` is the provider's sentence, for the alert."""

    connected: bool
    reason: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ignored:
    """Well-formed and not for us. ``detail`` is the provider's own code (``CALL_MISSED_VOICE``), if it has one."""

    reason: IgnoreReason
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting(Party):
    """A lead's message whose content follows later under the same ``provider_id``."""

    provider_id: str
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberChanged(Party):
    """A lead goes on under another number; ``former`` are the digits of the old one."""

    former: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Trouble:
    """The provider complains about the account as a whole. ``reason`` is its sentence, for the alert."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class TemplateChanged:
    """The provider decided on a template of ``account``. What it says nothing of is empty; ``reason`` is its word."""

    account: str
    name: str
    language: str
    status: str = ""
    category: str = ""
    quality: str = ""
    reason: str = ""


Parsed = (
    Incoming
    | Edited
    | Deleted
    | Reaction
    | Echo
    | Receipt
    | Presence
    | Connection
    | Ignored
    | Waiting
    | NumberChanged
    | Trouble
    | TemplateChanged
)


class WebhookParser(Protocol):
    """Both functions are pure, survive any input and raise nothing but ``Unreadable``."""

    def split(self, body: bytes) -> list[RawEvent]: ...

    def parse(self, body: bytes) -> Parsed: ...


# --- outward -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds. ``media_s`` is for calls that carry a file."""

    connect_s: float = 5.0
    text_s: float = 20.0
    media_s: float = 60.0


@dataclass(frozen=True, slots=True)
class Sent:
    """Accepted by the provider, not yet delivered. ``provider_id`` is the id receipts and echoes will carry."""

    provider_id: str
    extra_id: str | None = None


@dataclass(frozen=True, slots=True)
class ConnectionState:
    """``reason`` is a constant word when not connected: ``disconnected``, ``phone_offline``, ``restore_session``."""

    connected: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    """A message the provider lets us send outside the window. ``status`` is its word (``approved``, ``paused``), as
    are ``quality`` (``green``, ``yellow``, ``red``) and ``reason`` of a refusal."""

    name: str
    language: str
    status: str
    category: str
    body: str = field(default="", repr=False)
    quality: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """Where a file lies for some minutes, and what has to be said to be let in."""

    url: str = field(repr=False)
    bytes: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file the provider keeps: sent as ``uploaded(remote_id)`` for ``keeps_days``."""

    remote_id: str
    keeps_days: int


def uploaded(remote_id: str) -> str:
    """How a kept file is named where a file is sent."""
    return f"{UPLOADED}{remote_id}"


UPLOADED = "uploaded:"


@dataclass(frozen=True, slots=True)
class Queued:
    """A message accepted by the provider and still waiting in its queue."""

    provider_id: str
    extra_id: str
    to: str = field(repr=False)
    text: str = field(repr=False)


class ChannelClient(Protocol):
    """One provider instance. Nothing is retried in here: the outbox decides what a repeat would cost.

    Every method raises ``Rejected``, ``Misconfigured`` or ``Unavailable`` of ``seleto.lib.errors``; those that send
    also ``Ambiguous``. ``to`` is a ``Party.address``. ``reply_to`` is the provider id of a quoted message. Files are
    given as an address the provider can fetch, as a ``data:`` URI, or as ``uploaded`` names a kept one.
    ``correlation_id`` travels as a header; ``reference`` comes back in receipts where the provider has room for it
    (``Receipt.correlation``).
    """

    def send_text(
        self,
        *,
        to: str,
        text: str,
        typing_s: float = 0,
        reply_to: str | None = None,
        correlation_id: str = "",
        reference: str = "",
    ) -> Sent: ...

    def send_image(
        self,
        *,
        to: str,
        image: str,
        caption: str = "",
        reply_to: str | None = None,
        correlation_id: str = "",
        reference: str = "",
    ) -> Sent: ...

    def send_document(
        self,
        *,
        to: str,
        document: str,
        filename: str,
        caption: str = "",
        reply_to: str | None = None,
        correlation_id: str = "",
        reference: str = "",
    ) -> Sent: ...

    def send_audio(
        self,
        *,
        to: str,
        audio: str,
        reply_to: str | None = None,
        correlation_id: str = "",
        reference: str = "",
    ) -> Sent: ...

    def send_video(
        self,
        *,
        to: str,
        video: str,
        caption: str = "",
        reply_to: str | None = None,
        correlation_id: str = "",
        reference: str = "",
    ) -> Sent: ...

    def send_reaction(
        self, *, to: str, provider_id: str, emoji: str, correlation_id: str = "", reference: str = ""
    ) -> Sent: ...

    def send_template(
        self,
        *,
        to: str,
        name: str,
        language: str,
        variables: Sequence[str] = (),
        correlation_id: str = "",
        reference: str = "",
    ) -> Sent:
        """Raises ``Rejected`` (no_templates) where the provider has none."""

    def upload(self, *, file: str, filename: str) -> Uploaded:
        """Have the provider keep a ``data:`` URI. Raises ``Rejected`` (no_uploads) where it keeps none."""

    def remote_file(self, remote_id: str) -> RemoteFile:
        """Where the file behind ``Media.remote_id`` is. Raises ``Rejected`` (no_remote_files) where files come with
        their address."""

    def templates(self) -> Sequence[Template]:
        """All of the account, approved or not; empty for a provider without templates."""

    def mark_read(self, *, to: str, provider_id: str, correlation_id: str = "", typing: bool = False) -> None:
        """With ``typing`` the lead sees that an answer is being written, where the provider can show that."""

    def status(self) -> ConnectionState: ...

    def queue(self) -> Sequence[Queued]:
        """What the provider still holds; empty for a provider without a queue of its own."""

    def purge_queue(self, *, extra_id: str | None = None) -> None:
        """Empty that queue, or take one message out of it."""

    def register_webhooks(self, *, url: str) -> None: ...
