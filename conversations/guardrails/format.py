"""What WhatsApp does not show as meant, and length (`eval/README.md`, 1.2 format). Works on the text as written."""

import re
from collections.abc import Iterator

MAX_LENGTH = 600  # Unicode code points

_MARKS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.MULTILINE), reason)
    for pattern, reason in (
        (r"^[ \t]{0,3}#{1,6}[ \t]\S?", "Usa título de Markdown, que o WhatsApp não formata."),
        (
            r"\*\*[^\s*][^*\n]{0,600}\*\*|__[^\s_][^_\n]{0,600}__",
            "Usa negrito de Markdown; no WhatsApp é *um* asterisco.",
        ),
        (
            r"!?\[[^\[\]\n]{0,300}\]\([^()\s]{1,500}(?:\s[^()\n]{0,200})?\)",
            "Usa link ou imagem de Markdown; escreva o endereço direto.",
        ),
        (r"</?[a-zA-Z][a-zA-Z0-9_:-]{0,40}(?:\s[^<>]{0,300})?/?>|<!--", "Contém etiquetas HTML."),
        (r"```|~~~", "Contém bloco de código."),
        (r"^[ \t]*[-*+][ \t]\[[ xX]?\]", "Usa lista de tarefas de Markdown."),
    )
)
_RULE_ROW = re.compile(r"^[ \t]*\|?[ \t]*:?-{2,}:?[ \t]*(?:\|[ \t]*:?-{2,}:?[ \t]*)*\|?[ \t]*$")


def check(text: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, reason) per finding."""
    for pattern, reason in _MARKS:
        for match in pattern.finditer(text):
            yield match.start(), match.end(), reason
    yield from _tables(text)
    if len(text) > MAX_LENGTH:
        yield MAX_LENGTH, len(text), f"Passa de {MAX_LENGTH} caracteres; mensagens devem ser curtas."


def _tables(text: str) -> Iterator[tuple[int, int, str]]:
    start = 0
    rows = [(0, "")][:0]
    for line in text.split("\n"):
        if "|" in line:
            rows.append((start, line))
        start += len(line) + 1
    if len(rows) >= 2:
        for at, line in rows:
            if _RULE_ROW.match(line):
                yield at, at + len(line), "Usa tabela de Markdown, que o WhatsApp não mostra."
