"""Which contents a kind of message may have, and as what a file leaves by WhatsApp."""

import re
from pathlib import PurePosixPath

from conversations.models import Media

# What WhatsApp plays or shows in place; anything else leaves as a document, so that nothing is refused for its format.
_SHOWN_AS = {
    Media.Kind.IMAGE: frozenset({"image/jpeg", "image/png"}),
    Media.Kind.AUDIO: frozenset({"audio/ogg", "audio/mpeg", "audio/mp4", "audio/aac", "audio/amr"}),
    Media.Kind.VIDEO: frozenset({"video/mp4", "video/3gpp"}),
}
# Voice notes come in containers that also hold films; nothing but the sender's word tells the two apart.
_VOICE_IN = {"video/mp4": "audio/mp4", "video/webm": "audio/webm", "video/3gpp": "audio/3gpp"}
_FAMILY = {
    Media.Kind.AUDIO: "audio/",
    Media.Kind.IMAGE: "image/",
    Media.Kind.STICKER: "image/",
    Media.Kind.VIDEO: "video/",
}
# What a browser may show inside a page without running anything of it.
_HARMLESS = ("image/jpeg", "image/png", "image/gif", "image/webp", "audio/", "video/")
_EXTENSION = re.compile(r"[a-z0-9]{1,10}")


def accepted(kind: str, mime: str) -> str | None:
    """The content type to keep for a file that was announced as ``kind``; None when it is something else.

    A document may be anything that is known at all.
    """
    if kind == Media.Kind.AUDIO:
        mime = _VOICE_IN.get(mime, mime)
    family = _FAMILY.get(Media.Kind(kind))
    return mime if family is None or mime.startswith(family) else None


def leaves_as(mime: str) -> Media.Kind:
    """How a file of this content is sent."""
    return next((kind for kind, shown in _SHOWN_AS.items() if mime in shown), Media.Kind.DOCUMENT)


def shown_inline(mime: str) -> bool:
    """Whether a browser may open it in the page; everything else is only handed out to be saved."""
    return mime.startswith(_HARMLESS)


def name_of(media: Media) -> str:
    """A file name to hand out: as the sender wrote it, with an extension; one of ours when there was none."""
    own = PurePosixPath(media.path).suffix.lstrip(".") or "bin"
    base, dot, extension = media.filename.rpartition(".")
    if dot and base and _EXTENSION.fullmatch(extension.lower()):
        return media.filename
    return f"{media.filename or media.kind}.{own}"
