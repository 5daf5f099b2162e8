"""Small but true media files, made from their name alone, so that nothing has to be kept.

A voice note is a valid Ogg Opus file in which something like a voice hums four vowels a second; it carries its own name
in a comment, by which the fake transcription recognises it.
"""

import base64
import mimetypes
import re
import struct
from pathlib import PurePosixPath
from typing import Any

_PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)
_WEBP = base64.b64decode("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA")
_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 144]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
_MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom"
# One second: fifty Opus frames, each after a byte with its length.
_VOICE = base64.b64decode(
    "DgiDEWNzm1uVD+9zyMXYFAi3xz3uHSjzOytB4l40rMvh0ui4Egi4Fp0Fd/jXVvnZ6t63xxphgBIIuauwTaT9JrSx3q0+mcAIZIANCLqTrZJmrHPV"
    "a36gQAwIu3FZDeDV4xUXpOQQCLtkPiIIXSjgK79vCATUgA0Iu3FAuzq9R0PXNs5AEAi6V1A9cA5hDebpyUaxqYANCLiJGzkg1USsu/8+gAwIBm4k"
    "4IwLGpQwnuAJCDiPUEIrjWKAEgiAMohHuyVaEZzPSBB3YpEXYBQIuj+at/BHzPxkMQRvMyHQDXVyQBEIuqbTNBqWhjIkLSqi9M6jZQ4Iu/0q22oc"
    "L1PAUivHfRIIu/0mExtQIZbLgBuyGSTlOIoRCLwI6bRHqo8uLIjmTtLAPGAOCLwmybUnhXyrXhQTUoANCLwh7UM2LuEwApJ49A0Iu/UiAt81NN8g"
    "lz1gDQi6aD8sPcMuiF65ALYRCLhWX4aBJ2vlkTSb5/UQ5nAQCDyhgAzXMa9e3y3VaG9v0AgIJtgAmz4CoBEIgrY3swT8FeAY3glmoy/gyBMIttzI"
    "8TgwY1bp1YLuacD5sjWgFAi25DyU0O+9bKTb5LQcSkPpQbuwEgi3LY697u11RT6inYwQglZCwA4It8ZxSwgvOTaW3VXrqA8It83M9SjKbx1Du37X"
    "ELAMCLfDxEyjMUYj6QeGDwi3hSTw1vUPSeex4v1hBBMItPCHD1CCDg0lVDqIFWZrWzucDgizJtc9oE6nHcwttTQ4DAgGT0AGZ2BPu/8raA4IMGPA"
    "ATBmQ2/rgzqx4A8IgAeQByGvXtuq4RCE304WCLK131kRau6A1IDMZ0o9ZlxgpRTMpBUItSUFRc8zPP6p+ZDp9rm5vDkJvvgNCLb1e62T1gqFzWFx"
    "YQ8It8CGrsDKy15fYj23S8QSCLfSFqXNCuKHVgDe5h7PU9xoEAi3wI9sYveD91VSF2NblmANCLfPlgfi6L60gL2RIA4It6fFJl/76GY/Q+C8sg4I"
    "tsCFNAneOFKLe5AckBEItOSrEu9DGon8zB2vaIKHeBEIPPfAADXEsJ2wCfYZ92Q7QgwIKMDASMHhnXroKhs="
)
_MARK = re.compile(rb"sandbox-media=([\w-]+\.ogg)")
_KINDS = {
    ".ogg": "audio/ogg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".pdf": "application/pdf",
    ".mp4": "video/mp4",
}


def from_data_uri(value: str) -> tuple[str, bytes] | None:
    """Content type and bytes of a ``data:`` address; None for one that cannot be read."""
    head, comma, text = value.partition(",")
    if not comma or not head.startswith("data:") or not head.endswith(";base64"):
        return None
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        return None
    return (head.removeprefix("data:").split(";")[0] or "application/octet-stream", data) if data else None


def extension(kind: str) -> str:
    """With its dot, for a content type."""
    known = {"audio/ogg": ".ogg", "audio/mp4": ".m4a", "audio/aac": ".aac", "image/webp": ".webp"}
    return known.get(kind) or mimetypes.guess_extension(kind) or ".bin"


def voice_note_name(message_id: str, seconds: int, *, corrupt: bool) -> str:
    return f"{message_id}-{seconds}{'-corrupt' if corrupt else ''}.ogg"


def build(name: str) -> tuple[str, bytes] | None:
    """Content type and bytes of a media file; None for a name of no known kind."""
    suffix = PurePosixPath(name).suffix
    kind = _KINDS.get(suffix)
    if kind is None:
        return None
    if suffix == ".ogg":
        return kind, _voice(name)
    return kind, {".png": _PNG, ".webp": _WEBP, ".pdf": _PDF, ".mp4": _MP4}[suffix]


def given(data: dict[str, Any]) -> tuple[str, bytes] | None:
    """The file in the options of a message: ``file`` as a ``data:`` address. Raises ValueError for what is none."""
    if not data.get("file"):
        return None
    found = from_data_uri(str(data["file"]))
    if found is None:
        raise ValueError("file must be a data: address in base64")
    return found


def marked_name(data: bytes) -> str | None:
    """The name a voice note of ours carries inside."""
    found = _MARK.search(data)
    return found[1].decode() if found else None


def _voice(name: str) -> bytes:
    parts = PurePosixPath(name).stem.split("-")
    if parts[-1] == "corrupt":
        return b"this is not audio"
    seconds = int(parts[1]) if len(parts) > 1 and parts[1].isdigit() else 1
    comment = f"sandbox-media={name}".encode()
    vendor = b"sandbox"
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 312, 16000, 0, 0)
    tags = b"OpusTags" + struct.pack("<I", len(vendor)) + vendor + struct.pack("<II", 1, len(comment)) + comment
    pages = [_page([head], 0, 0, flags=2), _page([tags], 0, 1)]
    seconds, frames = max(1, min(seconds, 900)), _frames()
    for second in range(seconds):
        last = 4 if second == seconds - 1 else 0
        pages.append(_page(frames, (second + 1) * 48000, second + 2, flags=last))
    return b"".join(pages)


def _frames() -> list[bytes]:
    frames, at = [], 0
    while at < len(_VOICE):
        frames.append(_VOICE[at + 1 : at + 1 + _VOICE[at]])
        at += 1 + _VOICE[at]
    return frames


def _page(packets: list[bytes], granule: int, sequence: int, flags: int = 0) -> bytes:
    """One Ogg page; every packet here is shorter than 255 bytes, hence one lacing value each."""
    lacing = bytes(len(packet) for packet in packets)
    head = b"OggS" + struct.pack("<BBqIII", 0, flags, granule, 1, sequence, 0) + bytes([len(lacing)]) + lacing
    page = head + b"".join(packets)
    return page[:22] + struct.pack("<I", _crc(page)) + page[26:]


def _crc_table() -> list[int]:
    table = []
    for index in range(256):
        value = index << 24
        for _ in range(8):
            value = ((value << 1) ^ 0x04C11DB7 if value & 0x80000000 else value << 1) & 0xFFFFFFFF
        table.append(value)
    return table


_CRC_TABLE = _crc_table()


def _crc(data: bytes) -> int:
    """Ogg's checksum: CRC-32 without reflection, starting from zero."""
    value = 0
    for byte in data:
        value = ((value << 8) & 0xFFFFFFFF) ^ _CRC_TABLE[(value >> 24) ^ byte]
    return value
