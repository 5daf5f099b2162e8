"""A point on the map gives the city whose seat is nearest, and nothing where no city is near."""

import csv
from pathlib import Path

import pytest

from leads import nearby

DATA = Path(nearby.__file__).parent / "data"


@pytest.mark.parametrize(
    ("latitude", "longitude", "expected"),
    [
        (-26.907, -48.662, ("Itajaí", "SC")),
        (-23.561, -46.656, ("São Paulo", "SP")),
        (-15.793, -47.882, ("Brasília", "DF")),
        (-8.055, -34.87, ("Recife", "PE")),
        (-32.03, -52.1, ("Rio Grande", "RS")),
    ],
)
def test_a_point_in_town_is_that_town(latitude: float, longitude: float, expected: tuple[str, str]) -> None:
    found = nearby.city(latitude, longitude)

    assert found is not None
    assert (found.name, found.uf) == expected


@pytest.mark.parametrize(("latitude", "longitude"), [(0, 0), (-25.0, -40.0), (90, 0), (-90, 180), (38.7, -9.1)])
def test_where_no_city_is_near_none_is_named(latitude: float, longitude: float) -> None:
    assert nearby.city(latitude, longitude) is None


def test_every_municipality_has_its_seat() -> None:
    codes = {}
    for name in ("municipios", "sedes"):
        with (DATA / f"{name}.csv").open(encoding="utf-8") as lines:
            codes[name] = [row["codigo"] for row in csv.DictReader(lines)]

    assert len(codes["sedes"]) == len(set(codes["sedes"]))
    assert set(codes["municipios"]) - set(codes["sedes"]) <= {"5101837"}
