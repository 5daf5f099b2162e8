"""Hand a file to somebody of the staff. Whoever calls this has checked that they may have it."""

import re

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

from conversations.media import files, kinds
from conversations.models import Media

_RANGE = re.compile(r"bytes=([0-9]{1,12})?-([0-9]{1,12})?")


def respond(request: HttpRequest, media: Media) -> HttpResponse:
    """The file, or the part of it that a player asks for. Raises ``files.Missing``.

    Only images, sounds and films are shown in the page, by the type their bytes gave them; anything else is saved. No
    browser may guess otherwise or run anything in it, and none keeps it.
    """
    if media.state != Media.State.STORED:
        raise files.Missing
    content = files.read(media.path)
    inline = kinds.shown_inline(media.mime)
    part = _part(request.headers.get("Range", ""), len(content))
    body = content if part is None else content[part[0] : part[1] + 1]
    response = HttpResponse(body, content_type=media.mime if inline else "application/octet-stream")
    if part is not None:
        response.status_code = 206
        response.headers["Content-Range"] = f"bytes {part[0]}-{part[1]}/{len(content)}"
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Cache-Control"] = "private, no-store"
    disposition = content_disposition_header(not inline, kinds.name_of(media))
    response.headers["Content-Disposition"] = disposition or "inline"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _part(asked: str, size: int) -> tuple[int, int] | None:
    """First and last byte of the one range asked for; None for the whole. Players of some browsers insist on ranges."""
    found = _RANGE.fullmatch(asked.strip())
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:
        return max(size - int(found[2]), 0), size - 1
    first, last = int(found[1]), min(int(found[2]) if found[2] else size - 1, size - 1)
    return (first, last) if first <= last else None
