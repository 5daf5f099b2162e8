"""The three small files that the month's voice notes, pictures and documents all point to."""

import io
import struct
import zlib

import numpy as np
import soundfile  # type: ignore[import-untyped]  # ships without types

from conversations.media.files import located

_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]>>endobj\ntrailer<</Root 1 0 R>>\n"
)


def put() -> None:
    """Write them below ``MEDIA_ROOT`` unless they are there."""
    for name, content in (("audio.ogg", _tone()), ("image.png", _picture()), ("document.pdf", _PDF)):
        place = located(f"mes/{name}")
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            place.write_bytes(content)
            place.chmod(0o600)


def _tone(seconds: float = 2, rate: int = 16_000) -> bytes:
    at = np.arange(int(seconds * rate)) / rate
    sound = io.BytesIO()
    wave = (0.2 * np.sin(2 * np.pi * 330 * at)).astype("float32")
    soundfile.write(sound, wave, rate, format="OGG", subtype="OPUS")
    return sound.getvalue()


def _picture(width: int = 320, height: int = 200) -> bytes:
    """A plain grey picture with a lighter frame."""
    rows = (
        b"\x00" + bytes(200 if min(x, y, width - 1 - x, height - 1 - y) < 8 else 120 for x in range(width))
        for y in range(height)
    )
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"".join(rows))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
