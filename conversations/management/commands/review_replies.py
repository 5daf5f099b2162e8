"""`manage.py review_replies`: hold a file of replies against the guardrails, one JSON object per line, no model."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, nullcontext
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from django.core.management.base import BaseCommand, CommandError

from conversations.guardrails import review, wire
from knowledge import queries
from knowledge.catalogue import ProductFacts, shipped_products


class Command(BaseCommand):
    help = "Confere respostas de um arquivo JSON Lines com as regras de proteção e escreve violações e trechos."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--input", required=True, help='linhas {"id", "text", "context"}; - lê da entrada padrão')
        parser.add_argument("--output", required=True, help="uma linha por resposta, na ordem; - é a saída padrão")
        parser.add_argument("--live", action="store_true", help="usa os produtos dos gestores em vez dos de fábrica")
        parser.add_argument("--json", action="store_true", help="a saída já é JSON; aceito por uniformidade")

    def handle(self, *args: Any, **options: Any) -> None:
        products = queries.products() if options["live"] else shipped_products()
        bad = 0
        with ExitStack() as stack:
            try:
                lines = stack.enter_context(_reading(options["input"]))
                target = stack.enter_context(_writing(options["output"]))
            except OSError as error:
                raise CommandError(f"não foi possível abrir o arquivo: {error.strerror}", returncode=2) from error
            for number, answer in _answers(lines, products):
                if answer is None:
                    bad += 1
                    self.stderr.write(f"linha {number}: não é um objeto JSON com id, text e context válidos")
                else:
                    target.write(json.dumps(answer) + "\n")
        if bad:
            raise CommandError(f"linhas que não puderam ser lidas: {bad}", returncode=1)


def _answers(lines: Iterable[bytes], products: tuple[ProductFacts, ...]) -> Iterator[tuple[int, dict[str, Any] | None]]:
    """Number of the line, from 1, and its answer; None where the line cannot be used. Blank lines are skipped."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield number, _answer(line, products)


def _answer(line: bytes, products: tuple[ProductFacts, ...]) -> dict[str, Any] | None:
    try:
        item = json.loads(line)
        if not isinstance(item, dict) or "id" not in item or not isinstance(item.get("text"), str):
            return None
        given = item.get("context", {})
        if not isinstance(given, dict):
            return None
        context = wire.context_from(given, products)
    except (ValueError, RecursionError):
        return None
    return {"id": item["id"], **wire.to_json(review(item["text"], context))}


def _reading(name: str) -> AbstractContextManager[BinaryIO]:
    """Bytes, so that one badly encoded line spoils itself only."""
    return nullcontext(sys.stdin.buffer) if name == "-" else Path(name).open("rb")


def _writing(name: str) -> AbstractContextManager[TextIO]:
    return nullcontext(sys.stdout) if name == "-" else Path(name).open("w", encoding="utf-8", newline="\n")
