"""Providers' ids of messages that tell whose they are: the Cloud API's hold the person's number, in base64."""

import base64
import binascii
import hashlib
from collections.abc import Collection, Iterable

_PREFIX = "wamid."


def names(provider_id: str, numbers: Collection[str]) -> bool:
    """Whether one of the numbers (digits alone) can be read out of the id."""
    _, found, held = provider_id.partition(_PREFIX)
    if not found:
        return False
    held = held.partition(":")[0]
    try:
        told = base64.b64decode(held + "=" * (-len(held) % 4), altchars=b"-_")
    except (binascii.Error, ValueError):
        return False
    return any(number.encode() in told for number in numbers if number)


def forms(provider_ids: Iterable[str]) -> list[str]:
    """The ids as they may be kept: as the provider tells them, and sealed."""
    return [form for told in provider_ids for form in ((told, sealed(told)) if _PREFIX in told else (told,))]


def kept(provider_id: str, *, of_nobody: bool) -> str:
    """How an id is kept that comes when the person may be erased already (``of_nobody``)."""
    return sealed(provider_id) if of_nobody and _PREFIX in provider_id else provider_id


def sealed(provider_id: str) -> str:
    """What stands for such an id: still one of its own, and nothing can be read out of it. The id's own random part
    keeps anybody from trying out all numbers."""
    return f"sha256:{hashlib.sha256(provider_id.encode()).hexdigest()}"
