"""Bodies that no provider sends: what a provider sends, spoiled by a seed."""

import copy
import json
from random import Random
from typing import Any

WORDS = [
    "",
    "\0",
    "\ud83d",
    "a\0b",
    "‮",
    "💥" * 50,
    "x" * 10_000,
    "1e999",
    "'; DROP TABLE x; --",
    "{{7*7}}",
    "../../etc",
]
ODD: list[Any] = [
    None, True, False, 0, -1, 1.5, 10**30, -(10**18), 2**63, [], {}, [[]], [None], {"": None}, [{}] * 3, "0", "null",
    *WORDS,
]  # fmt: skip
TYPES = [
    "application/json",
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "a/b;charset=x",
    "",
]


def body(rng: Random, sample: Any) -> bytes:
    """A body that began as ``sample``: at most a few things in it are wrong, or its bytes are."""
    spoiled = copy.deepcopy(sample)
    for _ in range(rng.randrange(4)):
        spoiled = _spoil(rng, spoiled)
    raw = json.dumps(spoiled, ensure_ascii=rng.random() < 0.7).encode("utf-8", errors="surrogatepass")
    return _bytes(rng, raw) if rng.random() < 0.25 else raw


def _spoil(rng: Random, value: Any) -> Any:
    """One place changed: another value, gone, doubled, wrapped, deeper, or with a name nobody knows."""
    if not isinstance(value, dict | list) or not value:
        return copy.deepcopy(rng.choice(ODD))
    if rng.random() < 0.65:  # go down
        key = rng.choice(list(value)) if isinstance(value, dict) else rng.randrange(len(value))
        value[key] = _spoil(rng, value[key])
        return value
    key = rng.choice(list(value)) if isinstance(value, dict) else rng.randrange(len(value))
    match rng.randrange(6):
        case 0:
            value[key] = copy.deepcopy(rng.choice(ODD))
        case 1:
            del value[key]
        case 2:
            value[key] = [value[key], copy.deepcopy(value[key])]
        case 3:
            value[key] = {"x": value[key]}
        case 4:
            for _ in range(rng.choice([10, 63, 64, 65, 300])):
                value[key] = [value[key]]
        case _ if isinstance(value, dict):
            value[rng.choice(WORDS)] = copy.deepcopy(rng.choice(ODD))
    return value


def _bytes(rng: Random, raw: bytes) -> bytes:
    match rng.randrange(10):
        case 0:
            return raw[: rng.randrange(len(raw) + 1)]
        case 1:
            return raw + rng.choice([b"}", b"\0", b" " * 300_000, raw])
        case 2:
            return b"\xef\xbb\xbf" + raw
        case 3:
            return raw.decode("utf-8", errors="replace").encode(rng.choice(["utf-16", "utf-32", "latin-1"]), "replace")
        case 4:
            return b"[" * rng.choice([100, 990, 100_000]) + raw
        case 5:
            return raw.replace(b'"', b"'")
        case 6:  # the same name twice
            return b'{"type": 1, "object": [], "event": {}, ' + raw[1:]
        case 7:
            return raw.replace(b"1", b"9" * 5_000, 1)
        case 8:
            return rng.randbytes(rng.randrange(2_000))
    at = rng.randrange(len(raw) + 1)
    return raw[:at] + rng.randbytes(3) + raw[at + 3 :]
