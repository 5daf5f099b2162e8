"""What a file is, by its own first bytes; what anybody says about it is not asked.

Only kinds that people send each other in a conversation are known. Programs, fonts, disk images, web pages and
everything unrecognised are nothing.
"""

from dataclasses import dataclass

import filetype

HEAD_BYTES = 8192

_KNOWN = frozenset(
    """
    audio/aac audio/amr audio/mp4 audio/mpeg audio/ogg audio/x-flac audio/x-wav
    image/avif image/bmp image/gif image/heic image/jpeg image/png image/tiff image/vnd.dwg image/webp
    video/3gpp video/mp4 video/mpeg video/quicktime video/webm video/x-m4v video/x-matroska video/x-msvideo
    application/msword application/pdf application/rtf application/vnd.ms-excel application/vnd.ms-powerpoint
    application/vnd.oasis.opendocument.presentation application/vnd.oasis.opendocument.spreadsheet
    application/vnd.oasis.opendocument.text
    application/vnd.openxmlformats-officedocument.presentationml.presentation
    application/vnd.openxmlformats-officedocument.spreadsheetml.sheet
    application/vnd.openxmlformats-officedocument.wordprocessingml.document
    application/x-7z-compressed application/x-rar-compressed application/zip
    """.split()
)
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# Control characters that no text has; tab, line feed, form feed and carriage return are fine.
_NOT_TEXT = bytes(set(range(32)) - {9, 10, 12, 13})
_PAGE_WORDS = (b"<html", b"<!doctype html", b"<script", b"<svg", b"<body")


@dataclass(frozen=True, slots=True)
class Sniffed:
    """``mime`` without parameters; ``extension`` without a dot."""

    mime: str
    extension: str


def sniff(head: bytes) -> Sniffed | None:
    """The kind of a file that begins with ``head`` (``HEAD_BYTES`` of it, or all); None for what is not accepted."""
    if not head:
        return None
    known = filetype.guess(head[:HEAD_BYTES])
    if known is not None:
        return Sniffed(known.mime, known.extension) if known.mime in _KNOWN else None
    return _text(head[:HEAD_BYTES])


def looks_like_page(head: bytes) -> bool:
    """Whether this is HTML or SVG: what servers answer in place of a file, or what a browser would run."""
    start = head[:HEAD_BYTES].removeprefix(_BYTE_ORDER_MARK).lstrip().lower()
    return (start.startswith(b"<") and not start.startswith(b"<?xml")) or any(word in start for word in _PAGE_WORDS)


def _text(head: bytes) -> Sniffed | None:
    """Plain text, lists and invoices in XML; only ever handed on as files."""
    if looks_like_page(head) or head.translate(None, _NOT_TEXT) != head:
        return None
    try:
        head.decode()
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3:  # else a character was cut in the middle
            return None
    xml = head.removeprefix(_BYTE_ORDER_MARK).lstrip().startswith(b"<?xml")
    return Sniffed("application/xml", "xml") if xml else Sniffed("text/plain", "txt")
