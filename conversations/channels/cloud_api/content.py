"""What a Cloud API message contains: one object named like its ``type`` (contracts/whatsapp-cloud.md, 6.4)."""

from collections.abc import Callable
from typing import NamedTuple, TypedDict

from conversations.channels.base import Media, MessageType
from conversations.channels.fields import Payload, identifier, line, mapping, place, text

_MAX_CONTACTS = 10


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


def read(item: Payload) -> Said:
    """Of a message, an echo or the message inside an edit; an unknown type has no text and keeps its name."""
    name = line(item.get("type"), limit=60)
    kind, reader = CONTENT.get(name, (MessageType.UNKNOWN, _nothing))
    part = reader(item)
    return Said(type=kind, text=part.text, media=part.media, option_id=part.option_id, raw_kind=name)


def _nothing(_item: Payload) -> _Part:
    return _Part()


def _text(item: Payload) -> _Part:
    return _Part(text(mapping(item.get("text")).get("body")))


def _file(name: str) -> Callable[[Payload], _Part]:
    """The file itself is fetched by ``id`` in two steps; an address given here expires and is not used."""

    def read_file(item: Payload) -> _Part:
        said = mapping(item.get(name))
        media = Media(
            url=None,
            remote_id=identifier(said.get("id")) or "",
            mime=line(said.get("mime_type"), limit=100),
            filename=line(said.get("filename")),
        )
        return _Part(text(said.get("caption")), media)

    return read_file


def _location(item: Payload) -> _Part:
    return _Part(place(mapping(item.get("location"))))


def _contacts(item: Payload) -> _Part:
    cards = item.get("contacts")
    told = [_card(mapping(card)) for card in cards[:_MAX_CONTACTS]] if isinstance(cards, list) else []
    return _Part(", ".join(card for card in told if card))


def _card(card: Payload) -> str:
    phones = card.get("phones")
    numbers = [line(mapping(phone).get("phone"), limit=40) for phone in phones] if isinstance(phones, list) else []
    name = line(mapping(card.get("name")).get("formatted_name"))
    return " · ".join(part for part in (name, *numbers[:_MAX_CONTACTS]) if part)


def _reaction(item: Payload) -> _Part:
    return _Part(line(mapping(item.get("reaction")).get("emoji"), limit=40))


def _interactive(item: Payload) -> _Part:
    said = mapping(item.get("interactive"))
    for name in ("button_reply", "list_reply"):
        chosen = mapping(said.get(name))
        if chosen:
            return _Part(text(chosen.get("title")), option_id=identifier(chosen.get("id")))
    return _Part(text(mapping(said.get("nfm_reply")).get("body")))


def _button(item: Payload) -> _Part:
    said = mapping(item.get("button"))
    return _Part(text(said.get("text")), option_id=identifier(said.get("payload")))


CONTENT: dict[str, tuple[MessageType, Callable[[Payload], _Part]]] = {
    "text": (MessageType.TEXT, _text),
    "image": (MessageType.IMAGE, _file("image")),
    "audio": (MessageType.AUDIO, _file("audio")),
    "video": (MessageType.VIDEO, _file("video")),
    "document": (MessageType.DOCUMENT, _file("document")),
    "sticker": (MessageType.STICKER, _file("sticker")),
    "location": (MessageType.LOCATION, _location),
    "contacts": (MessageType.CONTACT, _contacts),
    "reaction": (MessageType.REACTION, _reaction),
    "interactive": (MessageType.INTERACTIVE, _interactive),
    "button": (MessageType.INTERACTIVE, _button),
}
