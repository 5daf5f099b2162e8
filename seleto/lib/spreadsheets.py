"""Rows as a file for a spreadsheet program: CSV as Brazilian Excel opens it, or XLSX.

What leads wrote ends up in cells, and a cell that begins like a formula is one: Excel would run it on the manager's
machine. Such a text gets an apostrophe in front, which the program takes as "this is text".
"""

import csv
import re
from collections.abc import Iterable
from enum import StrEnum
from io import BytesIO, StringIO
from typing import IO

from openpyxl import Workbook

Cell = str | int | None
# Also as some programs of other languages write them, and behind blanks, which are passed over.
_FORMULA = re.compile(r"^[\s\x00-\x1f]*[=+\-@＝＋－＠]|^[\t\r\n]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
# A cell of Excel holds no more.
_MOST_CHARS = 32_000


class Format(StrEnum):
    XLSX = "xlsx"
    CSV = "csv"

    @property
    def mime(self) -> str:
        return "text/csv; charset=utf-8" if self is Format.CSV else _XLSX


_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def safe(value: Cell) -> Cell:
    """The value as a cell that no program takes for a formula."""
    if not isinstance(value, str):
        return value
    text = _CONTROL.sub("", value)[:_MOST_CHARS]
    return f"'{text}" if _FORMULA.match(text) else text


def unescaped(text: str) -> str:
    """What `safe` made a cell of, as it was."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text[1:]) else text


def write(form: Format, header: Iterable[str], rows: Iterable[Iterable[Cell]], *, sheet: str) -> bytes:
    """The whole file; ``rows`` are read once, one after the other."""
    out = BytesIO()
    (_write_csv if form is Format.CSV else _write_xlsx)(out, list(header), rows, sheet)
    return out.getvalue()


def _write_csv(out: IO[bytes], header: list[str], rows: Iterable[Iterable[Cell]], _: str) -> None:
    text = StringIO(newline="")
    lines = csv.writer(text, delimiter=";")
    lines.writerow(header)
    for row in rows:
        lines.writerow(["" if cell is None else safe(cell) for cell in row])
    # Without this mark Excel takes the accents for another encoding.
    out.write(text.getvalue().encode("utf-8-sig"))


def _write_xlsx(out: IO[bytes], header: list[str], rows: Iterable[Iterable[Cell]], sheet: str) -> None:
    book = Workbook(write_only=True)
    page = book.create_sheet(sheet)
    page.freeze_panes = "A2"
    page.append(header)
    for row in rows:
        page.append([safe(cell) for cell in row])
    book.save(out)
