"""Deterministic embeddings: character n-grams hashed into a fixed number of dimensions.

Texts that share spelling come out close to each other, which is all a test of vector search needs.
"""

import base64
import math
import struct
import unicodedata
import zlib

DEFAULT_DIMENSIONS = 1536
_SIZES = (3, 4)


def vector(text: str, dimensions: int) -> list[float]:
    """A unit vector of ``dimensions`` numbers, the same for the same text on every machine."""
    values = [0.0] * dimensions
    folded = unicodedata.normalize("NFKD", text.casefold())
    padded = f"  {''.join(letter for letter in folded if not unicodedata.combining(letter))}  "
    for size in _SIZES:
        for start in range(len(padded) - size + 1):
            digest = zlib.crc32(padded[start : start + size].encode())
            values[digest % dimensions] += 1.0 if digest & 0x80000000 else -1.0
    length = math.sqrt(sum(value * value for value in values)) or 1.0
    return [value / length for value in values]


def encoded(values: list[float]) -> str:
    """The base64 form the SDK asks for: little-endian 32-bit floats."""
    return base64.b64encode(struct.pack(f"<{len(values)}f", *values)).decode()
