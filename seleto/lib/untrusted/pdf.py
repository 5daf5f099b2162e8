"""The text of a PDF: the first pages, the first characters."""

from typing import Any

from pypdf import PdfReader
from pypdf.errors import PyPdfError


def main(path: str, most_pages: str, most_chars: str) -> dict[str, Any]:
    """``text``, with one line feed between pages, and ``pages``: how many the file says it has."""
    limit = int(most_chars)
    try:
        reader = PdfReader(path)
        if reader.is_encrypted and not reader.decrypt(""):
            return {"erro": "senha"}
        parts: list[str] = []
        for page in reader.pages[: int(most_pages)]:
            parts.append(" ".join((page.extract_text() or "").split()))
            if sum(map(len, parts)) >= limit:
                break
        return {"text": "\n".join(part for part in parts if part)[:limit], "pages": len(reader.pages)}
    except PyPdfError:
        return {"erro": "ilegivel"}
