"""The demo's files for leads: a one-page catalogue and a picture of a machine, drawn here so that none has to be kept.

They are fictional and say so; an installation for real leads gets none (``manage.py seed`` leaves the list empty).
"""

import struct
import zlib
from collections.abc import Sequence

from django.core.files.base import ContentFile

from conversations import handouts
from conversations.models import Handout
from knowledge.models import Product

_LINES = (
    ("Seleto Industrial", 24),
    ("Catálogo de demonstração: documento fictício.", 12),
    ("", 12),
    ("Formadoras de hambúrguer: manual, semiautomática e automática", 14),
    ("Cortadora de carne em bifes, cubos e tiras", 14),
    ("Filetadora automática", 14),
    ("Ensacadeiras de linguiça de 15 kg e de 30 kg", 14),
    ("Misturadores de 25, 70, 140 e 210 L", 14),
    ("", 12),
    ("Todas em aço inox, com seis meses de garantia.", 12),
)
_PICTURED = "FB300"
_WIDTH, _HEIGHT = 480, 360
# The machine from back to front: left, top, right, bottom, in pixels, and a colour.
_SHAPES = (
    (0, 290, 480, 360, (206, 210, 214)),
    (110, 250, 370, 300, (120, 128, 136)),
    (130, 120, 350, 250, (188, 196, 204)),
    (150, 140, 330, 180, (222, 228, 233)),
    (180, 50, 300, 120, (164, 173, 182)),
    (195, 60, 285, 75, (222, 228, 233)),
    (160, 195, 210, 235, (36, 52, 71)),
    (170, 205, 182, 217, (64, 168, 96)),
    (188, 205, 200, 217, (200, 72, 64)),
    (230, 200, 320, 230, (148, 92, 70)),
    (60, 262, 110, 282, (148, 92, 70)),
    (370, 262, 430, 282, (148, 92, 70)),
)


def put() -> None:
    """Keep both files, unless there are files already; no picture without its machine."""
    if Handout.objects.exists():
        return
    _keep(Handout.Kind.CATALOGUE, "Catálogo da Seleto", "catalogo-seleto.pdf", catalogue(), on_farewell=True)
    if machine := Product.objects.filter(code=_PICTURED).first():
        _keep(Handout.Kind.PHOTO, f"Foto da {machine.name}", f"{_PICTURED.lower()}.png", picture(), product=machine)


def catalogue() -> bytes:
    """A PDF of one A4 page."""
    drawn, down = [], 780
    for text, size in _LINES:
        escaped = text.encode("cp1252").replace(b"\\", rb"\\").replace(b"(", rb"\(").replace(b")", rb"\)")
        drawn.append(b"BT /F1 %d Tf 60 %d Td (%s) Tj ET" % (size, down, escaped))
        down -= 2 * size
    content = b"\n".join(drawn)
    return _pdf(
        [
            b"<</Type/Catalog/Pages 2 0 R/Lang(pt-BR)>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
            b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
            b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
        ]
    )


def picture() -> bytes:
    """A PNG: boxes in the colours of steel and of burgers."""
    rows = [[(240, 243, 246)] * _WIDTH for _ in range(_HEIGHT)]
    for left, top, right, bottom, colour in _SHAPES:
        for row in rows[top:bottom]:
            row[left:right] = [colour] * (right - left)
    lines = b"".join(b"\x00" + bytes(part for pixel in row for part in pixel) for row in rows)
    head = struct.pack(">IIBBBBB", _WIDTH, _HEIGHT, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _keep(
    kind: Handout.Kind,
    title: str,
    name: str,
    content: bytes,
    *,
    product: Product | None = None,
    on_farewell: bool = False,
) -> None:
    kept = handouts.keep(ContentFile(content, name=name), kind=kind)
    Handout.objects.create(
        product=product,
        kind=kind,
        title=title,
        on_farewell=on_farewell,
        filename=kept.filename,
        mime=kept.file.mime,
        size=kept.file.size,
        sha256=kept.file.sha256,
        path=kept.path,
    )


def _pdf(objects: Sequence[bytes]) -> bytes:
    """The numbered objects with the table of where each begins; the first one is the root."""
    file, starts = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", []
    for number, body in enumerate(objects, 1):
        starts.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % start for start in starts)
    size, where = len(objects) + 1, len(file)
    return file + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
        % (size, table, size, where)
    )


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
