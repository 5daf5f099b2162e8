"""The city that a point on the map probably belongs to: the one whose seat lies next to it.

Municipalities have borders and this knows none, so what comes of it is a proposal to ask about, never a fact.
"""

import csv
import math
from functools import cache
from pathlib import Path

from leads import municipalities
from leads.municipalities import Municipality

_SEATS = Path(__file__).parent / "data" / "sedes.csv"
# Farther from every seat nobody could guess.
MOST_KM = 40
_KM_PER_DEGREE = 111.2


def city(latitude: float, longitude: float) -> Municipality | None:
    """The municipality with the nearest seat, None when there is none within ``MOST_KM``."""
    narrowing = math.cos(math.radians(latitude))

    def km(seat: tuple[float, float, str]) -> float:
        return _KM_PER_DEGREE * math.hypot(seat[0] - latitude, (seat[1] - longitude) * narrowing)

    around = [seat for seat in _seats() if abs(seat[0] - latitude) * _KM_PER_DEGREE <= MOST_KM]
    nearest = min(around, key=km, default=None)
    return _by_code()[nearest[2]] if nearest is not None and km(nearest) <= MOST_KM else None


@cache
def _seats() -> tuple[tuple[float, float, str], ...]:
    with _SEATS.open(encoding="utf-8") as lines:
        return tuple((float(row["latitude"]), float(row["longitude"]), row["codigo"]) for row in csv.DictReader(lines))


@cache
def _by_code() -> dict[str, Municipality]:
    return {found.code: found for same_name in municipalities.table().values() for found in same_name}
