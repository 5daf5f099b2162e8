"""Builds `municipios.csv` (IBGE code, official name, folded name, UF) from two public packages.

    python -m leads.data.build_municipios --codes cities_code.json --names cities-*.js > leads/data/municipios.csv

`--codes` is `brutils/data/cities_code.json` of the Python package brutils (folded name -> code, per UF); `--names` the
city table of the npm package @brazilian-utils/brazilian-utils (`dist/cities-*.js`), which writes the names with their
accents. Neither is a dependency of the product: unpack them anywhere. Codes that only one of them has, and names that
fold differently, are told on standard error; the npm table, which follows the current IBGE list, wins.
"""

import argparse
import csv
import json
import re
import sys
from pathlib import Path

from seleto.lib.text.fold import fold

_STATE = re.compile(r"([A-Z]{2}):\[((?:\[`[^`]*`,`\d{7}`\],?)*)\]")
_CITY = re.compile(r"\[`([^`]*)`,`(\d{7})`\]")


def read_codes(path: Path) -> dict[str, tuple[str, str]]:
    """Code -> (folded name, UF) of the brutils table."""
    table: dict[str, dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
    return {code: (fold(name), uf) for uf, cities in table.items() for name, code in cities.items()}


def read_names(path: Path) -> dict[str, tuple[str, str]]:
    """Code -> (official name, UF) of the npm table."""
    script = path.read_text(encoding="utf-8")
    return {code: (name, uf) for uf, cities in _STATE.findall(script) for name, code in _CITY.findall(cities)}


def differences(codes: dict[str, tuple[str, str]], names: dict[str, tuple[str, str]]) -> list[str]:
    """One sentence per code on which the two packages disagree."""
    told = [f"{code} {uf} {name}: no code in brutils" for code, (name, uf) in names.items() if code not in codes]
    told += [f"{code} {uf} {name}: no name in the npm table" for code, (name, uf) in codes.items() if code not in names]
    for code, (name, uf) in names.items():
        if code in codes and codes[code] != (fold(name), uf):
            told.append(f"{code} {uf} {name}: brutils says {codes[code]}")
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description="Build the table of municipalities.")
    parser.add_argument("--codes", type=Path, required=True)
    parser.add_argument("--names", type=Path, required=True)
    options = parser.parse_args()
    names = read_names(options.names)
    for sentence in differences(read_codes(options.codes), names):
        sys.stderr.write(f"{sentence}\n")
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["codigo", "nome", "dobrado", "uf"])
    for code, (name, uf) in sorted(names.items()):
        writer.writerow([code, name, fold(name), uf])


if __name__ == "__main__":
    main()
