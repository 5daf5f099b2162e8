"""Files for leads, kept the way managers keep them."""

from typing import Any

from django.core.files.base import ContentFile

from conversations import handouts
from conversations.models import Handout
from knowledge.models import Product

PDF = b"%PDF-1.7\n" + bytes(range(200))
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(200))
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(range(200))
KIND = Handout.Kind


def upload(content: bytes, name: str) -> "ContentFile[bytes]":
    return ContentFile(content, name=name)


def handout(kind: str = KIND.CATALOGUE, product: str = "", *, content: bytes = b"", **fields: Any) -> Handout:
    """A file in use; its bytes differ from those of any other kind or product."""
    start = content or (PNG if kind == KIND.PHOTO else PDF) + f"{kind}{product}".encode()
    name = f"{product or 'seleto'}-{kind}.{'png' if start.startswith(PNG[:4]) else 'pdf'}"
    kept = handouts.keep(upload(start, name), kind=kind)
    return Handout.objects.create(
        **{
            "product": Product.objects.get(code=product) if product else None,
            "kind": kind,
            "title": f"{kind} {product or 'Seleto'}",
            "filename": kept.filename,
            "mime": kept.file.mime,
            "size": kept.file.size,
            "sha256": kept.file.sha256,
            "path": kept.path,
            **fields,
        }
    )
