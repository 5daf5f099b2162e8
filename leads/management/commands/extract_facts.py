"""Facts from leads' messages, in bulk: JSON lines in, JSON lines out, rules only."""

import json
import sys
from argparse import ArgumentParser
from contextlib import AbstractContextManager, ExitStack, nullcontext
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from django.core.management.base import BaseCommand, CommandError

from knowledge.catalogue import shipped_products
from leads.extraction import extract


class Command(BaseCommand):
    help = (
        "Lê linhas {id, messages} e escreve linhas {id, facts} com os quinze campos, sempre iguais e sem modelo. "
        "Uma linha que não serve é apontada pelo número na saída de erros; o resto é feito e o código de saída é 1."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--input", required=True, help='linhas {"id", "messages"}; - lê da entrada padrão')
        parser.add_argument("--output", required=True, help="uma linha por entrada, na ordem; - é a saída padrão")

    def handle(self, *_: Any, **options: Any) -> None:
        products = shipped_products()
        bad = 0
        with ExitStack() as stack:
            try:
                lines = stack.enter_context(_reading(options["input"]))
                target = stack.enter_context(_writing(options["output"]))
            except OSError as error:
                raise CommandError(f"não foi possível abrir o arquivo: {error.strerror}", returncode=2) from error
            for number, line in enumerate(lines, start=1):
                if not line.strip():
                    continue
                item = _parsed(line)
                if item is None:
                    bad += 1
                    self.stderr.write(f"linha {number}: não é um objeto JSON com id e messages em texto")
                    continue
                facts = extract(item["messages"], products=products).facts()
                target.write(json.dumps({"id": item["id"], "facts": facts}, ensure_ascii=False) + "\n")
        if bad:
            raise CommandError(f"linhas que não puderam ser lidas: {bad}", returncode=1)


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        item = json.loads(line)
        json.dumps(item, ensure_ascii=False).encode()  # half an emoji cannot be written again
    except (ValueError, RecursionError):
        return None
    if not isinstance(item, dict) or "id" not in item or not isinstance(item.get("messages"), list):
        return None
    return item if all(isinstance(message, str) for message in item["messages"]) else None


def _reading(name: str) -> AbstractContextManager[BinaryIO]:
    """Bytes, so that one badly encoded line spoils itself only."""
    return nullcontext(sys.stdin.buffer) if name == "-" else Path(name).open("rb")


def _writing(name: str) -> AbstractContextManager[TextIO]:
    return nullcontext(sys.stdout) if name == "-" else Path(name).open("w", encoding="utf-8", newline="\n")
