"""Fields of a provider's JSON, whatever stands in them: each reader takes anything and gives something storable."""

import re
from collections.abc import Mapping

from conversations.channels.base import clean
from seleto.lib.text import cpf

Payload = Mapping[str, object]

_ID = re.compile(r"[!-~]{1,200}")


def mapping(value: object) -> Payload:
    return value if isinstance(value, dict) else {}


def text(value: object, *, limit: int | None = None) -> str:
    """A string fit to be stored, without CPF numbers, cut to ``limit``; empty for anything that is no string."""
    return cpf.masked(clean(value))[:limit] if isinstance(value, str) else ""


def line(value: object, *, limit: int = 200) -> str:
    """A short text on one line."""
    return " ".join(text(value, limit=limit * 4).split())[:limit]


def identifier(value: object) -> str | None:
    """A provider's id: printable ASCII without spaces. Numbers are taken too."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return value if isinstance(value, str) and _ID.fullmatch(value) else None


def flag(payload: Payload, name: str) -> bool:
    value = payload.get(name)
    return value is True or (isinstance(value, str) and value.lower() == "true")


def number(value: object) -> float | None:
    """A finite number, given as such or as a string."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        result = float(value)
    except (ValueError, OverflowError):
        return None
    return result if abs(result) < float("inf") else None


def place(said: Payload) -> str:
    """Name, address and coordinates of a location, as far as they are usable."""
    parts = [part for part in (line(said.get("name")), line(said.get("address"), limit=400)) if part]
    latitude, longitude = number(said.get("latitude")), number(said.get("longitude"))
    if latitude is not None and longitude is not None and abs(latitude) <= 90 and abs(longitude) <= 180:
        parts.append(f"({latitude:.6f}, {longitude:.6f})")
    return ", ".join(parts)
