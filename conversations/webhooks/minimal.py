"""What of a body is not kept at all: CPF numbers in what a lead wrote (domain.md, LGPD, data minimisation)."""

import json
import re
from typing import Any

from conversations.channels.base import Unreadable, read_json
from seleto.lib.text import cpf

# Eleven digits with at most little between them, escaped or not; anything else is left as it came, unread.
_GAP = rb"(?:[^0-9A-Za-z\"\\]{1,4}|\\u[0-9a-fA-F]{4}|\\[nrt]){0,3}"
_MAYBE = re.compile(rb"[0-9]{3}" + _GAP + rb"[0-9]{3}" + _GAP + rb"[0-9]{3}" + _GAP + rb"[0-9]{2}(?![0-9])")
# Digits of other alphabets come escaped, or as three bytes.
_OTHER_DIGITS = re.compile(rb"\\uff1[0-9]|\xef\xbc[\x90-\x99]", re.IGNORECASE)
# Fields that name, address or date something: a number there is none of a person's documents.
_NO_WORDS = re.compile(
    r"(?:id|ids|lid|url|uri|phone|from|to|mime|mimetype|sha256|hash|type|status|timestamp|momment|moment|time|seconds"
    r"|latitude|longitude|participant|reactionby|identifier|number|code|key|kind|field|former)$",
    re.IGNORECASE,
)


def without_documents(body: bytes) -> bytes:
    """``body`` as it may be stored: the very bytes that came, unless a CPF stands in a text of it."""
    if not _MAYBE.search(body) and not _OTHER_DIGITS.search(body):
        return body
    try:
        found = read_json(body)
        kept = _masked(found)
        return body if kept == found else json.dumps(kept, separators=(",", ":")).encode()
    except (Unreadable, RecursionError):  # nobody will read it as JSON; what is plainly one is taken out all the same
        return cpf.masked(body.decode("latin-1")).encode("latin-1")


def _masked(value: Any, name: str = "") -> Any:
    match value:
        case str():
            return value if _NO_WORDS.search(name) else cpf.masked(value)
        case dict():
            return {key: _masked(item, key) for key, item in value.items()}
        case list():
            return [_masked(item, name) for item in value]
    return value
