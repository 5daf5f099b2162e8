"""What a Z-API message contains: one content object, named by its key (contracts/zapi.md, section 4.3)."""

import re
from collections.abc import Callable
from typing import NamedTuple, TypedDict

from conversations.channels.base import Media, MessageType
from conversations.channels.fields import Payload, identifier, line, mapping, number, place, text

_KIND = re.compile(r"[A-Za-z0-9_]{1,60}")
_URL = re.compile(r"https?://[^\s\x00-\x20\x7f]{1,4096}")
_MAX_SECONDS = 7 * 24 * 3600
_MAX_PHONES = 10
# Objects that stand beside the content and are none.
_NOT_CONTENT = ("externalAdReply",)
_NOT_CONTENT_PREFIX = "status"


class Said(TypedDict):
    """The content fields of ``base.Message``."""

    type: MessageType
    text: str
    media: Media | None
    option_id: str | None
    raw_kind: str


class _Part(NamedTuple):
    text: str = ""
    media: Media | None = None
    option_id: str | None = None


def kind_of(payload: Payload) -> str:
    """The key of the content object, known or not; empty when there is none."""
    for name in CONTENT:
        if isinstance(payload.get(name), dict):
            return name
    unknown = [
        name
        for name, value in payload.items()
        if isinstance(value, dict) and name not in _NOT_CONTENT and not name.startswith(_NOT_CONTENT_PREFIX)
    ]
    # The smallest name, since the order of keys may differ when the event is delivered again.
    kind = min(unknown, default="")
    return kind if not kind or _KIND.fullmatch(kind) else "other"


def read(payload: Payload) -> Said:
    kind = kind_of(payload)
    message_type, reader = CONTENT.get(kind, (MessageType.UNKNOWN, _nothing))
    part = reader(mapping(payload.get(kind)))
    return Said(type=message_type, text=part.text, media=part.media, option_id=part.option_id, raw_kind=kind)


def _url(value: object) -> str | None:
    return value if isinstance(value, str) and _URL.fullmatch(value) else None


# --- content objects ---------------------------------------------------------------------------------------------


def _nothing(_object: Payload) -> _Part:
    return _Part()


def _text(said: Payload) -> _Part:
    return _Part(text(said.get("message")))


def _file(*url_names: str) -> Callable[[Payload], _Part]:
    """A reader of a media object whose address stands under one of ``url_names``."""

    def read_file(said: Payload) -> _Part:
        url = next((url for url in map(_url, map(said.get, url_names)) if url), None)
        seconds = number(said.get("seconds"))
        media = Media(
            url=None if said.get("downloadError") else url,
            mime=line(said.get("mimeType"), limit=100),
            seconds=int(seconds) if seconds is not None and 0 <= seconds <= _MAX_SECONDS else None,
            filename=line(said.get("fileName")) or line(said.get("title")),
        )
        return _Part(text(said.get("caption")), media)

    return read_file


def _location(said: Payload) -> _Part:
    return _Part(place(said))


def _contact(said: Payload) -> _Part:
    phones = said.get("phones")
    listed = [line(phone, limit=40) for phone in phones[:_MAX_PHONES]] if isinstance(phones, list) else []
    return _Part(" · ".join(part for part in (line(said.get("displayName")), *listed) if part))


def _reaction(said: Payload) -> _Part:
    return _Part(line(said.get("value"), limit=40))


def _button(said: Payload) -> _Part:
    return _Part(text(said.get("message")), option_id=identifier(said.get("buttonId")))


def _list_choice(said: Payload) -> _Part:
    """``title`` is the row that was chosen, ``message`` only its description."""
    chosen = text(said.get("title")) or text(said.get("message"))
    return _Part(chosen, option_id=identifier(said.get("selectedRowId")))


def _poll(said: Payload) -> _Part:
    return _Part(text(said.get("question")))


def _vote(said: Payload) -> _Part:
    options = said.get("options")
    names = [line(mapping(option).get("name")) for option in options] if isinstance(options, list) else []
    return _Part(", ".join(name for name in names if name))


CONTENT: dict[str, tuple[MessageType, Callable[[Payload], _Part]]] = {
    "text": (MessageType.TEXT, _text),
    "image": (MessageType.IMAGE, _file("imageUrl")),
    "audio": (MessageType.AUDIO, _file("audioUrl")),
    "video": (MessageType.VIDEO, _file("videoUrl")),
    "ptv": (MessageType.VIDEO, _file("ptvUrl", "videoUrl")),
    "document": (MessageType.DOCUMENT, _file("documentUrl")),
    "sticker": (MessageType.STICKER, _file("stickerUrl")),
    "location": (MessageType.LOCATION, _location),
    "contact": (MessageType.CONTACT, _contact),
    "reaction": (MessageType.REACTION, _reaction),
    "buttonsResponseMessage": (MessageType.INTERACTIVE, _button),
    "listResponseMessage": (MessageType.INTERACTIVE, _list_choice),
    "poll": (MessageType.POLL, _poll),
    "pollVote": (MessageType.POLL, _vote),
}
