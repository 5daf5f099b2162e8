"""The files that knowledge is exported to and imported from, and how an upload waits for its confirmation."""

import base64
import csv
from io import BytesIO, StringIO
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile, ZipFile

from django.core import signing
from openpyxl import load_workbook
from tablib import Dataset

from seleto.lib import spreadsheets

if TYPE_CHECKING:  # shipped without types
    _Format = Any
    _Storage = Any
else:
    from import_export.formats.base_formats import Format as _Format
    from import_export.tmp_storages import BaseStorage as _Storage

MAX_BYTES = 1_000_000
MAX_ROWS = 1000
# A small archive may unfold into a huge one.
_MAX_UNPACKED = 30_000_000
CONFIRM_WITHIN_S = 3600
_SALT = "knowledge.import"


class SheetError(Exception):
    """The file cannot be taken; the text, in Portuguese, says why."""


class _SheetFormat(_Format):  # type: ignore[misc]  # Any for the type checker only
    form: spreadsheets.Format
    title: str

    def __init__(self, encoding: str | None = None) -> None:
        self.encoding = encoding

    def get_title(self) -> str:
        return self.title

    def get_extension(self) -> str:
        return self.form.value

    def get_content_type(self) -> str:
        return self.form.mime

    def can_import(self) -> bool:
        return True

    def can_export(self) -> bool:
        return True

    def export_data(self, dataset: Dataset, **kwargs: Any) -> bytes:
        return spreadsheets.write(self.form, dataset.headers, dataset, sheet="Conhecimento")

    def create_dataset(self, content: bytes) -> Dataset:
        """Raises `SheetError`."""
        rows = [row for row in self.rows(content) if any(cell not in (None, "") for cell in row)]
        if len(rows) < 2:
            raise SheetError("A planilha está vazia: a primeira linha tem os nomes das colunas, as outras os dados.")
        headers = [str(cell or "").strip() for cell in rows[0]]
        while headers and not headers[-1]:
            headers.pop()
        wide = len(headers)
        dataset = Dataset(headers=headers)
        for row in rows[1:]:
            dataset.append([*row[:wide], *[""] * (wide - len(row))])
        return dataset

    def rows(self, content: bytes) -> list[list[Any]]:
        raise NotImplementedError


class Csv(_SheetFormat):
    form, title = spreadsheets.Format.CSV, "CSV, com ponto e vírgula"

    def rows(self, content: bytes) -> list[list[Any]]:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:  # as Brazilian Excel saves it
            text = content.decode("cp1252", errors="replace")
        head = text.split("\n", 1)[0]
        mark = max(";,\t", key=head.count)
        try:
            return [list(row) for row in _counted(csv.reader(StringIO(text, newline=""), delimiter=mark))]
        except csv.Error:
            raise SheetError("O arquivo não é um CSV que se possa ler.") from None


class Xlsx(_SheetFormat):
    form, title = spreadsheets.Format.XLSX, "Excel (XLSX)"

    def rows(self, content: bytes) -> list[list[Any]]:
        try:
            if sum(part.file_size for part in ZipFile(BytesIO(content)).infolist()) > _MAX_UNPACKED:
                raise SheetError("A planilha é grande demais depois de aberta.")
            book = load_workbook(BytesIO(content), read_only=True, data_only=True)
            return [list(row) for row in _counted(book.worksheets[0].iter_rows(values_only=True))]
        except (BadZipFile, KeyError, ValueError, IndexError, OSError):
            raise SheetError("O arquivo não é um XLSX que se possa ler.") from None


FORMATS = (Xlsx, Csv)


def _counted(rows: Any) -> Any:
    for number, row in enumerate(rows):
        if number > MAX_ROWS:
            raise SheetError(f"A planilha tem mais de {MAX_ROWS} linhas. Divida-a em partes.")
        yield row


class SignedUpload(_Storage):  # type: ignore[misc]  # Any for the type checker only
    """The upload travels in the page that asks for confirmation, signed: nothing lies about on any of the machines."""

    def save(self, content: bytes) -> None:
        self.name = signing.dumps(base64.b85encode(content).decode(), salt=_SALT, compress=True)

    def read(self) -> bytes:
        """Raises `SheetError` when it is too old or not ours."""
        try:
            return base64.b85decode(signing.loads(self.name, salt=_SALT, max_age=CONFIRM_WITHIN_S))
        except signing.BadSignature:
            raise SheetError("A prévia venceu. Envie o arquivo de novo.") from None

    @staticmethod
    def renewed(name: str) -> str:
        """The same upload as if it came now; for one that waited for a second person."""
        return signing.dumps(signing.loads(name, salt=_SALT), salt=_SALT, compress=True)

    def remove(self) -> None:
        """Nothing was stored."""
