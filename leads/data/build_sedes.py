"""Builds `sedes.csv`: where the seat of each municipality lies, in degrees (WGS 84) with three decimals, about 100 m.

    python -m leads.data.build_sedes municipios.csv > leads/data/sedes.csv

The file read is `csv/municipios.csv` of the public data set kelvins/municipios-brasileiros (MIT). Municipalities that
our own table does not have are left out and told on standard error.
"""

import argparse
import csv
import sys
from pathlib import Path

_OURS = Path(__file__).parent / "municipios.csv"


def main() -> None:
    parser = argparse.ArgumentParser(description="Build the table of seats.")
    parser.add_argument("source", type=Path)
    with _OURS.open(encoding="utf-8") as lines:
        known = {row["codigo"] for row in csv.DictReader(lines)}
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["codigo", "latitude", "longitude"])
    with parser.parse_args().source.open(encoding="utf-8-sig") as lines:
        for row in sorted(csv.DictReader(lines), key=lambda row: row["codigo_ibge"]):
            if row["codigo_ibge"] in known:
                writer.writerow([row["codigo_ibge"], f"{float(row['latitude']):.3f}", f"{float(row['longitude']):.3f}"])
            else:
                sys.stderr.write(f"{row['codigo_ibge']} {row['nome']}: not in our table\n")


if __name__ == "__main__":
    main()
