"""The CRM's own table of cities: its ids are not IBGE codes, and it spells some names in its own way."""

import csv
import functools
import unicodedata
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("cities.csv")
_FIRST_ID = 5000


@functools.cache
def _shipped() -> tuple[tuple[str, str], ...]:
    with _FILE.open(encoding="utf-8", newline="") as file:
        return tuple((row["uf"], row["name"]) for row in csv.DictReader(file))


def table() -> list[dict[str, Any]]:
    """Every city as ``{id, uf, name}``, sorted by name."""
    rows = sorted(_shipped(), key=lambda row: (fold(row[1]), row[0]))
    return [{"id": number, "uf": uf, "name": name} for number, (uf, name) in enumerate(rows, _FIRST_ID)]


@functools.lru_cache(maxsize=50_000)
def fold(text: str) -> str:
    """Without case and accents, as PipeRun compares names."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).strip()
